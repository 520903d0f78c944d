// Where answers go that the store will never take: each is a job of its own among the failed ones, kept for a person, and
// holds back no other. Must never lose one: whoever rejects waits until Redis has it. Called by the answers worker.
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { queuePrefix } from '../redis-connection.ts';
import type { AnswersEnvelope } from './answers-job.ts';

/** The name of such a job: it is tried once more by itself, and then fails. */
export const REJECTED = 'rejected';
const KEPT_FAILED = 10_000;

export type RejectedAnswers = {
  /** Keeps the answers at these places of the job. The same ones again are ignored. */
  keep(jobId: string, job: AnswersEnvelope, indexes: readonly number[]): Promise<void>;
  stop(): Promise<void>;
};

/** Opens the door to the queue; the connection stays its owner's. */
export function openRejectedAnswers(connection: Redis, log: Logger): RejectedAnswers {
  const queue = new Queue('answers', { connection, prefix: queuePrefix(connection) });
  queue.on('error', (error) => log.debug({ err: error }, 'queue of rejected answers failed'));
  return {
    async keep(jobId, job, indexes) {
      for (const index of indexes) {
        await queue.add(
          REJECTED,
          { ...job, answers: [job.answers[index]] },
          { jobId: `${REJECTED}-${jobId}-${index}`, removeOnFail: { count: KEPT_FAILED } },
        );
      }
    },
    stop: () => queue.close(),
  };
}
