// Revisions: one integer of fence and counter.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { counterOf, FENCE_STEP, fenceOf, revisionOf } from '../../exam/revision.ts';
import { holdsFor } from './seed.ts';

const MOST_FENCE = 9_007_199_253;
const fences = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: MOST_FENCE }));
const counters = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: FENCE_STEP - 1 }));

describe('revision', () => {
  it('[S1] is fence times a million plus counter', () => {
    assert.equal(revisionOf(1, 1), 1_000_001);
    assert.equal(revisionOf(3, 999_999), 3_999_999);
    holdsFor(
      fc.property(fences, counters, (fence, counter) => {
        assert.equal(BigInt(revisionOf(fence, counter)), BigInt(fence) * 1_000_000n + BigInt(counter));
      }),
    );
  });

  it('gives fence and counter back, and is a safe integer of at most 16 digits', () => {
    holdsFor(
      fc.property(fences, counters, (fence, counter) => {
        const revision = revisionOf(fence, counter);
        assert.deepEqual([fenceOf(revision), counterOf(revision)], [fence, counter]);
        assert.ok(Number.isSafeInteger(revision) && String(revision).length <= 16);
      }),
    );
  });

  it('[S1] makes every answer of a later session newer than all of an earlier one', () => {
    holdsFor(
      fc.property(fences, counters, fences, counters, (fenceA, counterA, fenceB, counterB) => {
        const byParts = fenceA === fenceB ? counterA - counterB : fenceA - fenceB;
        assert.equal(Math.sign(revisionOf(fenceA, counterA) - revisionOf(fenceB, counterB)), Math.sign(byParts));
      }),
    );
  });

  it('throws instead of running into the next session or out of the safe integers', () => {
    for (const counter of [0, -1, 1.5, FENCE_STEP, Number.NaN]) assert.throws(() => revisionOf(1, counter), RangeError);
    for (const fence of [0, -1, 1.5, MOST_FENCE + 1, Number.NaN]) assert.throws(() => revisionOf(fence, 1), RangeError);
  });
});
