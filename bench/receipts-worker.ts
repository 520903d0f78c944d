// The workers of bench:receipts, in a process of its own: the production role, whose store signs what it saves, or one that is
// the same but for the signing. There is no such store but here: production has no switch. Asked by receipts.ts.
import mongoose from 'mongoose';
import { pino } from 'pino';
import { paperKeyFrom } from '../config.ts';
import { answerId } from '../exam/answer-id.ts';
import type { AnswerDocument } from '../schema/documents/sheet.ts';
import { insertOnce } from '../store/insertion.ts';
import { openStore, type Store } from '../store/open-store.ts';
import { startWorkers, type WorkersRole } from '../workers/main.ts';
import { serveOrders } from './child.ts';

/** Takes jobs with one of the two stores, in the place of whatever took them before. */
export type WorkerOrder = {
  readonly mongodbUrl: string;
  readonly redisUrl: string;
  readonly secret: string;
  readonly dataDir: string;
  readonly saving: 'signed' | 'unsigned';
};
export type WorkerReply = { readonly ready: true };

const CONCURRENCY = 8;
let running: { readonly workers: WorkersRole; close(): Promise<void> } | undefined;

serveOrders<WorkerOrder, WorkerReply>(async ({ mongodbUrl: url, redisUrl, secret, dataDir, saving }) => {
  await running?.workers.stop();
  await running?.close();
  const signing = await openStore({ url, paperKey: paperKeyFrom(secret) });
  const connection = await mongoose.createConnection(url).asPromise();
  const store = saving === 'signed' ? signing : { ...signing, answers: unsigned(signing, connection) };
  const log = pino({ level: 'warn' });
  const options = { store, redisUrl, dataDir, secret, concurrency: CONCURRENCY, log, now: () => Date.now() };
  const workers = await startWorkers(options);
  running = {
    workers,
    async close() {
      await connection.close();
      await signing.close();
    },
  };
  return { ready: true };
});

/** As store/answers.ts inserts, without the root, its document, and its number in each answer. */
function unsigned({ answers }: Store, connection: mongoose.Connection): Store['answers'] {
  const collection = connection.collection<AnswerDocument>('answers');
  return {
    ...answers,
    async insert(planId, queued) {
      const documents = queued.map(([examineeId, item, revision, response, hash, at, late]): AnswerDocument => {
        const answer = { _id: answerId(planId, examineeId, item, revision), response, hash, at: new Date(at) };
        return late === true ? { ...answer, late } : answer;
      });
      const duplicates = await insertOnce(collection, documents);
      if (duplicates.length > 0) throw new Error('the bench repeats no answer');
      return { conflicts: [] };
    },
  };
}
