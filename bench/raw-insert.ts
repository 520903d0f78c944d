// The peer of bench:answers, in a process of its own: inserts the same documents, 250 a batch, as many batches in flight
// as the worker has, and nothing else. Also fills the store of a bench. It names no write concern: that is in the URL.
import mongoose from 'mongoose';
import { answerId } from '../exam/answer-id.ts';
import { contentHash } from '../exam/content-hash.ts';
import { LIMITS } from '../schema/limits.ts';
import { serveOrders } from './child.ts';
import { benchAnswer } from './documents.ts';

/** Answers `from` (included) to `to` (not included), in this database; `drop` empties it first. */
export type InsertOrder = {
  readonly mongodbUrl: string;
  readonly planId: string;
  readonly examineeIds: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly inFlight: number;
  readonly content: 'drop' | 'keep';
};
export type InsertReply = { readonly inserted: number; readonly seconds: number };

type Document = { _id: string; response: unknown; hash: string; at: Date };

serveOrders<InsertOrder, InsertReply>(async (order) => {
  const connection = mongoose.createConnection(order.mongodbUrl, { maxPoolSize: order.inFlight + 1 });
  await connection.asPromise();
  try {
    const answers = connection.collection<Document>('answers');
    if (order.content === 'drop') await answers.drop();
    const startedAt = performance.now();
    let next = order.from;
    const lane = async (): Promise<void> => {
      while (next < order.to) {
        const first = next;
        next = Math.min(order.to, next + LIMITS.jobAnswers);
        await answers.insertMany(batch(order, first, next), { ordered: false });
      }
    };
    await Promise.all(Array.from({ length: order.inFlight }, lane));
    return { inserted: order.to - order.from, seconds: (performance.now() - startedAt) / 1_000 };
  } finally {
    await connection.close();
  }
});

function batch({ planId, examineeIds }: InsertOrder, first: number, end: number): Document[] {
  return Array.from({ length: end - first }, (_, index) => {
    const { examineeId, item, revision, response } = benchAnswer(examineeIds, first + index);
    const _id = answerId(planId, examineeId, item, revision);
    return { _id, response, hash: contentHash(response), at: new Date() };
  });
}
