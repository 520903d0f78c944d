// How a room and its sheets begin and end by time and by control.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { contentHash } from '../../exam/content-hash.ts';
import { receiptHash } from '../../exam/receipt.ts';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Hall, join, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('a room in time', () => {
  let hall: Hall;
  before(async () => {
    hall = await openHall('room-endings');
  });
  after(() => hall.stop());

  it('refuses answers before its start, and takes them from that instant on', async () => {
    const exam = await hall.exam();
    await hall.control(exam, 'open');
    const sitting = await hall.sit(exam);
    const answer = { item: 1, revision: revisionOf(sitting.fence, 1), response: 'A' };
    sitting.send('answer.save', { answers: [answer] });
    const { refused } = await sitting.next('answer.refused');
    assert.deepEqual([refused[0]?.code, refused[0]?.retry], ['ROOM_NOT_RUNNING', 'later']);
    const startsAt = Date.now() + 700;
    await hall.control(exam, 'start', { at: startsAt });
    const running = await sitting.next('room.status', ({ status }) => status === 'running');
    assert.ok(Date.now() >= startsAt);
    assert.equal(running.startsAt, startsAt);
    sitting.send('answer.save', { answers: [answer] });
    await sitting.next('answer.saved');
  });

  it('times out everybody at the deadline, with what the store holds, and refuses what comes later', async () => {
    const exam = await hall.exam({ examinees: 2, durationMs: 1_500 });
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const revision = revisionOf(sitting.fence, 1);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'A' }] });
    await sitting.next('answer.saved');
    await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
    sitting.send('answer.save', { answers: [{ item: 1, revision: revision + 1, response: 'B' }] });
    const { refused } = await sitting.next('answer.refused');
    assert.deepEqual([refused[0]?.code, refused[0]?.retry], ['ANSWER_LATE', 'never']);
    await until(async () => (await hall.store.rooms.get(exam.roomId))?.settledAt !== 0);
    const sheet = await hall.store.sheets.get(exam.examinees[0]?._id ?? '');
    assert.deepEqual([sheet?.state, sheet?.vector], ['settled', [[1, revision]]]);
    const [, absentee] = await hall.store.examinees
      .byRoom(exam.roomId)
      .then((all) => all.sort((a, b) => Number(a.status === 'absent') - Number(b.status === 'absent')));
    assert.equal(absentee?.status, 'absent');
  });

  it('gives extra time to whom it belongs, and to nobody else', async () => {
    const exam = await hall.exam({ examinees: 2, durationMs: 1_200, extraMs: [0, 1_500] });
    await hall.begin(exam);
    const [short, long] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    await short.next('examinee.status', ({ status }) => status === 'timed-out');
    long.send('answer.save', { answers: [{ item: 1, revision: revisionOf(long.fence, 1), response: 'A' }] });
    await long.next('answer.saved');
    await long.next('examinee.status', ({ status }) => status === 'timed-out');
  });

  it('tells each examinee the own deadline', async () => {
    const exam = await hall.exam({ examinees: 2, durationMs: 60_000, extraMs: [0, 15_000] });
    await hall.control(exam, 'open');
    const [short, long] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    const startsAt = Date.now();
    await hall.control(exam, 'start', { at: startsAt });
    const told = await Promise.all(
      [short, long].map((one) => one.next('room.status', ({ status }) => status === 'running')),
    );
    assert.deepEqual(
      told.map(({ deadlineAt }) => deadlineAt - startsAt),
      [60_000, 75_000],
    );
  });

  it('ends by a control, once, and the plan ends with its last room', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const control = await hall.control(exam, 'end');
    await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
    await until(async () => ['ended', 'scored'].includes((await hall.store.plans.get(exam.planId))?.status ?? ''));
    const receipts = await hall.store.controls.receipts(control._id);
    assert.deepEqual(
      receipts.map(({ roomId, state }) => [roomId, state]),
      [[exam.roomId, 'applied']],
    );
  });

  it('writes a failed receipt for a control that the state does not allow, and stays as it was', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const control = await hall.control(exam, 'open');
    await until(async () => (await hall.store.controls.receipts(control._id)).length === 1);
    const [receipt] = await hall.store.controls.receipts(control._id);
    assert.deepEqual([receipt?.state, receipt?.code], ['failed', 'TRANSITION_REFUSED']);
    const end = await hall.control(exam, 'end');
    await until(async () => (await hall.store.controls.receipts(end._id))[0]?.state === 'applied');
  });

  it('[S7] tells a proctor what became of each of the controls that came together', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const { planId, roomId } = exam;
    const auth = { role: 'proctor', proctorId: newId(), planId } as const;
    const seat = await hall.directory.reserve(roomId, auth);
    assert.ok(!isRefusal(seat));
    const proctor = await join(hall.url, seat);
    const ids = Array.from({ length: 8 }, () => newId());
    for (const controlId of ids) proctor.send('control.issue', { controlId, action: 'open' });
    for (const controlId of ids) {
      const isFinal = (one: { controlId: string; state: string }) =>
        one.controlId === controlId && one.state !== 'pending';
      assert.equal((await proctor.next('control.applied', isFinal)).code, 'TRANSITION_REFUSED');
    }
  });

  it('starts without anybody in it', async () => {
    const exam = await hall.exam({ durationMs: 500 });
    await hall.store.plans.change(exam.planId, ['scheduled'], { status: 'open' });
    await hall.control(exam, 'open');
    await hall.control(exam, 'start', { at: Date.now() });
    await until(async () => (await hall.store.rooms.get(exam.roomId))?.settledAt !== 0);
  });

  it('[S5] ends the sheet in the store before it says so', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    sitting.send('sheet.submit', { revisions: [] });
    const submitted = await sitting.next('sheet.submitted');
    const sheet = await hall.store.sheets.get(exam.examinees[0]?._id ?? '');
    assert.deepEqual([sheet?.endedAt, sheet?.vector], [submitted.submittedAt, []]);
    assert.equal((await hall.store.examinees.get(exam.examinees[0]?._id ?? ''))?.status, 'submitted');
  });

  it('gives the receipt of what counts to who submits and to whose time is over, and the same when it is asked again', async () => {
    const exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    const { planId, examinees } = exam;
    const [one, other] = [await hall.sit(exam, 0, 'page'), await hall.sit(exam, 1)];
    const answer = (sitting: Sitting, item: number, response: string) => {
      const revision = revisionOf(sitting.fence, item);
      sitting.send('answer.save', { answers: [{ item, revision, response }] });
      return [item, revision, contentHash(response)] as [number, number, string];
    };
    const vectors = [[answer(one, 2, 'B'), answer(one, 1, 'A')], [answer(other, 3, 'C')]] as const;
    const hashes = vectors.map((vector) => receiptHash(vector));
    await one.next('answer.saved', ({ saved }) => saved.some(([item]) => item === 1));
    await other.next('answer.saved');
    one.send('sheet.submit', { revisions: [] });
    assert.equal((await one.next('sheet.submitted')).hash, hashes[0]);
    await hall.control(exam, 'end');
    const { hash, endedAt, revisions } = await other.next('sheet.ended');
    assert.deepEqual([hash, revisions], [hashes[1], vectors[1].map(([item, revision]) => [item, revision])]);
    const stored = await Promise.all(examinees.map(({ _id }) => hall.store.sheets.get(_id)));
    assert.deepEqual(
      stored.map((sheet) => sheet?.receipt),
      hashes,
    );
    assert.equal(stored[1]?.endedAt, endedAt);
    one.send('sheet.submit', { revisions: [] });
    assert.equal((await one.next('sheet.submitted')).hash, hashes[0]);
    const chained = (await hall.store.audit.waiting(1_000)).filter(({ planId: of }) => of === planId);
    const entries = [...chained.map(({ facts }) => facts), ...(await hall.store.audit.byPlan(planId, 0, 500))];
    const receipts = entries.filter(({ kind }) => kind.startsWith('sheet.')).map(({ data }) => data.receipt);
    assert.deepEqual(new Set(receipts), new Set(hashes));
  });

  it('[S5] ends it also before the store has heard that its examinee answers, and that comes too late then', async () => {
    const exam = await hall.exam();
    await hall.control(exam, 'open');
    const sitting = await hall.sit(exam);
    const examineeId = exam.examinees[0]?._id ?? '';
    // A store that has not taken the start yet, and takes it when the sheet has ended.
    const begun = Promise.withResolvers<void>();
    const { beginAnswering } = hall.store.examinees;
    const stored: Promise<void>[] = [];
    hall.store.examinees.beginAnswering = async (ids) => {
      await begun.promise;
      const changed = beginAnswering(ids);
      stored.push(changed);
      return changed;
    };
    try {
      await hall.control(exam, 'start', { at: Date.now() });
      await sitting.next('room.status', ({ status }) => status === 'running');
      assert.equal((await hall.store.examinees.get(examineeId))?.status, 'entered');
      sitting.send('sheet.submit', { revisions: [] });
      await sitting.next('sheet.submitted');
      assert.equal((await hall.store.examinees.get(examineeId))?.status, 'submitted');
      const before = stored.length;
      begun.resolve();
      await until(() => stored.length > before);
      await Promise.all(stored);
      assert.equal((await hall.store.examinees.get(examineeId))?.status, 'submitted');
      assert.equal((await hall.store.sheets.get(examineeId))?.state, 'submitted');
    } finally {
      hall.store.examinees.beginAnswering = beginAnswering;
      begun.resolve();
    }
  });

  it('gives the stored status that a process which died between sheet and status has left behind', async () => {
    const exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    const [one, other] = exam.examinees.map(({ _id }) => _id);
    assert.ok(one !== undefined && other !== undefined);
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await hall.store.examinees.setStatus([one, other], ['registered'], 'answering');
    await hall.store.sheets.end(one, 'submitted', [], Date.now());
    await hall.store.sheets.end(other, 'timed-out', [], Date.now());
    await until(async () => {
      const statuses = await Promise.all([one, other].map((id) => hall.store.examinees.get(id)));
      return statuses[0]?.status === 'submitted' && statuses[1]?.status === 'timed-out';
    });
  });

  it('ends the sheet of who was let in while it ran and comes when it has just ended', async () => {
    const exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    await hall.stopWorkers();
    sitting.send('answer.save', { answers: [{ item: 1, revision: revisionOf(sitting.fence, 1), response: 'A' }] });
    await until(() => hall.rooms.journalSize() === 1);
    await hall.control(exam, 'end');
    const late = exam.examinees[1]?._id ?? '';
    await until(async () => (await hall.store.examinees.get(late))?.status === 'absent');
    const latecomer = await hall.sit(exam, 1);
    await hall.startWorkers();
    await latecomer.next('examinee.status', ({ status }) => status === 'timed-out');
    await until(async () => (await hall.store.rooms.get(exam.roomId))?.settledAt !== 0);
    assert.equal((await hall.store.sheets.get(late))?.state, 'settled');
  });
});
