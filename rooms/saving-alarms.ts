// The alarms for whoever runs the exam: answers wait for longer than anybody should, and the queue takes none, so that they
// go past it. Each is said once when it begins and once when it is over; the figures beside them are
// `examhall_journal_oldest_seconds` and `examhall_queue_away`. Called by the journal.
import type { Logger } from 'pino';

/** Ten times what an answer needs on a bad day. */
export const SLOW_SAVING_MS = 10_000;

export type SavingAlarms = {
  /** How long the oldest answer has waited, 0 for none, and how many wait. To be told again and again. */
  oldest(oldestMs: number, answers: number): void;
  queueTook(): void;
  queueRefused(error: unknown): void;
  isQueueAway(): boolean;
};

export function createSavingAlarms(log: Logger): SavingAlarms {
  let slowSince: number | undefined;
  let awaySince: number | undefined;
  const lengthOf = (since: number) => Math.round(performance.now() - since);
  return {
    oldest(oldestMs, answers) {
      if (slowSince === undefined && oldestMs >= SLOW_SAVING_MS) {
        slowSince = performance.now() - oldestMs;
        log.error({ code: 'SAVING_SLOW', oldestMs: Math.round(oldestMs), answers }, 'answers are not being saved');
      } else if (slowSince !== undefined && oldestMs < SLOW_SAVING_MS / 2) {
        log.warn({ code: 'SAVING_AGAIN', slowMs: lengthOf(slowSince), answers }, 'answers are being saved again');
        slowSince = undefined;
      }
    },
    queueTook() {
      if (awaySince === undefined) return;
      log.warn({ code: 'QUEUE_AGAIN', awayMs: lengthOf(awaySince) }, 'the queue takes answers again');
      awaySince = undefined;
    },
    queueRefused(error) {
      if (awaySince !== undefined) return;
      awaySince = performance.now();
      log.error(
        { code: 'QUEUE_AWAY', err: error },
        'the queue takes no answers, they are written to the store without it',
      );
    },
    isQueueAway: () => awaySince !== undefined,
  };
}
