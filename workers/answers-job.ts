// The shape of answers jobs, checked by hand: zod takes several times as long as this for an answer, and this is the
// hottest loop of the system. A property test holds it equal to the schema in schema/jobs.ts. One answer of another shape
// spoils no other, so the envelope and the answers are checked apart. Called by the answers worker.
import type { Response } from '../schema/answers.ts';
import { type AnswersJob, type QueuedAnswer, SheetJob } from '../schema/jobs.ts';
import { LIMITS } from '../schema/limits.ts';
import { JobRefused } from './faults.ts';

/** An answers job of which only the envelope has been looked at. */
export type AnswersEnvelope = Omit<AnswersJob, 'answers'> & { readonly answers: readonly unknown[] };

const OPTIONS = 26;
const OPTION_LENGTH = 32;
const FIELDS = 5;

/** A job of the answers queue, of either kind. Throws JobRefused for anything else. */
export function readAnswersQueueJob(data: unknown): AnswersEnvelope | SheetJob {
  if (isEnvelope(data)) return data;
  const sheet = SheetJob.safeParse(data);
  if (sheet.success) return sheet.data;
  throw new JobRefused('JOB_INVALID', 'neither a batch of answers nor a sheet');
}

function isEnvelope(data: unknown): data is AnswersEnvelope {
  if (typeof data !== 'object' || data === null) return false;
  const job = data as Record<string, unknown>;
  return (
    job.kind === 'answers' &&
    typeof job.channel === 'string' &&
    Number.isSafeInteger(job.number) &&
    typeof job.planId === 'string' &&
    Array.isArray(job.answers) &&
    Object.keys(job).length === FIELDS
  );
}

/** Whether this is [examineeId, item, revision, response, hash, savedAt]. */
export function isQueuedAnswer(value: unknown): value is QueuedAnswer {
  return (
    Array.isArray(value) &&
    value.length === 6 &&
    typeof value[0] === 'string' &&
    Number.isSafeInteger(value[1]) &&
    Number.isSafeInteger(value[2]) &&
    isResponse(value[3]) &&
    typeof value[4] === 'string' &&
    Number.isFinite(value[5])
  );
}

function isResponse(value: unknown): value is Response {
  switch (typeof value) {
    case 'string':
      return value.length <= LIMITS.answerBytes;
    case 'number':
      return Number.isFinite(value);
    default:
      return value === null || (Array.isArray(value) && value.length <= OPTIONS && value.every(isOption));
  }
}

function isOption(value: unknown): boolean {
  return typeof value === 'string' && value.length <= OPTION_LENGTH;
}
