// The logs worker: stores log entries in bulk, each once by its id. One entry that the store will never take spoils no
// other of its job. Called by main.ts.
import { LogsJob } from '../schema/jobs.ts';
import type { Store } from '../store/open-store.ts';
import { isInfrastructure, JobRefused } from './faults.ts';
import { type RunnerParts, type RunningWorker, startWorker } from './runner.ts';

export type LogsOptions = RunnerParts & { readonly store: Pick<Store, 'logs'>; readonly concurrency: number };

/** Starts taking jobs of the logs queue. */
export function startLogs(options: LogsOptions): Promise<RunningWorker> {
  return startWorker({
    ...options,
    queue: 'logs',
    parse: (data) => LogsJob.parse(data),
    process: ({ entries }) => insertLogs(options.store, entries),
  });
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
