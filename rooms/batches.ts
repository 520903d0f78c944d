// Collects accepted answers into batches, one plan a batch: by size, by bytes, and by a short tick. One a process, never
// one a room: a job costs more than a hundred answers in it.
import type { Response } from '../schema/answers.ts';
import { LIMITS } from '../schema/limits.ts';

type Sized = { readonly planId: string; readonly response: Response };

export type Batches<E extends Sized> = {
  push(entry: E): void;
  /** Sends on what has been collected. */
  flush(): void;
  stop(): void;
};

/**
 * How long the first answer of a batch waits for others: short while little is under way, and longer step by step the more
 * there is. A job of a hundred answers takes about as long as the short tick, so that two under way are no load yet: going
 * to the long tick at once made every second batch wait for it, and that was the slowest hundredth of all answers.
 */
const QUIET_TICK_MS = 10;
const BUSY_TICK_MS = 25;
const QUIET_UP_TO_JOBS = 2;
/**
 * From so many jobs under way nobody takes them any more, or too slowly: they grow larger instead of more, up to one a
 * second. An hour's answers of a crowd are some thousand jobs then and not a hundred thousand, which drain in seconds.
 */
const SLOW_FROM_JOBS = 64;
const LONGEST_TICK_MS = 1_000;
/** Id, revision, hash and instant of an answer inside a job. */
const OVERHEAD_BYTES = 90;

type Open<E> = { entries: E[]; bytes: number };

/** `send` gets each full batch; `underWay` tells how many jobs are not acknowledged yet. */
export function createBatches<E extends Sized>(
  send: (planId: string, entries: E[]) => void,
  underWay: () => number,
): Batches<E> {
  const open = new Map<string, Open<E>>();
  let timer: NodeJS.Timeout | undefined;

  function flushPlan(planId: string): void {
    const batch = open.get(planId);
    if (batch === undefined) return;
    open.delete(planId);
    send(planId, batch.entries);
  }

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    for (const planId of [...open.keys()]) flushPlan(planId);
  }

  function push(entry: E): void {
    const bytes = OVERHEAD_BYTES + responseBytes(entry.response);
    if (bytes > LIMITS.aloneBytes) return send(entry.planId, [entry]);
    const batch = open.get(entry.planId);
    if (batch !== undefined && batch.bytes + bytes > LIMITS.jobBytes) flushPlan(entry.planId);
    const current = open.get(entry.planId) ?? { entries: [], bytes: 0 };
    open.set(entry.planId, current);
    current.entries.push(entry);
    current.bytes += bytes;
    if (current.entries.length >= LIMITS.jobAnswers) flushPlan(entry.planId);
    else timer ??= setTimeout(flush, tickMs(underWay()));
  }

  return { push, flush, stop: () => clearTimeout(timer) };
}

/** How long a new batch waits, in ms, while so many jobs are under way. */
export function tickMs(jobs: number): number {
  if (jobs < SLOW_FROM_JOBS) return Math.min(BUSY_TICK_MS, QUIET_TICK_MS * Math.max(1, jobs / QUIET_UP_TO_JOBS));
  return Math.min(LONGEST_TICK_MS, (BUSY_TICK_MS * jobs) / SLOW_FROM_JOBS);
}

/** Bytes of a response's content, near enough and never too few. */
export function responseBytes(response: Response): number {
  if (typeof response === 'string') return response.length < 64 ? response.length * 3 : Buffer.byteLength(response);
  return Array.isArray(response) ? response.length * 34 : 16;
}
