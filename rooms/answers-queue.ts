// The door to the `answers` queue: adds jobs, tells what became of one, hears acknowledgements. It fails at once while
// Redis is away, and soon while Redis hangs, so that the journal can take another way. Called by the journal alone.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { openQueueDoor } from '../queue-door.ts';
import { openRedis } from '../redis-connection.ts';
import { Acknowledgement, type AnswersJob, Orphans, type SheetJob } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import { REDIS_PATIENCE } from './redis-patience.ts';

/** What became of a job: still to be done, in some worker's hands, finished, given up, or unknown to Redis. */
export type JobFate = 'waiting' | 'active' | 'done' | 'failed' | 'gone';

export type AnswersQueue = {
  /** The channel on which this process hears its acknowledgements. */
  readonly channel: string;
  /** Resolves when Redis has the job; rejects at once while Redis is away, and after a second of silence: then it may have it. */
  add(jobId: string, job: AnswersJob): Promise<void>;
  /** Asks for a sheet's file; what is lost here is found again by the worker's sweep. */
  addSheet(job: SheetJob): Promise<void>;
  /** Tells every rooms process that answers of these became durable past the owner of their room. */
  tellOrphans(examineeIds: readonly string[]): Promise<void>;
  fateOf(jobId: string): Promise<JobFate>;
  /** Whether Redis takes writes now. One whose disk is full still says what waits, and no worker can take it. Never rejects. */
  takesWrites(): Promise<boolean>;
  stop(): Promise<void>;
};

export type AnswersQueueOptions = {
  readonly redisUrl: string;
  readonly processId: string;
  readonly log: Logger;
  onAcknowledgement(acknowledgement: Acknowledgement): void;
  /** Answers became durable of which no living process knew; their sheets are to be read again. */
  onOrphans(examineeIds: readonly string[]): void;
};

const KEPT_JOBS = 100;
const KEPT_FAILED = 1_000;
const ATTEMPTS = 1_000_000;

/** Connects and subscribes before it returns, so that no acknowledgement is missed. */
export async function openAnswersQueue(options: AnswersQueueOptions): Promise<AnswersQueue> {
  const { redisUrl, log } = options;
  const connection = openRedis(redisUrl, {
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    ...REDIS_PATIENCE,
    retryStrategy: (tries) => Math.min(50 * tries, 500),
  });
  connection.on('error', (error) => log.debug({ err: error.message }, 'queue connection error'));
  if (connection.status !== 'ready') await new Promise<void>((resolve) => connection.once('ready', () => resolve()));
  const door = openQueueDoor('answers', connection, log, {
    removeOnComplete: { count: KEPT_JOBS },
    removeOnFail: { count: KEPT_FAILED },
    attempts: ATTEMPTS,
    backoff: { type: 'fixed', delay: 200 },
  });
  const channel = redisKeys.acknowledgements(options.processId);
  const subscriber = await subscribe(options, channel);
  return {
    channel,
    async add(jobId, job) {
      await (await door.opened()).add('answers', job, { jobId });
    },
    async addSheet(job) {
      await (await door.opened()).add('sheet', job, { jobId: `sheet-${job.examineeId}-${Date.now()}` });
    },
    async tellOrphans(examineeIds) {
      await connection.publish(redisKeys.orphans(), JSON.stringify({ examineeIds }));
    },
    fateOf: async (jobId) => fateFrom(await (await door.opened()).getJobState(jobId)),
    async takesWrites() {
      try {
        await connection.del(channel); // there is no such key, and yet it is refused where writes are
        return true;
      } catch (error) {
        log.debug({ err: error }, 'redis takes no writes');
        return false;
      }
    },
    async stop() {
      subscriber.disconnect();
      await door.close();
      connection.disconnect();
    },
  };
}

async function subscribe(options: AnswersQueueOptions, channel: string): Promise<Redis> {
  const subscriber = openRedis(options.redisUrl, { maxRetriesPerRequest: null, enableReadyCheck: false });
  subscriber.on('error', (error) => options.log.debug({ err: error.message }, 'acknowledgement connection error'));
  subscriber.on('message', (from: string, text: string) => {
    try {
      if (from === channel) options.onAcknowledgement(Acknowledgement.parse(JSON.parse(text)));
      else options.onOrphans(Orphans.parse(JSON.parse(text)).examineeIds);
    } catch (error) {
      options.log.error({ err: error, channel: from }, 'unreadable message from a worker');
    }
  });
  await subscriber.subscribe(channel, redisKeys.orphans());
  return subscriber;
}

function fateFrom(state: string): JobFate {
  switch (state) {
    case 'completed':
      return 'done';
    case 'failed':
      return 'failed';
    case 'active':
      return 'active';
    case 'unknown':
      return 'gone';
    default:
      return 'waiting';
  }
}
