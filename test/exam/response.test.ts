// Whether a response fits its item.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkResponse, utf8Bytes } from '../../exam/response.ts';
import { Item, type Response, Response as ResponseSchema } from '../../schema/answers.ts';
import { LIMITS } from '../../schema/limits.ts';
import { holdsFor } from './seed.ts';

const options = [{ id: 'A' }, { id: 'B' }, { id: 'C' }];
const item = (kind: string, more: object = {}): Item => Item.parse({ number: 7, name: 'q7', kind, ...more });
const single = item('singleChoice', { options });
const multiple = item('multipleChoice', { options });
const texts = [item('shortText'), item('essay')];
const number = item('number');
const report = item('file', { file: { types: ['application/pdf'] } });
const everyItem = [single, multiple, ...texts, number, report];
const NAMED = `${'a'.repeat(16)}.${'0'.repeat(64)}.${'b'.repeat(22)}`;

const responses: fc.Arbitrary<Response> = fc.oneof(
  fc.constantFrom<Response>('A', 'B', 'D', 'a', '', null, NAMED, `${NAMED}b`),
  fc.array(fc.constantFrom('A', 'B', 'C', 'D'), { maxLength: 5 }),
  fc.string({ unit: 'binary' }),
  fc.double(),
);

/** What fits, said in another way than the code says it. */
function fits(kind: Item['kind'], response: Response): boolean {
  if (response === null) return true;
  if (kind === 'number') return typeof response === 'number' && Math.abs(response) < Infinity;
  if (kind === 'shortText' || kind === 'essay') return typeof response === 'string';
  if (kind === 'file')
    return response === NAMED || (typeof response === 'string' && /^\w{16}\.[\da-f]{64}\.[\w-]{22}$/.test(response));
  if (kind === 'singleChoice') return response === 'A' || response === 'B' || response === 'C';
  return Array.isArray(response) && /^A?B?C?$/.test([...response].sort().join(''));
}

describe('response', () => {
  it('fits its item by kind and options, and null always does', () => {
    holdsFor(
      fc.property(fc.constantFrom(...everyItem), responses, (asked, response) => {
        assert.equal(checkResponse(asked, response) === undefined, fits(asked.kind, response));
      }),
      5_000,
    );
  });

  it('[S22] says that a response which does not fit is never to be sent again, and what is allowed', () => {
    const cases: [Item, Response][] = [
      [single, 'D'],
      [multiple, ['A', 'A']],
      [number, 'seven'],
      [number, Number.NaN],
      [number, Number.POSITIVE_INFINITY],
      [texts[0] ?? single, 3],
    ];
    for (const [asked, response] of cases) {
      const refusal = checkResponse(asked, response);
      assert.equal(refusal?.refused, 'ANSWER_INVALID');
      assert.equal(refusal?.retry, 'never');
      assert.match(refusal?.message ?? '', /Item 7 takes/);
    }
  });

  it('counts the bytes of UTF-8 as they are encoded, lone surrogates too', () => {
    holdsFor(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units)),
        ),
        (text) => {
          assert.equal(utf8Bytes(text), new TextEncoder().encode(text).length);
        },
      ),
      3_000,
    );
  });

  it('[S3] takes an essay of 64 KiB of UTF-8 and refuses one byte more', () => {
    const hangul = '가'.repeat(21_845);
    const [, essay = single] = texts;
    assert.equal(checkResponse(essay, `${hangul}a`), undefined);
    assert.equal(utf8Bytes(`${hangul}a`), LIMITS.answerBytes);
    const refusal = checkResponse(essay, `${hangul}ab`);
    assert.equal(refusal?.refused, 'ANSWER_TOO_LARGE');
    assert.equal(refusal?.retry, 'never');
  });

  it('counts the bound of a short text in bytes of UTF-8', () => {
    const short = item('shortText', { maxLength: 6 });
    assert.equal(checkResponse(short, '한국'), undefined);
    assert.equal(checkResponse(short, '한국!')?.refused, 'ANSWER_TOO_LARGE');
  });

  it('is judged for everything that the message schema lets through', () => {
    holdsFor(
      fc.property(fc.constantFrom(...everyItem), fc.anything(), (asked, anything) => {
        const parsed = ResponseSchema.safeParse(anything);
        if (parsed.success)
          assert.ok(['string', 'undefined'].includes(typeof checkResponse(asked, parsed.data)?.refused));
      }),
    );
  });
});
