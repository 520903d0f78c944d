// One plan as this process knows it for all who watch it here: the rows as the log has led to them, its entries, and the id
// of the last one. What this process writes while it leads is the difference between those and the rows as they are, so
// that nothing is left untold that happened while nobody led. Where it cannot be sure that it has seen every entry (Redis
// was wiped, or this process slept) it begins anew. Called by the hub.
import { setTimeout as sleep } from 'node:timers/promises';
import { applyChanges, changesBetween, type MonitorRows } from '../exam/monitor-fold.ts';
import { createMonitorLog, LOG_ENTRIES, type LogEntry } from './monitor-log.ts';
import { monitorRows } from './monitor-source.ts';
import type { ApiParts } from './parts.ts';

/** What a look found; `anew`: nothing leads from what was known to what is. */
export type News = { readonly anew: boolean; readonly entries: readonly LogEntry[] };
export type MonitorState = {
  readonly rows: MonitorRows;
  readonly source: 'live' | 'store';
  readonly lastId: string;
  /** As the log has them, the last one is `lastId`. */
  readonly recent: readonly LogEntry[];
  /** The last base that this process knows of; none where its rows are not those of the log. */
  readonly baseId: string | undefined;
};

export type MonitorPlan = {
  /** Resolves when there is a state; throws while Redis is away, or where nobody has begun a log. */
  begin(): Promise<MonitorState>;
  state(): MonitorState | undefined;
  /** Writes what has changed, where this process leads, and takes in what the log has. */
  look(): Promise<News>;
  /** What came after this entry, in its order; undefined where it is unknown. */
  missed(id: string): readonly LogEntry[] | undefined;
};

type Step = { readonly state: MonitorState; readonly entries: readonly LogEntry[] };

/** The base is moved on long before the log has lost the entry that it stands on. */
const ENTRIES_A_BASE = LOG_ENTRIES / 3;
/** Whoever leads needs a moment to begin a log. */
const BEGINNING_TRIES = 10;
const BEGINNING_AGAIN_MS = 100;

/** `me` names this process among those that share the log. */
export function createMonitorPlan(
  parts: Pick<ApiParts, 'store' | 'redis' | 'log' | 'now'>,
  planId: string,
  me: string,
): MonitorPlan {
  const log = createMonitorLog(parts.redis, planId, me);
  let state: MonitorState | undefined;
  let beginning: Promise<MonitorState> | undefined;

  /** Where the log stands; and where there is none that can be read from a base, a new one, if this process leads. */
  async function find(): Promise<MonitorState> {
    for (let tries = 1; ; tries++) {
      const { entries, base } = await log.read();
      if (base !== undefined) return atEnd(base.rows, base.source, entries, base.id);
      if (await log.leads()) {
        const found = await monitorRows(parts, planId);
        const id = await log.begin(found);
        return { ...found, recent: [{ id, changes: [] }], lastId: id, baseId: id };
      }
      if (tries < BEGINNING_TRIES) await sleep(BEGINNING_AGAIN_MS);
      else if (entries.length === 0) throw new Error('another process leads and has not begun a log');
      else return { ...(await monitorRows(parts, planId)), ...ends(entries), baseId: undefined };
    }
  }

  /** Writes what nobody has told yet, where this process leads, and takes in what the log has; undefined: it is another log. */
  async function step(known: MonitorState): Promise<Step | undefined> {
    const leads = await log.leads();
    if (leads) {
      if (known.baseId === undefined) return undefined; // it could not say what has been told: it begins a log
      const { rows } = await monitorRows(parts, planId);
      const changes = changesBetween(known.rows, rows);
      if (changes.length > 0) await log.write(changes);
    }
    const entries = await log.after(known.lastId);
    if (entries === undefined) return undefined;
    for (const { changes } of entries) applyChanges(known.rows, changes);
    const recent = [...known.recent, ...entries].slice(-LOG_ENTRIES);
    const is = { ...known, ...ends(recent) };
    const sinceBase = recent.length - 1 - recent.findIndex(({ id }) => id === is.baseId);
    const isBase = leads && sinceBase >= ENTRIES_A_BASE;
    if (isBase) await log.keep({ id: is.lastId, rows: is.rows, source: is.source });
    return { entries, state: isBase ? { ...is, baseId: is.lastId } : is };
  }

  async function load(): Promise<MonitorState> {
    const found = await find();
    // What the log has led to may be minutes old, where nobody watched. Nobody is shown that: the step is told to nobody.
    const stepped = await step(found);
    state = stepped?.state ?? found;
    return state;
  }

  async function begin(): Promise<MonitorState> {
    if (state !== undefined) return state;
    beginning ??= load().finally(() => {
      beginning = undefined;
    });
    return beginning;
  }

  return {
    begin,
    state: () => state,
    missed(id) {
      const index = state?.recent.findIndex((entry) => entry.id === id) ?? -1;
      return index < 0 ? undefined : state?.recent.slice(index + 1);
    },
    async look() {
      const stepped = await step(await begin());
      if (stepped === undefined) {
        await load();
        return { anew: true, entries: [] };
      }
      state = stepped.state;
      return { anew: false, entries: stepped.entries };
    },
  };
}

/** The state at the end of these entries, of which `baseId` is one: `rows` as of then, which become those of the end. */
function atEnd(
  rows: MonitorRows,
  source: MonitorState['source'],
  entries: readonly LogEntry[],
  baseId: string,
): MonitorState {
  const from = entries.findIndex(({ id }) => id === baseId) + 1;
  for (const { changes } of entries.slice(from)) applyChanges(rows, changes);
  return { rows, source, ...ends(entries), baseId };
}

function ends(entries: readonly LogEntry[]): Pick<MonitorState, 'recent' | 'lastId'> {
  return { recent: entries, lastId: entries.at(-1)?.id ?? '' };
}
