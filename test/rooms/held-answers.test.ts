// [S11] What a fenced device held comes to its sheet: applied where nothing is newer, else offered, whoever dies in between.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { answerId } from '../../exam/answer-id.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { revisionOfApplied } from '../../exam/held-answer.ts';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('[S11] what a fenced device held', () => {
  let hall: Hall;
  let exam: Exam;
  let first: Sitting;
  before(async () => {
    hall = await openHall('room-held');
  });
  beforeEach(async () => {
    exam = await hall.exam();
    await hall.begin(exam);
    first = await hall.sit(exam);
  });
  after(() => hall.stop());

  const examineeId = () => exam.examinees[0]?._id ?? '';
  /** As the api keeps it. */
  async function keep(item: number, response: string, counter = 9): Promise<number> {
    const { planId, roomId } = exam;
    const revision = revisionOf(first.fence, counter);
    await hall.store.heldAnswers.keep([
      {
        _id: answerId(planId, examineeId(), item, revision),
        ...{ planId, roomId, examineeId: examineeId(), item, revision, response, hash: contentHash(response) },
        ...{ heldAt: Date.now(), state: 'held', decidedAt: 0, by: '', as: 0 },
      },
    ]);
    return revision;
  }
  const hint = () => hall.directory.hintHeld(exam.roomId, examineeId());
  const kept = () => hall.store.heldAnswers.byPlan(exam.planId, { limit: 10 });
  const states = async () => (await kept()).map(({ item, state }) => [item, state]);
  const current = async () =>
    (await hall.store.answers.current(exam.planId, examineeId())).map(({ item, response }) => [item, response]);

  it('is the live session’s answer where that has not written the item, and is shown to it', async () => {
    const second = await hall.sit(exam, 0, newId());
    await keep(1, 'B');
    hint();
    const revision = revisionOfApplied(second.fence);
    assert.deepEqual(await second.next('answer.current'), { item: 1, revision, response: 'B' });
    assert.deepEqual(await current(), [[1, 'B']]);
    assert.deepEqual(
      (await kept()).map(({ state, as, by }) => [state, as, by]),
      [['applied', revision, '']],
    );
    second.send('answer.save', { answers: [{ item: 1, revision: revisionOf(second.fence, 1), response: 'C' }] });
    await second.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revisionOf(second.fence, 1)));
    assert.deepEqual(await current(), [[1, 'C']], 'what the person writes goes over it');
  });

  it('is offered where the live session has written the item, again at each join, until the person chooses', async () => {
    const second = await hall.sit(exam, 0, 'page');
    second.send('answer.save', { answers: [{ item: 1, revision: revisionOf(second.fence, 1), response: 'C' }] });
    await second.next('answer.saved');
    const revision = await keep(1, 'B');
    hint();
    assert.deepEqual(await second.next('held.offered'), { item: 1, revision, response: 'B' });
    assert.deepEqual([await current(), await states()], [[[1, 'C']], [[1, 'offered']]]);
    await second.leave();
    const again = await hall.sit(exam, 0, 'page');
    await again.next('held.offered');
    again.send('held.choose', { item: 1, revision, choice: 'drop' });
    assert.deepEqual(await again.next('held.chosen'), { item: 1, revision, choice: 'drop' });
    again.send('held.choose', { item: 1, revision, choice: 'take' });
    assert.deepEqual((await again.next('held.chosen')).choice, 'drop', 'it is decided once');
    assert.deepEqual(
      (await kept()).map(({ state, by }) => [state, by]),
      [['dropped', examineeId()]],
    );
    again.send('held.choose', { item: 2, revision, choice: 'take' });
    assert.equal((await again.next('refused')).code, 'TRANSITION_REFUSED');
  });

  it('is taken by a room that is made after its process died', async () => {
    const second = await hall.sit(exam, 0, 'page');
    await keep(1, 'B');
    await keep(2, 'C', 10);
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown(); // and no hint
    await second.closed;
    const again = await hall.sit(exam, 0, 'page');
    await until(async () => (await current()).length === 2);
    assert.deepEqual(await states(), [
      [1, 'applied'],
      [2, 'applied'],
    ]);
    await again.leave();
  });

  it('is applied once, also where a process died between the answer and its decision', async () => {
    const second = await hall.sit(exam, 0, newId());
    await keep(1, 'B');
    const revision = revisionOfApplied(second.fence);
    await hall.store.answers.insert(exam.planId, [[examineeId(), 1, revision, 'B', contentHash('B'), Date.now()]]);
    hint();
    await until(async () => (await kept())[0]?.state !== 'held');
    assert.deepEqual([await current(), (await states())[0]?.[1]], [[[1, 'B']], 'applied']);
    assert.equal((await hall.store.answers.history(exam.planId, examineeId())).length, 1);
  });

  it('takes the newest of an item, and the ones before are outdated', async () => {
    await hall.sit(exam, 0, newId());
    await keep(1, 'A', 8);
    await keep(1, 'B', 9);
    hint();
    await until(async () => (await kept()).every(({ state }) => state !== 'held'));
    assert.deepEqual(
      [await current(), await states()],
      [
        [[1, 'B']],
        [
          [1, 'outdated'],
          [1, 'applied'],
        ],
      ],
    );
  });

  it('waits while the room stands, and comes to the sheet when it goes on', async () => {
    await hall.sit(exam, 0, newId());
    await hall.control(exam, 'pause');
    await until(async () => (await hall.roomStatus(exam)) === 'paused');
    await keep(1, 'B');
    hint();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual([await current(), await states()], [[], [[1, 'held']]]);
    await hall.control(exam, 'resume');
    await until(async () => (await current()).length === 1);
  });

  it('stays kept and counts for nothing after the sheet has ended', async () => {
    const second = await hall.sit(exam, 0, newId());
    second.send('sheet.submit', { revisions: [] });
    await second.next('sheet.submitted');
    await keep(1, 'B');
    hint();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual([await current(), await states()], [[], [[1, 'held']]]);
    assert.deepEqual((await hall.store.sheets.get(examineeId()))?.vector, []);
  });
});
