// What each room's examinees need of proctors, in Redis. A later (epoch, sequence) wins, whatever comes last. Called by the
// states worker; for display.
import type { Redis } from 'ioredis';
import type { RoomStates } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';

/** KEYS: plan, needs. ARGV: expiry in epoch s, room, JSON with epoch and sequence. */
const SET_LATER = `
local is, stored = cjson.decode(ARGV[3]), redis.call('HGET', KEYS[2], ARGV[2])
local was = stored and cjson.decode(stored)
if not was or was.epoch < is.epoch or (was.epoch == is.epoch and was.sequence <= is.sequence) then
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
end
redis.call('EXPIREAT', KEYS[2], math.max(tonumber(ARGV[1]), tonumber(redis.call('HGET', KEYS[1], 'until') or '0')))`;

/** They expire at `until`, epoch s, or with the plan where that is later. A job of an older process says nothing of them. */
export async function setNeeds(
  redis: Redis,
  planId: string,
  { roomId, epoch, sequence, needs }: RoomStates,
  until: number,
): Promise<void> {
  if (needs === undefined) return;
  const keys = [redisKeys.plan(planId), redisKeys.needs(planId)];
  await redis.eval(SET_LATER, keys.length, ...keys, until, roomId, JSON.stringify({ epoch, sequence, ...needs }));
}
