// An answer on its way through the journal, and who hears what became of it. Called by the journal and its parts.
import type { Response } from '../schema/answers.ts';
import type { QueuedAnswer } from '../schema/jobs.ts';

/** Who is told what became of an answer. `settled` comes once after all of an acknowledgement, to send one message. */
export type AnswerReceiver = {
  durable(entry: JournalEntry): void;
  conflict(entry: JournalEntry): void;
  /** The store will never take it; a person has to look. */
  failed(entry: JournalEntry): void;
  settled(): void;
};

/** An accepted answer on its way. `at` is the instant of accepting, epoch ms. */
export type JournalEntry = {
  readonly planId: string;
  readonly examineeId: string;
  readonly item: number;
  readonly revision: number;
  readonly response: Response;
  readonly hash: string;
  readonly at: number;
  /** Taken after the end, from a link that was down then. */
  readonly late?: boolean;
  /** The api's request, where it did not come over the socket. */
  readonly requestId?: string;
  readonly receiver: AnswerReceiver;
};

/** The requests that these came with, for the logs; none where all came over sockets. */
export function requestIdsOf(entries: readonly JournalEntry[]): { requestIds?: string[] } {
  const found = new Set(entries.flatMap(({ requestId }) => requestId ?? []));
  return found.size === 0 ? {} : { requestIds: [...found] };
}

/** The answers as a job and the store take them, in their order. */
export function queuedAnswers(entries: readonly JournalEntry[]): QueuedAnswer[] {
  return entries.map(({ examineeId, item, revision, response, hash, at, late }) =>
    late === true
      ? [examineeId, item, revision, response, hash, at, true]
      : [examineeId, item, revision, response, hash, at],
  );
}
