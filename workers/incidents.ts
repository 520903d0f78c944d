// The incidents worker: takes up what rooms have noticed, each once by its id. What a person raises or decides is stored
// by whoever took it and never comes this way. Called by main.ts.
import { IncidentsJob } from '../schema/jobs.ts';
import type { Store } from '../store/open-store.ts';
import { type RunnerParts, type RunningWorker, startWorker } from './runner.ts';

export type IncidentsOptions = RunnerParts & { readonly store: Pick<Store, 'incidents'>; readonly concurrency: number };

/** Starts taking jobs of the incidents queue. */
export function startIncidents(options: IncidentsOptions): Promise<RunningWorker> {
  return startWorker({
    ...options,
    queue: 'incidents',
    parse: (data) => IncidentsJob.parse(data),
    async process({ incidentId, examineeId = '', ...incident }) {
      await options.store.incidents.insert({ _id: incidentId, examineeId, status: 'raised', ...incident });
    },
  });
}
