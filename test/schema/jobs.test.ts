// The shapes of jobs that are looked at by hand, against what the schemas of their parts say.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { z } from 'zod';
import { Response } from '../../schema/answers.ts';
import { QueuedAnswer } from '../../schema/jobs.ts';
import { LIMITS } from '../../schema/limits.ts';
import { holdsFor } from '../exam/seed.ts';

const AS_SCHEMAS = z.tuple([
  z.string(),
  z.int(),
  z.int(),
  Response,
  z.string(),
  z.number(),
  z.literal(true).optional(),
]);

const text = fc.constantFrom('', 'A', 'x'.repeat(LIMITS.answerBytes), 'x'.repeat(LIMITS.answerBytes + 1));
const number = fc.constantFrom(0, 7, -1, 1.5, 2 ** 60, Number.NaN, Number.POSITIVE_INFINITY);
const odd = fc.constantFrom<unknown>(undefined, null, true, false, [], ['A'], ['A', 3], {});
const any = fc.oneof(text, number, odd);
const usual: fc.Arbitrary<unknown>[] = [
  fc.constant('somebody'),
  fc.nat(),
  fc.nat(),
  fc.constantFrom<unknown>('B', ['A', 'B'], 3.5, null),
  fc.constant('a hash'),
  fc.nat(),
  fc.constantFrom<unknown>(true, undefined),
];
/** Most places as they should be, so that each of them decides at times. */
const places = usual.map((one) => fc.oneof({ weight: 12, arbitrary: one }, { weight: 1, arbitrary: any }));
const answers = fc
  .tuple(fc.tuple(...places), fc.integer({ min: 4, max: 7 }), fc.array(any, { maxLength: 1 }))
  .map(([values, length, more]) => [...values.slice(0, length), ...(length === 7 ? more : [])]);

describe('an answer of a job', () => {
  it('has the shape that the schemas of its parts say, and no other', () => {
    const seen = { taken: 0, refused: 0 };
    holdsFor(
      fc.property(fc.oneof({ weight: 20, arbitrary: answers }, { weight: 1, arbitrary: any }), (value) => {
        const isTaken = QueuedAnswer.safeParse(value).success;
        seen[isTaken ? 'taken' : 'refused']++;
        assert.equal(isTaken, AS_SCHEMAS.safeParse(value).success);
      }),
      3_000,
    );
    assert.ok(seen.taken > 300 && seen.refused > 300, JSON.stringify(seen));
  });

  it('is handed on as it came', () => {
    const value = ['somebody', 3, 8, ['A', 'C'], 'a hash', 5, true];
    assert.deepEqual(QueuedAnswer.parse(value), value);
  });
});
