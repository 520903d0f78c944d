// The load of bench:answers, in a process of its own: the journal and its queue put together as the rooms process does,
// and fed with answers as the rooms feed it; no sockets. The workers and the stores are the production ones.
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { paperKeyFrom } from '../config.ts';
import { contentHash } from '../exam/content-hash.ts';
import { type Percentiles, percentiles } from '../loadtest/report.ts';
import { openAnswersQueue } from '../rooms/answers-queue.ts';
import { roomFigures } from '../rooms/figures.ts';
import { createJournal, type Journal } from '../rooms/journal.ts';
import type { AnswerReceiver } from '../rooms/journal-entry.ts';
import { newId } from '../schema/ids.ts';
import { openStore } from '../store/open-store.ts';
import { serveOrders } from './child.ts';
import { benchAnswer } from './documents.ts';

/** First `open`, then any of the others. Answers are numbered from `from`. */
export type LoadOrder =
  | {
      readonly order: 'open';
      readonly mongodbUrl: string;
      readonly redisUrl: string;
      readonly secret: string;
      readonly planId: string;
      readonly examineeIds: readonly string[];
    }
  /** As fast as it goes, with at most `window` not durable. */
  | { readonly order: 'flood'; readonly from: number; readonly to: number; readonly window: number }
  /** At this rate whether it keeps up or not. */
  | { readonly order: 'pace'; readonly from: number; readonly to: number; readonly perSecond: number };

export type LoadReply = {
  readonly durable: number;
  /** Refused by a full journal, in conflict or failed: none in a bench that means anything. */
  readonly notTaken: number;
  readonly writtenThrough: number;
  readonly seconds: number;
  /** From the instant at which an answer was due until it was acknowledged, in ms. */
  readonly latencyMs: Percentiles;
};

type Opened = { readonly journal: Journal; readonly planId: string; readonly examineeIds: readonly string[] };

const TICK_MS = 2;
const DRAIN_MS = 30_000;

let opened: Opened | undefined;
let writtenThrough = 0;

serveOrders<LoadOrder, LoadReply>(async (order) => {
  if (order.order === 'open') {
    opened = await open(order);
    return replyOf(createCount(), 0);
  }
  if (opened === undefined) throw new Error('the journal is not open yet');
  return order.order === 'flood' ? flood(opened, order) : pace(opened, order);
});

async function open(order: Extract<LoadOrder, { order: 'open' }>): Promise<Opened> {
  const { planId, examineeIds, redisUrl, mongodbUrl, secret } = order;
  const log = pino({ level: 'warn' });
  const processId = newId();
  const store = await openStore({ url: mongodbUrl, paperKey: paperKeyFrom(secret) });
  const queue = await openAnswersQueue({
    redisUrl,
    processId,
    log,
    onAcknowledgement: (acknowledgement) => journal.acknowledge(acknowledgement),
    onOrphans: () => {},
  });
  const journal = createJournal({
    queue,
    store,
    processId,
    log,
    figures: roomFigures(),
    now: Date.now,
    onWrittenThrough: () => void writtenThrough++,
  });
  return { journal, planId, examineeIds };
}

type Count = { durable: number; notTaken: number; readonly latencies: number[] };

function createCount(): Count {
  return { durable: 0, notTaken: 0, latencies: [] };
}

/** Counts what became of answers that were due at one instant. */
function receiver(count: Count, dueAt: number, settled = () => {}): AnswerReceiver {
  const lost = () => void count.notTaken++;
  return {
    durable() {
      count.durable++;
      count.latencies.push(performance.now() - dueAt);
    },
    conflict: lost,
    failed: lost,
    settled,
  };
}

function accept({ journal, planId, examineeIds }: Opened, count: Count, n: number, told: AnswerReceiver): void {
  const answer = benchAnswer(examineeIds, n);
  const entry = { ...answer, planId, hash: contentHash(answer.response), at: Date.now(), receiver: told };
  if (!journal.accept(entry)) count.notTaken++;
}

async function flood(load: Opened, { from, to, window }: Extract<LoadOrder, { order: 'flood' }>): Promise<LoadReply> {
  const count = createCount();
  const startedAt = performance.now();
  let wake = () => {};
  for (let next = from; next < to; ) {
    // Waits for an acknowledgement: to look again and again would take the CPU from what is measured.
    const room = Promise.withResolvers<void>();
    wake = room.resolve;
    const told = receiver(count, performance.now(), () => wake());
    for (; next < to && load.journal.size() < window; next++) accept(load, count, next, told);
    if (next < to) await room.promise;
  }
  return settled(load, count, to - from, startedAt);
}

async function pace(load: Opened, { from, to, perSecond }: Extract<LoadOrder, { order: 'pace' }>): Promise<LoadReply> {
  const count = createCount();
  const startedAt = performance.now();
  for (let next = from; next < to; await sleep(TICK_MS)) {
    const due = Math.min(to, from + Math.floor(((performance.now() - startedAt) / 1_000) * perSecond));
    for (; next < due; next++)
      accept(load, count, next, receiver(count, startedAt + ((next - from) / perSecond) * 1_000));
  }
  return settled(load, count, to - from, startedAt);
}

async function settled({ journal }: Opened, count: Count, given: number, startedAt: number): Promise<LoadReply> {
  await journal.drain(DRAIN_MS);
  const seconds = (performance.now() - startedAt) / 1_000;
  return replyOf({ ...count, notTaken: count.notTaken + Math.max(0, given - count.durable - count.notTaken) }, seconds);
}

function replyOf({ durable, notTaken, latencies }: Count, seconds: number): LoadReply {
  return { durable, notTaken, writtenThrough, seconds, latencyMs: percentiles(latencies) };
}
