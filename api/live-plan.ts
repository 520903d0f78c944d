// A plan as it is shown while it runs, read from the live data in Redis in two round trips, however many sit in it. For
// display alone, and some seconds old at most. Undefined where it is not there as a whole: ask the store then.
// Called by the routes that show how an exam goes.
import type { Redis } from 'ioredis';
import { type RoomCounts, roomCountsOf } from '../exam/live-counts.ts';
import { repliesOf } from '../redis-connection.ts';
import { RoomNeeds } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import { ROOM_STATES, type RoomState } from '../schema/states.ts';
import type { ApiParts } from './parts.ts';

/** Instants epoch ms, 0 where not known. */
export type LiveRoom = RoomCounts & {
  readonly roomId: string;
  readonly label: string;
  readonly status: RoomState;
  readonly startsAt: number;
  readonly deadlineAt: number;
  /** Undefined where the room has not said it yet. */
  readonly needs: RoomNeeds | undefined;
};

/** All rooms of the plan with their counts, by id. Undefined: Redis is empty, being filled, or away. */
export async function liveRooms(
  { redis, log }: Pick<ApiParts, 'redis' | 'log'>,
  planId: string,
): Promise<LiveRoom[] | undefined> {
  try {
    return await read(redis, planId);
  } catch (error) {
    log.debug({ err: error, planId }, 'live data was not read; the store knows all of it');
    return undefined;
  }
}

async function read(redis: Redis, planId: string): Promise<LiveRoom[] | undefined> {
  const [built, labels, counts, needs] = await Promise.all([
    redis.hget(redisKeys.plan(planId), 'built'),
    redis.hgetall(redisKeys.masterRooms(planId)),
    redis.hgetall(redisKeys.counts(planId)),
    redis.hgetall(redisKeys.needs(planId)),
  ]);
  if (built === null) return undefined;
  const numbers = Object.fromEntries(Object.entries(counts).map(([name, number]) => [name, Number(number)]));
  const named = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const pipeline = redis.pipeline();
  for (const [roomId] of named) pipeline.hmget(redisKeys.room(planId, roomId), 'status', 'startsAt', 'deadlineAt');
  const rows = await repliesOf(pipeline);
  return named.map(([roomId, label], index) => {
    const [status, startsAt, deadlineAt] = (rows[index] ?? []) as (string | null)[];
    const clock = { startsAt: Number(startsAt ?? 0), deadlineAt: Number(deadlineAt ?? 0) };
    const row = { roomId, label, status: asRoomState(status), needs: needsIn(needs[roomId]) };
    return { ...row, ...clock, ...roomCountsOf(numbers, roomId) };
  });
}

/** Sequence and epoch beside them are the workers'. */
function needsIn(text: string | undefined): RoomNeeds | undefined {
  return text === undefined ? undefined : RoomNeeds.strip().parse(JSON.parse(text));
}

function asRoomState(status: string | null | undefined): RoomState {
  return ROOM_STATES.find((state) => state === status) ?? 'closed';
}
