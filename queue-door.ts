// A queue of BullMQ, as everybody who only adds to it or looks at it opens it. BullMQ asks Redis once what it is, and where that
// is not answered, as by a Redis that hangs for a moment, such a queue refuses everything for ever, whatever Redis does. Behind a
// door there is another one then. Must never be gone around with `new Queue` by a process that stays, unless its connection waits
// for Redis without a bound. Called by all roles.
import { Queue, type QueueOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { queuePrefix } from './redis-connection.ts';

/** Who asks while it is still being opened waits as long. */
const OPENING_MS = 1_000;

export type QueueDoor = {
  readonly name: string;
  /** The queue, of which Redis has said that it is there. Rejects where it has not said so in time; ask again then. */
  opened(): Promise<Queue>;
  /** Lets go of the queue; the connection stays its owner's. */
  close(): Promise<void>;
};

/** Opens it over this connection, at once; what fails is logged as debug, and tried again when somebody asks. Never throws. */
export function openQueueDoor(
  name: string,
  connection: Redis,
  log: Logger,
  defaultJobOptions: QueueOptions['defaultJobOptions'] = {},
): QueueDoor {
  let open: Queue | undefined;
  let opening: Promise<Queue> | undefined;
  let isClosed = false;

  async function make(): Promise<Queue> {
    const queue = new Queue(name, { connection, prefix: queuePrefix(connection), defaultJobOptions });
    queue.on('error', (error) => log.debug({ err: error.message, queue: name }, 'queue error'));
    try {
      await queue.waitUntilReady();
      if (isClosed) throw new Error(`queue ${name} was closed`);
      open = queue;
      return queue;
    } catch (error) {
      opening = undefined;
      queue.close().catch((failure: unknown) => log.debug({ err: failure, queue: name }, 'a queue was left open'));
      throw error;
    }
  }

  async function opened(): Promise<Queue> {
    if (isClosed) throw new Error(`queue ${name} was closed`);
    if (open !== undefined) return open;
    opening ??= make();
    return inTime(opening, name);
  }

  opened().catch((error: unknown) => log.debug({ err: error, queue: name }, 'a queue is not open yet'));
  return {
    name,
    opened,
    async close() {
      isClosed = true;
      await open?.close();
    },
  };
}

async function inTime(opening: Promise<Queue>, name: string): Promise<Queue> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`queue ${name} is not open yet`)), OPENING_MS);
  return Promise.race([opening, late.promise]).finally(() => clearTimeout(timer));
}
