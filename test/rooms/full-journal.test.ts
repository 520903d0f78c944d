// What one examinee may have on the way to the store at most, while the workers stand still.
import assert from 'node:assert/strict';
import { revisionOf } from '../../exam/revision.ts';
import { LIMITS } from '../../schema/limits.ts';
import { type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('a client that fills the queue', () => {
  let hall: Hall;
  before(async () => {
    hall = await openHall('room-full-journal', { workers: false });
  });
  after(() => hall.stop());

  it('[S4] is told to wait, and nobody else is', async () => {
    const exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    const [sitting, other] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    const all = Array.from({ length: LIMITS.pendingAnswers + 100 }, (_, n) => revisionOf(sitting.fence, 1 + n));
    for (let from = 0; from < all.length; from += LIMITS.batchAnswers) {
      const revisions = all.slice(from, from + LIMITS.batchAnswers);
      sitting.send('answer.save', { answers: revisions.map((revision) => ({ item: 1, revision, response: 'A' })) });
    }
    const { refused } = await sitting.next('answer.refused');
    assert.deepEqual([refused.length, refused[0]?.code, refused[0]?.retry], [100, 'BUSY', 'later']);
    other.send('answer.save', { answers: [{ item: 1, revision: revisionOf(other.fence, 1), response: 'A' }] });
    await until(() => hall.rooms.journalSize() === LIMITS.pendingAnswers + 1);
    await hall.startWorkers();
    await other.next('answer.saved');
    const last = all[LIMITS.pendingAnswers - 1];
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, revision]) => revision === last));
  });
});
