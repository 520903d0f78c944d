// Logs: what happened, in the order of time. Inserted once by `_id`, never changed here.
// Called by the logs worker; read by the api.
import type { Model } from 'mongoose';
import mongoose from 'mongoose';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { LogDocument } from '../schema/documents/record.ts';
import type { LogEntry } from '../schema/jobs.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import { logCounts } from './log-counts.ts';
import type { Models } from './models.ts';
import { later, type Page } from './page.ts';

export type LogStore = ReturnType<typeof logStore>;

/** What of a plan's log is asked for. */
export type LogPage = Page & {
  readonly since?: number | undefined;
} & { readonly [M in 'stream' | 'subject' | 'roomId' | 'kind']?: LogDocument[M] | undefined };

export function logStore(models: Models) {
  const { logs } = models;
  const counts = logCounts(models);
  return withFaults('logs', {
    /** Inserts these, and counts their minutes; one that is there stays as it is, and is counted once. */
    insert: (entries: readonly LogEntry[]): Promise<void> =>
      counts.around(entries, () => createAll(logs, entries.map(toDocument))),
    /** By time; `after` is the id of the last one seen. Only those that fit everything that is named. */
    byPlan: (planId: string, { since = 0, after, limit, ...named }: LogPage): Promise<LogDocument[]> =>
      byTime(logs, { planId, ...given(named) }, { after, limit }, since),
    /** What is about this examinee and has another for its subject, such as a proctor who took it; by time. */
    about: (planId: string, examineeId: string, page: Page): Promise<LogDocument[]> =>
      byTime(logs, { planId, 'data.examineeId': examineeId }, page),
    /** Minutes with entries, after this one (0: all), each with how many of each stream and kind. */
    countsByMinute: counts.byMinute,
    /** Counts again what somebody marked before this instant and never counted; returns how many minutes. */
    recount: counts.recount,
  });
}

/** A member that is undefined would be looked for as one that is missing. */
function given(named: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(named).filter((one): one is [string, string] => one[1] !== undefined);
  return Object.fromEntries(entries);
}

function toDocument({ logId, roomId = '', decision, ...entry }: LogEntry): LogDocument {
  const document = { _id: logId, roomId, ...entry };
  if (decision === undefined) return document;
  const { at, kind, subject, data } = entry;
  const facts: AuditFacts = { ...decision, at, kind, subject, roomId, data };
  return Object.assign(document, { unchained: [facts] });
}

type Entry = { _id: string; planId: string; at: number };

async function byTime<D extends Entry>(
  model: Model<D>,
  named: Readonly<Record<string, string>>,
  { after, limit }: Page,
  since = 0,
): Promise<D[]> {
  const from =
    after === undefined
      ? undefined
      : await model
          .findOne({ _id: after } as never)
          .select({ at: 1 })
          .lean<Entry>()
          .exec();
  if (from === null) return [];
  const filter = { ...named, ...(from ? later(from) : { at: mongoose.trusted({ $gte: since }) }) };
  return model
    .find(filter as never)
    .sort({ at: 1, _id: 1 })
    .limit(limit)
    .lean<D[]>()
    .exec();
}
