// Bounds how many of one kind run at once. What is over the bound is refused at once and told when to come back: a long
// line would only hide the overload until its clients have given up. Called by routes.
import { type Refusal, refuse } from '../schema/refusals.ts';

export type InFlight = {
  /** Runs the work, after a moment in the line where there is one, or refuses it with BUSY and when to come back. */
  run<T>(work: () => Promise<T>): Promise<T | Refusal>;
  /**
   * For work that runs and now only waits for somebody else: meanwhile another one may run. It goes on when it has a place
   * again, in the order in which the waits end. Bounded, too.
   */
  aside<T>(wait: () => Promise<T>): Promise<T>;
  count(): number;
};

/**
 * For each one that may run, so many may wait aside; whoever waits beyond that keeps the place. When what they wait for is
 * there they run one after the other, and the last of them should be answered while somebody still listens.
 */
const ASIDE_EACH = 16;
/** What each of them takes, one after the other, on a machine that is full: at first, and the bounds of what is measured. */
const EACH_MS = { first: 3, least: 0.5, most: 200 } as const;
/** By so much what is measured follows each that took longer or shorter: to the median, which no standstill pulls away. */
const STEP = 1.05;
/** They are called a little too early: some are refused once more, and no place stays empty. */
const EARLY = 0.75;
const LATEST_MS = 30_000;

/**
 * At most `most` at once in this process, and `inLine` more who wait for a place. Each of the others is given a time of its own
 * to come back, `retryAfterMs` from now at the earliest, one after the other at the pace at which places become free: a crowd
 * that is told one time comes in one instant again, and one that spreads by itself leaves places empty. Who wait aside come
 * before.
 */
export function createInFlight(most: number, retryAfterMs: number, inLine = 0): InFlight {
  const line: (() => void)[] = [];
  let count = 0;
  let asideCount = 0;
  let eachMs: number = EACH_MS.first;
  /** The last end of one while all places were taken. */
  let lastDoneAt: number | undefined;
  let nextAt = 0;

  /** Only from end to end while all places are taken: a quiet machine is not slow. */
  function measure(): void {
    const now = performance.now();
    if (count >= most && lastDoneAt !== undefined) {
      const next = now - lastDoneAt > eachMs ? eachMs * STEP : eachMs / STEP;
      eachMs = Math.min(EACH_MS.most, Math.max(EACH_MS.least, next));
    }
    lastDoneAt = count >= most ? now : undefined;
  }

  function appointmentMs(): number {
    const now = performance.now();
    const paceMs = eachMs * EARLY;
    const behindMs = (count - most + line.length + asideCount) * paceMs;
    nextAt = Math.max(nextAt + paceMs, now + Math.max(retryAfterMs, behindMs));
    return Math.round(Math.min(LATEST_MS, nextAt - now));
  }

  function inTurn(): Promise<void> {
    return new Promise((resolve) => void line.push(resolve));
  }

  /** The first in the line has the place at once, so that nobody comes between. */
  function leave(): void {
    const next = line.shift();
    if (next === undefined) count--;
    else next();
  }

  return {
    async run(work) {
      if (count >= most && line.length >= inLine) return refuse('BUSY', undefined, appointmentMs());
      if (count < most) count++;
      else await inTurn();
      try {
        return await work();
      } finally {
        measure();
        leave();
      }
    },
    async aside(wait) {
      if (asideCount >= most * ASIDE_EACH) return wait();
      asideCount++;
      leave();
      try {
        return await wait();
      } finally {
        asideCount--;
        if (count < most) count++;
        else await inTurn();
      }
    },
    count: () => count,
  };
}
