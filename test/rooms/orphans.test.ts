// Answers that became durable past the room that owns their sheet: they belong to the sheet all the same.
import assert from 'node:assert/strict';
import { contentHash } from '../../exam/content-hash.ts';
import { revisionOf } from '../../exam/revision.ts';
import type { Store } from '../../store/open-store.ts';
import { type Exam, type Hall, openHall } from '../support/hall.ts';
import '../support/parts.ts';
import { newStore } from '../support/stored.ts';

describe('a room past which answers became durable', () => {
  let store: Store;
  let hall: Hall;
  before(async () => {
    store = await newStore('room-orphans');
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
});
