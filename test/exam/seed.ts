// The seed of the generated cases of this run. It is printed, and TEST_SEED repeats it. Called by the property tests; the
// import must be a static one, because it registers a root hook.

import fc from 'fast-check';

/** TEST_SEED, or new with each run. */
export const seed = process.env.TEST_SEED === undefined ? Date.now() % 2_147_483_647 : Number(process.env.TEST_SEED);

before(() => console.log(`  generated cases: TEST_SEED=${seed} repeats them`));

/** Runs a property `runs` times with the run's seed. Throws with seed, path and the smallest counterexample. */
export function holdsFor<T>(property: fc.IProperty<T>, runs = 1_000): void {
  fc.assert(property, { seed, numRuns: runs });
}
