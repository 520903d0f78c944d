// Messages for the fuzz, made from the table of messages itself: what fits a type's schema, and what was made unfit. A new
// message needs nothing here. All chance comes from the given random. Called by the two worlds of the fuzz.
import { z } from 'zod';
import { FENCE_STEP } from '../../exam/revision.ts';
import { between, pick, type Random } from '../../loadtest/random.ts';
import { ID_LENGTH } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import { INCOMING, type IncomingType } from '../../schema/messages.ts';

/** All types of messages that a client may send. */
export const TYPES = Object.keys(INCOMING) as IncomingType[];

/** What the messages may speak of, so that some of them hit. */
export type Known = {
  /** By the name of a field (`examineeIds` as `examineeId`): ids that are known there. Others take from all of them. */
  readonly ids: Readonly<Record<string, readonly string[]>>;
  readonly fence: number;
  readonly itemCount: number;
  readonly now: number;
  /** Versions that an incident may have. */
  readonly versions: readonly number[];
};

type Shape = {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape | false;
  readonly prefixItems?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
};

const SHAPES = new Map<IncomingType, Shape>(
  TYPES.map((type) => [type, z.toJSONSchema(INCOMING[type], { io: 'input', unrepresentable: 'any' }) as Shape]),
);

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** Of ids that hit, against ids of nobody. */
const KNOWN_SHARE = 0.85;
const OPTION_SHARE = 0.4;
const REPAIRS = 12;

/** An id of nobody. */
export function strangeId(random: Random): string {
  return Array.from({ length: ID_LENGTH }, () => ALPHABET[between(random, 0, ALPHABET.length - 1)]).join('');
}

/** A message that fits the schema of this type, and mostly speaks of what is known. */
export function fitting(type: IncomingType, random: Random, known: Known): unknown {
  const shape = SHAPES.get(type) ?? {};
  for (;;) {
    const message = valueFor(shape, '', random, known) as Record<string, unknown>;
    if (isRepaired(type, message, random, known)) return message;
  }
}

/** What no shape says (fields that belong together) the parser says: the field it names is left out, or brought. */
function isRepaired(type: IncomingType, message: Record<string, unknown>, random: Random, known: Known): boolean {
  for (let tries = 0; tries < REPAIRS; tries++) {
    const parsed = INCOMING[type].safeParse(message);
    if (parsed.success) return true;
    const field = String(parsed.error.issues[0]?.path[0] ?? '');
    const shape = SHAPES.get(type)?.properties?.[field];
    if (shape === undefined) return false;
    if (message[field] !== undefined && SHAPES.get(type)?.required?.includes(field) !== true) delete message[field];
    else message[field] = valueFor(shape, field, random, known);
  }
  return false;
}

function valueFor(shape: Shape, name: string, random: Random, known: Known): unknown {
  if ('const' in shape) return shape.const;
  if (shape.enum !== undefined) return pick(random, shape.enum);
  if (shape.anyOf !== undefined) return valueFor(pick(random, shape.anyOf) ?? {}, name, random, known);
  switch (shape.type) {
    case 'object':
      return objectOf(shape, random, known);
    case 'array':
      return arrayOf(shape, name, random, known);
    case 'string':
      return textOf(shape, name, random, known);
    case 'integer':
    case 'number':
      return numberOf(shape, name, random, known);
    case 'boolean':
      return random() < 0.5;
    default:
      return null;
  }
}

function objectOf({ properties = {}, required = [] }: Shape, random: Random, known: Known): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(properties))
    if (required.includes(name) || random() < OPTION_SHARE) made[name] = valueFor(shape, name, random, known);
  return made;
}

function arrayOf(shape: Shape, name: string, random: Random, known: Known): unknown[] {
  const { items, prefixItems, minItems = 0, maxItems = 5 } = shape;
  if (prefixItems !== undefined) return prefixItems.map((one) => valueFor(one, name, random, known));
  const length = between(random, minItems, Math.max(minItems, Math.min(maxItems, 4)));
  return Array.from({ length }, () => valueFor(items || {}, name, random, known));
}

function textOf({ pattern = '', minLength = 0, maxLength = 40 }: Shape, name: string, random: Random, known: Known) {
  if (pattern.includes(`{${ID_LENGTH}}`)) return idOf(name, random, known);
  if (random() < 0.4 && minLength <= 1) return pick(random, ['A', 'B', 'C', 'D']);
  const length = between(random, minLength, Math.min(maxLength, minLength + 20));
  return Array.from({ length }, () => pick(random, ['a', 'Z', '0', ' ', '가', '<', '&', '"'])).join('');
}

function idOf(name: string, random: Random, { ids }: Known): string {
  const pool = ids[name.replace(/s$/, '')] ?? Object.values(ids).flat();
  return (random() < KNOWN_SHARE ? pick(random, pool) : undefined) ?? strangeId(random);
}

