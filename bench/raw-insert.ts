// The peer of bench:answers, in a process of its own: inserts the same documents, 250 answers a batch, as many batches in
// flight as the worker has, and nothing else. Also fills the store of a bench. It names no write concern: that is in the URL.
import mongoose from 'mongoose';
import type { AnswerDocument, RootDocument } from '../schema/documents/sheet.ts';
import { LIMITS } from '../schema/limits.ts';
import { rootNumbers } from '../store/signing.ts';
import { serveOrders } from './child.ts';
import { peerBatch } from './peer-documents.ts';

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

const nextRoot = rootNumbers();

serveOrders<InsertOrder, InsertReply>(async (order) => {
  const connection = mongoose.createConnection(order.mongodbUrl, { maxPoolSize: order.inFlight + 1 });
  await connection.asPromise();
  try {
    const answers = connection.collection<AnswerDocument | RootDocument>('answers');
    if (order.content === 'drop') await answers.drop();
    const startedAt = performance.now();
    let next = order.from;
    const lane = async (): Promise<void> => {
      while (next < order.to) {
        const first = next;
        next = Math.min(order.to, next + LIMITS.jobAnswers);
        const batch = peerBatch(order.planId, order.examineeIds, [first, next], nextRoot());
        await answers.insertMany(batch, { ordered: false });
      }
    };
    await Promise.all(Array.from({ length: order.inFlight }, lane));
    return { inserted: order.to - order.from, seconds: (performance.now() - startedAt) / 1_000 };
  } finally {
    await connection.close();
  }
});
