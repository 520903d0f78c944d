// Live data as tests look at it: everything of a plan that lies in Redis, and what the store says that should lie there.
// Called by tests of workers/ and rooms/.
import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import { liveCountsOf } from '../../exam/live-counts.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { Store } from '../../store/open-store.ts';

type Dump = Record<string, unknown>;

/** Every key of the plan with its content; without when it was looked at, which each look changes. */
export async function dumpLive(redis: Redis, planId: string): Promise<Dump> {
  const keys = (await redis.keys(`eh:{${planId}}:*`)).sort();
  const found: [string, unknown][] = [];
  for (const key of keys) {
    const isSet = (await redis.type(key)) === 'zset';
    if (isSet) found.push([key, await redis.zrange(key, 0, '-1', 'WITHSCORES')]);
    else {
      const { lookedAt: _, ...fields } = await redis.hgetall(key);
      found.push([key, fields]);
    }
  }
  return Object.fromEntries(found);
}

/** Throws where a state or a count in Redis is not what the store says. */
export async function assertLikeStore(redis: Redis, store: Store, planId: string): Promise<void> {
  const plan = await store.plans.get(planId);
  const shown = await redis.hgetall(redisKeys.plan(planId));
  assert.equal(shown.status, plan?.status);
  for (const room of await store.rooms.byPlan(planId)) {
    const row = await redis.hgetall(redisKeys.room(planId, room._id));
    assert.deepEqual([row.status, row.startsAt], [room.status, String(room.startsAt)], room._id);
    assert.equal(await redis.hget(redisKeys.masterRooms(planId), room._id), room.label);
  }
  const examinees = await store.examinees.byPlan(planId, { limit: 10_000 });
  const sheets = new Map((await store.sheets.byPlan(planId, { limit: 10_000 })).map((one) => [one._id, one.state]));
  for (const { _id, roomId, status, display } of examinees) {
    const sheet = sheets.get(_id);
    const row = await redis.hgetall(redisKeys.examinee(planId, _id));
    const { link, savedCount, lastSeenAt, epoch, sequence } = display;
    const numbers = { savedCount, lastSeenAt, epoch, sequence };
    const texts = Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)]));
    assert.deepEqual({ ...row }, { roomId, status, link, ...texts, ...(sheet && { sheet }) }, _id);
    const stored = (await store.answers.current(planId, _id)).map((one) => [
      String(one.item),
      `${one.revision}:${JSON.stringify(one.response)}`,
    ]);
    assert.deepEqual({ ...(await redis.hgetall(redisKeys.sheet(planId, _id))) }, Object.fromEntries(stored), _id);
  }
  assert.equal(await redis.hlen(redisKeys.masterExaminees(planId)), examinees.length);
  assert.equal(await redis.zcard(redisKeys.lastSeen(planId)), examinees.length);
  const rows = examinees.map(({ _id, roomId, status, display: { link, savedCount } }) => {
    return { roomId, status, link, savedCount, sheet: sheets.get(_id) };
  });
  assert.deepEqual(await numbersOf(redis, redisKeys.counts(planId)), liveCountsOf(rows as never));
  assert.deepEqual(await numbersOf(redis, redisKeys.incidentCounts(planId)), await store.incidents.counts(planId));
  const proctors = (await store.proctors.byPlan(planId)).flatMap(({ _id, roomIds, presence = {} }) =>
    roomIds.map((roomId) => [`${_id}:${roomId}`, presence[roomId]?.state ?? 'assigned']),
  );
  assert.deepEqual({ ...(await redis.hgetall(redisKeys.proctors(planId))) }, Object.fromEntries(proctors));
}

/** Tries until this does not throw, and throws what it threw last when the time is over. */
export async function within(patienceMs: number, holds: () => Promise<void>): Promise<void> {
  const endAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (performance.now() > endAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function numbersOf(redis: Redis, key: string): Promise<Record<string, number>> {
  return Object.fromEntries(Object.entries(await redis.hgetall(key)).map(([name, number]) => [name, Number(number)]));
}
