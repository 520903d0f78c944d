// Logs: what happened, in the order of time. Inserted once by `_id`, never changed here.
// Called by the logs worker; read by the api.
import type { Model } from 'mongoose';
import mongoose from 'mongoose';
import type { LogDocument } from '../schema/documents/record.ts';
import type { LogEntry } from '../schema/jobs.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import type { Models } from './models.ts';
import type { Page } from './page.ts';

export type LogStore = ReturnType<typeof logStore>;

export function logStore({ logs }: Models) {
  return withFaults('logs', {
    /** Inserts these; one that is there stays as it is. */
    insert: (entries: readonly LogEntry[]): Promise<void> => createAll(logs, entries.map(toDocument)),
    /** By time; `after` is the id of the last one seen. */
    byPlan: (planId: string, page: Page): Promise<LogDocument[]> => byTime(logs, planId, page),
  });
}

function toDocument({ logId, roomId = '', ...entry }: LogEntry): LogDocument {
  return { _id: logId, roomId, ...entry };
}

type Entry = { _id: string; planId: string; at: number };

async function byTime<D extends Entry>(model: Model<D>, planId: string, { after, limit }: Page): Promise<D[]> {
  const from =
    after === undefined
      ? undefined
      : await model
          .findOne({ _id: after } as never)
          .select({ at: 1 })
          .lean<Entry>()
          .exec();
  if (from === null) return [];
  const filter = from ? { planId, ...later(from) } : { planId };
  return model
    .find(filter as never)
    .sort({ at: 1, _id: 1 })
    .limit(limit)
    .lean<D[]>()
    .exec();
}

/** What follows this one in the order of time; of one instant in the order of ids. The bound on `at` is for the index. */
function later({ at, _id }: Entry) {
  const after = [{ at: mongoose.trusted({ $gt: at }) }, { at, _id: mongoose.trusted({ $gt: _id }) }];
  return { at: mongoose.trusted({ $gte: at }), $or: after };
}
