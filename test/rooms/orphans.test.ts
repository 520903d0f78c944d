// Answers that became durable past the room that owns their sheet: they belong to the sheet all the same.
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { contentHash } from '../../exam/content-hash.ts';
import { revisionOf } from '../../exam/revision.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { Store } from '../../store/open-store.ts';
import { type Exam, type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';
import { newStore } from '../support/stored.ts';

describe('a room past which answers became durable', () => {
  let store: Store;
  let hall: Hall;
  let failing = 0;
  before(async () => {
    const real = await newStore('room-orphans');
    const current: Store['answers']['current'] = async (...asked) => {
      if (failing-- > 0) throw new Error('the store is away');
      return real.answers.current(...asked);
    };
    store = { ...real, answers: { ...real.answers, current } };
    hall = await openHall('room-orphans', { store });
  });
  after(async () => {
    await hall.stop();
    await store.close();
  });

  const examineeOf = (exam: Exam) => exam.examinees[0]?._id ?? '';

  /** As a worker does for a process that is gone. */
  async function storeBehind(exam: Exam, item: number, revision: number, response: string): Promise<void> {
    await store.answers.insert(exam.planId, [
      [examineeOf(exam), item, revision, response, contentHash(response), Date.now()],
    ]);
  }

  it('[S8] ends a submitted sheet with them too', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const [behind, named] = [revisionOf(sitting.fence, 1), revisionOf(sitting.fence, 2)];
    await storeBehind(exam, 2, behind, 'C');
    sitting.send('answer.save', { answers: [{ item: 1, revision: named, response: 'A' }] });
    await sitting.next('answer.saved');
    sitting.send('sheet.submit', { revisions: [[1, named]] });
    const { revisions } = await sitting.next('sheet.submitted');
    assert.deepEqual(revisions, [
      [1, named],
      [2, behind],
    ]);
  });

  it('[S24] reads them again until the store answers', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const revision = revisionOf(sitting.fence, 1);
    await storeBehind(exam, 3, revision, 'B');
    failing = 1;
    await hall.redis.publish(redisKeys.orphans(), JSON.stringify({ examineeIds: [examineeOf(exam)] }));
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  });

  it('[S24] that has lost its room tells the new owner what became durable afterwards', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    await hall.stopWorkers();
    const told: string[] = [];
    const ear = new Redis(hall.redisUrl);
    ear.on('message', (_channel, text) => void told.push(text));
    await ear.subscribe(redisKeys.orphans());
    sitting.send('answer.save', { answers: [{ item: 1, revision: revisionOf(sitting.fence, 1), response: 'A' }] });
    await until(() => hall.rooms.journalSize() === 1);
    await hall.redis.set(redisKeys.lease(exam.roomId), 'another process', 'PX', 60_000);
    await sitting.closed;
    await hall.startWorkers();
    await until(() => told.some((text) => text.includes(examineeOf(exam))));
    ear.disconnect();
  });
});
