// The smallest failing part is found, with few tries, and never a part that does not fail.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { smallest } from '../../chaos/shrink.ts';
import { seed } from '../exam/seed.ts';

describe('shrinking', () => {
  it('finds exactly what has to be together', async () => {
    const lists = fc.uniqueArray(fc.integer(), { minLength: 2, maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(lists, fc.infiniteStream(fc.boolean()), async (all, chance) => {
        const needed = all.filter(() => chance.next().value);
        if (needed.length === 0) needed.push(all[0] as number);
        const fails = async (candidate: readonly number[]) => needed.every((one) => candidate.includes(one));
        const { left } = await smallest(all, fails, 1_000);
        assert.deepEqual(left, needed);
      }),
      { seed },
    );
  });

  it('asks no more often than it may, and then has what failed last', async () => {
    let asked = 0;
    const { left, tries } = await smallest(
      [1, 2, 3, 4, 5, 6, 7, 8],
      async (candidate) => {
        asked += 1;
        return candidate.includes(7) && candidate.includes(2);
      },
      3,
    );
    assert.equal(asked, 3);
    assert.equal(tries, 3);
    assert.ok(left.includes(7) && left.includes(2));
  });
});
