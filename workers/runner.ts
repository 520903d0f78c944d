// The one runner of all queues: takes jobs, tries them, and decides what an error means. Infrastructure that is away is
// waited for, here for seconds and then at the end of the queue, without any bound; a poison is tried a few times and then
// lies among the failed jobs with an alarm. It must never let a job fail because something was away. Called by each worker.
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { queuePrefix } from '../redis-connection.ts';
import { type QueueName, requestIdsOfJob } from '../schema/jobs.ts';
import { tracedFor } from '../tracing.ts';
import { codeOf, isInfrastructure, JobRefused } from './faults.ts';
import { pause } from './sweep.ts';
import type { WorkerMetrics } from './worker-metrics.ts';

/** What a process does with every job, and what all queues share. */
export type RunnerParts = {
  /** Waits for Redis without end (`maxRetriesPerRequest: null`); a blocking duplicate of it is made for each queue. */
  readonly connection: Redis;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
};

/** `process` may be called again for the same job, also at the same time elsewhere: what it does has to be idempotent. */
export type WorkerOptions<T> = RunnerParts & {
  readonly queue: QueueName;
  /** Jobs at once in this process. */
  readonly concurrency: number;
  /** The job as data that came from Redis; throws for what is not one. */
  parse(data: unknown): T;
  /** `waitedMs`: from its adding to its taking, by the clocks of two machines; less than nothing is 0. */
  process(data: T, job: { readonly id: string; readonly name: string; readonly waitedMs: number }): Promise<void>;
};

export type RunningWorker = {
  /** Takes no new job and waits for those under way, 10 s at most. Twice is fine. */
  stop(): Promise<void>;
};

/** A worker that dies loses its jobs to others after at most lock and check together, 7 s. */
const LOCK_MS = 5_000;
const STALLED_CHECK_MS = 2_000;
/** A job whose worker died is no poison, however often it happens. */
const STALLS = 1_000_000;
const IDLE_WAIT_S = 5;
const KEPT_DONE = 100;
const KEPT_FAILED = 1_000;

/** A poison is tried this often, since some errors are mistaken for one. */
const POISON_TRIES = 3;
const POISON_DELAY_MS = 50;
/** After about 3 s in hand, a job that waits for infrastructure goes to the end of the queue, so that it blocks no other. */
const PATIENT_TRIES = 6;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 1_000;
const POSTPONE_MS = 1_000;
const STOP_MS = 10_000;

/** Starts taking jobs of this queue; resolves when Redis has been reached. */
export async function startWorker<T>(options: WorkerOptions<T>): Promise<RunningWorker> {
  const end = new AbortController();
  const worker = new Worker<unknown, void, string>(
    options.queue,
    (job, token) => run(options, job, token, end.signal),
    {
      connection: options.connection,
      prefix: queuePrefix(options.connection),
      concurrency: options.concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: STALLS,
      drainDelay: IDLE_WAIT_S,
      removeOnComplete: { count: KEPT_DONE },
      removeOnFail: { count: KEPT_FAILED },
    },
  );
  report(worker, options);
  await worker.waitUntilReady();
  let stopped: Promise<void> | undefined;
  return {
    stop() {
      end.abort();
      stopped ??= closeWorker(worker, options);
      return stopped;
    },
  };
}

async function run<T>(options: WorkerOptions<T>, job: Job, token: string | undefined, end: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const data = parseJob(options, job);
  const waitedMs = Math.max(0, Date.now() - job.timestamp);
  for (let tries = 1; ; tries++) {
    try {
      const about = { id: job.id ?? '', name: job.name, waitedMs };
      await tracedFor(requestIdsOfJob(job.data), `job ${options.queue}`, () => options.process(data, about), {
        'examhall.waited_ms': waitedMs,
      });
      options.metrics.count(options.queue, 'done');
      const ms = performance.now() - startedAt;
      options.metrics.took(options.queue, ms / 1_000);
      options.log.debug({ ...nameOf(options, job), ms }, 'job done');
      return;
    } catch (error) {
      await afterError(options, job, token, error, tries, end);
    }
  }
}

