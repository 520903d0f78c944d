// Decisions whose documents may be removed, and their entries with them: they are stored as a log of their own, which
// carries the entry of the audit chain, before anything is done. Called by routes/.
import { newId } from '../schema/ids.ts';
import type { LogEntry } from '../schema/jobs.ts';
import type { ApiParts } from './parts.ts';
import { actorOf, type Subject } from './who-is-it.ts';

type Decision = {
  readonly planId: string;
  readonly source: string;
  readonly kind: string;
  readonly at: number;
  readonly data?: LogEntry['data'];
};

/** Stores who decided what about `about`; durable when it resolves. The same source again is one entry of the chain. */
export async function noteDecision(
  { store }: Pick<ApiParts, 'store'>,
  { planId, source, kind, at, data = {} }: Decision,
  subject: Subject,
  about: string,
): Promise<void> {
  const decision = { source, ...actorOf(subject) };
  await store.logs.insert([{ logId: newId(), planId, stream: 'system', subject: about, kind, at, data, decision }]);
}
