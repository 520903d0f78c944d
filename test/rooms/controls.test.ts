// A room under control, over real MongoDB, Redis, sockets and workers: pauses, locks, extensions and notices, each once,
// with what each examinee has heard of it, through rebuilds and the end.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { revisionOf } from '../../exam/revision.ts';
import type { ControlAction } from '../../schema/controls.ts';
import { newId } from '../../schema/ids.ts';
import type { Outgoing } from '../../schema/messages.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Exam, type Hall, join, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

const MINUTE = 60_000;

describe('a room under control', () => {
  let hall: Hall;
  before(async () => {
    hall = await openHall('room-controls');
  });
  after(() => hall.stop());

  async function running(options: Parameters<Hall['exam']>[0] = {}): Promise<Exam> {
    const exam = await hall.exam(options);
    await hall.begin(exam);
    return exam;
  }

  async function proctor({ planId, roomId }: Exam): Promise<Sitting> {
    const auth = { role: 'proctor', proctorId: newId(), planId } as const;
    const seat = await hall.directory.reserve(roomId, auth);
    assert.ok(!isRefusal(seat));
    return join(hall.url, seat);
  }

  /** A proctor's order, and what became of it. */
  async function issue(sitting: Sitting, action: ControlAction, given: Record<string, unknown> = {}) {
    const controlId = newId();
    sitting.send('control.issue', { controlId, action, ...given });
    return outcomeOf(sitting, controlId);
  }

  function outcomeOf(sitting: Sitting, controlId: string): Promise<Outgoing['control.applied']> {
    return sitting.next('control.applied', (one) => one.controlId === controlId && one.state !== 'pending');
  }

  const idOf = (exam: Exam, index = 0): string => exam.examinees[index]?._id ?? '';
  const receiptOf = async (controlId: string) => (await hall.store.controls.receipts(controlId))[0];
  const deadlineOf = async (exam: Exam) => {
    const sitting = await hall.sit(exam);
    const state = sitting.room.state as { examinees: Map<string, { deadlineAt: number }> };
    await until(() => state.examinees?.get(idOf(exam)) !== undefined);
    return state.examinees.get(idOf(exam))?.deadlineAt ?? 0;
  };

  /** The room's actor goes, and the next who enters finds it made anew from the store alone. */
  async function rebuild(exam: Exam): Promise<void> {
    const before = matchMaker.getLocalRoomById(exam.roomId);
    before.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) !== before);
  }

  let counter = 0;
  async function answer(sitting: Sitting, revision = revisionOf(sitting.fence, ++counter)) {
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'A' }] });
    return revision;
  }
  async function refusedAnswer(sitting: Sitting) {
    await answer(sitting);
    const { refused } = await sitting.next('answer.refused');
    return [refused[0]?.code, refused[0]?.retry];
  }
  async function savedAnswer(sitting: Sitting) {
    const revision = await answer(sitting);
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  }

  it('stands while it is paused: answers wait, and every second comes back', async () => {
    const exam = await running();
    const [sitting, boss] = [await hall.sit(exam), await proctor(exam)];
    const { startsAt } = (await hall.store.rooms.get(exam.roomId)) ?? { startsAt: 0 };
    assert.equal((await issue(boss, 'pause', { reason: 'fire alarm' })).state, 'applied');
    const paused = await sitting.next('room.status', ({ status }) => status === 'paused');
    assert.equal(paused.deadlineAt, startsAt + 60 * MINUTE);
    assert.ok(paused.heldSince > startsAt);
    assert.deepEqual(await refusedAnswer(sitting), ['ROOM_NOT_RUNNING', 'later']);
    assert.equal((await hall.store.rooms.get(exam.roomId))?.status, 'paused');
    assert.equal((await issue(boss, 'resume')).state, 'applied');
    const on = await sitting.next('room.status', ({ status }) => status === 'running');
    const [hold] = (await hall.store.rooms.get(exam.roomId))?.holds ?? [];
    assert.deepEqual([on.heldSince, on.deadlineAt - paused.deadlineAt], [0, (hold?.to ?? 0) - (hold?.from ?? 0)]);
    assert.ok(on.deadlineAt > paused.deadlineAt);
    await savedAnswer(sitting);
  });

  it('[S10] gives time once where a pause of the room and one of the person overlap', async () => {
    const exam = await running({ examinees: 2 });
    const [both, one] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    const boss = await proctor(exam);
    const { startsAt = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    await issue(boss, 'pause');
    await issue(boss, 'pause', { examineeIds: [idOf(exam)] });
    await issue(boss, 'resume');
    assert.deepEqual(await refusedAnswer(both), ['ROOM_NOT_RUNNING', 'later']);
    await savedAnswer(one);
    await issue(boss, 'resume', { examineeIds: [idOf(exam)] });
    await savedAnswer(both);
    const { holds = [], adjustments = [] } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    const [room, person] = holds;
    assert.ok(room !== undefined && person !== undefined && person.from < room.to, 'they overlap');
    const given = adjustments.reduce((sum, { extraMs }) => sum + extraMs, 0); // on a busy machine the room began late
    const whole = startsAt + 60 * MINUTE + given;
    await both.next('room.status', ({ deadlineAt }) => deadlineAt === whole + person.to - room.from);
    await one.next('room.status', ({ deadlineAt }) => deadlineAt === whole + room.to - room.from);
  });

  it('is paused by the plan too, and a proctor cannot let go of that', async () => {
    const exam = await running();
    const boss = await proctor(exam);
    const control = await hall.control(exam, 'pause');
    await until(async () => (await receiptOf(control._id))?.state === 'applied');
    const refused = await issue(boss, 'resume');
    assert.deepEqual([refused.state, refused.code], ['failed', 'TRANSITION_REFUSED']);
    await rebuild(exam);
    await hall.control(exam, 'resume');
    await until(async () => (await hall.roomStatus(exam)) === 'running');
  });

  it('refuses the second of two proctors who pause at once, with the state that is now', async () => {
    const exam = await running();
    const both = [await proctor(exam), await proctor(exam)];
    const came = await Promise.all(both.map((one) => issue(one, 'pause')));
    assert.deepEqual(came.map(({ state }) => state).sort(), ['applied', 'failed']);
    const second = came.find(({ state }) => state === 'failed');
    assert.equal(second?.code, 'TRANSITION_REFUSED');
    assert.match(second?.message ?? '', /the room is paused; allowed: resume/);
    assert.equal((await hall.store.rooms.get(exam.roomId))?.holds.length, 1);
    for (const one of both)
      await one.next('room.status', ({ status, heldSince }) => status === 'paused' && heldSince > 0);
  });

  it('answers the repeat of a control with what became of the first', async () => {
    const exam = await running();
    const boss = await proctor(exam);
    const controlId = newId();
    const order = { controlId, action: 'extend', extraMs: MINUTE };
    boss.send('control.issue', order);
    assert.equal((await outcomeOf(boss, controlId)).state, 'applied');
    boss.send('control.issue', order);
    assert.equal((await outcomeOf(boss, controlId)).state, 'applied');
    boss.send('control.issue', { ...order, extraMs: 2 * MINUTE });
    assert.equal((await outcomeOf(boss, controlId)).code, 'CONTROL_REUSED');
    assert.equal((await hall.store.rooms.get(exam.roomId))?.adjustments.length, 1);
  });

  it('holds and locks chosen people alone, and shows the board who is held by what', async () => {
    const exam = await running({ examinees: 3 });
    const [held, locked, free] = [await hall.sit(exam, 0), await hall.sit(exam, 1), await hall.sit(exam, 2)];
    const boss = await proctor(exam);
    await issue(boss, 'pause', { examineeIds: [idOf(exam, 0)] });
    await issue(boss, 'lock', { examineeIds: [idOf(exam, 1)] });
    assert.deepEqual(await refusedAnswer(held), ['ROOM_NOT_RUNNING', 'later']);
    assert.deepEqual(await refusedAnswer(locked), ['SHEET_LOCKED', 'later']);
    locked.send('sheet.submit', { revisions: [] });
    assert.equal((await locked.next('sheet.refused')).code, 'SHEET_LOCKED');
    await savedAnswer(free);
    const board = (boss.room.state as { board: Map<string, { hold: string }> }).board;
    await until(() => board.get(idOf(exam, 0))?.hold === 'person' && board.get(idOf(exam, 1))?.hold === 'lock');
    assert.equal(board.get(idOf(exam, 2))?.hold, '');
    await issue(boss, 'resume', { examineeIds: [idOf(exam, 0)] });
    await issue(boss, 'unlock', { examineeIds: [idOf(exam, 1)] });
    await savedAnswer(held);
    await savedAnswer(locked);
    assert.equal((await issue(boss, 'pause', { examineeIds: [newId()] })).code, 'EXAMINEE_UNKNOWN');
  });

  it('gives time to some, tells them alone, and takes it back', async () => {
    const exam = await running({ examinees: 2 });
    const [one, other] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    const boss = await proctor(exam);
    const { startsAt = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    const given = await issue(boss, 'extend', { extraMs: 5 * MINUTE, time: 'incident', examineeIds: [idOf(exam)] });
    const longer = await one.next('room.status', ({ deadlineAt }) => deadlineAt === startsAt + 65 * MINUTE);
    assert.equal(longer.status, 'running');
    const told = await one.next('control.told');
    assert.deepEqual([told.action, told.extraMs, told.time], ['extend', 5 * MINUTE, 'incident']);
    await issue(boss, 'extend', { undoes: given.controlId });
    await one.next('room.status', ({ deadlineAt }) => deadlineAt === startsAt + 60 * MINUTE);
    const deadlines = other.received.filter(({ type }) => type === 'room.status').map(({ message }) => message);
    for (const { deadlineAt } of deadlines as { deadlineAt: number }[])
      assert.equal(deadlineAt, startsAt + 60 * MINUTE);
    assert.equal((await issue(boss, 'extend', { undoes: given.controlId })).code, 'UNDO_REFUSED');
  });

  it('[S7] applies an extension that came during a rebuild once, also when it is issued again', async () => {
    const exam = await running();
    await rebuild(exam);
    const control = await hall.control(exam, 'extend', { extraMs: 10 * MINUTE, roomId: exam.roomId });
    await hall.store.controls.issue(control);
    const { startsAt = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    assert.equal(await deadlineOf(exam), startsAt + 70 * MINUTE);
    await rebuild(exam);
    assert.equal(await deadlineOf(exam), startsAt + 70 * MINUTE);
    assert.equal((await hall.store.rooms.get(exam.roomId))?.adjustments.length, 1);
  });

  it('[S7] keeps to the receipt of a process that died behind it: applied is applied, failed stays failed', async () => {
    const exam = await running({ examinees: 1 });
    await hall.sit(exam);
    await rebuild(exam);
    const [applied, failed] = [newId(), newId()];
    const { planId, roomId } = exam;
    const at = Date.now();
    const entry = { sentAt: 0, deliveredAt: 0, confirmedAt: 0 };
    for (const [controlId, state] of [
      [applied, 'applied'],
      [failed, 'failed'],
    ] as const) {
      const receipt = { _id: `${controlId}.${roomId}`, controlId, roomId, planId, state, message: '', at };
      const code = state === 'failed' ? 'CONTROL_EXPIRED' : '';
      await hall.store.controls.receipt({
        ...receipt,
        code,
        ledger: state === 'failed' ? {} : { [idOf(exam)]: entry },
      });
    }
    // The first has expired by now, and was applied before it did.
    const life = { at, expiresAt: at + 1 };
    await hall.control(exam, 'extend', { _id: applied, extraMs: 3 * MINUTE, ...life });
    await hall.control(exam, 'extend', { _id: failed, extraMs: 5 * MINUTE });
    const { startsAt = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    assert.equal(await deadlineOf(exam), startsAt + 63 * MINUTE);
    assert.equal((await receiptOf(failed))?.state, 'failed');
  });

  it('[S9] does not time anybody out before it has seen what was stored just before the end', async () => {
    const exam = await running({ durationMs: 3_000 });
    const sitting = await hall.sit(exam);
    const { startsAt = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    const { forPlan } = hall.store.controls;
    const read = Promise.withResolvers<void>();
    try {
      // From half a second before the end until half a second after it the store does not answer this question.
      await new Promise((resolve) => setTimeout(resolve, startsAt + 2_400 - Date.now()));
      hall.store.controls.forPlan = async (planId, after) => {
        await read.promise;
        return forPlan(planId, after);
      };
      await new Promise((resolve) => setTimeout(resolve, startsAt + 2_500 - Date.now()));
      await hall.control(exam, 'extend', { extraMs: 4_000 });
      await new Promise((resolve) => setTimeout(resolve, startsAt + 3_500 - Date.now()));
      assert.deepEqual(await refusedAnswer(sitting), ['BUSY', 'later']);
      read.resolve();
      await sitting.next('room.status', ({ deadlineAt }) => deadlineAt === startsAt + 7_000);
      await savedAnswer(sitting);
      await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
      assert.ok(Date.now() >= startsAt + 7_000);
    } finally {
      hall.store.controls.forPlan = forPlan;
      read.resolve();
    }
  });

  it('tells a notice until it is received, and over a new link until it is confirmed; that survives a rebuild', async () => {
    const exam = await running({ examinees: 3 });
    const [sitting, other] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    const boss = await proctor(exam);
    const { controlId } = await issue(boss, 'notice', { text: 'Item 4: read B as C.', mustConfirm: true });
    const told = await sitting.next('control.told', (one) => one.controlId === controlId);
    assert.deepEqual([told.text, told.mustConfirm, told.action], ['Item 4: read B as C.', true, 'notice']);
    sitting.send('control.received', { controlIds: [controlId] });
    const ledger = await boss.next('control.ledger', (one) => one.controlId === controlId && one.delivered === 1);
    assert.deepEqual([ledger.concerned, ledger.confirmed, ledger.missing], [2, 0, [idOf(exam, 1)]]);
    await until(async () => ((await receiptOf(controlId))?.ledger[idOf(exam)]?.deliveredAt ?? 0) > 0);
    assert.ok(((await receiptOf(controlId))?.ledger[idOf(exam, 1)]?.sentAt ?? 0) > 0);

    const again = await hall.sit(exam, 0);
    await again.next('control.told', (one) => one.controlId === controlId);
    again.send('control.confirm', { controlId });
    await again.next('control.confirmed', (one) => one.controlId === controlId);
    assert.ok(((await receiptOf(controlId))?.ledger[idOf(exam)]?.confirmedAt ?? 0) > 0);
    again.send('control.confirm', { controlId });
    await again.next('control.confirmed', (one) => one.controlId === controlId);

    await other.leave();
    await rebuild(exam);
    const [confirmed, missing] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    await missing.next('control.told', (one) => one.controlId === controlId);
    missing.send('control.received', { controlIds: [controlId] });
    const newBoss = await proctor(exam);
    const whole = await newBoss.next('control.ledger', (one) => one.controlId === controlId && one.delivered === 2);
    assert.deepEqual([whole.concerned, whole.confirmed, whole.missing], [2, 1, []]);
    assert.ok(
      confirmed.received.every(({ type }) => type !== 'control.told'),
      'what is confirmed is not told again',
    );
  });

  it('tells again after five seconds what was not received', async () => {
    const exam = await running();
    const sitting = await hall.sit(exam);
    const { _id: controlId } = await hall.control(exam, 'call', { examineeIds: [idOf(exam)] });
    const isIt = (one: { controlId: string }) => one.controlId === controlId;
    await sitting.next('control.told', isIt);
    const toldAt = Date.now();
    await sitting.next('control.told', isIt);
    assert.ok(Date.now() - toldAt >= 4_500);
    sitting.send('control.received', { controlIds: [controlId, newId()] });
    await until(async () => ((await receiptOf(controlId))?.ledger[idOf(exam)]?.deliveredAt ?? 0) > 0);
    sitting.send('control.confirm', { controlId: newId() });
    assert.equal((await sitting.next('refused')).code, 'CONTROL_UNKNOWN');
  });
});
