// The log of what changed for who watches a plan, one stream in Redis that all api processes share, so that an id that one
// of them gave means the same at another. One process leads and writes; a second leader for a moment does no harm, since a
// change that comes twice changes nothing. Bounded; may be lost with Redis: an id that is not there any more is unknown.
import type { Redis } from 'ioredis';
import type { MonitorChange } from '../exam/monitor-fold.ts';
import { redisKeys } from '../schema/redis-keys.ts';

export type LogEntry = { readonly id: string; readonly changes: readonly MonitorChange[] };

export type MonitorLog = {
  /** Whether this process is the one that writes. It stays so while it asks every few seconds. */
  leads(): Promise<boolean>;
  write(changes: readonly MonitorChange[]): Promise<void>;
  /** All entries, at least one: an empty one is written where there is none. */
  all(): Promise<LogEntry[]>;
  /** The entries after this one, in their order; undefined where it is not there (any more). */
  after(id: string): Promise<LogEntry[] | undefined>;
};

const LEAD_MS = 3_000;
/** Five minutes of a plan in which something changes with each look. */
const ENTRIES = 150;
const EXPIRY_S = 300;
const ID = /^\d{1,16}-\d{1,10}$/;

/** KEYS[1] lead; ARGV who, ms. 1 where it leads now. */
const LEAD = `
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 1`;

/** `me` names this process among those that share the log. */
export function createMonitorLog(redis: Redis, planId: string, me: string): MonitorLog {
  const key = redisKeys.monitorLog(planId);

  async function write(changes: readonly MonitorChange[]): Promise<void> {
    await redis
      .multi()
      .xadd(key, 'MAXLEN', ENTRIES, '*', 'changes', JSON.stringify(changes.map(asJson)))
      .expire(key, EXPIRY_S)
      .exec();
  }

  async function all(): Promise<LogEntry[]> {
    const entries = (await redis.xrange(key, '-', '+')).map(entryOf);
    if (entries.length > 0) return entries;
    await write([]);
    return all();
  }

  return {
    leads: async () => (await redis.eval(LEAD, 1, redisKeys.monitorLead(planId), me, LEAD_MS)) === 1,
    write,
    all,
    async after(id) {
      if (!ID.test(id)) return undefined;
      const [first, ...rest] = await redis.xrange(key, id, '+');
      return first?.[0] === id ? rest.map(entryOf) : undefined;
    },
  };
}

/** JSON has no undefined: where there was no row, or is none, it says 0. */
function asJson([topic, key, was, is, text]: MonitorChange): unknown[] {
  return [topic, key, was === undefined ? 0 : was, is === undefined ? 0 : is, text];
}

function entryOf([id, [, text = '[]']]: [string, string[]]): LogEntry {
  return { id, changes: fromJson(text) };
}

function fromJson(text: string): MonitorChange[] {
  type Kept = [MonitorChange[0], string, string | null | 0, string | null | 0, string | null];
  return (JSON.parse(text) as Kept[]).map(([topic, key, was, is, row]) => [
    ...([topic, key] as const),
    was === 0 ? undefined : was,
    is === 0 ? undefined : is,
    row,
  ]);
}
