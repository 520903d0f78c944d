// A room that is made later than its start: everybody in it has the whole time, however often it is made.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { revisionOf } from '../../exam/revision.ts';
import { type Exam, type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';

const HOUR = 3_600_000;
const LATE = 10_000;
const SLOW = 1_500;
const HUNG = 2_000;

describe('a room that is made after its start', function () {
  this.timeout(40_000);
  let hall: Hall;
  let mayTakeRooms = true;
  before(async () => {
    hall = await openHall('late-start', { mayTakeRooms: () => mayTakeRooms });
  });
  after(() => hall.stop());

  const begunLate = async (lateMs: number, durationMs = HOUR): Promise<{ exam: Exam; startsAt: number }> => {
    const exam = await hall.exam({ durationMs, examinees: 2 });
    const startsAt = Date.now() - lateMs;
    await hall.store.plans.change(exam.planId, ['scheduled'], { status: 'open' });
    await hall.control(exam, 'open');
    await hall.control(exam, 'start', { at: startsAt });
    return { exam, startsAt };
  };
  const room = (exam: Exam) => hall.store.rooms.get(exam.roomId);
  const given = async (exam: Exam) =>
    ((await room(exam))?.adjustments ?? []).reduce((sum, { extraMs }) => sum + extraMs, 0);
  const running = (exam: Exam) => until(async () => (await hall.roomStatus(exam)) === 'running');

  it('[S12] gives everybody the whole time, once, also after it was made anew', async () => {
    const { exam, startsAt } = await begunLate(LATE);
    await running(exam);
    const begunAt = Date.now();
    const sitting = await hall.sit(exam, 0, 'page');
    const { adjustments = [] } = (await room(exam)) ?? {};
    const given = adjustments.reduce((sum, { extraMs }) => sum + extraMs, 0);
    assert.deepEqual(
      new Set(adjustments.map(({ time, examineeIds }) => `${time} ${examineeIds}`)),
      new Set(['incident null']),
    );
    assert.ok(Math.abs(startsAt + given - begunAt) <= 1_000, `${given} ms were given, ${begunAt - startsAt} lost`);
    const deadlineAt = () =>
      sitting.room.state.examinees?.get(exam.examinees[0]?._id ?? '')?.deadlineAt as number | undefined;
    await until(() => deadlineAt() === startsAt + given + HOUR);
    const controls = await hall.store.controls.forPlan(exam.planId, 0);
    assert.match(controls.at(-1)?.reason ?? '', /began late: nobody led it from 20.*Z to 20.*Z/);
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await sitting.closed;
    const back = await hall.sit(exam, 0, 'page');
    back.send('answer.save', { answers: [{ item: 1, revision: revisionOf(back.fence, 1), response: 'A' }] });
    await back.next('answer.saved');
    assert.deepEqual((await room(exam))?.adjustments, adjustments);
    assert.equal((await hall.store.controls.forPlan(exam.planId, 0)).length, controls.length);
  });

  it('[S12] [S6] is not over before it began, though its whole time has passed and nobody was connected', async () => {
    const { exam } = await begunLate(60_000, 5_000);
    await running(exam);
    const begunAt = Date.now();
    const sitting = await hall.sit(exam);
    await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
    assert.ok(Date.now() - begunAt >= 4_000, `${Date.now() - begunAt} ms`);
  });

  it('[S12] gives the rest where it died on the way to its beginning', async () => {
    mayTakeRooms = false;
    const { exam, startsAt } = await begunLate(LATE);
    // What the process before had stored when it died: four seconds were given, and nothing has begun.
    const [before] = await giveBefore(exam, startsAt);
    mayTakeRooms = true;
    await running(exam);
    const begunAt = Date.now();
    assert.equal((await room(exam))?.adjustments[0]?.extraMs, before);
    await until(async () => Math.abs(startsAt + (await given(exam)) - begunAt) <= 2_000); // it gives beside
  });

  it('[S12] begins, and gives the whole time, also where storing takes longer than what counts as late', async () => {
    const { issue } = hall.store.controls;
    hall.store.controls.issue = async (control) => {
      if (control.reason.startsWith('The room began late')) await new Promise((resolve) => setTimeout(resolve, SLOW));
      return issue(control);
    };
    try {
      const { exam, startsAt } = await begunLate(LATE);
      await running(exam);
      const begunAt = Date.now();
      await until(async () => Math.abs(startsAt + (await given(exam)) - begunAt) <= 1_000);
    } finally {
      hall.store.controls.issue = issue;
    }
  });

  describe('[S12] gives what it owes after the death of its process', () => {
    const later = () => new Promise((resolve) => setTimeout(resolve, 1_500));

    /** The process dies before it can store the control that gives anything back, and another one makes the room. */
    async function diesOwing(exam: Exam, isThere: () => Promise<boolean>): Promise<void> {
      const { issue } = hall.store.controls;
      const dead = new Promise<never>(() => undefined);
      hall.store.controls.issue = (control) =>
        control.reason.startsWith('The room began late') ? dead : issue(control);
      try {
        await until(isThere);
        assert.equal(await given(exam), 0, 'nothing was given before');
        matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
        await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
      } finally {
        hall.store.controls.issue = issue;
      }
      await hall.watch(exam);
    }

    it('where it hung at its start, and had begun', async () => {
      const exam = await hall.exam();
      await hall.store.plans.change(exam.planId, ['scheduled'], { status: 'open' });
      await hall.control(exam, 'open');
      await hall.watch(exam);
      const startsAt = Date.now() + 2_500;
      await hall.control(exam, 'start', { at: startsAt });
      await until(async () => (await room(exam))?.startsAt === startsAt && Date.now() > startsAt - 300);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, startsAt + HUNG - Date.now());
      const begunAt = Date.now();
      await diesOwing(exam, async () => (await hall.roomStatus(exam)) === 'running');
      await until(async () => (await given(exam)) > 0);
      await later();
      assert.ok(Math.abs(startsAt + (await given(exam)) - begunAt) <= 1_000, `${await given(exam)} ms`);
    });

    it('where it was made late, and paused before it could begin', async () => {
      mayTakeRooms = false;
      const { exam, startsAt } = await begunLate(LATE);
      const { at: pausedAt } = await hall.control(exam, 'pause');
      mayTakeRooms = true;
      await diesOwing(exam, async () => (await hall.roomStatus(exam)) === 'paused');
      await until(async () => (await given(exam)) > 0);
      await later();
      assert.ok(Math.abs(startsAt + (await given(exam)) - pausedAt) <= 1_000, `${await given(exam)} ms`);
    });
  });

  async function giveBefore(exam: Exam, startsAt: number): Promise<number[]> {
    const { lateStartId } = await import('../../rooms/late-start.ts');
    const _id = lateStartId(exam.roomId, 0);
    const given = { _id, roomId: exam.roomId, extraMs: 4_000, time: 'incident', at: startsAt + 4_000 } as const;
    const { extraMs } = await hall.control(exam, 'extend', given);
    return [extraMs];
  }
});
