// Lists in the order of time, and their pages: nothing twice, nothing left out, whatever the size of a page.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { inTime, pageOf } from '../../exam/in-time.ts';
import { holdsFor } from './seed.ts';

/** Few instants and few letters, so that many entries have one instant. */
const entries = fc.uniqueArray(
  fc.record({ at: fc.integer({ min: 0, max: 5 }), entryId: fc.stringMatching(/^[ab.]{1,3}$/) }),
  { selector: ({ at, entryId }) => `${at} ${entryId}` },
);

describe('lists in the order of time', () => {
  it('are in pages that together have each entry once, in order, whatever their size', () => {
    const property = fc.property(entries, fc.integer({ min: 1, max: 7 }), (given, limit) => {
      const ordered = inTime(given);
      const seen: typeof given = [];
      for (let after: string | undefined; ; ) {
        const { page, next } = pageOf(ordered, after, limit);
        assert.ok(page.length <= limit);
        seen.push(...page);
        if (next === null) break;
        after = next;
      }
      assert.equal(seen.length, given.length);
      assert.deepEqual(new Set(seen), new Set(given));
      for (const [index, { at }] of seen.entries()) assert.ok(at >= (seen[index - 1]?.at ?? 0));
    });
    holdsFor(property);
  });

  it('go on after an entry that is there no more, and end after a cursor that is none', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((entryId, at) => ({ at, entryId }));
    assert.ok(a && b && c);
    assert.deepEqual(pageOf([a, c], '1.b', 5), { page: [c], next: null });
    assert.deepEqual(pageOf([a, b, c], 'yesterday', 5), { page: [], next: null });
  });
});
