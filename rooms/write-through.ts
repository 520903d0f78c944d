// The journal's way past the queue: the worker's work by the same idempotent insert. So many writes at once, the others
// in their order; what the store can never take holds back no other. What fails is tried again at the journal's next
// look. Must never say written before the store has said so. Called by the journal, and `insertAnswers`
// by durable-answers.ts.
import type { Logger } from 'pino';
import type { QueuedAnswer } from '../schema/jobs.ts';
import type { Store } from '../store/open-store.ts';
import { type JournalEntry, queuedAnswers } from './journal-entry.ts';

/** Places in the job: stored with another content, and never to be stored. All others are durable. */
export type WriteOutcome = { readonly conflicts: number[]; readonly failed: number[] };

type Writable = { readonly number: number; readonly planId: string; readonly entries: readonly JournalEntry[] };

export type WriteThrough<J extends Writable> = {
  /** Writes the job now or in its turn; one that is written or waits already is left alone. */
  write(job: J): void;
  /** Whether the job is being written. */
  has(job: J): boolean;
};

type Events<J> = {
  /** False where the job was acknowledged meanwhile. */
  isWanted(job: J): boolean;
  written(job: J, outcome: WriteOutcome): void;
};

const WRITES_AT_ONCE = 4;

export function createWriteThrough<J extends Writable>(
  store: { readonly answers: Pick<Store['answers'], 'insert'> },
  log: Logger,
  { isWanted, written }: Events<J>,
): WriteThrough<J> {
  const writing = new Set<J>();
  const waiting = new Set<J>();

  /** Never rejects. */
  async function run(job: J): Promise<void> {
    writing.add(job);
    try {
      const outcome = await insertAnswers(store.answers, job.planId, queuedAnswers(job.entries));
      written(job, outcome);
    } catch (error) {
      const { number, entries } = job;
      log.warn({ err: error, number, answers: entries.length }, 'answers wait: neither queue nor store took them');
    } finally {
      writing.delete(job);
      next();
    }
  }

  function next(): void {
    for (const job of waiting) {
      waiting.delete(job);
      if (isWanted(job)) return void run(job);
    }
  }

  return {
    write(job) {
      if (writing.has(job) || !isWanted(job)) return;
      if (writing.size >= WRITES_AT_ONCE) waiting.add(job);
      else void run(job);
    },
    has: (job) => writing.has(job),
  };
}

/** Makes these answers durable: all of them, but for those that the outcome names. Throws where nothing is known. */
export async function insertAnswers(
  answers: Pick<Store['answers'], 'insert'>,
  planId: string,
  queued: readonly QueuedAnswer[],
): Promise<WriteOutcome> {
  try {
    return { ...(await answers.insert(planId, queued)), failed: [] };
  } catch (error) {
    if (!isRefused(error)) throw error;
    return insertOneByOne(answers, planId, queued);
  }
}

/** Slow, and only for a job with a poison in it. What was inserted before is a repeat here. */
async function insertOneByOne(
  answers: Pick<Store['answers'], 'insert'>,
  planId: string,
  queued: readonly QueuedAnswer[],
): Promise<WriteOutcome> {
  const outcome: WriteOutcome = { conflicts: [], failed: [] };
  for (const [index, answer] of queued.entries()) {
    try {
      const { conflicts } = await answers.insert(planId, [answer]);
      if (conflicts.length > 0) outcome.conflicts.push(index);
    } catch (error) {
      if (!isRefused(error)) throw error;
      outcome.failed.push(index);
    }
  }
  return outcome;
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'STORE_REFUSED';
}
