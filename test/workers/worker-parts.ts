// What tests of workers share: a log that is read back, the door to the queues, a listener on a channel, and waiting for
// something to become true. Called by tests of workers/ and of the queue's contract.
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Logger, pino } from 'pino';
import { contentHash } from '../../exam/content-hash.ts';
import { openRedis, queuePrefix } from '../../redis-connection.ts';
import type { Response } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import type { Acknowledgement, AnswersJob, QueuedAnswer, QueueName } from '../../schema/jobs.ts';

const ERROR = 50;

export type LogLine = { level: number; msg: string } & Record<string, unknown>;

/** A log whose lines can be looked at. */
export function collectingLog(): { log: Logger; lines: LogLine[]; alarms(): LogLine[] } {
  const lines: LogLine[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) });
  return { log, lines, alarms: () => lines.filter(({ level }) => level >= ERROR) };
}

/** A queue of the tests' Redis and its connection; both end with `close`. */
export function openQueue(name: QueueName, url: string): { queue: Queue; redis: Redis; close(): Promise<void> } {
  const redis = openRedis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => {}); // tests take Redis down on purpose
  const queue = new Queue(name, { connection: redis, prefix: queuePrefix(redis) });
  queue.on('error', () => {}); // the same
  return {
    queue,
    redis,
    async close() {
      await queue.close();
      redis.disconnect();
    },
  };
}

export type Listener = { readonly messages: Acknowledgement[]; close(): void };

/** Hears everything on this channel. */
export async function listen(url: string, channel: string): Promise<Listener> {
  const redis = openRedis(url, { maxRetriesPerRequest: null });
  redis.on('error', () => {}); // tests take Redis down on purpose
  const messages: Acknowledgement[] = [];
  redis.on('message', (_channel: string, text: string) => {
    const { savedAt: _savedAt, ...message } = JSON.parse(text) as Acknowledgement;
    messages.push(message);
  });
  await redis.subscribe(channel);
  return { messages, close: () => redis.disconnect() };
}

/** Waits until this is true, looking every 10 ms. Throws with the sentence after `patienceMs`. */
export async function until(
  sentence: string,
  isTrue: () => boolean | Promise<boolean>,
  patienceMs = 15_000,
): Promise<void> {
  const end = performance.now() + patienceMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`not within ${patienceMs} ms: ${sentence}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** One answer as a room queues it. */
export function queuedAnswer(
  examineeId: string,
  item: number,
  revision: number,
  response: Response,
  at = Date.now(),
): QueuedAnswer {
  return [examineeId, item, revision, response, contentHash(response), at];
}

/** A job of these answers, for a channel of its own unless one is given. */
export function anAnswersJob(given: Partial<AnswersJob> & Pick<AnswersJob, 'answers'>): AnswersJob {
  return { kind: 'answers', channel: `test:${newId()}`, number: 1, planId: newId(), ...given };
}
