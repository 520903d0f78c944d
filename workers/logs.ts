// The logs worker: stores log entries in bulk, each once by its id, and sees to it that every minute is counted. One entry that the store will never take spoils no
// other of its job. Called by main.ts.
import { LogsJob } from '../schema/jobs.ts';
import type { Store } from '../store/open-store.ts';
import { isInfrastructure, JobRefused } from './faults.ts';
import { type RunnerParts, type RunningWorker, startWorker } from './runner.ts';
import { startSweep } from './sweep.ts';

export type LogsOptions = RunnerParts & {
  readonly store: Pick<Store, 'logs'>;
  readonly concurrency: number;
  /** The store's time, epoch ms. */
  now(): number;
  /** Another length is for tests. */
  readonly recountEveryMs?: number;
};

const RECOUNT_EVERY_MS = 30_000;
/** Nobody inserts for longer: a mark of before is of a process that died. */
const MARK_MS = 60_000;
const MINUTES_AT_ONCE = 100;

/** Starts taking jobs of the logs queue, and the sweep that counts what was left uncounted. */
export async function startLogs(options: LogsOptions): Promise<RunningWorker> {
  const { store, log, now, recountEveryMs = RECOUNT_EVERY_MS } = options;
  const recounting = startSweep('log counts', recountEveryMs, () => recountLeft(store, now), log);
  const worker = await startWorker({
    ...options,
    queue: 'logs',
    parse: (data) => LogsJob.parse(data),
    process: ({ entries }) => insertLogs(options.store, entries),
  });
  return {
    async stop() {
      await Promise.all([worker.stop(), recounting.stop()]);
    },
  };
}

async function recountLeft({ logs }: Pick<Store, 'logs'>, now: () => number): Promise<void> {
  const before = now() - MARK_MS;
  while ((await logs.recount(before, MINUTES_AT_ONCE)) === MINUTES_AT_ONCE);
}

/** Throws JobRefused when the good ones are stored and others never will be: the whole job stays with the failed ones. */
async function insertLogs(store: Pick<Store, 'logs'>, entries: LogsJob['entries']): Promise<void> {
  try {
    return await store.logs.insert(entries);
  } catch (error) {
    if (isInfrastructure(error)) throw error;
  }
  let refused = 0;
  for (const entry of entries) {
    try {
      await store.logs.insert([entry]);
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      refused++;
    }
  }
  if (refused > 0) throw new JobRefused('JOB_REJECTED', `the store does not take ${refused} log entries`);
}