function numberOf(shape: Shape, name: string, random: Random, known: Known): number {
  const { type, minimum = -1e15, maximum = 1e15 } = shape;
  if (name === 'at') return known.now + between(random, -20_000, 20_000);
  if (name === 'version' && random() < KNOWN_SHARE) return pick(random, known.versions) ?? 0;
  if (type === 'integer' && maximum === LIMITS.items) return between(random, 1, known.itemCount + 1);
  if (type === 'integer' && maximum === Number.MAX_SAFE_INTEGER && minimum === 1) return revision(random, known);
  if (random() < 0.15) return pick(random, [minimum, maximum]) ?? minimum;
  if (type === 'integer') return between(random, minimum, Math.min(maximum, minimum + 10 ** between(random, 1, 9)));
  return minimum + random() * Math.min(maximum - minimum, 10 ** between(random, 0, 6));
}

/** Mostly of the live session; also of one before and of one that never was. */
function revision(random: Random, { fence }: Known): number {
  const of = random() < 0.8 ? fence : Math.max(1, fence + between(random, -1, 2));
  return of * FENCE_STEP + between(random, 0, 400);
}

const HUGE = 'x'.repeat(70_000);
const JUNK: readonly ((random: Random) => unknown)[] = [
  () => null,
  () => undefined,
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => -0,
  () => -1,
  () => 2 ** 53,
  () => 1.5,
  () => 1e308,
  () => true,
  () => '',
  () => '\ud800',
  () => '\0',
  () => HUGE,
  () => [],
  () => ({}),
  () => ({ $ne: null }),
  () => ({ $gt: '' }),
  () => ['__proto__'],
  () => new Uint8Array([1, 2, 3]),
  () => new Date(0),
  () => 12345678901234n,
  () => Array.from({ length: 500 }, () => 'A'),
  () => deep(200),
  () => JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}'),
  (random) => anything(random, 3),
];

/** Keys that nobody asked for. */
const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'then', 'length', '$where', 'roomId', '', HUGE];

function deep(levels: number): unknown {
  let made: unknown = 'the bottom';
  for (let level = 0; level < levels; level++) made = level % 2 === 0 ? [made] : { a: made };
  return made;
}

/** Any structure whatever. */
export function anything(random: Random, depth = 4): unknown {
  const kind = depth === 0 ? 0 : between(random, 0, 3);
  const length = between(random, 0, 4);
  if (kind === 1) return Array.from({ length }, () => anything(random, depth - 1));
  if (kind === 2) {
    const made = {};
    for (let index = 0; index < length; index++) own(made, nameIn(random), anything(random, depth - 1));
    return made;
  }
  return pick(random, ['A', 'text', 0, 1, -1, 1e9, null, true, undefined, '가나다', 0.5]);
}

function nameIn(random: Random): string {
  return pick(random, [...KEYS, 'answers', 'item', 'controlId', 'action', 'examineeId', 'at', 'note', 'version']) ?? '';
}

/** As an own member, also where it is called `__proto__`. The length of an array alone has rules of its own. */
function own(target: object, name: string, value: unknown): void {
  if (Array.isArray(target) && name === 'length') return;
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

/** A message of this type that was made unfit at one or more places, or never had a shape; it may fit by chance. */
export function mutated(type: IncomingType, random: Random, known: Known): unknown {
  if (random() < 0.12) return anything(random);
  let message: unknown = fitting(type, random, known);
  for (let times = between(random, 1, 3); times > 0; times--) message = mutatedOnce(message, random);
  return message;
}

function mutatedOnce(message: unknown, random: Random): unknown {
  if (!isContainer(message) || random() < 0.1) return junk(random);
  const keys = Object.keys(message);
  const key = pick(random, keys);
  if (key !== undefined && isContainer(message[key]) && random() < 0.6) {
    own(message, key, mutatedOnce(message[key], random));
    return message;
  }
  const how = random();
  if (how < 0.25 || key === undefined) own(message, pick(random, KEYS) ?? '', junk(random));
  else if (how < 0.75) own(message, key, changed(message[key], random));
  else if (how < 0.9) delete message[key];
  else own(message, key, message[pick(random, keys) ?? key]);
  return message;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && !(value instanceof Date);
}

/** A bit different, or something else altogether. */
function changed(value: unknown, random: Random): unknown {
  if (typeof value === 'number' && random() < 0.6) return pick(random, [value + 1, -value, value + 0.5, value * 1e6]);
  if (typeof value === 'string' && random() < 0.4) return pick(random, [`${value}x`, value.slice(1), HUGE]);
  return junk(random);
}

function junk(random: Random): unknown {
  return pick(random, JUNK)?.(random);
}

/** As far as it can be shown. */
export function shown(message: unknown): string {
  const text = JSON.stringify(message, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)) ?? 'undefined';
  return text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text;
}
