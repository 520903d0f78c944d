// Jobs that are not acknowledged in time: asks the queue what became of each, the oldest first, and has it added again or
// written through. The queue is first in, first out, so where one still waits, those after it are not asked about: with an
// hour's backlog that would be thousands of questions a second. Called by the journal alone.
import type { Logger } from 'pino';
import type { AnswersQueue } from './answers-queue.ts';

/** A job that is not acknowledged after this is looked at, and then again after growing delays. */
export const FIRST_CHECK_MS = 1_500;
const LONGEST_CHECK_MS = 15_000;
const ASKED_AT_ONCE = 16;

/** `turn` is its place in the queue, `checkAt` when it is looked at, performance.now(). */
export type Overdue = {
  readonly number: number;
  jobId: string;
  turn: number;
  checkAt: number;
  delayMs: number;
};

type Effects<J> = {
  /** Those that are not acknowledged and not being written through. */
  open(): Iterable<J>;
  isOpen(job: J): boolean;
  /** Never rejects. */
  addAgain(job: J): Promise<void>;
  /** Whether a job that waits may be taken by somebody. Never rejects. */
  isServed(): Promise<boolean>;
  writeThrough(job: J): void;
};

export type OverdueJobs = {
  /** Looks at those that are due, one look at a time. Never rejects. */
  look(): Promise<void>;
};

export function createOverdueJobs<J extends Overdue>(
  queue: Pick<AnswersQueue, 'fateOf'>,
  log: Logger,
  { open, isOpen, addAgain, isServed, writeThrough }: Effects<J>,
): OverdueJobs {
  let isLooking = false;

  async function lookAtDue(): Promise<void> {
    const now = performance.now();
    const due = [...open()].filter(({ checkAt }) => now >= checkAt).sort((one, other) => one.turn - other.turn);
    while (due.length > 0) {
      const asked = due.splice(0, ASKED_AT_ONCE);
      const found = await Promise.all(asked.map((job) => check(job, now)));
      const waiting = asked.filter((_, index) => found[index] === 'waiting');
      if (waiting.length > 0)
        return (await isServed()) ? postpone(due) : [...waiting, ...due].forEach(writeAfterSilence);
      if (found.includes('unknown')) return due.forEach(writeAfterSilence);
    }
  }

  /**
   * Never rejects. A job that still waits in the queue is left there, as long as Redis takes writes: adding it again would
   * only fill Redis while the workers are away. One in a worker's hands may be in dead hands, so it is added once more; one that Redis lost, or
   * whose acknowledgement was lost, is written through.
   */
  async function check(job: J, now: number): Promise<'waiting' | 'unknown' | 'seen to'> {
    job.delayMs = Math.min(job.delayMs * 2, LONGEST_CHECK_MS);
    job.checkAt = now + job.delayMs;
    try {
      const fate = await queue.fateOf(job.jobId);
      if (fate === 'waiting') {
        postpone([job]);
        return 'waiting';
      }
      if (isOpen(job)) {
        if (fate === 'active') await addAgain(job);
        else writeThrough(job);
      }
      return 'seen to';
    } catch (error) {
      log.debug({ err: error, number: job.number }, 'queue cannot be asked, writing through');
      writeAfterSilence(job);
      return 'unknown';
    }
  }

  function postpone(jobs: readonly J[]): void {
    const checkAt = performance.now() + FIRST_CHECK_MS;
    for (const job of jobs) job.checkAt = checkAt;
  }

  function writeAfterSilence(job: J): void {
    postpone([job]);
    writeThrough(job);
  }

  return {
    async look() {
      if (isLooking) return;
      isLooking = true;
      await lookAtDue();
      isLooking = false;
    },
  };
}
