// The room's side of an answer's journey, over real MongoDB, Redis, sockets and workers.
import assert from 'node:assert/strict';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { type Exam, type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('an answer in a running room', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('room-answers');
  });
  beforeEach(async () => {
    exam = await hall.exam({ examinees: 3 });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  it('is said to be saved only when the store holds it', async () => {
    const sitting = await hall.sit(exam);
    const revision = revisionOf(sitting.fence, 1);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    assert.deepEqual(await sitting.next('answer.saved'), { saved: [[1, revision]] });
    const [stored] = await hall.store.answers.current(exam.planId, exam.examinees[0]?._id ?? '');
    assert.deepEqual([stored?.item, stored?.revision, stored?.response], [1, revision, 'B']);
  });

  it('[S4] is answered pending when it is sent again while the workers are away, and is queued once', async () => {
    await hall.stopWorkers();
    const sitting = await hall.sit(exam);
    const answers = [{ item: 2, revision: revisionOf(sitting.fence, 1), response: 'A' }];
    sitting.send('answer.save', { answers });
    await until(() => hall.rooms.journalSize() === 1);
    sitting.send('answer.save', { answers });
    assert.deepEqual((await sitting.next('answer.pending')).pending, [[2, answers[0]?.revision]]);
    assert.equal(hall.rooms.journalSize(), 1);
    await hall.startWorkers();
    await sitting.next('answer.saved');
  });

  it('[S1] of an earlier session that becomes durable after a reload is shown to the live session', async () => {
    await hall.stopWorkers();
    const before = await hall.sit(exam);
    before.send('answer.save', { answers: [{ item: 3, revision: revisionOf(before.fence, 1), response: 'C' }] });
    await until(() => hall.rooms.journalSize() === 1);
    const later = await hall.sit(exam);
    assert.ok(later.fence > before.fence);
    assert.equal((await before.next('session.fenced')).fence, later.fence);
    assert.equal(await before.closed, 4011);
    await hall.startWorkers();
    assert.deepEqual(await later.next('answer.current'), {
      item: 3,
      revision: revisionOf(before.fence, 1),
      response: 'C',
    });
  });

  it('[S1] of an earlier session never wins over the live one', async () => {
    await hall.stopWorkers();
    const before = await hall.sit(exam);
    before.send('answer.save', { answers: [{ item: 3, revision: revisionOf(before.fence, 6), response: 'C' }] });
    await until(() => hall.rooms.journalSize() === 1);
    const later = await hall.sit(exam);
    later.send('answer.save', { answers: [{ item: 3, revision: revisionOf(later.fence, 6), response: 'D' }] });
    await until(() => hall.rooms.journalSize() === 2);
    await hall.startWorkers();
    await later.next('answer.saved', ({ saved }) =>
      saved.some(([, revision]) => revision === revisionOf(later.fence, 6)),
    );
    const history = await hall.store.answers.history(exam.planId, exam.examinees[0]?._id ?? '');
    assert.deepEqual(
      history.map(({ response }) => response),
      ['C', 'D'],
    );
    const [current] = await hall.store.answers.current(exam.planId, exam.examinees[0]?._id ?? '');
    assert.equal(current?.response, 'D');
  });

  it('[S1] with a revision that is stored with another content is a conflict', async () => {
    const sitting = await hall.sit(exam);
    const revision = revisionOf(sitting.fence, 1);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await sitting.next('answer.saved');
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'C' }] });
    const { refused } = await sitting.next('answer.refused');
    assert.deepEqual(
      refused.map(({ code, retry }) => [code, retry]),
      [['ANSWER_CONFLICT', 'never']],
    );
  });

  it('is refused for good when its item is unknown, and holds back no other', async () => {
    const sitting = await hall.sit(exam);
    const wrong = { item: 99, revision: revisionOf(sitting.fence, 1), response: 'A' };
    const right = { item: 1, revision: revisionOf(sitting.fence, 2), response: 'A' };
    sitting.send('answer.save', { answers: [wrong, right] });
    const { refused } = await sitting.next('answer.refused');
    assert.deepEqual(
      refused.map(({ item, code, retry }) => [item, code, retry]),
      [[99, 'ITEM_UNKNOWN', 'never']],
    );
    assert.deepEqual((await sitting.next('answer.saved')).saved, [[1, right.revision]]);
  });

  it('[S8] ends the sheet only when the store holds what the submit names', async () => {
    await hall.stopWorkers();
    const sitting = await hall.sit(exam);
    const revision = revisionOf(sitting.fence, 1);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    sitting.send('sheet.submit', { revisions: [[1, revision]] });
    sitting.send('answer.save', { answers: [{ item: 2, revision: revision + 1, response: 'B' }] });
    const { refused } = await sitting.next('answer.refused');
    assert.equal(refused[0]?.code, 'SHEET_SUBMITTING');
    assert.equal((await hall.store.sheets.get(exam.examinees[0]?._id ?? ''))?.vector ?? null, null);
    await hall.startWorkers();
    assert.deepEqual((await sitting.next('sheet.submitted')).revisions, [[1, revision]]);
    const sheet = await hall.store.sheets.get(exam.examinees[0]?._id ?? '');
    assert.deepEqual([sheet?.state, sheet?.vector], ['submitted', [[1, revision]]]);
  });

  it('[S5] after the submit is refused, while a repeat of a saved one is still answered saved', async () => {
    const sitting = await hall.sit(exam);
    const revision = revisionOf(sitting.fence, 1);
    const answers = [{ item: 1, revision, response: 'B' }];
    sitting.send('answer.save', { answers });
    await sitting.next('answer.saved');
    sitting.send('sheet.submit', { revisions: [[1, revision]] });
    await sitting.next('sheet.submitted');
    sitting.send('answer.save', { answers: [{ item: 1, revision: revision + 1, response: 'C' }] });
    assert.equal((await sitting.next('answer.refused')).refused[0]?.code, 'SHEET_SUBMITTED');
    sitting.send('answer.save', { answers });
    assert.deepEqual((await sitting.next('answer.saved')).saved, [[1, revision]]);
  });

  it('survives that the same session connects again', async () => {
    const entryId = newId();
    const first = await hall.sit(exam, 1, entryId);
    const again = await hall.sit(exam, 1, entryId);
    assert.equal(again.fence, first.fence);
    assert.equal(await first.closed, 4012);
    again.send('answer.save', { answers: [{ item: 1, revision: revisionOf(again.fence, 1), response: 'B' }] });
    await again.next('answer.saved');
  });
});
