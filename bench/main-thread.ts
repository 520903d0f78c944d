// What a page's main thread did, from a trace of Chromium: how long its tasks took in each stretch of a given length, however
// many they were. Pure. Called by board-page.ts.

export type TraceEvent = {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** µs */
  readonly ts: number;
  readonly dur?: number;
  /** µs of the thread's own CPU, where the system says so. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
};

/** Categories whose traces have the tasks of every thread, and the names of threads. */
export const TRACE_CATEGORIES = ['disabled-by-default-devtools.timeline', 'devtools.timeline', '__metadata'];

const TASK = 'RunTask';
const MAIN = 'CrRendererMain';

/**
 * Milliseconds of work in each stretch of `stretchMs`, of the busiest renderer: it is the page's. `wall` is what a person waits,
 * `cpu` what it would be where nobody else used the processor. Empty for an empty trace.
 */
export function mainThreadMs(events: readonly TraceEvent[], stretchMs: number, of: 'wall' | 'cpu' = 'wall'): number[] {
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === MAIN)
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const byThread = Map.groupBy(
    events.filter((event) => event.ph === 'X' && event.name === TASK && mains.has(`${event.pid} ${event.tid}`)),
    ({ pid, tid }) => `${pid} ${tid}`,
  );
  const [busiest = []] = [...byThread.values()].sort((one, other) => sumOf(other) - sumOf(one));
  const from = Math.min(...busiest.map(({ ts }) => ts));
  const to = Math.max(...busiest.map(({ ts, dur = 0 }) => ts + dur));
  const stretches = new Array<number>(busiest.length === 0 ? 0 : Math.floor((to - from) / 1_000 / stretchMs)).fill(0);
  for (const { ts, dur = 0, tdur = dur } of busiest) {
    const index = Math.floor((ts - from) / 1_000 / stretchMs);
    if (index < stretches.length) stretches[index] = (stretches[index] ?? 0) + (of === 'wall' ? dur : tdur) / 1_000;
  }
  return stretches;
}

function sumOf(tasks: readonly TraceEvent[]): number {
  return tasks.reduce((sum, { dur = 0 }) => sum + dur, 0);
}
