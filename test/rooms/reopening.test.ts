// Rooms that run again and people who answer again, over real MongoDB, Redis, sockets and workers: nobody loses a second or
// an answer, and a process that dies in between leaves nothing half done.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { newId } from '../../schema/ids.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { answer, issue, running, saved } from '../support/room-deeds.ts';
import '../support/parts.ts';
import { anExaminee, aRoom } from '../support/stored.ts';

const MINUTE = 60_000;

describe('a room that is reopened', () => {
  let hall: Hall;
  before(async () => {
    hall = await openHall('reopening');
  });
  after(() => hall.stop());

  const idOf = (exam: Exam, index = 0): string => exam.examinees[index]?._id ?? '';
  const statusOf = async (exam: Exam, index = 0) => (await hall.store.examinees.get(idOf(exam, index)))?.status;
  const planOf = async (exam: Exam) => (await hall.store.plans.get(exam.planId))?.status;
  const receiptOf = async (controlId: string) => (await hall.store.controls.receipts(controlId))[0];
  const settled = (exam: Exam) => until(async () => (await hall.store.rooms.get(exam.roomId))?.settledAt !== 0);
  const why = { reason: 'it was the wrong room' };

  async function submit(sitting: Sitting) {
    sitting.send('sheet.submit', { revisions: [] });
    await sitting.next('sheet.submitted');
  }

  it('goes on with the time that was left: who was timed out answers, who had submitted has submitted', async () => {
    const exam = await running(hall, { examinees: 3 });
    const [ada, ben] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    const boss = await hall.watch(exam);
    const first = await saved(ada);
    await submit(ben);
    const { startsAt = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    const end = await issue(boss, 'end');
    await ada.next('examinee.status', ({ status }) => status === 'timed-out');
    await settled(exam);
    await until(async () => (await planOf(exam)) === 'ended' || (await planOf(exam)) === 'scored');
    const { controlId, state } = await issue(boss, 'reopen', { undoes: end.controlId, ...why });
    assert.equal(state, 'applied');
    await ada.next('examinee.status', ({ status }) => status === 'answering');
    const room = await hall.store.rooms.get(exam.roomId);
    const [stood] = room?.holds ?? [];
    assert.deepEqual([room?.status, room?.settledAt, room?.endsAt], ['running', 0, 0]);
    assert.ok(stood !== undefined && stood.to > stood.from);
    await ada.next('room.status', ({ deadlineAt }) => deadlineAt === startsAt + 60 * MINUTE + stood.to - stood.from);
    assert.equal(await planOf(exam), 'running');
    assert.deepEqual([await statusOf(exam, 0), await statusOf(exam, 1)], ['answering', 'submitted']);
    assert.deepEqual((await hall.store.sheets.get(idOf(exam)))?.state, 'in-progress');
    assert.deepEqual((await hall.store.sheets.get(idOf(exam)))?.vector, null);
    const told = await ada.next('control.told', (one) => one.controlId === controlId);
    assert.equal(told.action, 'reopen');
    assert.deepEqual(Object.keys((await receiptOf(controlId))?.ledger ?? {}), [idOf(exam)]);
    const second = await saved(ada, 'B');
    assert.ok(second > first);
    const late = await hall.sit(exam, 2);
    await saved(late);
    await submit(ada);
    assert.deepEqual((await hall.store.sheets.get(idOf(exam)))?.vector, [[1, second]]);
  });

  it('is settled, filed and scored anew at its next end', async () => {
    const exam = await running(hall);
    const sitting = await hall.sit(exam);
    const boss = await hall.watch(exam);
    await saved(sitting);
    await issue(boss, 'end');
    await until(async () => (await hall.store.sheets.get(idOf(exam)))?.filedAt !== 0);
    await settled(exam);
    await issue(boss, 'reopen', why);
    await sitting.next('examinee.status', ({ status }) => status === 'answering');
    const reopened = await hall.store.sheets.get(idOf(exam));
    assert.deepEqual([reopened?.endedAt, reopened?.filedAt], [0, 0]);
    const revision = await saved(sitting, 'C');
    await issue(boss, 'end');
    await settled(exam);
    const again = await hall.store.sheets.get(idOf(exam));
    assert.deepEqual([again?.state === 'settled' || again?.state === 'scored', again?.vector], [true, [[1, revision]]]);
    await until(async () => (await hall.store.sheets.get(idOf(exam)))?.filedAt !== 0);
    await until(async () => ['ended', 'scored'].includes((await planOf(exam)) ?? ''));
  });

  it('refuses where another control ended it, where it runs, and where nobody has time left', async () => {
    const exam = await running(hall, { durationMs: 1_200 });
    const sitting = await hall.sit(exam);
    const boss = await hall.watch(exam);
    assert.equal((await issue(boss, 'reopen', why)).code, 'TRANSITION_REFUSED');
    await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
    await settled(exam);
    assert.equal((await issue(boss, 'reopen', { undoes: newId(), ...why })).code, 'UNDO_REFUSED');
    const refused = await issue(boss, 'reopen', why);
    assert.deepEqual([refused.code, refused.message?.includes('extraMs')], ['TRANSITION_REFUSED', true]);
    assert.equal((await hall.store.rooms.get(exam.roomId))?.status, 'ended');
    const given = await issue(boss, 'reopen', { extraMs: 5 * MINUTE, ...why });
    assert.equal(given.state, 'applied');
    const now = Date.now();
    const { deadlineAt } = await sitting.next('room.status', (one) => one.status === 'running' && one.deadlineAt > now);
    assert.ok(Math.abs(deadlineAt - now - 5 * MINUTE) < 5_000, `${deadlineAt - now} ms are left`);
    await saved(sitting);
  });

  it('needs a reason', async () => {
    const exam = await running(hall);
    const boss = await hall.watch(exam);
    boss.send('control.issue', { controlId: newId(), action: 'reopen' });
    assert.equal((await boss.next('refused')).code, 'MESSAGE_INVALID');
  });

  it('that waited for its start waits again', async () => {
    const exam = await hall.exam();
    await hall.store.plans.change(exam.planId, ['scheduled'], { status: 'open' });
    await hall.control(exam, 'open');
    const sitting = await hall.sit(exam);
    const boss = await hall.watch(exam);
    await issue(boss, 'end');
    await settled(exam);
    await issue(boss, 'reopen', why);
    await sitting.next('examinee.status', ({ status }) => status === 'entered');
    assert.equal((await hall.store.rooms.get(exam.roomId))?.status, 'open');
    await hall.control(exam, 'start', { at: Date.now() });
    await sitting.next('room.status', ({ status }) => status === 'running');
    await saved(sitting);
  });

  it('that was paused is paused again', async () => {
    const exam = await running(hall);
    const sitting = await hall.sit(exam);
    const boss = await hall.watch(exam);
    await issue(boss, 'pause');
    await issue(boss, 'end');
    await settled(exam);
    await issue(boss, 'reopen', why);
    await sitting.next('room.status', ({ status }) => status === 'paused');
    await issue(boss, 'resume');
    await sitting.next('room.status', ({ status }) => status === 'running');
    await saved(sitting);
  });

  it('brings back whom an end has begun to time out while answers were still on their way', async () => {
    const exam = await running(hall);
    const sitting = await hall.sit(exam);
    const boss = await hall.watch(exam);
    await hall.stopWorkers();
    answer(sitting);
    await until(() => hall.rooms.journalSize() === 1);
    await issue(boss, 'end');
    await issue(boss, 'reopen', why);
    await hall.startWorkers();
    await sitting.next('answer.saved');
    await saved(sitting, 'B');
    await until(async () => (await statusOf(exam)) === 'answering');
    assert.equal((await hall.store.sheets.get(idOf(exam)))?.vector, null);
  });

  it('is found and finished when its process died between the control and the sheets', async () => {
    const exam = await running(hall, { examinees: 2 });
    const [ada, ben] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    const boss = await hall.watch(exam);
    await saved(ada);
    await submit(ben);
    await issue(boss, 'end');
    await settled(exam);
    await until(async () => ['ended', 'scored'].includes((await planOf(exam)) ?? ''));
    const { sheets } = hall.store;
    const { reopen } = sheets;
    let tries = 0;
    sheets.reopen = async () => {
      tries++;
      throw new Error('the store is away');
    };
    try {
      const controlId = newId();
      boss.send('control.issue', { controlId, action: 'reopen', ...why });
      await until(() => tries > 0);
      matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
      await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
      assert.equal(await statusOf(exam), 'timed-out');
    } finally {
      sheets.reopen = reopen;
    }
    await until(async () => (await planOf(exam)) === 'running');
    assert.deepEqual([await statusOf(exam, 0), await statusOf(exam, 1)], ['answering', 'submitted']);
    await saved(await hall.sit(exam), 'B');
  });

  it('that nobody owned any more is made for the control, and its plan goes on', async () => {
    const exam = await running(hall);
    await hall.sit(exam);
    await hall.control(exam, 'end');
    await settled(exam);
    await until(async () => ['ended', 'scored'].includes((await planOf(exam)) ?? ''));
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
    await hall.control(exam, 'reopen', why);
    await until(async () => (await planOf(exam)) === 'running' && (await statusOf(exam)) === 'answering');
    await saved(await hall.sit(exam));
  });

  it('does not reopen a second time when its room is made anew after the next end', async () => {
    const exam = await running(hall);
    const sitting = await hall.sit(exam);
    const boss = await hall.watch(exam);
    await issue(boss, 'end');
    await settled(exam);
    await issue(boss, 'reopen', why);
    await sitting.next('examinee.status', ({ status }) => status === 'answering');
    await submit(sitting);
    const before = matchMaker.getLocalRoomById(exam.roomId);
    before?.onBeforeShutdown();
    await until(() => ![undefined, before].includes(matchMaker.getLocalRoomById(exam.roomId)));
    await until(async () => (await hall.store.rooms.get(exam.roomId))?.status === 'running');
    assert.deepEqual(
      [await statusOf(exam), (await hall.store.sheets.get(idOf(exam)))?.state],
      ['submitted', 'submitted'],
    );
  });

  describe('by one control for the whole plan', () => {
    /** Another room of the same plan, with one examinee; it runs once somebody watches it. */
    async function nextDoor({ planId }: Exam): Promise<Exam> {
      const room = aRoom(planId);
      await hall.store.rooms.create([room]);
      const examinee = anExaminee(planId, room._id);
      await hall.store.examinees.create([examinee]);
      await hall.store.sheets.create([{ examineeId: examinee._id, planId, roomId: room._id }]);
      return { planId, roomId: room._id, examinees: [examinee] };
    }

    /** Three rooms that run, with who sits in each and who watches it. */
    async function threeRooms() {
      const first = await hall.exam();
      const rooms = [first, await nextDoor(first), await nextDoor(first)];
      await hall.begin(first);
      const halls = [];
      for (const exam of rooms) {
        const boss = await hall.watch(exam);
        await until(async () => (await hall.roomStatus(exam)) === 'running');
        halls.push({ exam, boss, sitting: await hall.sit(exam) });
      }
      return halls as [Room, Room, Room];
    }
    type Room = { exam: Exam; boss: Sitting; sitting: Sitting };

    const roomOf = async ({ exam }: Room) => await hall.store.rooms.get(exam.roomId);
    /** The minutes that the room was given so far, one after the other. */
    const givenTo = async (room: Room) => ((await roomOf(room))?.adjustments ?? []).map(({ extraMs }) => extraMs);
    const outcomes = async (controlId: string) =>
      new Map((await hall.store.controls.receipts(controlId)).map(({ roomId, state }) => [roomId, state]));
    const applied = (controlId: string, rooms: readonly Room[]) =>
      until(async () => {
        const states = await outcomes(controlId);
        return rooms.every(({ exam }) => states.get(exam.roomId) === 'applied');
      });

    it('[S12] reopens those that had ended, leaves alone one that had not, and what it gave is taken back', async () => {
      const rooms = await threeRooms();
      const [red, blue, green] = rooms;
      for (const room of [red, blue]) {
        await issue(room.boss, 'end');
        await room.sitting.next('examinee.status', ({ status }) => status === 'timed-out');
        await settled(room.exam);
      }
      const before = await roomOf(green);
      // A room that started late on a busy machine has been given that already.
      const early = new Map(await Promise.all(rooms.map(async (room) => [room, await givenTo(room)] as const)));
      const { _id: reopening } = await hall.control(red.exam, 'reopen', { extraMs: 5 * MINUTE, ...why });
      await applied(reopening, rooms);
      for (const { sitting } of [red, blue])
        await sitting.next('examinee.status', ({ status }) => status === 'answering');
      for (const { sitting } of rooms) await saved(sitting);
      for (const room of [red, blue]) {
        assert.equal((await roomOf(room))?.status, 'running');
        assert.deepEqual(await givenTo(room), [...(early.get(room) ?? []), 5 * MINUTE]);
      }
      const { status, holds, adjustments } = (await roomOf(green)) ?? {};
      assert.deepEqual([status, holds, adjustments], ['running', before?.holds, before?.adjustments]);
      const receipts = await hall.store.controls.receipts(reopening);
      const concerned = receipts.flatMap(({ ledger }) => Object.keys(ledger)).toSorted();
      assert.deepEqual(concerned, [idOf(red.exam), idOf(blue.exam)].toSorted());

      const { _id: undo } = await hall.control(red.exam, 'extend', { undoes: reopening });
      await applied(undo, rooms);
      for (const room of [red, blue]) {
        // The receipt comes first: what it says is stored behind it, and told when that is done.
        await room.sitting.next('control.told', ({ controlId }) => controlId === undo);
        assert.deepEqual(await givenTo(room), [...(early.get(room) ?? []), 5 * MINUTE, -5 * MINUTE]);
      }
      assert.deepEqual((await roomOf(green))?.adjustments, before?.adjustments);
    });

    it('takes back an end of the plan, and leaves alone a room that its own proctor had ended', async () => {
      const rooms = await threeRooms();
      const [red, blue, green] = rooms;
      await issue(green.boss, 'end');
      await settled(green.exam);
      const { _id: end } = await hall.control(red.exam, 'end');
      for (const { sitting } of [red, blue])
        await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
      const { _id: reopening } = await hall.control(red.exam, 'reopen', { undoes: end, ...why });
      await applied(reopening, rooms);
      for (const { sitting } of [red, blue]) {
        await sitting.next('examinee.status', ({ status }) => status === 'answering');
        await saved(sitting);
      }
      assert.deepEqual([(await roomOf(green))?.status, await statusOf(green.exam)], ['ended', 'timed-out']);
    });
  });

  describe('and people who are readmitted', () => {
    it('answer again with what their clock gives, whether they had submitted or were timed out', async () => {
      const exam = await running(hall, { examinees: 2, durationMs: 1_500, extraMs: [0, 3_600_000] });
      const [ada, ben] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
      const boss = await hall.watch(exam);
      await submit(ben);
      await ada.next('examinee.status', ({ status }) => status === 'timed-out');
      const both = { examineeIds: [idOf(exam, 0), idOf(exam, 1)] };
      const refused = await issue(boss, 'readmit', both);
      assert.equal(refused.code, 'TRANSITION_REFUSED');
      assert.match(
        refused.message ?? '',
        new RegExp(`No time is left for ${idOf(exam)}; allowed: readmit with extraMs`),
      );
      assert.equal((await issue(boss, 'readmit', { examineeIds: [idOf(exam, 1)] })).state, 'applied');
      await ben.next('examinee.status', ({ status }) => status === 'answering');
      await saved(ben);
      assert.equal((await issue(boss, 'readmit', { ...both, extraMs: 10 * MINUTE })).state, 'applied');
      await ada.next('examinee.status', ({ status }) => status === 'answering');
      const now = Date.now();
      const { deadlineAt } = await ada.next('room.status', (one) => one.deadlineAt > now + MINUTE);
      assert.ok(Math.abs(deadlineAt - now - 10 * MINUTE) < 5_000, `${deadlineAt - now} ms are left`);
      await saved(ada);
      const again = await issue(boss, 'readmit', both);
      assert.match(again.message ?? '', /Nobody to readmit: 2 answering/);
    });
  });
});
