// The live counts of incidents in Redis. Each incident's share of them lies beside, so that counting one again takes back
// what it was and adds what it is: a job that comes twice, or late, changes nothing. For display; the store's counts are
// exact. Called by the incidents worker and by the rebuilding of live data.
import type { Redis } from 'ioredis';
import { type Counted, countsOf } from '../exam/incident-counts.ts';
import type { Incident } from '../schema/incidents.ts';
import { redisKeys } from '../schema/redis-keys.ts';

/** KEYS: incidents, counts, plan. ARGV: when they expire in epoch s, if not with the plan later, then pairs of incident id and JSON of version, joins, counts. */
const COUNT_LATER = `
for i = 2, #ARGV, 2 do
  local is = cjson.decode(ARGV[i + 1])
  local stored = redis.call('HGET', KEYS[1], ARGV[i])
  local was = stored and cjson.decode(stored)
  if not was or was.version < is.version or (was.version == is.version and was.joins < is.joins) then
    if was then
      for name, number in pairs(was.counts) do
        if redis.call('HINCRBY', KEYS[2], name, -number) == 0 then redis.call('HDEL', KEYS[2], name) end
      end
    end
    for name, number in pairs(is.counts) do redis.call('HINCRBY', KEYS[2], name, number) end
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
local untilAt = math.max(tonumber(ARGV[1]), tonumber(redis.call('HGET', KEYS[3], 'until') or '0'))
redis.call('EXPIREAT', KEYS[1], untilAt)
redis.call('EXPIREAT', KEYS[2], untilAt)`;

type Countable = Counted & Pick<Incident, '_id' | 'version' | 'joins'>;

/** Counts these incidents of the plan as they are; the counts expire at `until`, epoch s. One that was counted in a later state stays as it is. */
export async function countIncidents(
  redis: Redis,
  planId: string,
  until: number,
  incidents: readonly Countable[],
): Promise<void> {
  if (incidents.length === 0) return;
  const keys = keysOf(planId);
  await redis.eval(COUNT_LATER, keys.length, ...keys, until, ...pairsOf(incidents));
}

/**
 * Replaces the plan's counts by those of these incidents, in one step when all pages are read: nobody sees none of them, or a
 * part. What changed while they were read is to be counted after it.
 */
export async function recountIncidents(
  redis: Redis,
  planId: string,
  until: number,
  pages: AsyncIterable<readonly Countable[]>,
): Promise<void> {
  const keys = keysOf(planId);
  const [shares, counts] = keys;
  const pipeline = redis.multi().del(shares, counts);
  for await (const incidents of pages) pipeline.eval(COUNT_LATER, keys.length, ...keys, until, ...pairsOf(incidents));
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}

function keysOf(planId: string): [shares: string, counts: string, plan: string] {
  return [redisKeys.incidents(planId), redisKeys.incidentCounts(planId), redisKeys.plan(planId)];
}

/** Of each its id, and what the script compares and counts. */
function pairsOf(incidents: readonly Countable[]): string[] {
  return incidents.flatMap((incident) => {
    const { _id, version, joins } = incident;
    return [_id, JSON.stringify({ version, joins, counts: countsOf(incident) })];
  });
}
