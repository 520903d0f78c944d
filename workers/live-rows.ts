// The rows of live data in Redis: rooms and examinees, and with each examinee's its share of the plan's counts, in one
// script, so that counts are the sums of the rows whatever comes twice, late, or from two workers. For display.
// Called by the states worker and by the keeping of live data.
import type { Redis } from 'ioredis';
import { redisKeys } from '../schema/redis-keys.ts';

/** A row as it is to be set. Of a room where `examineeId` is missing. A later (epoch, sequence) wins. */
export type NewRow = {
  readonly roomId: string;
  readonly examineeId?: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly fields: Readonly<Record<string, string | number>>;
};

/**
 * Which rows there are in the way: `earlier` for what a room says, `same` for what the store says, which is also right
 * about a row of that very sequence, `every` to replace whatever is there.
 */
export type Replaces = 'earlier' | 'same' | 'every';

/** Gives `add` what a row counts for, under the names of exam/live-counts.ts. */
const SHARE = `
local function share(add, roomId, status, link, sheet, saved, by)
  if not roomId or not status then return end
  add('status:' .. roomId .. ':' .. status, by)
  if link then add('link:' .. roomId .. ':' .. link, by) end
  if sheet then add('sheet:' .. roomId .. ':' .. sheet, by) end
  add('saved:' .. roomId, by * tonumber(saved or '0'))
end`;

/** KEYS: plan, counts, last seen, erased, then one of each row. ARGV: expiry in epoch s, what it replaces, JSON of the rows. */
const SET_ROWS = `${SHARE}
local plan, counts, seen, erased = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local untilAt = math.max(tonumber(ARGV[1]), tonumber(redis.call('HGET', plan, 'until') or '0'))
local function isInTheWay(row, epoch, sequence, roomId)
  if not epoch or ARGV[2] == 'every' then return true end
  if ARGV[2] == 'same' and roomId ~= row.roomId then return true end
  local e, s = tonumber(epoch) - tonumber(row.epoch), tonumber(sequence) - tonumber(row.sequence)
  return e < 0 or (e == 0 and (s < 0 or (s == 0 and ARGV[2] == 'same')))
end
local function add(name, number)
  if number ~= 0 and redis.call('HINCRBY', counts, name, number) == 0 then redis.call('HDEL', counts, name) end
end
local function set(key, fields)
  for name, value in pairs(fields) do redis.call('HSET', key, name, value) end
end
for i, row in ipairs(cjson.decode(ARGV[3])) do
  local key = KEYS[4 + i]
  local isErased = row.examineeId and redis.call('ZSCORE', erased, row.examineeId)
  local was = redis.call('HMGET', key, 'epoch', 'sequence', 'roomId', 'status', 'link', 'sheet', 'savedCount')
  local isSet = not isErased and isInTheWay(row, was[1], was[2], row.examineeId and was[3] or row.roomId)
  if isSet then row.fields.epoch, row.fields.sequence = row.epoch, row.sequence end
  -- No room knows the state of a sheet: what the store says of it is right beside any row.
  if not isSet and not isErased and row.fields.sheet then row.fields, isSet = { sheet = row.fields.sheet }, true end
  if isSet and row.examineeId then
    if row.fields.status then row.fields.roomId = row.roomId end
    share(add, was[3], was[4], was[5], was[6], was[7], -1)
    set(key, row.fields)
    local is = redis.call('HMGET', key, 'roomId', 'status', 'link', 'sheet', 'savedCount', 'lastSeenAt')
    share(add, is[1], is[2], is[3], is[4], is[5], 1)
    redis.call('ZADD', seen, is[6] or '0', row.examineeId)
  elseif isSet then
    set(key, row.fields)
  end
  redis.call('EXPIREAT', key, untilAt)
end
redis.call('EXPIREAT', counts, untilAt)
redis.call('EXPIREAT', seen, untilAt)`;

/** KEYS: plan, counts, then every examinee's row. ARGV: expiry in epoch s. Counts are made anew of the rows, at once. */
const COUNT_ROWS = `${SHARE}
local untilAt = math.max(tonumber(ARGV[1]), tonumber(redis.call('HGET', KEYS[1], 'until') or '0'))
local sums = {}
for i = 3, #KEYS do
  local is = redis.call('HMGET', KEYS[i], 'roomId', 'status', 'link', 'sheet', 'savedCount')
  share(function(name, number) sums[name] = (sums[name] or 0) + number end, is[1], is[2], is[3], is[4], is[5], 1)
end
redis.call('DEL', KEYS[2])
for name, number in pairs(sums) do
  if number ~= 0 then redis.call('HSET', KEYS[2], name, number) end
end
redis.call('EXPIREAT', KEYS[2], untilAt)`;

/** Sets these rows of one plan where `replaces` lets it; they expire at `until`, epoch s, or with the plan where that is later. */
export async function setRows(
  redis: Redis,
  planId: string,
  until: number,
  rows: readonly NewRow[],
  replaces: Replaces,
): Promise<void> {
  const keys = rows.map(({ roomId, examineeId }) =>
    examineeId === undefined ? redisKeys.room(planId, roomId) : redisKeys.examinee(planId, examineeId),
  );
  const ofPlan = [redisKeys.plan, redisKeys.counts, redisKeys.lastSeen, redisKeys.erased].map((key) => key(planId));
  const list = JSON.stringify(rows.map(asTexts));
  await redis.eval(SET_ROWS, ofPlan.length + keys.length, ...ofPlan, ...keys, until, replaces, list);
}

/** Numbers as texts: Lua's own would lose digits. */
function asTexts({ fields, epoch, sequence, ...row }: NewRow): object {
  const texts = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  return { ...row, epoch: String(epoch), sequence: String(sequence), fields: Object.fromEntries(texts) };
}

/** Counts the rows of these examinees, and no others, anew. */
export async function countRows(
  redis: Redis,
  planId: string,
  until: number,
  examineeIds: readonly string[],
): Promise<void> {
  const keys = examineeIds.map((examineeId) => redisKeys.examinee(planId, examineeId));
  const ofPlan = [redisKeys.plan(planId), redisKeys.counts(planId)];
  await redis.eval(COUNT_ROWS, ofPlan.length + keys.length, ...ofPlan, ...keys, until);
}
