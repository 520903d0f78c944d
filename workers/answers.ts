// The answers worker: makes the answers of a job durable, then acknowledges them. The order of these two steps is the
// promise of the whole system: nothing is acknowledged before the store has it. Idempotent: a job may come twice, and at
// two workers at once. Called by main.ts; the kill test builds one with another order to see that it would notice.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { isHeard } from '../redis-connection.ts';
import type { Acknowledgement, QueuedAnswer, SheetJob } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';
import { type AnswersEnvelope, readAnswer, readAnswers, readAnswersQueueJob } from './answers-job.ts';
import { isInfrastructure, JobRefused } from './faults.ts';
import { type LiveSheets, sheetUpdate } from './live-sheets.ts';
import { REJECTED, type RejectedAnswers } from './rejected-answers.ts';
import { type RunnerParts, type RunningWorker, startWorker } from './runner.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** Places in the job: stored with another content, never to be stored, and not to be read here. All others are durable. */
export type SaveOutcome = {
  readonly conflicts: readonly number[];
  readonly failed: readonly number[];
  readonly invalid: readonly number[];
};

/** The two steps of a job, in their order. */
export type AnswersSteps = {
  /** Resolves when every answer of the job is durable, or named in the outcome. Rejects where nothing is known. */
  save(job: AnswersEnvelope): Promise<SaveOutcome>;
  /** Tells whoever queued the job, and sets the live sheets. Never rejects: the answers are saved, whoever hears of it. */
  acknowledge(job: AnswersEnvelope, outcome: SaveOutcome): Promise<void>;
};

export type AnswersParts = {
  readonly store: Pick<Store, 'answers'>;
  readonly redis: Redis;
  readonly liveSheets: Pick<LiveSheets, 'fill' | 'drop' | 'until'>;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  /** The store's time, epoch ms. */
  now(): number;
  /** Told of what has become durable, by job; decides later what may be pruned. */
  noteDurable(job: AnswersEnvelope, outcome: SaveOutcome): void;
};

export type AnswersWorkerOptions = RunnerParts & {
  readonly concurrency: number;
  readonly steps: AnswersSteps;
  readonly rejected: Pick<RejectedAnswers, 'keep'>;
  /** A sheet has ended; its file is written later, and found again by a sweep. */
  onSheet(job: SheetJob): void;
};

/** Starts taking jobs of the answers queue. */
export function startAnswersWorker(options: AnswersWorkerOptions): Promise<RunningWorker> {
  const { steps, rejected, onSheet, concurrency, connection, log, metrics } = options;
  return startWorker({
    ...{ queue: 'answers', concurrency, connection, log, metrics },
    parse: readAnswersQueueJob,
    async process(data, { id, name, waitedMs }) {
      if (data.kind === 'sheet') return onSheet(data);
      if (name === REJECTED) return saveRejected(steps, data);
      const outcome = await steps.save(data);
      metrics.answersWaited(waitedMs);
      // Kept before anybody hears that they failed.
      const unsaved = [...outcome.failed, ...outcome.invalid];
      if (unsaved.length > 0) await rejected.keep(id, data, unsaved);
      await steps.acknowledge(data, outcome);
    },
  });
}

/**
 * A rejected answer by itself: fails and stays with the failed jobs, with an alarm. Where a person has made it storable
 * and tries it again, nobody waits for its acknowledgement any more: its owner reads the sheet again.
 */
async function saveRejected(steps: AnswersSteps, job: AnswersEnvelope): Promise<void> {
  const outcome = await steps.save(job);
  if (outcome.failed.length + outcome.invalid.length > 0)
    throw new JobRefused('JOB_REJECTED', 'an answer that the store does not take');
  await steps.acknowledge({ ...job, channel: NOBODY }, outcome);
}

/** A channel that nobody hears, so that the acknowledgement becomes one for orphans. */
const NOBODY = 'nobody';

/** The production steps. */
export function answersSteps(parts: AnswersParts): AnswersSteps {
  return {
    async save(job) {
      parts.liveSheets.until(job.planId); // so that it is known when the answers are durable
      const from = performance.now();
      const outcome = await saveAnswers(parts.store, job);
      parts.metrics.answersSaved(job.answers.length - exceptions(outcome).size, performance.now() - from);
      return outcome;
    },
    async acknowledge(job, outcome) {
      const savedAt = parts.now();
      try {
        parts.noteDurable(job, outcome);
        await publish(parts, job, outcome, savedAt);
      } catch (error) {
        parts.log.warn({ err: error, planId: job.planId }, 'saved answers not acknowledged; their room will ask');
      }
    },
  };
}

