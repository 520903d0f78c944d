// Jobs of the answers queue. The envelope and its answers are parsed apart, because one answer of another shape must not
// spoil the others of its batch. Called by the answers worker.
import { z } from 'zod';
import { AnswersJob, QueuedAnswer, SheetJob } from '../schema/jobs.ts';

const AnswersEnvelope = AnswersJob.extend({ answers: z.array(z.unknown()) });
/** A batch of answers of which only the envelope has been looked at. */
export type AnswersEnvelope = z.infer<typeof AnswersEnvelope>;

const AnswersQueueJob = z.discriminatedUnion('kind', [AnswersEnvelope, SheetJob]);
const Batch = z.array(QueuedAnswer);

/** A job of the answers queue, of either kind. Throws ZodError for anything else. */
export function readAnswersQueueJob(data: unknown): z.infer<typeof AnswersQueueJob> {
  return AnswersQueueJob.parse(data);
}

/** All answers of a batch, or undefined if one of them has another shape. */
export function readAnswers(answers: readonly unknown[]): QueuedAnswer[] | undefined {
  return Batch.safeParse(answers).data;
}

/** One answer, or undefined if it has another shape. */
export function readAnswer(answer: unknown): QueuedAnswer | undefined {
  return QueuedAnswer.safeParse(answer).data;
}
