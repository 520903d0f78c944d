// Properties that await, with the seed of the run. Called by tests of client/.
import fc from 'fast-check';

const seed = process.env.TEST_SEED === undefined ? Date.now() % 2_147_483_647 : Number(process.env.TEST_SEED);

/** Runs an asynchronous property. Rejects with seed, path and the smallest counterexample. */
export function holdsForAsync<T>(property: fc.IAsyncProperty<T>, runs: number): Promise<void> {
  return fc.assert(property, { seed, numRuns: runs });
}
