// Builds all live data in Redis again from the store, whatever is there: that of plans that are not over yet. Live data is
// for display, so this may run beside a running exam; newer writes of the workers follow it. The keeper does the same by
// itself, a little at a time. Called by operations.ts.
import type { Redis } from 'ioredis';
import { openRedis } from '../redis-connection.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';
import { LIVE_STATES } from './live-keeper.ts';
import { bringLive } from './live-plan.ts';
import { fillSheet, forgetOldRun } from './live-sheets.ts';

export type Rebuilt = { plans: number; rooms: number; examinees: number; sheets: number };

/** Replaces what Redis has of these plans. Throws where either store is away; it may be run again. */
export async function rebuildLiveData(store: Store, redisUrl: string): Promise<Rebuilt> {
  const redis = openRedis(redisUrl, { maxRetriesPerRequest: 3 });
  const done: Rebuilt = { plans: 0, rooms: 0, examinees: 0, sheets: 0 };
  try {
    const runId = await forgetOldRun(redis);
    for (const plan of await store.plans.byStates(LIVE_STATES)) await rebuildPlan(store, redis, plan, runId, done);
  } finally {
    redis.disconnect();
  }
  return done;
}

async function rebuildPlan(
  store: Store,
  redis: Redis,
  plan: PlanDocument,
  runId: string,
  done: Rebuilt,
): Promise<void> {
  const { _id: planId, status, version } = plan;
  const built = `${runId}:${status}:${version}`;
  const parts = { store, redis, now: Date.now };
  await redis.hdel(redisKeys.plan(planId), 'master');
  const brought = await bringLive(parts, plan, { replaces: 'every', incidentsSince: 0, built });
  for (const { _id, fence } of brought.examinees) {
    await redis.unlink(redisKeys.sheet(planId, _id));
    if (fence > 0 && (await fillSheet(redis, store, planId, _id, () => brought.until))) done.sheets++;
  }
  await redis.hset(redisKeys.plan(planId), 'sheets', runId);
  done.plans++;
  done.rooms += brought.roomCount;
  done.examinees += brought.examinees.length;
}
