// Notices in a live room: for those who enter later too, while they have not expired; and the plan's own words.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { newId } from '../../schema/ids.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('a notice in a room', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('room-notices');
  });
  beforeEach(async () => {
    exam = await hall.exam({ examinees: 3 });
  });
  after(() => hall.stop());

  const idOf = (index: number) => exam.examinees[index]?._id ?? '';
  async function notice(proctor: Sitting, given: Record<string, unknown> = {}) {
    const controlId = newId();
    proctor.send('control.issue', { controlId, action: 'notice', text: 'item 4 has a misprint', ...given });
    const { state, code } = await proctor.next(
      'control.applied',
      (one) => one.controlId === controlId && one.state !== 'pending',
    );
    return { controlId, state, code };
  }
  const told = (sitting: Sitting, controlId: string) =>
    sitting.next('control.told', (one) => one.controlId === controlId);
  const heard = (sitting: Sitting) =>
    sitting.received
      .filter(({ type }) => type === 'control.told')
      .map(({ message }) => (message as { controlId: string }).controlId);

  it('to everybody is given to who enters later, who counts as concerned from then on', async () => {
    await hall.begin(exam);
    const [proctor, first] = [await hall.watch(exam), await hall.sit(exam)];
    const { controlId } = await notice(proctor);
    await told(first, controlId);
    const late = await hall.sit(exam, 1);
    assert.equal((await told(late, controlId)).text, 'item 4 has a misprint');
    await proctor.next('control.ledger', (one) => one.controlId === controlId && one.concerned === 2);
    late.send('control.received', { controlIds: [controlId] });
    await until(async () => {
      const [receipt] = await hall.store.controls.receipts(controlId);
      const entry = receipt?.ledger[idOf(1)];
      return entry !== undefined && entry.deliveredAt > 0 && entry.confirmedAt === 0;
    });
    assert.equal((await hall.store.controls.receipts(controlId))[0]?.ledger[idOf(2)], undefined);
  });

  it('of the plan, given before anybody was there, waits for those who come, through a rebuild', async () => {
    await hall.begin(exam);
    const control = await hall.control(exam, 'notice', { text: 'for all', expiresAt: Date.now() + 600_000 });
    await until(async () => (await hall.store.controls.receipts(control._id))[0]?.state === 'applied');
    const room = matchMaker.getLocalRoomById(exam.roomId);
    room.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) !== room);
    const sitting = await hall.sit(exam);
    assert.equal((await told(sitting, control._id)).text, 'for all');
  });

  it('that has expired, or was for others, is not given to who enters later', async () => {
    await hall.begin(exam);
    const proctor = await hall.watch(exam);
    await hall.sit(exam);
    const expiresAt = Date.now() + 1_500;
    const short = await hall.control(exam, 'notice', { text: 'short', expiresAt });
    const { controlId: named } = await notice(proctor, { examineeIds: [idOf(0)] });
    await until(async () => (await hall.store.controls.receipts(short._id))[0]?.state === 'applied');
    await until(() => Date.now() > expiresAt);
    const { controlId: lasting } = await notice(proctor);
    const late = await hall.sit(exam, 1);
    await told(late, lasting);
    late.send('heartbeat', { sentAt: 1 });
    await late.next('heartbeat');
    assert.ok(!heard(late).includes(short._id) && !heard(late).includes(named));
  });

  it('holds as long as its sender says, within bounds', async () => {
    await hall.begin(exam);
    const proctor = await hall.watch(exam);
    const { controlId } = await notice(proctor, { lifeMs: 120_000 });
    const stored = await hall.store.controls.get(controlId);
    assert.equal((stored?.expiresAt ?? 0) - (stored?.at ?? 0), 120_000);
    for (const lifeMs of [59_999, 7 * 86_400_000 + 1]) {
      proctor.send('control.issue', { controlId: newId(), action: 'notice', text: 'x', lifeMs });
      assert.equal((await proctor.next('refused')).code, 'MESSAGE_INVALID');
    }
    proctor.send('control.issue', { controlId: newId(), action: 'pause', lifeMs: 120_000 });
    assert.equal((await proctor.next('refused')).code, 'MESSAGE_INVALID');
  });

  it('has the plan’s words where the proctor names them, and no others where the plan says so', async () => {
    const noticeTemplates = [{ name: 'quiet', text: 'Quiet, <b>please</b>: https://a.example' }];
    await hall.store.plans.change(exam.planId, ['scheduled'], { noticeTemplates, freeNotices: false });
    await hall.begin(exam);
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    const free = await notice(proctor);
    assert.deepEqual([free.state, free.code], ['failed', 'NOTICE_NOT_FREE']);
    const unknown = await notice(proctor, { text: undefined, template: 'loud' });
    assert.deepEqual([unknown.state, unknown.code], ['failed', 'TEMPLATE_UNKNOWN']);
    const { controlId, state } = await notice(proctor, { text: undefined, template: 'quiet' });
    assert.equal(state, 'applied');
    assert.equal((await told(sitting, controlId)).text, 'Quiet, <b>please</b>: https://a.example');
    assert.equal((await hall.store.controls.get(controlId))?.template, 'quiet');
    proctor.send('control.issue', { controlId, action: 'notice', template: 'quiet' });
    await proctor.next('control.applied', (one) => one.controlId === controlId && one.state === 'applied');
    assert.deepEqual(heard(sitting), [], 'the repeat is the same control');
  });
});
