// A rejection that nobody hears fails the test in which it came: mocha by itself lets it pass, and production ends of it.
// Those of stores that a test has taken away may float, as in production: the framework lets some of its own do so.
// Required by .mocharc.json.
import { isInfrastructure } from '../../workers/faults.ts';

const unheard: unknown[] = [];
process.on('unhandledRejection', (reason) => {
  if (!isInfrastructure(reason)) unheard.push(reason);
});

function throwUnheard(): void {
  const [reason] = unheard.splice(0);
  if (reason !== undefined) throw new Error('a rejection that nobody heard', { cause: reason });
}

/** What mocha runs around all tests. */
export const mochaHooks = { afterEach: throwUnheard, afterAll: throwUnheard };
