// Chosen people under control, over real MongoDB, Redis, sockets and workers: sent out and brought back, submitted for; by
// several proctors at once, and through the death of their process.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { newId } from '../../schema/ids.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { answer, issue, running, saved } from '../support/room-deeds.ts';
import '../support/parts.ts';

describe('chosen people', () => {
  let hall: Hall;
  before(async () => {
    hall = await openHall('room-people');
  });
  after(() => hall.stop());

  const idOf = (exam: Exam, index = 0): string => exam.examinees[index]?._id ?? '';
  const statusOf = async (exam: Exam, index = 0) => (await hall.store.examinees.get(idOf(exam, index)))?.status;
  const sheetOf = (exam: Exam, index = 0) => hall.store.sheets.get(idOf(exam, index));
  const ada = (exam: Exam) => ({ examineeIds: [idOf(exam)] });
  const out = (exam: Exam) => ({ ...ada(exam), reason: 'a phone on the desk' });

  async function rebuild(exam: Exam): Promise<void> {
    const before = matchMaker.getLocalRoomById(exam.roomId);
    before?.onBeforeShutdown();
    await until(() => ![undefined, before].includes(matchMaker.getLocalRoomById(exam.roomId)));
  }

  describe('that are removed', () => {
    it('are told and sent away, keep what they answered, and lose no time when they are readmitted', async () => {
      const exam = await running(hall, { examinees: 2 });
      const [sitting, other] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
      const boss = await hall.watch(exam);
      const revision = await saved(sitting);
      const { startsAt = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
      const { controlId } = await issue(boss, 'remove', out(exam));
      await sitting.next('examinee.status', ({ status }) => status === 'removed');
      const told = await sitting.next('control.told', (one) => one.controlId === controlId);
      assert.equal(told.reason, 'a phone on the desk');
      answer(sitting, 'B');
      assert.equal((await sitting.next('answer.refused')).refused[0]?.retry, 'later', 'it stays on the device');
      sitting.send('sheet.submit', { revisions: [] });
      assert.equal((await sitting.next('sheet.refused')).code, 'EXAMINEE_REMOVED');
      sitting.send('control.received', { controlIds: [controlId] });
      assert.equal(await sitting.closed, 4018);
      await boss.next('control.ledger', (one) => one.controlId === controlId && one.delivered === 1);
      await until(async () => (await sheetOf(exam))?.state === 'timed-out');
      assert.deepEqual((await sheetOf(exam))?.vector, [[1, revision]]);
      assert.equal(await statusOf(exam), 'removed');
      await assert.rejects(hall.sit(exam), 'nobody comes in by an older reservation');
      await saved(other);
      assert.equal((await issue(boss, 'readmit', { ...ada(exam), undoes: newId() })).code, 'UNDO_REFUSED');
      assert.equal((await issue(boss, 'readmit', { ...ada(exam), undoes: controlId })).state, 'applied');
      assert.equal(await statusOf(exam), 'answering');
      const again = await hall.sit(exam);
      await saved(again, 'C');
      const [hold] = (await hall.store.rooms.get(exam.roomId))?.holds ?? [];
      const deadlineAt = startsAt + 3_600_000 + (hold?.to ?? 0) - (hold?.from ?? 0);
      const state = again.room.state as { examinees: Map<string, { deadlineAt: number }> };
      await until(() => state.examinees?.get(idOf(exam))?.deadlineAt === deadlineAt);
      assert.equal((await sheetOf(exam))?.vector, null);
    });

    it('by two proctors at once are removed once; the second is told how they are now, and so is who comes later', async () => {
      const exam = await running(hall);
      await hall.sit(exam);
      const [one, other] = [await hall.watch(exam), await hall.watch(exam)];
      const came = await Promise.all([issue(one, 'remove', out(exam)), issue(other, 'remove', out(exam))]);
      assert.deepEqual(came.map(({ state }) => state).sort(), ['applied', 'failed']);
      const refused = came.find(({ state }) => state === 'failed');
      assert.equal(refused?.code, 'TRANSITION_REFUSED');
      assert.match(refused?.message ?? '', /Nobody to remove: 1 removed/);
      const back = await Promise.all([issue(one, 'readmit', ada(exam)), issue(other, 'readmit', ada(exam))]);
      assert.deepEqual(back.map(({ state }) => state).sort(), ['applied', 'failed']);
      assert.match(back.find(({ state }) => state === 'failed')?.message ?? '', /Nobody to readmit: 1 answering/);
    });

    it('while their answers are on their way have them in their sheet', async () => {
      const exam = await running(hall);
      const sitting = await hall.sit(exam);
      const boss = await hall.watch(exam);
      await hall.stopWorkers();
      const revision = answer(sitting);
      await until(() => hall.rooms.journalSize() === 1);
      await issue(boss, 'remove', out(exam));
      assert.equal((await sheetOf(exam))?.vector, null);
      await hall.startWorkers();
      await until(async () => (await sheetOf(exam))?.vector !== null);
      assert.deepEqual((await sheetOf(exam))?.vector, [[1, revision]]);
    });

    it('stay out, and have their sheet ended, when their process died in between', async () => {
      const exam = await running(hall);
      const sitting = await hall.sit(exam);
      const boss = await hall.watch(exam);
      await saved(sitting);
      const { examinees } = hall.store;
      const { turn } = examinees;
      let tries = 0;
      examinees.turn = async () => {
        tries++;
        throw new Error('the store is away');
      };
      try {
        boss.send('control.issue', { controlId: newId(), action: 'remove', ...out(exam) });
        await until(() => tries > 0);
        matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
        await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
      } finally {
        examinees.turn = turn;
      }
      await until(async () => (await statusOf(exam)) === 'removed' && (await sheetOf(exam))?.vector !== null);
      assert.equal((await sheetOf(exam))?.state, 'timed-out');
      await issue(await hall.watch(exam), 'readmit', ada(exam));
      await rebuild(exam);
      assert.equal(await statusOf(exam), 'answering');
    });

    it('do not hold up the end of their room, whose sheets are all settled then', async () => {
      const exam = await running(hall, { examinees: 2 });
      await hall.sit(exam);
      const boss = await hall.watch(exam);
      await issue(boss, 'remove', { examineeIds: exam.examinees.map(({ _id }) => _id), reason: 'both' });
      await issue(boss, 'end');
      await until(async () => (await hall.store.rooms.get(exam.roomId))?.settledAt !== 0);
      for (const index of [0, 1]) assert.match((await sheetOf(exam, index))?.state ?? '', /settled|scored/);
      assert.deepEqual([await statusOf(exam, 0), await statusOf(exam, 1)], ['removed', 'removed']);
    });

    it('before the start come back into the waiting room', async () => {
      const exam = await hall.exam();
      await hall.control(exam, 'open');
      const sitting = await hall.sit(exam);
      const boss = await hall.watch(exam);
      await issue(boss, 'remove', out(exam));
      await sitting.next('examinee.status', ({ status }) => status === 'removed');
      await until(async () => (await sheetOf(exam))?.vector !== null);
      await issue(boss, 'readmit', ada(exam));
      assert.equal(await statusOf(exam), 'entered');
      await hall.control(exam, 'start', { at: Date.now() });
      await until(async () => (await hall.roomStatus(exam)) === 'running');
      await saved(await hall.sit(exam));
    });
  });

  describe('for whom a proctor submits', () => {
    it('have all that the store holds in their sheet, and are told', async () => {
      const exam = await running(hall, { examinees: 2 });
      const sitting = await hall.sit(exam);
      const boss = await hall.watch(exam);
      const revision = await saved(sitting);
      const { controlId, state } = await issue(boss, 'submit', ada(exam));
      assert.equal(state, 'applied');
      const submitted = await sitting.next('sheet.submitted');
      assert.deepEqual(submitted.revisions, [[1, revision]]);
      await sitting.next('control.told', (one) => one.controlId === controlId);
      assert.deepEqual([await statusOf(exam), (await sheetOf(exam))?.vector], ['submitted', [[1, revision]]]);
      answer(sitting, 'B');
      assert.equal((await sitting.next('answer.refused')).refused[0]?.code, 'SHEET_SUBMITTED');
      const again = await issue(boss, 'submit', ada(exam));
      assert.match(again.message ?? '', /Nobody to submit for: 1 submitted/);
      const never = await issue(boss, 'submit', { examineeIds: [idOf(exam, 1)] });
      assert.match(never.message ?? '', /1 registered/);
    });

    it('are submitted after all when their process died while answers were on their way', async () => {
      const exam = await running(hall);
      const sitting = await hall.sit(exam);
      const boss = await hall.watch(exam);
      await saved(sitting);
      await hall.stopWorkers();
      answer(sitting, 'B');
      await until(() => hall.rooms.journalSize() === 1);
      assert.equal((await issue(boss, 'submit', ada(exam))).state, 'applied');
      assert.equal((await sheetOf(exam))?.vector, null);
      await rebuild(exam);
      await hall.startWorkers();
      await until(async () => (await statusOf(exam)) === 'submitted');
      assert.equal((await sheetOf(exam))?.state, 'submitted');
    });
  });

  describe('in the waiting room', () => {
    const byProctor = { rules: { admission: 'by-proctor' } } as const;
    const types = (sitting: Sitting) => sitting.received.map(({ type }) => type);

    it('are neither ready nor answering, and get no paper, until a proctor admits them', async () => {
      const exam = await running(hall, { examinees: 2, ...byProctor });
      const [sitting, other] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
      const boss = await hall.watch(exam);
      const state = boss.room.state as { board?: Map<string, { admission: string }> };
      const shown = () => state.board?.get(idOf(exam))?.admission;
      await until(() => shown() === 'waiting');
      sitting.send('examinee.ready', {});
      assert.equal((await sitting.next('refused')).code, 'ADMISSION_PENDING');
      answer(sitting);
      const [refused] = (await sitting.next('answer.refused')).refused;
      assert.deepEqual([refused?.code, refused?.retry], ['ADMISSION_PENDING', 'later']);
      sitting.send('sheet.submit', { revisions: [] });
      assert.equal((await sitting.next('sheet.refused')).code, 'ADMISSION_PENDING');
      assert.ok(!types(sitting).includes('paper.key'));
      assert.equal((await issue(boss, 'admit', ada(exam))).state, 'applied');
      await sitting.next('paper.key');
      await saved(sitting);
      await until(() => shown() === 'admitted');
      const again = await issue(boss, 'admit', ada(exam));
      assert.match(again.message ?? '', /Nobody to admit: 1 answering/);
      assert.ok(!types(other).includes('paper.key'));
      await rebuild(exam);
      await saved(await hall.sit(exam, 0));
      const waiting = await hall.sit(exam, 1);
      answer(waiting);
      assert.equal((await waiting.next('answer.refused')).refused[0]?.code, 'ADMISSION_PENDING');
    });

    it('are ready or answer as the room stands when they are admitted', async () => {
      const exam = await hall.exam(byProctor);
      await hall.control(exam, 'open');
      const sitting = await hall.sit(exam);
      const boss = await hall.watch(exam);
      await issue(boss, 'admit', ada(exam));
      sitting.send('examinee.ready', {});
      await sitting.next('examinee.status', ({ status }) => status === 'ready');
      await hall.control(exam, 'start', { at: Date.now() });
      await sitting.next('room.status', ({ status }) => status === 'running');
      await saved(sitting);
      sitting.send('examinee.ready', {});
      const entriesOf = async () => hall.store.logs.byPlan(exam.planId, { subject: idOf(exam), limit: 10 });
      await until(async () => (await entriesOf()).some(({ kind }) => kind === 'examinee.began'));
      await rebuild(exam);
      await saved(await hall.sit(exam, 0), 'B');
      const told = (await entriesOf())
        .filter(({ kind }) => /ready|began/.test(kind))
        .sort((one, two) => one.at - two.at);
      assert.deepEqual(
        told.map(({ kind, stream, roomId }) => [kind, stream, roomId]),
        ['examinee.ready', 'examinee.began'].map((kind) => [kind, 'examinee', exam.roomId]),
        'each is in the log once, whoever makes the room',
      );
    });

    it('are refused with the ground alone, cannot be in, and may be admitted later', async () => {
      const exam = await running(hall, byProctor);
      const sitting = await hall.sit(exam);
      const boss = await hall.watch(exam);
      const given = { ...ada(exam), ground: 'identity', reason: 'canary: the passport is of somebody else' };
      const { controlId } = await issue(boss, 'refuse', given);
      const told = await sitting.next('control.told', (one) => one.controlId === controlId);
      assert.deepEqual([told.ground, told.reason], ['identity', '']);
      sitting.send('control.received', { controlIds: [controlId] });
      assert.equal(await sitting.closed, 4018);
      assert.ok(!JSON.stringify(sitting.received).includes('canary'));
      assert.deepEqual((await hall.store.examinees.get(idOf(exam)))?.admission, { is: 'refused', ground: 'identity' });
      await assert.rejects(hall.sit(exam));
      const twice = await issue(boss, 'refuse', given);
      assert.match(twice.message ?? '', /Nobody to refuse: 1 entered and refused/);
      await issue(boss, 'admit', ada(exam));
      await saved(await hall.sit(exam));
      const late = await issue(boss, 'refuse', given);
      assert.match(late.message ?? '', /Nobody to refuse: 1 answering/);
    });

    it('are those alone who come late, where the plan lets a proctor decide about them', async () => {
      const exam = await running(hall, {
        examinees: 2,
        rules: { lateEntry: { allowedForMs: 1_000, after: 'by-proctor' } },
      });
      const onTime = await hall.sit(exam, 0);
      const { startsAt = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
      await until(() => Date.now() > startsAt + 1_100);
      await saved(onTime);
      const late = await hall.sit(exam, 1);
      answer(late);
      assert.equal((await late.next('answer.refused')).refused[0]?.code, 'ADMISSION_PENDING');
      await issue(await hall.watch(exam), 'admit', { examineeIds: [idOf(exam, 1)] });
      await saved(late);
    });
  });
});
