// Takes answers that a room has accepted and sees to it that each becomes durable: queue, worker, acknowledgement; or
// through the store itself while the queue is away. It says durable only when the store has the answer. What it holds
// is bounded; when it is full, the room answers BUSY. One a process.
import type { Logger } from 'pino';
import type { Acknowledgement } from '../schema/jobs.ts';
import { LIMITS } from '../schema/limits.ts';
import type { Store } from '../store/open-store.ts';
import type { AnswersQueue } from './answers-queue.ts';
import { createBatches, responseBytes } from './batches.ts';
import type { RoomFigures } from './figures.ts';
import { type AnswerReceiver, type JournalEntry, queuedAnswers, requestIdsOf } from './journal-entry.ts';
import { createOverdueJobs, FIRST_CHECK_MS, type Overdue } from './overdue-jobs.ts';
import { createSavingAlarms } from './saving-alarms.ts';
import { createWriteThrough, type WriteOutcome } from './write-through.ts';

export type Journal = {
  /** False when full: nothing was taken. */
  accept(entry: JournalEntry): boolean;
  /** Answers accepted and not durable yet. */
  size(): number;
  /** For how long the oldest of them has waited, in ms; 0 where there is none. */
  oldestMs(): number;
  /** Whether the queue refused the last job, so that answers go past it. */
  isQueueAway(): boolean;
  acknowledge(acknowledgement: Acknowledgement): void;
  /** Sends on what is collected and waits until all is durable, or until `patienceMs` have passed. */
  drain(patienceMs: number): Promise<void>;
  stop(): void;
};

export type JournalOptions = {
  readonly queue: Pick<AnswersQueue, 'channel' | 'add' | 'fateOf' | 'takesWrites'>;
  readonly store: { readonly answers: Pick<Store['answers'], 'insert'> };
  readonly processId: string;
  readonly log: Logger;
  readonly figures: RoomFigures;
  /** The store's time, epoch ms. */
  now(): number;
  /** Told of answers that went past the queue: their live sheets are out of date. */
  onWrittenThrough(planId: string, examineeIds: readonly string[]): void;
};

type Job = Overdue & {
  readonly planId: string;
  readonly entries: readonly JournalEntry[];
  /** When its answers were accepted, performance.now(). */
  readonly since: number;
};

const CHECK_EVERY_MS = 250;

/** Starts the journal of this process; its timers end with `stop`. */
export function createJournal(options: JournalOptions): Journal {
  const { queue, store, processId, log, figures, now } = options;
  const jobs = new Map<number, Job>();
  const batches = createBatches<JournalEntry>(send, () => jobs.size);
  const writing = createWriteThrough<Job>(store, log, { isWanted: (job) => jobs.has(job.number), written });
  let size = 0;
  let bytes = 0;
  let lastNumber = 0;
  let lastTurn = 0;
  const overdue = createOverdueJobs<Job>(queue, log, {
    open: () => [...jobs.values()].filter((job) => !writing.has(job)),
    isOpen: (job) => jobs.has(job.number),
    addAgain: enqueue,
    isServed: async () => !alarms.isQueueAway() && (await queue.takesWrites()),
    writeThrough: writing.write,
  });
  const alarms = createSavingAlarms(log);
  const watch = setInterval(() => {
    alarms.oldest(oldestMs(), size);
    void overdue.look(); // it never rejects
  }, CHECK_EVERY_MS);

  function accept(entry: JournalEntry): boolean {
    if (size >= LIMITS.journalAnswers || bytes >= LIMITS.journalBytes) return false;
    size++;
    bytes += responseBytes(entry.response);
    batches.push(entry);
    figures.accepted();
    return true;
  }

  /** Jobs stand in the order of their numbers, which is the order of their age. */
  function oldestMs(): number {
    for (const { since } of jobs.values()) return performance.now() - since;
    return 0;
  }

  function send(planId: string, entries: readonly JournalEntry[]): void {
    void enqueue(addJob(planId, entries, performance.now()));
  }

  function addJob(planId: string, entries: readonly JournalEntry[], since: number): Job {
    const number = ++lastNumber;
    const checkAt = performance.now() + FIRST_CHECK_MS;
    const job: Job = { number, planId, entries, since, jobId: '', turn: 0, checkAt, delayMs: FIRST_CHECK_MS };
    jobs.set(number, job);
    return job;
  }

  /** Never rejects. A queue that refuses is no reason to stop saving: the store is asked itself. */
  async function enqueue(job: Job): Promise<void> {
    job.turn = ++lastTurn;
    job.jobId = `${processId}-${job.turn}`;
    job.checkAt = performance.now() + job.delayMs;
    const answers = queuedAnswers(job.entries);
    try {
      await queue.add(job.jobId, {
        kind: 'answers',
        channel: queue.channel,
        number: job.number,
        planId: job.planId,
        answers,
        ...requestIdsOf(job.entries),
      });
      alarms.queueTook();
      figures.took('room-queue', now() - acceptedAt(job));
    } catch (error) {
      alarms.queueRefused(error);
      log.debug({ err: error, number: job.number }, 'queue refused a job, writing through');
      writing.write(job);
    }
  }

  function written(job: Job, outcome: WriteOutcome): void {
    figures.writtenThrough(job.entries.length);
    options.onWrittenThrough(job.planId, [...new Set(job.entries.map((entry) => entry.examineeId))]);
    acknowledge({ number: job.number, ...outcome });
  }

  function acknowledge({ number, conflicts = [], failed = [], invalid = [], savedAt }: Acknowledgement): void {
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
    figures.told(job.entries.length - conflicts.length - failed.length - unread.length);
    figures.took('room-told', now() - acceptedAt(job));
    if (savedAt !== undefined) figures.took('store-told', now() - savedAt);
    // A worker of another version may not read what this one wrote; whether it can be stored, the store alone says.
    if (unread.length > 0) writing.write(addJob(job.planId, unread, job.since));
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

  return { accept, size: () => size, oldestMs, isQueueAway: alarms.isQueueAway, acknowledge, drain, stop };
}

/** When the oldest of its answers was accepted, epoch ms. */
function acceptedAt({ entries }: Job): number {
  return entries[0]?.at ?? 0;
}
