// The last seconds over real sockets: links that are cut, answers under way, invented ones, and a room that is made anew.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { revisionOf } from '../../exam/revision.ts';
import { tallyEntry, tallyOf } from '../../exam/tally.ts';
import type { Answer } from '../../schema/answers.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

const GRACE_MS = 4_000;

describe('the last seconds of a room', function () {
  this.timeout(30_000);
  let hall: Hall;
  before(async () => {
    hall = await openHall('last-seconds');
  });
  after(() => hall.stop());

  const examineeId = (exam: Exam, index = 0) => exam.examinees[index]?._id ?? '';
  const settled = (exam: Exam) => until(async () => (await hall.store.rooms.get(exam.roomId))?.settledAt !== 0, 12_000);
  const vector = async (exam: Exam, index = 0) => (await hall.store.sheets.get(examineeId(exam, index)))?.vector;
  const answerOf = ({ fence }: Sitting, counter: number, response: string): Answer => {
    return { item: counter, revision: revisionOf(fence, counter), response };
  };
  const beat = (sitting: Sitting, waiting: readonly Answer[] = [], over = false) =>
    sitting.send('heartbeat', {
      sentAt: performance.now(),
      ...(waiting.length > 0 ? { tally: tallyOf(waiting.map(tallyEntry)) } : {}),
      ...(over ? { over: true } : {}),
    });
  /** Sends it until it is saved, as a client does: in the first moment after the end nothing is decided yet. */
  const bring = async (sitting: Sitting, answer: Answer) => {
    const resend = setInterval(() => sitting.send('answer.save', { answers: [answer] }), 200);
    try {
      sitting.send('answer.save', { answers: [answer] });
      await sitting.next('answer.saved');
    } finally {
      clearInterval(resend);
    }
  };
  const begin = async (durationMs: number, examinees = 1, graceMs = GRACE_MS) => {
    const exam = await hall.exam({ durationMs, examinees, graceMs });
    await hall.begin(exam);
    return exam;
  };
  const ended = (exam: Exam) => until(async () => (await hall.roomStatus(exam)) === 'ended');
  const incidents = async (exam: Exam) => hall.store.incidents.openOfRoom(exam.planId, exam.roomId);

  it('[S8] takes everything from who was cut off when time ran out, marked as late, with an incident', async () => {
    const exam = await begin(1_500);
    const before = await hall.sit(exam, 0, 'page');
    beat(before);
    await before.leave();
    await ended(exam);
    const back = await hall.sit(exam, 0, 'page');
    const late = answerOf(back, 1, 'A');
    await bring(back, late);
    beat(back, [], true);
    await back.next('examinee.status', ({ status }) => status === 'timed-out');
    assert.deepEqual(await vector(exam), [[1, late.revision]]);
    const [stored] = await hall.store.answers.current(exam.planId, examineeId(exam));
    assert.equal(stored?.late, true);
    await until(async () => (await incidents(exam)).length === 1);
    const [incident] = await incidents(exam);
    assert.deepEqual([incident?.kind, incident?.evidence[0]?.data], ['late-answers', { taken: true }]);
    await settled(exam);
  });

  it('[S8] takes what the last tally named, unmarked, and refuses what was invented afterwards', async () => {
    const exam = await begin(1_500);
    const sitting = await hall.sit(exam);
    const [first, second] = [answerOf(sitting, 1, 'A'), answerOf(sitting, 2, 'B')];
    beat(sitting, [first, second]);
    await ended(exam);
    beat(sitting, [first, second], true);
    const { hash } = await sitting.next('tally.asked');
    assert.equal(hash, tallyOf([first, second].map(tallyEntry)).hash);
    sitting.send('answer.save', { answers: [first] });
    assert.equal((await sitting.next('answer.refused')).refused[0]?.code, 'BUSY', 'nothing is known of it yet');
    const invented = { ...second, response: 'C' };
    sitting.send('tally.open', { entries: [first, invented].map(tallyEntry) });
    sitting.send('tally.open', { entries: [first, second].map(tallyEntry) });
    sitting.send('answer.save', { answers: [invented, answerOf(sitting, 3, 'D')] });
    const { refused } = await sitting.next('answer.refused');
    assert.deepEqual(
      refused.map(({ code, retry }) => [code, retry]),
      [
        ['ANSWER_LATE', 'never'],
        ['ANSWER_LATE', 'never'],
      ],
    );
    sitting.send('answer.save', { answers: [first, second] });
    await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
    assert.deepEqual(await vector(exam), [
      [1, first.revision],
      [2, second.revision],
    ]);
    const stored = await hall.store.answers.current(exam.planId, examineeId(exam));
    assert.deepEqual(
      stored.map(({ response, late }) => [response, late]),
      [
        ['A', undefined],
        ['B', undefined],
      ],
    );
  });

  it('[S8] does not wait for who was there and had nothing to bring', async () => {
    const exam = await begin(1_000, 2, 60_000);
    const sitting = await hall.sit(exam);
    beat(sitting);
    await ended(exam);
    beat(sitting, [], true);
    await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
    await settled(exam); // the other was never here
  });

  it('[S8] goes on with the grace where the room was killed, and settles nothing before it is over', async () => {
    const exam = await begin(1_200, 2);
    const [before] = [await hall.sit(exam, 0, 'page'), await hall.sit(exam, 1)];
    beat(before);
    await ended(exam);
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await before.closed;
    const back = await hall.sit(exam, 0, 'page');
    const late = answerOf(back, 1, 'A');
    await bring(back, late);
    assert.equal((await hall.store.sheets.get(examineeId(exam)))?.state, 'in-progress');
    assert.equal((await hall.store.rooms.get(exam.roomId))?.settledAt, 0);
    await settled(exam);
    assert.deepEqual(await vector(exam), [[1, late.revision]]);
    assert.deepEqual(await vector(exam, 1), []);
    const { endedAt = 0 } = (await hall.store.sheets.get(examineeId(exam, 1))) ?? {};
    const { startsAt = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    assert.ok(endedAt >= startsAt + 1_200 + GRACE_MS, 'who stayed away had the whole grace');
  });

  it('[S8] has a grace after an end by control too, and refuses for good what comes after it', async () => {
    const exam = await begin(3_600_000, 1, 1_500);
    const sitting = await hall.sit(exam, 0, 'page');
    beat(sitting);
    await sitting.leave();
    await hall.control(exam, 'end');
    await ended(exam);
    const back = await hall.sit(exam, 0, 'page');
    await bring(back, answerOf(back, 1, 'A'));
    await back.next('examinee.status', ({ status }) => status === 'timed-out');
    back.send('answer.save', { answers: [answerOf(back, 2, 'B')] });
    const { refused } = await back.next('answer.refused', ({ refused: [one] }) => one?.item === 2);
    assert.deepEqual([refused[0]?.code, refused[0]?.retry], ['ANSWER_LATE', 'never']);
    assert.equal((await vector(exam))?.length, 1);
  });
});
