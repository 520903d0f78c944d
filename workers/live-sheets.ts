// The sheets in Redis, for display: item → "revision:response as JSON". A sheet that is there is whole; one that may not
// be is dropped, and read again from the store by its next answer. Must never be read for a decision.
// Called by the answers worker.
import type { ChainableCommander, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { FENCE_STEP } from '../exam/revision.ts';
import { runIdOf, serversOf, unlinkAll, whenBack } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';
import { isInfrastructure } from './faults.ts';
import { createPlanEnds, liveUntil } from './live-expiry.ts';
import { startSweep } from './sweep.ts';

const FILL_EVERY_MS = 200;
/** More sheets than that are not waited for; each is named again by its next answer. */
const FILLS = 10_000;
/** The very first revision that an examinee can write: nothing can be missing from a sheet that begins with it. */
const FIRST_REVISION = FENCE_STEP + 1;
const SCAN_COUNT = 1_000;

/**
 * Sets items by a higher revision only, in sheets that are there or may be made; returns the places of the others.
 * KEYS: sheets, and last the plan, whose expiry counts where it is later. ARGV: expiry in epoch s, one digit for each key
 * (1: may be made), and triples of key, item and value as one JSON text: a thousand arguments cost more than the work. The
 * expiry is looked at when an item is answered for the first time: what a change of mind would add to seven days is nothing.
 */
const SET_HIGHER = `
local untilAt = math.max(tonumber(ARGV[1]), tonumber(redis.call('HGET', KEYS[#KEYS], 'until') or '0'))
local now = tonumber(redis.call('TIME')[1])
local known, made, missing = {}, {}, {}
-- A sheet that has the item is there, so most are not asked for. Each call costs half a microsecond, and that is most of all this.
local function isKnown(i)
  if known[i] ~= nil then return known[i] end
  local key = KEYS[i]
  local left = redis.call('TTL', key)
  known[i] = left ~= -2 or string.sub(ARGV[2], i, i) == '1'
  if not known[i] then
    missing[#missing + 1] = i - 1
  elseif left == -2 then
    made[#made + 1] = key
  -- Both are in whole seconds: one less is the same. Set only where it changes, since each goes into the append-only file.
  elseif now + left < untilAt - 1 then
    redis.call('EXPIREAT', key, untilAt)
  end
  return known[i]
end
local triples = cjson.decode(ARGV[3])
for i = 1, #triples, 3 do
  local index, item, value = triples[i], triples[i + 1], triples[i + 2]
  local stored = redis.call('HGET', KEYS[index], item)
  local isHigher = stored and tonumber(string.match(stored, '^%d+')) < tonumber(string.match(value, '^%d+'))
  if isHigher or (not stored and isKnown(index)) then redis.call('HSET', KEYS[index], item, value) end
end
for _, key in ipairs(made) do redis.call('EXPIREAT', key, untilAt) end
return missing`;

type LiveAnswer = {
  readonly examineeId: string;
  readonly item: number;
  readonly revision: number;
  readonly response: unknown;
};

/** Answers of one plan, collected for one call of the script. */
export type SheetUpdate = {
  readonly planId: string;
  readonly examineeIds: string[];
  add(examineeId: string, item: number, revision: number, response: unknown): void;
  /** Adds the script's call to a pipeline; the sheets expire at `until`, in epoch s. */
  queueOn(pipeline: ChainableCommander, until: number): void;
};

/** A new update; with `whole`, it holds all that the store has of its examinees, so that their sheets may be made. */
export function sheetUpdate(planId: string, whole = false): SheetUpdate {
  const places = new Map<string, number>();
  const examineeIds: string[] = [];
  const first: ('0' | '1')[] = [];
  const triples: (string | number)[] = [];
  return {
    planId,
    examineeIds,
    add(examineeId, item, revision, response) {
      let place = places.get(examineeId);
      if (place === undefined) {
        place = examineeIds.push(examineeId);
        places.set(examineeId, place);
        first.push(whole ? '1' : '0');
      }
      if (revision === FIRST_REVISION) first[place - 1] = '1';
      triples.push(place, String(item), `${revision}:${JSON.stringify(response)}`);
    },
    queueOn(pipeline, until) {
      const sheets = examineeIds.map((examineeId) => redisKeys.sheet(planId, examineeId));
      const keys = [...sheets, redisKeys.plan(planId)];
      pipeline.eval(SET_HIGHER, keys.length, ...keys, until, first.join(''), JSON.stringify(triples));
    },
  };
}

export type LiveSheets = {
  /** When sheets of this plan expire, in epoch s. Never waits: asked early, it knows the plan's end when it is needed. */
  until(planId: string): number;
  /** These sheets are not in Redis: they are read from the store, one after the other, when there is time. */
  fill(planId: string, examineeIds: readonly string[]): void;
  /** These sheets may lack an answer: they are dropped now, or once Redis takes it. Never rejects. */
  drop(planId: string, examineeIds: readonly string[]): Promise<void>;
  stop(): Promise<void>;
};

/** Starts filling sheets that are missing. Also drops all sheets whenever Redis has a new run id: it may have lost some writes. */
export function createLiveSheets(redis: Redis, store: Pick<Store, 'answers' | 'plans'>, log: Logger): LiveSheets {
  const ends = createPlanEnds(store, log);
  const until = (planId: string) => liveUntil(ends.of(planId));
  const missing = new Map<string, { planId: string; examineeId: string }>();
  /** Keys of sheets that could not be dropped yet. */
  const stale = new Set<string>();
  const onReady = () => void forgetOldRunSoon(redis, log);
  const askNoMore = whenBack(redis, onReady);
  if (redis.status === 'ready') onReady();

  const filling = startSweep('live sheets', FILL_EVERY_MS, fillMissing, log);

  async function dropStale(): Promise<void> {
    const keys = [...stale];
    stale.clear(); // one that is named again meanwhile is dropped again
    const { left, error } = await unlinkAll(redis, keys);
    for (const key of left) stale.add(key);
    if (error !== undefined) throw error;
  }

  async function fillMissing(signal: AbortSignal): Promise<void> {
    await dropStale();
    for (const [key, { planId, examineeId }] of missing) {
      if (signal.aborted) return;
      // Forgotten first: an answer that comes while the store is being read names its sheet again.
      missing.delete(key);
      await fillSheet(redis, store, planId, examineeId, until);
    }
  }

  return {
    until,
    fill(planId, examineeIds) {
      for (const examineeId of examineeIds) {
        if (missing.size >= FILLS) return;
        missing.set(`${planId}.${examineeId}`, { planId, examineeId });
      }
    },
    async drop(planId, examineeIds) {
      for (const examineeId of examineeIds) stale.add(redisKeys.sheet(planId, examineeId));
      try {
        await dropStale();
      } catch (error) {
        log.warn({ err: error, planId }, 'live sheets could not be dropped yet; they may be behind until they are');
      }
    },
    async stop() {
      askNoMore();
      await filling.stop();
    },
  };
}

/** Sets the whole sheet as the store has it, by higher revisions only. False: nothing was answered. */
export async function fillSheet(
  redis: Redis,
  store: Pick<Store, 'answers'>,
  planId: string,
  examineeId: string,
  until: LiveSheets['until'],
): Promise<boolean> {
  const answers: Omit<LiveAnswer, 'examineeId'>[] = await store.answers.current(planId, examineeId);
  if (answers.length === 0) return false;
  const update = sheetUpdate(planId, true);
  for (const { item, revision, response } of answers) update.add(examineeId, item, revision, response);
  const pipeline = redis.pipeline();
  update.queueOn(pipeline, until(planId));
  const [[error] = []] = (await pipeline.exec()) ?? [];
  if (error) throw error;
  return true;
}

/** Never rejects. */
async function forgetOldRunSoon(redis: Redis, log: Logger): Promise<void> {
  try {
    await forgetOldRun(redis);
  } catch (error) {
    log[isInfrastructure(error) ? 'debug' : 'error']({ err: error }, 'live sheets of an old run could not be dropped');
  }
}

/** A Redis that was started anew may have lost its last second: what is for display is made anew. Returns the run's id. */
export async function forgetOldRun(redis: Redis): Promise<string> {
  const runId = await runIdOf(redis);
  if ((await redis.get(redisKeys.runId())) === runId) return runId;
  await dropAllSheets(redis);
  await redis.set(redisKeys.runId(), runId);
  return runId;
}

async function dropAllSheets(redis: Redis): Promise<void> {
  for (const server of serversOf(redis)) {
    let cursor = '0';
    do {
      const [next, keys] = await server.scan(cursor, 'MATCH', redisKeys.sheet('*', '*'), 'COUNT', SCAN_COUNT);
      cursor = next;
      const { error } = await unlinkAll(redis, keys);
      if (error !== undefined) throw error;
    } while (cursor !== '0');
  }
}
