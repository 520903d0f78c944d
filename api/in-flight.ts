// Bounds how many of one kind run at once. What is over the bound is refused at once and told when to come back: a
// queue would only hide the overload until its clients have given up. Called by routes.
import { type Refusal, refuse } from '../schema/refusals.ts';

export type InFlight = {
  /** Runs the work, or refuses it with BUSY and when to come back. */
  run<T>(work: () => Promise<T>): Promise<T | Refusal>;
  /** For work that runs and now only waits for somebody else: meanwhile another one may run. Bounded, too. */
  aside<T>(wait: () => Promise<T>): Promise<T>;
  count(): number;
};

/** For each one that may run, so many may wait aside; whoever waits beyond that keeps the place. */
const ASIDE_EACH = 32;
/** What each of them takes, one after the other, on a machine that is full. */
const EACH_MS = 4;

/** At most `most` at once in this process; the others come back after `retryAfterMs`, and later where many wait aside. */
export function createInFlight(most: number, retryAfterMs: number): InFlight {
  let count = 0;
  let asideCount = 0;
  /** Those who wait aside come before whoever is refused now, and run all at once: until then it is no use to ask again. */
  const behindMs = () => (count - most + asideCount) * EACH_MS;
  return {
    async run(work) {
      if (count >= most) return refuse('BUSY', undefined, Math.max(retryAfterMs, behindMs()));
      count++;
      try {
        return await work();
      } finally {
        count--;
      }
    },
    async aside(wait) {
      if (asideCount >= most * ASIDE_EACH) return wait();
      count--;
      asideCount++;
      try {
        return await wait();
      } finally {
        asideCount--;
        count++;
      }
    },
    count: () => count,
  };
}
