// Three seeds of chaos on each mutant: the harness finds what it says that it finds.
import assert from 'node:assert/strict';
import { hunt, isCaught } from './hunt.ts';
import { MUTANTS } from './mutants.ts';

const SEEDS = 3;
const SECONDS = 8;

describe('chaos on a product with a fault', function () {
  this.timeout(10 * 60_000);

  for (const mutant of MUTANTS)
    it(`finds ${mutant.name}`, async () => {
      const hunted = await hunt({ mutant, seed: 1, seeds: SEEDS, seconds: SECONDS });
      const missed = hunted
        .filter((one) => !isCaught(one))
        .map(({ seed, columns }) => `${seed}: ${columns.join(', ')}`);
      assert.deepEqual(missed, []);
    });
});
