// Sessions that follow each other on one sheet: nothing of the earlier one is missed, and it does not come back by itself.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { revisionOf } from '../../exam/revision.ts';
import { type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('a later session', () => {
  let hall: Hall;
  before(async () => {
    hall = await openHall('room-takeover');
  });
  after(() => hall.stop());

  it('[S1] is shown what became durable after the api had read the sheet', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const first = await hall.sit(exam);
    const readAt = Date.now();
    const revision = revisionOf(first.fence, 1);
    first.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await first.next('answer.saved');
    const second = await hall.sit(exam, 0, 'another-page', readAt);
    assert.deepEqual(await second.next('answer.current'), { item: 1, revision, response: 'B' });
  });

  it('[S1] is shown it also by a room that was made anew in between', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const first = await hall.sit(exam);
    const readAt = Date.now();
    const revision = revisionOf(first.fence, 1);
    first.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await first.next('answer.saved');
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    const second = await hall.sit(exam, 0, 'another-page', readAt);
    assert.deepEqual(await second.next('answer.current'), { item: 1, revision, response: 'B' });
    await second.leave();
    const again = await hall.sit(exam, 0, 'another-page', readAt);
    assert.deepEqual(await again.next('answer.current'), { item: 1, revision, response: 'B' });
  });

  it('[S1] keeps an older revision of its own in the history, and says that it is superseded', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const [older, newer] = [revisionOf(sitting.fence, 1), revisionOf(sitting.fence, 2)];
    sitting.send('answer.save', { answers: [{ item: 1, revision: newer, response: 'B' }] });
    await sitting.next('answer.saved');
    sitting.send('answer.save', { answers: [{ item: 1, revision: older, response: 'A' }] });
    assert.deepEqual((await sitting.next('answer.superseded')).superseded, [[1, older]]);
    const examineeId = exam.examinees[0]?._id ?? '';
    await until(async () => (await hall.store.answers.history(exam.planId, examineeId)).length === 2);
    assert.deepEqual(
      (await hall.store.answers.current(exam.planId, examineeId)).map((answer) => answer.response),
      ['B'],
    );
  });

  it('[S8] is submitted with what an earlier session sent and nobody named', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const first = await hall.sit(exam);
    await hall.stopWorkers();
    const pending = revisionOf(first.fence, 1);
    first.send('answer.save', { answers: [{ item: 2, revision: pending, response: 'C' }] });
    await until(() => hall.rooms.journalSize() === 1);
    const second = await hall.sit(exam);
    second.send('sheet.submit', { revisions: [] });
    await hall.startWorkers();
    assert.deepEqual((await second.next('sheet.submitted')).revisions, [[2, pending]]);
  });
});
