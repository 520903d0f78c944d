// Properties that await real parts, with the seed of the run. Called by tests of client/, rooms/ and journey/.
import fc from 'fast-check';

const seed = process.env.TEST_SEED === undefined ? Date.now() % 2_147_483_647 : Number(process.env.TEST_SEED);

/**
 * Runs an asynchronous property. Rejects with seed, path and the smallest counterexample that was found within the patience, in
 * ms, which is to be less than the test's own timeout: each step of shrinking may wait for something that does not come, and a
 * test that ends by its timeout says nothing of what it has found.
 */
export function holdsForAsync<T>(property: fc.IAsyncProperty<T>, runs: number, patienceMs: number): Promise<void> {
  const limit = { interruptAfterTimeLimit: patienceMs, markInterruptAsFailure: true };
  return fc.assert(property, { seed, numRuns: runs, ...limit });
}
