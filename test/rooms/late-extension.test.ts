// More time just before and just after the end: nobody whom it gives time to stays out.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { revisionOf } from '../../exam/revision.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

const MORE = { extraMs: 60_000, time: 'incident' } as const;

describe('an extension within the grace', function () {
  this.timeout(30_000);
  let hall: Hall;
  before(async () => {
    hall = await openHall('late-extension');
  });
  after(() => hall.stop());

  const examineeId = (exam: Exam, index = 0) => exam.examinees[index]?._id ?? '';
  const isEnded = async (exam: Exam) => (await hall.roomStatus(exam)) === 'ended';
  const planStatus = async (exam: Exam) => (await hall.store.plans.get(exam.planId))?.status ?? '';
  const begin = async (given: { durationMs: number; examinees?: number; graceMs?: number }) => {
    const exam = await hall.exam({ graceMs: 60_000, ...given });
    await hall.begin(exam);
    return exam;
  };
  const beat = (sitting: Sitting, over = false) =>
    sitting.send('heartbeat', { sentAt: performance.now(), ...(over ? { over: true } : {}) });
  const save = async (sitting: Sitting, item: number) => {
    sitting.send('answer.save', { answers: [{ item, revision: revisionOf(sitting.fence, item), response: 'A' }] });
    await sitting.next('answer.saved', ({ saved }) => saved.some(([saidItem]) => saidItem === item));
  };
  const leftMs = async (sitting: Sitting) => {
    const { deadlineAt } = await sitting.next('room.status', ({ status }) => status === 'running');
    return deadlineAt - Date.now();
  };

  it('[S9] reopens the sheets that have ended already, with the whole of what was added', async () => {
    const exam = await begin({ durationMs: 1_000 });
    const sitting = await hall.sit(exam);
    beat(sitting);
    await until(() => isEnded(exam));
    beat(sitting, true);
    await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
    await until(async () => ['ended', 'scored'].includes(await planStatus(exam)));
    sitting.received.splice(0);
    await hall.control(exam, 'extend', MORE);
    const left = await leftMs(sitting);
    assert.ok(left > 58_000 && left <= 60_000, `${left} ms`);
    await sitting.next('examinee.status', ({ status }) => status === 'answering');
    await save(sitting, 1);
    assert.equal((await hall.store.sheets.get(examineeId(exam)))?.state, 'in-progress');
    assert.equal((await hall.store.rooms.get(exam.roomId))?.settledAt, 0);
    await until(async () => (await planStatus(exam)) === 'running');
  });

  it('[S9] goes on with a sheet that was in its grace, and gives nothing to who had submitted', async () => {
    const exam = await begin({ durationMs: 4_000, examinees: 2 });
    const [sitting, done] = [await hall.sit(exam), await hall.sit(exam, 1)];
    done.send('sheet.submit', { revisions: [] });
    await done.next('sheet.submitted');
    await until(() => isEnded(exam));
    assert.equal((await hall.store.sheets.get(examineeId(exam)))?.state, 'in-progress', 'the grace goes on');
    await hall.control(exam, 'extend', MORE);
    assert.ok((await leftMs(sitting)) > 58_000);
    await save(sitting, 2);
    assert.equal((await hall.store.sheets.get(examineeId(exam, 1)))?.state, 'submitted');
    assert.equal((await hall.store.examinees.get(examineeId(exam, 1)))?.status, 'submitted');
  });

  it('[S9] reopens whom it names in a room that runs on for others', async () => {
    const exam = await hall.exam({ durationMs: 1_000, examinees: 2, extraMs: [0, 3_600_000], graceMs: 60_000 });
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    beat(sitting);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    beat(sitting, true);
    await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
    sitting.received.splice(0);
    await hall.control(exam, 'extend', { ...MORE, roomId: exam.roomId, examineeIds: [examineeId(exam)] });
    assert.ok((await leftMs(sitting)) > 58_000);
    await sitting.next('examinee.status', ({ status }) => status === 'answering');
    await save(sitting, 3);
  });

  it('[S9] is taken once by a room that died behind its receipt', async () => {
    const exam = await begin({ durationMs: 1_000 });
    const before = await hall.sit(exam, 0, 'page');
    beat(before);
    await until(() => isEnded(exam));
    beat(before, true);
    await before.next('examinee.status', ({ status }) => status === 'timed-out');
    const control = await hall.control(exam, 'extend', MORE);
    await until(async () => (await hall.roomStatus(exam)) === 'running');
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await before.closed;
    const back = await hall.sit(exam, 0, 'page');
    await save(back, 1);
    const { adjustments = [], appliedControls = [] } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    assert.deepEqual(
      adjustments.map(({ controlId, extraMs }) => [controlId, extraMs]),
      [[control._id, 60_000]],
    );
    assert.equal(appliedControls.filter((id) => id === control._id).length, 1);
  });

  it('[S9] comes too late after it, and after an end by control, and says so', async () => {
    const [late, ended] = [
      await begin({ durationMs: 500, graceMs: 300 }),
      await begin({ durationMs: 3_600_000, graceMs: 60_000 }),
    ];
    await hall.control(ended, 'end');
    await until(async () => (await isEnded(late)) && (await isEnded(ended)));
    await until(async () => (await hall.store.rooms.get(late.roomId))?.settledAt !== 0);
    for (const exam of [late, ended]) {
      const control = await hall.control(exam, 'extend', MORE);
      await until(async () => (await hall.store.controls.receipts(control._id)).length === 1);
      const [receipt] = await hall.store.controls.receipts(control._id);
      assert.deepEqual([receipt?.state, receipt?.code], ['failed', 'ROOM_ENDED']);
    }
  });
});
