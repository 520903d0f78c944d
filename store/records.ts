// Logs: what happened, in the order of time. Inserted once by `_id`, never changed here.
// Called by the logs worker; read by the api.
import { FREE_TEXTS } from '../exam/audit-texts.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { LogDocument } from '../schema/documents/record.ts';
import type { LogEntry } from '../schema/jobs.ts';
import { LISTS } from '../schema/lists.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import { between, given, type ListPage, listed, type Span } from './listing.ts';
import { logCounts } from './log-counts.ts';
import type { Models } from './models.ts';

export type LogStore = ReturnType<typeof logStore>;

/** What of a plan's log is asked for. */
export type LogPage = ListPage &
  Span & { readonly [M in 'stream' | 'subject' | 'roomId' | 'kind']?: LogDocument[M] | undefined };

export function logStore(models: Models) {
  const { logs } = models;
  const counts = logCounts(models);
  return withFaults('logs', {
    /** Inserts these, and counts their minutes; one that is there stays as it is, and is counted once. */
    insert: (entries: readonly LogEntry[]): Promise<void> =>
      counts.around(entries, () => createAll(logs, entries.map(toDocument))),
    /** By time. Only those that fit everything that is named. */
    byPlan: (planId: string, { sort, after, limit, since, until, ...named }: LogPage): Promise<LogDocument[]> => {
      const scope = { planId, ...given(named), ...between({ since, until }) };
      return listed(logs, scope, LISTS.logs.sorts, { sort, after, limit });
    },
    /** What is about this examinee and has another for its subject, such as a proctor who took it; by time. */
    about: (planId: string, examineeId: string, page: ListPage): Promise<LogDocument[]> =>
      listed(logs, { planId, 'data.examineeId': examineeId }, LISTS.logs.sorts, page),
    /** Minutes with entries, in their order, each with how many of each stream and kind. */
    countsByMinute: counts.byMinute,
    /** Counts again what somebody marked before this instant and never counted; returns how many minutes. */
    recount: counts.recount,
  });
}

/** What people wrote is read with the audit chain: there it can be taken away again. */
function withoutTexts(data: LogDocument['data']): LogDocument['data'] {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !(FREE_TEXTS as readonly string[]).includes(name)));
}

function toDocument({ logId, roomId = '', decision, ...entry }: LogEntry): LogDocument {
  const document = { _id: logId, roomId, ...entry };
  if (decision === undefined) return document;
  const { at, kind, subject, data } = entry;
  const facts: AuditFacts = { ...decision, at, kind, subject, roomId, data };
  return Object.assign(document, { data: withoutTexts(data), unchained: [facts] });
}
