// Keeps the live data of every plan that is under way like the store, by one worker at a time: after a wipe, a Redis that
// came back without its last second, a job that was lost, or an exam that ends later. One plan after the other and one
// sheet after the other, so that an exam is never held up by it. Called by main.ts.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { repliesOf } from '../redis-connection.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import { newId } from '../schema/ids.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { PlanState } from '../schema/states.ts';
import type { Store } from '../store/open-store.ts';
import { isInfrastructure } from './faults.ts';
import { type Brought, bringLive, removeLive } from './live-plan.ts';
import { fillSheet, forgetOldRun } from './live-sheets.ts';
import { type Sweep, startSweep } from './sweep.ts';

export type KeeperOptions = {
  readonly store: Pick<Store, 'plans' | 'rooms' | 'examinees' | 'sheets' | 'proctors' | 'incidents' | 'answers'>;
  readonly redis: Redis;
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** Another length is for tests. */
  readonly lookEveryMs?: number;
};

/** Plans that have live data; of one that has ended nothing changes any more. */
export const LIVE_STATES: PlanState[] = ['open', 'running', 'paused', 'ended'];
const LOOK_EVERY_MS = 2_000;
export const KEEPER_MS = 10_000;
/** A plan is looked at for a hundredth of the time at most: one of thousands not as often as one of a room. */
const REST_FOR_WORK = 99;
/** Sheets are read for so long, then the plans are looked at again. */
const FILL_MS = 1_000;
/** An incident's `updatedAt` is its writer's clock, which is at most so far behind. */
const CLOCKS_MS = 10_000;

/** KEYS[1] keeper; ARGV owner, ms. Returns 1 where it is the owner's now. */
const KEEP = `
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/** Starts looking. Two at once, after a wipe for a moment, do no harm: all that is written may be written again. */
export function startLiveKeeper(options: KeeperOptions): Sweep {
  const { store, redis, log, lookEveryMs = LOOK_EVERY_MS } = options;
  const owner = newId();
  /** Sheets that are not in Redis, or not whole, by plan. */
  const missing = new Map<string, { readonly examineeIds: Set<string>; readonly until: number }>();

  /** When a plan that is whole is looked at again; performance.now(). */
  const restUntil = new Map<string, number>();
  /** How long the last look at it took. */
  const lookMs = new Map<string, number>();

  const isKeeper = async () => (await redis.eval(KEEP, 1, redisKeys.keeper(), owner, KEEPER_MS)) === 1;

  async function look(signal: AbortSignal): Promise<void> {
    if (!(await isKeeper())) return forget();
    const runId = await forgetOldRun(redis);
    const plans = await store.plans.byStates(LIVE_STATES);
    for (const plan of plans) {
      if (signal.aborted || !(await isKeeper())) return;
      await alone(plan._id, () => keepPlan(plan, runId));
    }
    await leavePlans(new Set(plans.map(({ _id }) => _id)), runId);
    await fillMissing(signal, runId);
  }

  function forget(): void {
    missing.clear();
    restUntil.clear();
    lookMs.clear();
  }

  /** A plan that cannot be shown holds up no other. */
  async function alone(planId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      log.error({ err: error, planId }, 'live data of a plan cannot be kept');
    }
  }

  async function keepPlan(plan: PlanDocument, runId: string): Promise<void> {
    const { _id: planId, status, version } = plan;
    const built = `${runId}:${status}:${version}`;
    const [before, sheets, lookedAt] = await redis.hmget(redisKeys.plan(planId), 'built', 'sheets', 'lookedAt');
    if (before === built && sheets === runId && status === 'ended') return;
    const startedAt = performance.now();
    const isWhole = before?.startsWith(`${runId}:`) ?? false;
    if (before === built && sheets === runId && startedAt < (restUntil.get(planId) ?? 0)) return;
    // A look that a wipe has met may have said after it that all sheets are there.
    if (!isWhole) await redis.hdel(redisKeys.plan(planId), 'sheets');
    const incidentsSince = isWhole ? Number(lookedAt) - CLOCKS_MS : 0;
    const brought = await bringLive(options, plan, { replaces: 'same', incidentsSince, built });
    if (!isWhole) log.info({ planId, examinees: brought.examinees.length }, 'live data of a plan was built');
    await noteMissing(planId, brought, isWhole && sheets === runId);
    rest(planId, performance.now() - startedAt);
  }

  /** By the shorter of its last two looks, of which one may have waited for others; not at all behind the first. */
  function rest(planId: string, tookMs: number): void {
    const workMs = Math.min(tookMs, lookMs.get(planId) ?? 0);
    lookMs.set(planId, tookMs);
    restUntil.set(planId, performance.now() + REST_FOR_WORK * workMs);
  }

  /** Who has answers and no sheet, or one that lacks some: whoever should have dropped it may have died. In a Redis of which nothing is known yet, also who may have some. */
  async function noteMissing(planId: string, { examinees, until }: Brought, isKnown: boolean): Promise<void> {
    const ids = examinees
      .filter(({ fence, display }) => (isKnown ? display.savedCount > 0 : fence > 0))
      .map(({ _id }) => _id);
    const counts = new Map(examinees.map(({ _id, display }) => [_id, display.savedCount]));
    const pipeline = redis.pipeline();
    for (const examineeId of ids) pipeline.hlen(redisKeys.sheet(planId, examineeId));
    const replies = ids.length === 0 ? [] : await repliesOf(pipeline);
    const isBehind = (examineeId: string, length: unknown) =>
      length === 0 || (typeof length === 'number' && length < (counts.get(examineeId) ?? 0));
    const absent = ids.filter((examineeId, index) => isBehind(examineeId, replies[index]));
    if (absent.length > 0 || !isKnown) missing.set(planId, { examineeIds: new Set(absent), until });
  }

  async function fillMissing(signal: AbortSignal, runId: string): Promise<void> {
    const endAt = performance.now() + FILL_MS;
    for (const [planId, { examineeIds, until }] of missing) {
      for (const examineeId of examineeIds) {
        if (signal.aborted || performance.now() > endAt) return;
        await fillSheet(redis, store, planId, examineeId, () => until);
        examineeIds.delete(examineeId);
      }
      missing.delete(planId);
      await redis.hset(redisKeys.plan(planId), 'sheets', runId);
    }
  }

  /** Plans that were shown and are no longer under way: scored ones are shown as they are now, of others nothing is left. */
  async function leavePlans(kept: ReadonlySet<string>, runId: string): Promise<void> {
    for (const planId of await redis.zrange(redisKeys.livePlans(), 0, '-1')) {
      if (kept.has(planId)) continue;
      await alone(planId, () => leavePlan(planId, runId));
      await redis.zrem(redisKeys.livePlans(), planId);
    }
  }

  async function leavePlan(planId: string, runId: string): Promise<void> {
    const plan = await store.plans.get(planId);
    missing.delete(planId);
    restUntil.delete(planId);
    lookMs.delete(planId);
    if (plan?.status !== 'scored') return removeLive(redis, planId);
    const built = `${runId}:${plan.status}:${plan.version}`;
    await bringLive(options, plan, { replaces: 'same', incidentsSince: 0, built });
  }

  return startSweep('live data', lookEveryMs, look, log);
}
