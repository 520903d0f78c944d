// Lists in the order of time, and their pages: nothing twice, nothing left out, whatever the size of a page.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inTime } from '../../exam/in-time.ts';
import { holdsFor } from './seed.ts';

/** Few instants and few letters, so that many entries have one instant. */
const entries = fc.uniqueArray(
  fc.record({ at: fc.integer({ min: 0, max: 5 }), entryId: fc.stringMatching(/^[ab.]{1,3}$/) }),
  { selector: ({ at, entryId }) => `${at} ${entryId}` },
);

describe('lists in the order of time', () => {
  it('have each entry once, the earliest first', () => {
    const property = fc.property(entries, (given) => {
      const ordered = inTime(given);
      assert.equal(ordered.length, given.length);
      assert.deepEqual(new Set(ordered), new Set(given));
      for (const [index, { at }] of ordered.entries()) assert.ok(at >= (ordered[index - 1]?.at ?? 0));
    });
    holdsFor(property);
  });
});