/** With the requests that it is there for. */
function nameOf({ queue }: { readonly queue: QueueName }, job: Job | undefined): Record<string, unknown> {
  const requestIds = requestIdsOfJob(job?.data);
  return { queue, jobId: job?.id, ...(requestIds.length === 0 ? {} : { requestIds }) };
}

function parseJob<T>(options: WorkerOptions<T>, job: Job): T {
  try {
    return options.parse(job.data);
  } catch (error) {
    throw unrecoverable(new JobRefused('JOB_INVALID', 'the job does not have the shape of its queue', error));
  }
}

/** Returns when the job is to be tried again at once; throws what ends this turn of it. */
async function afterError<T>(
  options: WorkerOptions<T>,
  job: Job,
  token: string | undefined,
  error: unknown,
  tries: number,
  end: AbortSignal,
): Promise<void> {
  const { queue, log, metrics } = options;
  if (!isInfrastructure(error)) {
    if (error instanceof JobRefused || tries >= POISON_TRIES) throw unrecoverable(error);
    log.warn({ err: error, ...nameOf(options, job), tries }, 'job failed, trying it again');
    metrics.count(queue, 'retried');
    return pause(POISON_DELAY_MS * tries, end);
  }
  if (tries < PATIENT_TRIES && !end.aborted) {
    metrics.count(queue, 'retried');
    return pause(Math.min(FIRST_DELAY_MS * 2 ** (tries - 1), LONGEST_DELAY_MS), end);
  }
  log.warn({ err: error, ...nameOf(options, job) }, 'job postponed: infrastructure is away');
  metrics.count(queue, 'postponed');
  await postpone(job, token, log);
  throw new DelayedError();
}

/** Puts the job at the end of the queue without counting a try. Where even that fails, its lock expires and it comes back. */
async function postpone(job: Job, token: string | undefined, log: Logger): Promise<void> {
  try {
    await job.moveToDelayed(Date.now() + POSTPONE_MS, token);
  } catch (error) {
    log.debug({ err: error, jobId: job.id }, 'job could not be postponed; it comes back when its lock has expired');
  }
}

function unrecoverable(error: unknown): UnrecoverableError {
  const failure = new UnrecoverableError(codeOf(error));
  failure.cause = error;
  return failure;
}

/** The alarm: each job that ends among the failed ones is an error in the log and a count. */
function report<T>(worker: Worker, { queue, log, metrics }: WorkerOptions<T>): void {
  worker.on('failed', (job, error) => {
    metrics.count(queue, 'failed');
    log.error({ err: error.cause ?? error, ...nameOf({ queue }, job), jobName: job?.name }, 'job failed for good');
  });
  worker.on('stalled', (jobId) => {
    metrics.count(queue, 'stalled');
    log.warn({ queue, jobId }, 'job taken over from a worker that is gone');
  });
  worker.on('error', (error) => {
    log[isInfrastructure(error) ? 'debug' : 'warn']({ err: error, queue }, 'queue error');
  });
}

/** Without Redis there is nothing to hand back, and the library would wait for it: the jobs come back by their locks. */
async function closeWorker<T>(worker: Worker, { queue, connection, log }: WorkerOptions<T>): Promise<void> {
  const isAway = connection.status !== 'ready';
  const late = new AbortController();
  const lost = Promise.withResolvers<false>(); // no job can be finished then
  const lose = () => lost.resolve(false);
  connection.once('close', lose);
  const isClosed = await Promise.race([
    worker.close(isAway).then(() => true),
    pause(STOP_MS, late.signal).then(() => false),
    lost.promise,
  ]);
  late.abort();
  connection.off('close', lose);
  if (isAway || !isClosed)
    log.warn({ queue }, 'worker did not finish its jobs; others take them when their locks expire');
}
