// [S11] Whether another device may go on with a sheet: what the room's owner says, and what proctors see of it.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { newId } from '../../schema/ids.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { ExamRoomState } from '../../schema/room-state.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

const AFTER_MS = 4_000;

describe('[S11] another device', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('room-devices');
  });
  beforeEach(async () => {
    exam = await hall.exam({ examinees: 2 });
    await hall.store.plans.change(exam.planId, ['scheduled'], { deviceChange: { afterMs: AFTER_MS } });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  const idOf = (index = 0) => exam.examinees[index]?._id ?? '';
  const ask = async (index = 0, usedRelease = '', deviceKey = 'other') => {
    const question = { examineeId: idOf(index), deviceKey, usedRelease };
    const verdict = await hall.directory.mayChangeDevice(exam.roomId, question);
    if (isRefusal(verdict)) throw new Error(verdict.message);
    return verdict;
  };
  const kindsOf = async () =>
    (await hall.store.incidents.byPlan(exam.planId, {}, { limit: 10 })).map(({ kind }) => kind);
  const waitingSince = (proctor: Sitting) =>
    (proctor.room.state as ExamRoomState).board?.get(idOf())?.deviceWaitingSince ?? 0;
  /** Heartbeats as a client sends them, until they are stopped. */
  const beating = (sitting: Sitting) => {
    const timer = setInterval(() => sitting.send('heartbeat', { sentAt: performance.now() }), 300);
    return () => clearInterval(timer);
  };

  it('waits for as long as the first one gives signs, however often it asks', async () => {
    const stop = beating(await hall.sit(exam));
    const end = performance.now() + AFTER_MS * 1.5;
    while (performance.now() < end) {
      assert.equal((await ask()).verdict, 'waits');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    stop();
  });

  it('may enter when the first one has been away for as long as the plan says, and not before', async () => {
    const satAt = performance.now();
    const sitting = await hall.sit(exam);
    await sitting.leave();
    let verdict = await ask();
    assert.equal(verdict.verdict, 'waits');
    while (verdict.verdict === 'waits') {
      assert.ok(verdict.retryAfterMs <= AFTER_MS);
      await new Promise((resolve) => setTimeout(resolve, 50));
      verdict = await ask();
    }
    const awayMs = performance.now() - satAt;
    assert.ok(awayMs >= AFTER_MS, `${awayMs}`);
  });

  it('waits while the first one is on its way in', async () => {
    await new Promise((resolve) => setTimeout(resolve, AFTER_MS + 100));
    assert.equal((await ask()).verdict, 'in', 'nobody has been seen since the room was made');
    const { fence } = (await hall.store.examinees.enter(idOf(), newId(), 'device')) ?? { fence: 0 };
    await hall.directory.reserve(exam.roomId, {
      role: 'examinee',
      examineeId: idOf(),
      planId: exam.planId,
      roomId: exam.roomId,
      fence,
      entryId: newId(),
      fresh: true,
      readAt: Date.now(),
    });
    assert.equal((await ask()).verdict, 'waits');
  });

  it('may enter once a proctor releases it, and one device alone; also after the room was made anew', async () => {
    const stop = beating(await hall.sit(exam));
    const { _id: controlId } = await hall.control(exam, 'release', { examineeIds: [idOf()] });
    await until(async () => (await ask()).verdict === 'in');
    stop();
    assert.deepEqual(await ask(), { verdict: 'in', release: controlId });
    assert.equal((await ask(0, controlId)).verdict, 'waits', 'the release was used');
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
    assert.deepEqual(await ask(), { verdict: 'in', release: controlId });
    assert.equal((await ask(0, controlId)).verdict, 'waits');
  });

  it('waits anew for a room that was just made: it could not see who was there', async () => {
    const sitting = await hall.sit(exam);
    await sitting.leave();
    await new Promise((resolve) => setTimeout(resolve, AFTER_MS + 100));
    assert.equal((await ask()).verdict, 'in');
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
    assert.equal((await ask()).verdict, 'waits');
    await until(async () => (await ask()).verdict === 'in', AFTER_MS + 3_000);
  });

  it('that waits is on the board and an incident, until it is in', async () => {
    const stop = beating(await hall.sit(exam));
    const proctor = await hall.watch(exam);
    await ask();
    await ask();
    await until(() => waitingSince(proctor) > 0);
    await until(async () => (await kindsOf()).length > 0);
    assert.deepEqual(await kindsOf(), ['two-devices']);
    const [incident] = await hall.store.incidents.byPlan(exam.planId, {}, { limit: 10 });
    assert.equal(incident?.count, 1, 'however often it asks');
    stop();
    await hall.sit(exam, 0, newId(), Date.now(), 'other');
    await until(() => waitingSince(proctor) === 0);
  });

  it('is no incident where the first one is away', async () => {
    const sitting = await hall.sit(exam);
    const proctor = await hall.watch(exam);
    await sitting.leave();
    assert.equal((await ask()).verdict, 'waits');
    await until(() => waitingSince(proctor) > 0);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.deepEqual(await kindsOf(), []);
  });
});