async function saveAnswers(store: Pick<Store, 'answers'>, job: AnswersEnvelope): Promise<SaveOutcome> {
  const { planId, answers } = job;
  const batch = readAnswers(answers);
  if (batch === undefined) return saveOneByOne(store, planId, answers);
  try {
    const { conflicts } = await store.answers.insert(planId, batch);
    return { conflicts, failed: [], invalid: [] };
  } catch (error) {
    if (isInfrastructure(error)) throw error;
    return saveOneByOne(store, planId, answers);
  }
}

/** Slow, and only for a batch with a poison in it. What was inserted before is a repeat here. */
async function saveOneByOne(
  store: Pick<Store, 'answers'>,
  planId: string,
  answers: readonly unknown[],
): Promise<SaveOutcome> {
  const outcome = { conflicts: [] as number[], failed: [] as number[], invalid: [] as number[] };
  for (const [index, unread] of answers.entries()) {
    const answer = readAnswer(unread);
    if (answer === undefined) {
      outcome.invalid.push(index);
      continue;
    }
    try {
      const { conflicts } = await store.answers.insert(planId, [answer]);
      if (conflicts.length > 0) outcome.conflicts.push(index);
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      outcome.failed.push(index);
    }
  }
  return outcome;
}

/** Live sheets and acknowledgement in one round trip, in this order. Waits for Redis if it is away. */
async function publish(
  parts: AnswersParts,
  job: AnswersEnvelope,
  outcome: SaveOutcome,
  savedAt: number,
): Promise<void> {
  const update = updateOf(job, outcome);
  const { examineeIds } = update;
  const pipeline = parts.redis.pipeline();
  if (examineeIds.length > 0) update.queueOn(pipeline, parts.liveSheets.until(job.planId));
  pipeline.publish(job.channel, JSON.stringify({ ...acknowledgementOf(job.number, outcome), savedAt }));
  const replies = (await pipeline.exec()) ?? [];
  const [failure, receivers] = replies.at(-1) ?? [];
  if (failure) throw failure;
  if (!(await isHeard(parts.redis, job.channel, receivers))) await publishOrphans(parts.redis, job);
  if (examineeIds.length > 0) await afterSheets(parts, job.planId, examineeIds, replies[0]);
}

/** The places whose answers are not durable under their revision. */
export function exceptions({ conflicts, failed, invalid }: SaveOutcome): Set<number> {
  return new Set([...conflicts, ...failed, ...invalid]);
}

type Reply = [error: Error | null, result: unknown];

async function afterSheets(
  { liveSheets, log }: AnswersParts,
  planId: string,
  examineeIds: readonly string[],
  [error, missing]: Reply = [null, []],
): Promise<void> {
  if (error) {
    log.warn({ err: error, planId }, 'live sheets not set, dropping them');
    return liveSheets.drop(planId, examineeIds);
  }
  const places = missing as number[];
  if (places.length > 0)
    liveSheets.fill(
      planId,
      places.map((place) => examineeIds[place] ?? ''),
    );
}

function acknowledgementOf(number: number, { conflicts, failed, invalid }: SaveOutcome): Acknowledgement {
  return {
    number,
    ...(conflicts.length > 0 ? { conflicts: [...conflicts] } : {}),
    ...(failed.length > 0 ? { failed: [...failed] } : {}),
    ...(invalid.length > 0 ? { invalid: [...invalid] } : {}),
  };
}

/** The process that queued them is gone: whoever owns these examinees now reads their sheets again. */
async function publishOrphans(redis: Redis, { answers }: AnswersEnvelope): Promise<void> {
  const examineeIds = [...new Set(answers.flatMap((answer) => readAnswer(answer)?.[0] ?? []))];
  if (examineeIds.length > 0) await redis.publish(redisKeys.orphans(), JSON.stringify({ examineeIds }));
}

function updateOf(job: AnswersEnvelope, outcome: SaveOutcome): ReturnType<typeof sheetUpdate> {
  const update = sheetUpdate(job.planId);
  const except = exceptions(outcome);
  // All answers have the shape by now, but for the invalid ones.
  (job.answers as readonly QueuedAnswer[]).forEach((answer, index) => {
    if (except.has(index)) return;
    update.add(answer[0], answer[1], answer[2], answer[3]);
  });
  return update;
}
