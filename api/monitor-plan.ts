// One plan as this process knows it for all who watch it here: its rows, the log's entries that led there, and the id of the
// last one. Where it cannot be sure that it has seen every entry (Redis was wiped, or this process slept) it begins anew.
// Called by the hub.
import { applyChanges, changesBetween, type MonitorRows } from '../exam/monitor-fold.ts';
import { createMonitorLog, type LogEntry } from './monitor-log.ts';
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
};

export type MonitorPlan = {
  /** Resolves when there is a state; throws while Redis is away. */
  begin(): Promise<MonitorState>;
  state(): MonitorState | undefined;
  /** Writes what has changed, where this process leads, and takes in what the log has. */
  look(): Promise<News>;
  /** What came after this entry, in its order; undefined where it is unknown. */
  missed(id: string): readonly LogEntry[] | undefined;
};

const KEPT = 150;

/** `me` names this process among those that share the log. */
export function createMonitorPlan(
  parts: Pick<ApiParts, 'store' | 'redis' | 'log' | 'now'>,
  planId: string,
  me: string,
): MonitorPlan {
  const log = createMonitorLog(parts.redis, planId, me);
  let state: MonitorState | undefined;
  let beginning: Promise<MonitorState> | undefined;

  /** The log before the rows: what comes in between is set once more, which changes nothing. */
  async function load(): Promise<MonitorState> {
    const recent = await log.all();
    const { rows, source } = await monitorRows(parts, planId);
    const made = { rows, source, recent, lastId: recent.at(-1)?.id ?? '' };
    state = made;
    return made;
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
      const known = await begin();
      if (await log.leads()) {
        const { rows } = await monitorRows(parts, planId);
        const changes = changesBetween(known.rows, rows);
        if (changes.length > 0) await log.write(changes);
      }
      const entries = await log.after(known.lastId);
      if (entries === undefined) {
        await load();
        return { anew: true, entries: [] };
      }
      for (const { changes } of entries) applyChanges(known.rows, changes);
      const recent = [...known.recent, ...entries].slice(-KEPT);
      state = { ...known, recent, lastId: entries.at(-1)?.id ?? known.lastId };
      return { anew: false, entries };
    },
  };
}
