// An answer that the store will never take, seen by the person who gave it: it is refused for good, holds back no other
// answer and no submit, whichever way it took to the store.
import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import type { ExamSession } from '../../client/session.ts';
import { ESSAY, isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

const POISON = 'what this store refuses';

describe('an answer that the store refuses', function () {
  this.timeout(60_000);
  let whole: WholeExam;
  let sessions: ExamSession[];
  before(async () => {
    whole = await openWholeExam('poison', { layout: { api: 1, rooms: 1, workers: 1 }, examinees: 2, prepare });
    sessions = await Promise.all([0, 1].map((index) => whole.enter(index)));
    await whole.begin();
  });
  after(() => whole?.stop());

  async function prepare(url: string): Promise<void> {
    const client = new mongoose.mongo.MongoClient(url);
    await client.db().createCollection('answers', { validator: { response: { $ne: POISON } } });
    await client.close();
  }

  /** Gives it between two others, and hands in. */
  async function giveAndSubmit(session: ExamSession): Promise<void> {
    const codes: (string | undefined)[] = [];
    session.on('answer', ({ state, code }) => {
      if (state === 'refused') codes.push(code);
    });
    session.answer(1, 'A');
    session.answer(ESSAY, POISON);
    await until('it is refused', () => codes.length > 0, 20_000);
    session.answer(2, 'B');
    await until('the others are saved', () => isSaved(session, 1, 2), 20_000);
    assert.equal(session.outbox().length, 0);
    const { revisions } = await session.submit();
    assert.deepEqual(
      revisions.map(([item]) => item),
      [1, 2],
    );
    assert.deepEqual(codes, ['ANSWER_REFUSED']);
  }

  it('[S22] leaves the outbox for good, and the sheet is submitted without it', async () => {
    await giveAndSubmit(sessions[0] as ExamSession);
  });

  it('[S22] [S24] does the same on the way past the queue, and the others of its batch are saved', async () => {
    await whole.system.kill('redis');
    try {
      await giveAndSubmit(sessions[1] as ExamSession);
    } finally {
      await whole.system.start('redis');
    }
  });
});
