// The log of what changed for who watches a plan, one stream in Redis that all api processes share, so that an id that one
// of them gave means the same at another; and its base, the rows as the log has led to them by one of its entries. Who
// begins at the base and reads on has exactly what has been told, and can write what has not. One process leads and writes;
// a second leader for a moment does no harm, since a change that comes twice changes nothing. Bounded; may be lost with
// Redis: an id that is not there any more is unknown.
import type { Redis } from 'ioredis';
import { emptyRows, type MonitorChange, type MonitorRow } from '../exam/monitor-fold.ts';
import { ROW_TOPICS, type RowTopic } from '../schema/monitor.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Found } from './monitor-source.ts';

export type LogEntry = { readonly id: string; readonly changes: readonly MonitorChange[] };
/** The rows as they were by the entry `id`. */
export type MonitorBase = Found & { readonly id: string };

export type MonitorLog = {
  /** Whether this process is the one that writes. It stays so, and the log is kept, while it asks every few seconds. */
  leads(): Promise<boolean>;
  /** Begins a log, in the place of one that is there, at these rows; gives the id of its first entry, which changes nothing. */
  begin(found: Found): Promise<string>;
  write(changes: readonly MonitorChange[]): Promise<void>;
  /** Moves the base on to an entry that is in the log. */
  keep(base: MonitorBase): Promise<void>;
  /** All entries, and the base where it is one of them. */
  read(): Promise<{ readonly entries: LogEntry[]; readonly base: MonitorBase | undefined }>;
  /** The entries after this one, in their order; undefined where it is not there (any more). */
  after(id: string): Promise<LogEntry[] | undefined>;
};

const LEAD_MS = 3_000;
/** Five minutes of a plan in which something changes with each look. */
export const LOG_ENTRIES = 150;
const EXPIRY_S = 300;
const ID = /^\d{1,16}-\d{1,10}$/;

/** KEYS lead, log, base; ARGV who, ms, seconds. 1 where it leads now. */
const LEAD = `
local leader = redis.call('GET', KEYS[1])
if leader and leader ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[3])
redis.call('EXPIRE', KEYS[3], ARGV[3]) return 1`;

/** KEYS log, base; ARGV rows, seconds. Both at once: nobody finds a base of another log. */
const BEGIN = `
redis.call('DEL', KEYS[1])
local id = redis.call('XADD', KEYS[1], '*', 'changes', '[]')
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], id .. ' ' .. ARGV[1], 'EX', ARGV[2]) return id`;

/** `me` names this process among those that share the log. */
export function createMonitorLog(redis: Redis, planId: string, me: string): MonitorLog {
  const [log, base, lead] = [
    redisKeys.monitorLog(planId),
    redisKeys.monitorBase(planId),
    redisKeys.monitorLead(planId),
  ];

  return {
    leads: async () => (await redis.eval(LEAD, 3, lead, log, base, me, LEAD_MS, EXPIRY_S)) === 1,
    async begin(found) {
      return String(await redis.eval(BEGIN, 2, log, base, foundText(found), EXPIRY_S));
    },
    async write(changes) {
      await redis
        .multi()
        .xadd(log, 'MAXLEN', LOG_ENTRIES, '*', 'changes', JSON.stringify(changes.map(asJson)))
        .expire(log, EXPIRY_S)
        .exec();
    },
    async keep({ id, ...found }) {
      await redis.set(base, `${id} ${foundText(found)}`, 'EX', EXPIRY_S);
    },
    async read() {
      const kept = baseOf(await redis.get(base)); // before the entries: those that it stands on are among them
      const entries = (await redis.xrange(log, '-', '+')).map(entryOf);
      return { entries, base: entries.some(({ id }) => id === kept?.id) ? kept : undefined };
    },
    async after(id) {
      if (!ID.test(id)) return undefined;
      const [first, ...rest] = await redis.xrange(log, id, '+');
      return first?.[0] === id ? rest.map(entryOf) : undefined;
    },
  };
}

type KeptRows = Record<RowTopic, [key: string, roomId: string | null, text: string][]>;
type KeptFound = { source: Found['source']; rows: KeptRows };

function foundText({ source, rows }: Found): string {
  const kept = ROW_TOPICS.map((topic) => [topic, [...rows[topic]].map(([key, row]) => [key, row.roomId, row.text])]);
  return JSON.stringify({ source, rows: Object.fromEntries(kept) });
}

function baseOf(text: string | null): MonitorBase | undefined {
  if (text === null) return undefined;
  const space = text.indexOf(' ');
  const kept = JSON.parse(text.slice(space + 1)) as KeptFound;
  const rows = emptyRows();
  for (const topic of ROW_TOPICS)
    for (const [key, roomId, row] of kept.rows[topic]) rows[topic].set(key, { roomId, text: row } satisfies MonitorRow);
  return { id: text.slice(0, space), rows, source: kept.source };
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
