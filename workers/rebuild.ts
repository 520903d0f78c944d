// Builds all live data in Redis again from the store: rooms, incidents, examinees and sheets of plans that are not
// over yet. Live data is for display, so this may run beside a running exam; newer writes of the workers follow it.
// Called by operations.ts.
import { Redis } from 'ioredis';
import type { ExamineeDocument, RoomDocument } from '../schema/documents/room.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { PlanState } from '../schema/states.ts';
import type { CurrentAnswer } from '../store/answers.ts';
import type { Store } from '../store/open-store.ts';
import { countIncidents } from './incident-counts.ts';
import { endOfPlan, liveUntil } from './live-expiry.ts';

const LIVE: PlanState[] = ['open', 'running', 'paused', 'ended'];
const PAGE = 200;

export type Rebuilt = { plans: number; rooms: number; examinees: number; sheets: number };

/** Replaces what Redis has of these plans. Throws where either store is away; it may be run again. */
export async function rebuildLiveData(store: Store, redisUrl: string): Promise<Rebuilt> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 3 });
  const done: Rebuilt = { plans: 0, rooms: 0, examinees: 0, sheets: 0 };
  try {
    for (const plan of await store.plans.byStates(LIVE)) {
      await rebuildPlan({ store, redis, until: liveUntil(endOfPlan(plan)) }, plan._id, done);
      done.plans++;
    }
  } finally {
    redis.disconnect();
  }
  return done;
}

/** `until`: when the plan's live data expires, in epoch s. */
type Parts = { readonly store: Store; readonly redis: Redis; readonly until: number };

async function rebuildPlan(parts: Parts, planId: string, done: Rebuilt): Promise<void> {
  const { store } = parts;
  for (const room of await store.rooms.byPlan(planId)) {
    await replaceHash(parts, redisKeys.room(planId, room._id), roomFields(room));
    done.rooms++;
  }
  await rebuildIncidents(parts, planId);
  let after: string | undefined;
  for (;;) {
    const examinees = await store.examinees.byPlan(planId, { after, limit: PAGE });
    for (const examinee of examinees) await rebuildExaminee(parts, examinee, done);
    after = examinees.at(-1)?._id;
    if (examinees.length < PAGE) return;
  }
}

/** What a worker counts meanwhile is counted once: each incident's share lies beside the counts. */
async function rebuildIncidents({ store, redis, until }: Parts, planId: string): Promise<void> {
  await redis.del(redisKeys.incidents(planId), redisKeys.incidentCounts(planId));
  for (let after: string | undefined; ; ) {
    const incidents = await store.incidents.byPlan(planId, {}, { after, limit: PAGE });
    await countIncidents(redis, planId, until, incidents);
    after = incidents.at(-1)?._id;
    if (incidents.length < PAGE) return;
  }
}

async function rebuildExaminee(parts: Parts, examinee: ExamineeDocument, done: Rebuilt): Promise<void> {
  const { planId, _id } = examinee;
  await replaceHash(parts, redisKeys.examinee(planId, _id), examineeFields(examinee));
  done.examinees++;
  const answers = examinee.fence === 0 ? [] : await parts.store.answers.current(planId, _id);
  await replaceHash(parts, redisKeys.sheet(planId, _id), sheetFields(answers));
  if (answers.length > 0) done.sheets++;
}

function roomFields({ status, startsAt, endsAt, epoch }: RoomDocument): Record<string, string> {
  return { status, startsAt: String(startsAt), deadlineAt: String(endsAt), epoch: String(epoch), sequence: '0' };
}

function examineeFields({ status, display }: ExamineeDocument): Record<string, string> {
  const { link, savedCount, lastSeenAt, epoch, sequence } = display;
  const numbers = { savedCount, lastSeenAt, epoch, sequence };
  return { status, link, ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])) };
}

function sheetFields(answers: readonly CurrentAnswer[]): Record<string, string> {
  return Object.fromEntries(
    answers.map(({ item, revision, response }) => [item, `${revision}:${JSON.stringify(response)}`]),
  );
}

async function replaceHash({ redis, until }: Parts, key: string, fields: Record<string, string>): Promise<void> {
  const transaction = redis.multi().del(key);
  if (Object.keys(fields).length > 0) transaction.hset(key, fields).expireat(key, until);
  await transaction.exec();
}
