// Requests that nobody honest sends, made from an honest one: bodies that are no JSON, of another type or encoding, of
// hostile members, nested without end; queries and paths that are none. All chance is fast-check's. Called by hostile.ts.
import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';

/** What is sent in the place of an honest body; `headers` take the place of the usual ones. */
export type HostileBody = { readonly bytes: Uint8Array; readonly headers: Record<string, string> };

/** Members that a comparison, a copy or a promise may stumble over. */
const STUMBLING: readonly unknown[] = [
  { length: { valueOf: 1, toString: 1 } },
  { length: 1e9 },
  { size: { valueOf: null, toString: null } },
  { valueOf: 1, toString: 1 },
  { toString: {}, length: 3 },
  { constructor: { prototype: { polluted: true } } },
  { toJSON: 'x' },
  { hasOwnProperty: 1 },
  { $ne: null },
  { refused: 'INTERNAL', retry: 'later', message: '' },
  '\ud800',
  '\u0000',
  'x'.repeat(5_000),
  Number.MAX_SAFE_INTEGER * 8,
  [[[]]],
];
/** As text, because no object that is written as JSON has them. */
const WRITTEN = [
  '{"__proto__":{"polluted":true}}',
  '{"__proto__":null}',
  '{"then":1,"catch":1}',
  '{"length":{"__proto__":null,"toString":1,"valueOf":1}}',
  '1e999',
];
const PLACE = '"\\u0001place\\u0001"';

const TYPES = ['', 'text/plain', 'application/xml', 'multipart/form-data', 'application/x-www-form-urlencoded'];
const CHARSETS = ['utf-7', 'utf-99', 'latin1', 'x', 'utf-16', 'utf-32', '"'];
const ENCODINGS = ['gzip', 'deflate', 'br', 'zstd', 'rot13', 'gzip, gzip'];
const DEEPEST = 30_000;

const json = { 'content-type': 'application/json' };
const text = (written: string): HostileBody => ({ bytes: new TextEncoder().encode(written), headers: json });

/** Of an honest body; none of them is to be taken. `mostBytes`: what the route reads. */
export function hostileBodies(honest: unknown, mostBytes: number): fc.Arbitrary<HostileBody> {
  const written = JSON.stringify(honest ?? {});
  const bytes = new TextEncoder().encode(written);
  return fc.oneof(
    fc.nat(Math.max(0, written.length - 1)).map((end) => text(written.slice(0, end) || '{')),
    fc.constantFrom('{]', '[1,', '"text"', 'null', 'true', '7', `${written}}`, `\ufeff\ufeff${written}`).map(text),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((noise) => ({
      bytes: Uint8Array.from([...bytes, ...noise, 0xff]),
      headers: json,
    })),
    fc.constantFrom(...TYPES).map((type) => ({ bytes, headers: { 'content-type': type } })),
    fc.constantFrom(...CHARSETS).map((charset) => ({
      bytes: Uint8Array.from([0xff, ...bytes]),
      headers: { 'content-type': `application/json; charset=${charset}` },
    })),
    fc.constantFrom(...ENCODINGS).map((encoding) => ({ bytes, headers: { ...json, 'content-encoding': encoding } })),
    fc.constantFrom(gzipSync, deflateSync).map((pack) => ({
      bytes: pack(Buffer.alloc(mostBytes + 1_000, ' ')),
      headers: { ...json, 'content-encoding': pack === gzipSync ? 'gzip' : 'deflate' },
    })),
    fc
      .tuple(fc.integer({ min: 100, max: Math.min(DEEPEST, Math.floor(mostBytes / 12)) }), fc.nat(2), fc.boolean())
      .chain(([depth, kind, isWhole]) => {
        const deep = deepJson(depth, kind);
        return isWhole && kind !== 0 ? fc.constant(text(deep)) : placed(honest, fc.constant(deep));
      }),
    placed(honest, fc.constantFrom(...STUMBLING.map((one) => JSON.stringify(one)), ...WRITTEN)),
    placed(
      honest,
      fc.jsonValue({ maxDepth: 4 }).map((value) => JSON.stringify([value])),
    ),
    fc.constantFrom(...WRITTEN.slice(0, -1)).map(text),
    fc.constantFrom(...STUMBLING.filter((one) => typeof one === 'object').map((one) => JSON.stringify(one))).map(text),
  );
}

function deepJson(depth: number, kind: number): string {
  if (kind === 0) return '['.repeat(depth) + ']'.repeat(depth);
  if (kind === 1) return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  return '{"a":['.repeat(depth) + ']}'.repeat(depth);
}

/** The honest body with this text in the place of one of its members, or as a member of its own. */
function placed(honest: unknown, member: fc.Arbitrary<string>): fc.Arbitrary<HostileBody> {
  const whole = (honest ?? {}) as Record<string, unknown>;
  const names = [...Object.keys(whole), 'nobody asked for it'];
  return fc
    .tuple(fc.constantFrom(...names), member)
    .map(([name, put]) => text(JSON.stringify({ ...whole, [name]: '\u0001place\u0001' }).replace(PLACE, () => put)));
}

/** What may stand where a path has an id, or after its question mark. */
export const hostileWords: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('%', '%E0%A4%A', '%00', '%ff%fe', '__proto__', 'constructor', '..%2f..', 'x'.repeat(900)),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter(isEncodable).map(encodeURIComponent),
);

export const hostileQueries: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.constantFrom('after', 'limit', 'roomId', '__proto__', 'a[$ne]', '%'), hostileWords)
    .map(([name, word]) => `${name}=%24${word}`),
  fc.constantFrom('&&&=', '=', 'limit=1&limit=2', 'after[]=1', '%=%', 'x'.repeat(2_000)),
);

function isEncodable(word: string): boolean {
  return word.isWellFormed();
}
