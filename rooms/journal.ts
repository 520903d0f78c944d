// Takes answers that a room has accepted and sees to it that each becomes durable: queue, worker, acknowledgement; or
// through the store itself while the queue is away. It says durable only when the store has the answer. What it holds
// is bounded; when it is full, the room answers BUSY. One a process.
import type { Logger } from 'pino';
import type { Acknowledgement } from '../schema/jobs.ts';
import { LIMITS } from '../schema/limits.ts';
import type { Store } from '../store/open-store.ts';
import type { AnswersQueue } from './answers-queue.ts';
import { createBatches, responseBytes } from './batches.ts';
import { type AnswerReceiver, type JournalEntry, queuedAnswers } from './journal-entry.ts';
import { createWriteThrough, type WriteOutcome } from './write-through.ts';

export type Journal = {
  /** False when full: nothing was taken. */
  accept(entry: JournalEntry): boolean;
  /** Answers accepted and not durable yet. */
  size(): number;
  acknowledge(acknowledgement: Acknowledgement): void;
  /** Sends on what is collected and waits until all is durable, or until `patienceMs` have passed. */
  drain(patienceMs: number): Promise<void>;
  stop(): void;
};

export type JournalOptions = {
  readonly queue: Pick<AnswersQueue, 'channel' | 'add' | 'fateOf'>;
  readonly store: { readonly answers: Pick<Store['answers'], 'insert'> };
  readonly processId: string;
  readonly log: Logger;
  /** Told of answers that went past the queue: their live sheets are out of date. */
  onWrittenThrough(planId: string, examineeIds: readonly string[]): void;
};

type Job = {
  readonly number: number;
  readonly planId: string;
  readonly entries: readonly JournalEntry[];
  jobId: string;
  checkAt: number;
  delayMs: number;
};

/** A job that is not acknowledged after this is looked at, and then again after growing delays. */
const FIRST_CHECK_MS = 1_500;
const LONGEST_CHECK_MS = 15_000;
const CHECK_EVERY_MS = 250;

/** Starts the journal of this process; its timers end with `stop`. */
export function createJournal(options: JournalOptions): Journal {
  const { queue, store, processId, log } = options;
  const jobs = new Map<number, Job>();
  const batches = createBatches<JournalEntry>(send, () => jobs.size);
  const writing = createWriteThrough<Job>(store, log, { isWanted: (job) => jobs.has(job.number), written });
  let size = 0;
  let bytes = 0;
  let lastNumber = 0;
  let lastJobId = 0;
  const watch = setInterval(checkDue, CHECK_EVERY_MS);

  function accept(entry: JournalEntry): boolean {
    if (size >= LIMITS.journalAnswers || bytes >= LIMITS.journalBytes) return false;
    size++;
    bytes += responseBytes(entry.response);
    batches.push(entry);
    return true;
  }

  function send(planId: string, entries: readonly JournalEntry[]): void {
    void enqueue(addJob(planId, entries));
  }

  function addJob(planId: string, entries: readonly JournalEntry[]): Job {
    const number = ++lastNumber;
    const checkAt = performance.now() + FIRST_CHECK_MS;
    const job: Job = { number, planId, entries, jobId: '', checkAt, delayMs: FIRST_CHECK_MS };
    jobs.set(number, job);
    return job;
  }

  /** Never rejects. A queue that refuses is no reason to stop saving: the store is asked itself. */
  async function enqueue(job: Job): Promise<void> {
    job.jobId = `${processId}-${++lastJobId}`;
    job.checkAt = performance.now() + job.delayMs;
    const answers = queuedAnswers(job.entries);
    try {
      await queue.add(job.jobId, {
        kind: 'answers',
        channel: queue.channel,
        number: job.number,
        planId: job.planId,
        answers,
      });
    } catch (error) {
      log.debug({ err: error, number: job.number }, 'queue refused a job, writing through');
      writing.write(job);
    }
  }

  function written(job: Job, outcome: WriteOutcome): void {
    options.onWrittenThrough(job.planId, [...new Set(job.entries.map((entry) => entry.examineeId))]);
    acknowledge({ number: job.number, ...outcome });
  }

  function checkDue(): void {
    const now = performance.now();
    for (const job of jobs.values()) if (now >= job.checkAt && !writing.has(job)) void check(job, now);
  }

  /**
   * Never rejects. A job that still waits in the queue is left there: adding it again would only fill Redis while the
   * workers are away. One in a worker's hands may be in dead hands, so it is added once more; one that Redis lost, or
   * whose acknowledgement was lost, is written through.
   */
  async function check(job: Job, now: number): Promise<void> {
    job.delayMs = Math.min(job.delayMs * 2, LONGEST_CHECK_MS);
    job.checkAt = now + job.delayMs;
    try {
      const fate = await queue.fateOf(job.jobId);
      if (fate === 'waiting') job.checkAt = performance.now() + FIRST_CHECK_MS;
      if (!jobs.has(job.number) || fate === 'waiting') return;
      if (fate === 'active') await enqueue(job);
      else writing.write(job);
    } catch (error) {
      log.debug({ err: error, number: job.number }, 'queue cannot be asked, writing through');
      job.checkAt = performance.now() + FIRST_CHECK_MS;
      writing.write(job);
    }
  }

  function acknowledge({ number, conflicts = [], failed = [], invalid = [] }: Acknowledgement): void {
    const job = jobs.get(number);
    if (job === undefined) return; // a job that ran twice is acknowledged twice
    jobs.delete(number);
    const receivers = new Set<AnswerReceiver>();
    const unread: JournalEntry[] = [];
    for (const [index, entry] of job.entries.entries()) {
      if (invalid.includes(index)) {
        unread.push(entry);
        continue;
      }
      size--;
      bytes -= responseBytes(entry.response);
      receivers.add(entry.receiver);
      if (conflicts.includes(index)) entry.receiver.conflict(entry);
      else if (failed.includes(index)) entry.receiver.failed(entry);
      else entry.receiver.durable(entry);
    }
    for (const receiver of receivers) receiver.settled();
    // A worker of another version may not read what this one wrote; whether it can be stored, the store alone says.
    if (unread.length > 0) writing.write(addJob(job.planId, unread));
  }

  async function drain(patienceMs: number): Promise<void> {
    batches.flush();
    const until = performance.now() + patienceMs;
    while (size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  function stop(): void {
    clearInterval(watch);
    batches.stop();
  }

  return { accept, size: () => size, acknowledge, drain, stop };
}
