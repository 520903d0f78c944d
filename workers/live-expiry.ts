// When live data in Redis goes: seven days after the end of its plan, or after the last write where that is later or the
// end is not known. Must never hold up an answer: a plan's end is read beside the work, and used once it is known.
// Called by whatever writes live data.
import type { Logger } from 'pino';
import { deadlineOf } from '../exam/clock.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { Store } from '../store/open-store.ts';

const KEPT_MS = 7 * 24 * 3_600_000;
/** A start, a later window and an end change it; minutes are nothing beside seven days. */
const KNOWN_MS = 60_000;
/** Beyond it all are forgotten, and read again when they are written to. */
const PLANS = 1_000;

/** The instant for EXPIREAT, in epoch seconds. `endAt` and `now` are epoch ms; 0 for an end that is not known. */
export function liveUntil(endAt: number, now = Date.now()): number {
  return Math.floor((Math.max(endAt, now) + KEPT_MS) / 1_000);
}

type PlanTimes = Pick<PlanDocument, 'startsAt' | 'durationMs' | 'windowEndsAt' | 'endedAt'>;

/** When the plan ended or, as far as can be told, will end, in epoch ms; 0 where it has neither a start nor a window. */
export function endOfPlan({ startsAt, durationMs, windowEndsAt, endedAt }: PlanTimes): number {
  if (endedAt !== 0) return endedAt;
  return startsAt === 0 ? windowEndsAt : deadlineOf({ startsAt, durationMs, windowEndsAt, extraMs: 0, pausedMs: 0 });
}

const HOUR_MS = 3_600_000;

/** The same for a whole plan, which is looked at again and again: of the end that is past or not known, anew each hour. */
export function liveUntilHour(endAt: number, now: number): number {
  return liveUntil(endAt, now - (now % HOUR_MS));
}

export type PlanEnds = {
  /** What is known, in epoch ms; 0 where it is not known yet. Reads it again, beside, where that was a while ago. */
  of(planId: string): number;
};

/** The ends of the plans that are being written to. */
export function createPlanEnds(store: Pick<Store, 'plans'>, log: Logger): PlanEnds {
  const known = new Map<string, { endAt: number; readAt: number }>();

  /** Never rejects: without it the expiry follows from the last write. */
  async function read(planId: string): Promise<void> {
    try {
      const plan = await store.plans.get(planId);
      known.set(planId, { endAt: plan === null ? 0 : endOfPlan(plan), readAt: performance.now() });
    } catch (error) {
      log.debug({ err: error, planId }, "a plan's end was not read; its live data expires by the last write");
    }
  }

  return {
    of(planId) {
      const before = known.get(planId);
      if (before !== undefined && performance.now() - before.readAt < KNOWN_MS) return before.endAt;
      if (known.size >= PLANS) known.clear();
      const endAt = before?.endAt ?? 0;
      known.set(planId, { endAt, readAt: performance.now() }); // one read at a time
      void read(planId);
      return endAt;
    },
  };
}
