// The peer of bench:queue, in a process of its own: takes the same jobs from a queue of its own and does nothing with them,
// so that what it reaches is what BullMQ and Redis reach here.
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { redisKeys } from '../schema/redis-keys.ts';
import { serveOrders } from './child.ts';
import { PEER_QUEUE } from './queue-jobs.ts';

export type IdleOrder = { readonly redisUrl: string; readonly concurrency: number };

let worker: Worker | undefined;

/** From now on with so many jobs at once. */
serveOrders<IdleOrder, 'taking'>(async ({ redisUrl, concurrency }) => {
  await worker?.close();
  worker = new Worker(PEER_QUEUE, async () => {}, {
    connection: new Redis(redisUrl, { maxRetriesPerRequest: null }),
    prefix: redisKeys.queues(),
    concurrency,
    removeOnComplete: { count: 100 },
  });
  await worker.waitUntilReady();
  return 'taking';
});
