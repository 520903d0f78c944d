// A shared pace: so many answers a second over all simulated examinees, first come, first served.
// It must never catch up in a burst what was missed while the process was busy. Called by the replay.
import { setTimeout as sleep } from 'node:timers/promises';

export type Pace = {
  /** Resolves when the next `count` answers may go. */
  take(count: number): Promise<void>;
};

/** The most that a late process makes up for at once, in ms. */
const SLACK_MS = 100;

/** A pace of `perSecond` answers a second; Infinity for as fast as it goes. */
export function createPace(perSecond: number, now: () => number = () => performance.now()): Pace {
  let next = now();
  return {
    async take(count) {
      const at = Math.max(next, now() - SLACK_MS);
      next = at + (count / perSecond) * 1_000;
      const wait = at - now();
      if (wait > 0) await sleep(wait);
    },
  };
}
