// A clock that stands until the test moves it: timers run in their order, and promises settle between them. Called by
// tests of client/.
import type { ClientClock } from '../../client/clock.ts';

export type TestClock = ClientClock & {
  /** Moves the time on, running every timer that comes due on the way. */
  advance(ms: number): Promise<void>;
  /** How many timers wait. */
  waiting(): number;
};

/** A clock at 0 whose wall clock is an hour behind `serverAt`. */
export function createTestClock(wallAt = 0): TestClock {
  let now = 0;
  let timers: { at: number; call: () => void }[] = [];
  return {
    now: () => now,
    waiting: () => timers.length,
    wallNow: () => wallAt + now,
    after(delayMs, call) {
      const timer = { at: now + Math.max(0, delayMs), call };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    async advance(ms) {
      const end = now + ms;
      await settled();
      for (let next = earliest(timers, end); next !== undefined; next = earliest(timers, end)) {
        const due = next;
        timers = timers.filter((other) => other !== due);
        now = Math.max(now, due.at);
        due.call();
        await settled();
      }
      now = end;
    },
  };
}

/** Lets every promise that can settle do so. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function earliest<T extends { at: number }>(timers: readonly T[], end: number): T | undefined {
  return timers.reduce<T | undefined>(
    (best, timer) => (timer.at <= end && (best === undefined || timer.at < best.at) ? timer : best),
    undefined,
  );
}
