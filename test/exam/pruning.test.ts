// Pruning decides which contents are given up for ever, so it is held to what it must keep, for any revisions.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PRUNING_PERIOD_MS, periodOf, prunableRevisions } from '../../exam/pruning.ts';
import { holdsFor } from './seed.ts';

const written = fc.uniqueArray(
  fc.record({ revision: fc.integer({ min: 1, max: 400 }), at: fc.integer({ min: 0, max: 5 * PRUNING_PERIOD_MS }) }),
  { selector: ({ revision }) => revision, maxLength: 40 },
);
const kept = fc.uniqueArray(fc.integer({ min: 1, max: 400 }), { maxLength: 5 }).map((revisions) => new Set(revisions));

describe('pruning of older revisions', () => {
  it('[S3] gives up all but the newest of each half minute', () => {
    const revisions = [1, 2, 3, 4, 5].map((revision) => ({ revision, at: revision * 10_000 }));
    assert.deepEqual(prunableRevisions(revisions), [1, 3, 4]);
  });

  it('[S3] keeps what a vector has named', () => {
    const revisions = [1, 2, 3].map((revision) => ({ revision, at: 1_000 + revision }));
    assert.deepEqual(prunableRevisions(revisions, new Set([2])), [1]);
  });

  it('gives up nothing of a single revision, and nothing of none', () => {
    assert.deepEqual(prunableRevisions([{ revision: 7, at: 1 }]), []);
    assert.deepEqual(prunableRevisions([]), []);
  });

  it('keeps the highest revision, one of each half minute and all that is kept, and nothing else, for any revisions', () => {
    holdsFor(
      fc.property(written, kept, (revisions, named) => {
        const gone = new Set(prunableRevisions(revisions, named));
        const left = revisions.filter(({ revision }) => !gone.has(revision));
        const highest = Math.max(0, ...revisions.map(({ revision }) => revision));
        assert.ok(!gone.has(highest));
        for (const revision of named) assert.ok(!gone.has(revision));
        const periods = new Set(revisions.map(({ at }) => periodOf(at)));
        assert.deepEqual(new Set(left.map(({ at }) => periodOf(at))), periods);
        assert.equal(left.filter(({ revision }) => !named.has(revision)).length <= periods.size, true);
        assert.deepEqual(prunableRevisions(left, named), []);
      }),
    );
  });

  it('never loses the highest when it is asked again and again as revisions come, in any order', () => {
    holdsFor(
      fc.property(written, (revisions) => {
        let left: typeof revisions = [];
        for (const one of revisions) {
          left = [...left, one];
          const gone = new Set(prunableRevisions(left));
          left = left.filter(({ revision }) => !gone.has(revision));
          const seen = revisions.slice(0, revisions.indexOf(one) + 1);
          assert.ok(left.some(({ revision }) => revision === Math.max(...seen.map((before) => before.revision))));
        }
      }),
    );
  });
});
