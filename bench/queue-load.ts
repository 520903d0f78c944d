// The load of bench:queue, in a process of its own: adds jobs to a queue and hears what becomes of each. The workers are the
// production ones, or, for the peer, one that does nothing.
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { type Percentiles, percentiles } from '../loadtest/report.ts';
import type { QueueName } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import { serveOrders } from './child.ts';
import { benchJob, type JobFacts, type PEER_QUEUE } from './queue-jobs.ts';

/** Jobs of `kind` from the `from`-th on, `items` in each, into the queue `into`: that of their kind, or the peer's. */
export type JobsOrder = {
  readonly kind: QueueName;
  readonly into: QueueName | typeof PEER_QUEUE;
  readonly from: number;
  readonly jobs: number;
  readonly items: number;
};

/** First `open`; then any of the others. `backlog` only adds, while nobody takes jobs; `drain` waits until they are done. */
export type QueueOrder =
  | ({ readonly order: 'open'; readonly redisUrl: string } & Omit<JobFacts, 'channel'>)
  | ({ readonly order: 'pace'; readonly perSecond: number } & JobsOrder)
  | ({ readonly order: 'backlog' } & JobsOrder)
  | { readonly order: 'drain' };

export type QueueReply = {
  readonly done: number;
  readonly failed: number;
  /** Of a drain: from the order to the last job. Of a pace: from the first job to the last. */
  readonly seconds: number;
  /** From adding a job until it was done, in ms. */
  readonly latencyMs: Percentiles;
};

const LIMIT_MS = 60_000;
const TICK_MS = 5;
const ADDED_AT_ONCE = 50;

type Door = { readonly queue: Queue; readonly events: QueueEvents };
type Load = { readonly redisUrl: string; readonly facts: JobFacts; readonly doors: Map<string, Door> };

let load: Load | undefined;
/** Jobs that are not done yet, by queue and id, and when each was added. */
const waiting = new Map<string, number>();
let ended = { done: 0, failed: 0, latencies: [] as number[] };

serveOrders<QueueOrder, QueueReply>(async (order) => {
  if (order.order === 'open') {
    const { redisUrl, planId, rooms, scoredPlanIds } = order;
    load = { redisUrl, facts: { planId, rooms, scoredPlanIds, channel: await hear(redisUrl) }, doors: new Map() };
    return reply(0);
  }
  if (load === undefined) throw new Error('the queues are not open yet');
  if (order.order === 'drain') return drain();
  const door = await doorOf(load, order.into);
  ended = { done: 0, failed: 0, latencies: [] };
  waiting.clear(); // what was not done in time counted as failed
  return order.order === 'pace' ? pace(load, door, order) : backlog(load, door, order);
});

/** A channel of acknowledgements with somebody who hears it, as a rooms process does. */
async function hear(redisUrl: string): Promise<string> {
  const channel = redisKeys.acknowledgements(`bench-${process.pid}`);
  const subscriber = new Redis(redisUrl);
  subscriber.on('message', () => {}); // what became of a job is heard of the queue
  await subscriber.subscribe(channel);
  return channel;
}

async function doorOf({ redisUrl, doors }: Load, name: string): Promise<Door> {
  const known = doors.get(name);
  if (known !== undefined) return known;
  const prefix = redisKeys.queues();
  const queue = new Queue(name, {
    connection: new Redis(redisUrl, { maxRetriesPerRequest: null }),
    prefix,
    defaultJobOptions: { removeOnComplete: { count: 100 }, removeOnFail: { count: 1_000 } },
  });
  const events = new QueueEvents(name, { connection: new Redis(redisUrl, { maxRetriesPerRequest: null }), prefix });
  await events.waitUntilReady();
  events.on('completed', ({ jobId }) => end(`${name} ${jobId}`, 'done'));
  events.on('failed', ({ jobId }) => end(`${name} ${jobId}`, 'failed'));
  doors.set(name, { queue, events });
  return { queue, events };
}

function end(job: string, how: 'done' | 'failed'): void {
  const addedAt = waiting.get(job);
  if (!waiting.delete(job) || addedAt === undefined) return;
  ended[how]++;
  ended.latencies.push(performance.now() - addedAt);
}

async function pace(load: Load, door: Door, order: Extract<QueueOrder, { order: 'pace' }>): Promise<QueueReply> {
  const startedAt = performance.now();
  const added: Promise<void>[] = [];
  for (let next = 0; next < order.jobs; await sleep(TICK_MS)) {
    const due = Math.min(order.jobs, Math.ceil(((performance.now() - startedAt) / 1_000) * order.perSecond));
    for (; next < due; next++) added.push(add(load, door, order, [next]));
  }
  await Promise.all(added);
  await untilNone();
  return reply(performance.now() - startedAt);
}

async function backlog(load: Load, door: Door, order: JobsOrder): Promise<QueueReply> {
  for (let next = 0; next < order.jobs; next += ADDED_AT_ONCE) {
    const count = Math.min(ADDED_AT_ONCE, order.jobs - next);
    await add(
      load,
      door,
      order,
      Array.from({ length: count }, (_, index) => next + index),
    );
  }
  return reply(0);
}

async function drain(): Promise<QueueReply> {
  const startedAt = performance.now();
  await untilNone();
  return reply(performance.now() - startedAt);
}

async function add({ facts }: Load, { queue }: Door, order: JobsOrder, places: readonly number[]): Promise<void> {
  const jobs = places.map((place) => {
    const jobId = `bench-${order.kind}-${order.from + place}`;
    const data = benchJob(facts, order.kind, order.from + place, order.items);
    return { name: 'kind' in data ? data.kind : order.kind, data, opts: { jobId } };
  });
  const addedAt = performance.now();
  for (const { opts } of jobs) waiting.set(`${order.into} ${opts.jobId}`, addedAt);
  await queue.addBulk(jobs);
}

async function untilNone(): Promise<void> {
  for (const limit = performance.now() + LIMIT_MS; waiting.size > 0 && performance.now() < limit; )
    await sleep(TICK_MS);
}

/** What is not done by now never will be. */
function reply(ms: number): QueueReply {
  const { done, failed, latencies } = ended;
  return { done, failed: failed + waiting.size, seconds: ms / 1_000, latencyMs: percentiles(latencies) };
}
