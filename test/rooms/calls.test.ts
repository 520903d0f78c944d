// Raised hands in a live room, over real MongoDB, Redis and sockets: stored before anybody hears of them, over once, told
// again until the examinee has the answer, and never told to another examinee.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { matchMaker } from '@colyseus/core';
import type { CallTold } from '../../schema/calls.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import type { BoardRow } from '../../schema/room-state.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { JOINED, rawSeat } from '../support/raw-seat.ts';
import { aCall } from '../support/stored.ts';
import '../support/parts.ts';

describe('a raised hand in a room', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('room-calls');
  });
  beforeEach(async () => {
    exam = await hall.exam({ examinees: 3 });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  const idOf = (index: number) => exam.examinees[index]?._id ?? '';
  const stored = async (callId: string) =>
    (await hall.store.calls.byPlan(exam.planId, {}, { limit: 100 })).find(({ _id }) => _id === callId);
  async function raise(sitting: Sitting, question = 'which page?') {
    const callId = newId();
    sitting.send('call.raise', { callId, question });
    await sitting.next('call.told', (told) => told.callId === callId);
    return callId;
  }
  const told = (sitting: Sitting, callId: string, state: CallTold['state']) =>
    sitting.next('call.told', (one) => one.callId === callId && one.state === state);
  const answered = (proctor: Sitting, about: string) => proctor.next('call.answered', (one) => one.about === about);

  it('is stored, seen by the proctors, answered, and the answer is the examinee’s', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    const callId = await raise(sitting, 'is <b>this</b> https://a.example right?');
    const { call } = await proctor.next('call.changed');
    assert.deepEqual(
      [call.callId, call.examineeId, call.question, call.state],
      [callId, idOf(0), 'is <b>this</b> https://a.example right?', 'open'],
    );
    assert.equal((await stored(callId))?.status, 'open');
    proctor.send('call.answer', { callId, text: 'yes' });
    const done = await answered(proctor, `${callId}.answered`);
    assert.ok('call' in done && done.call.state === 'answered');
    const { answer, endedAt } = await told(sitting, callId, 'answered');
    assert.deepEqual([answer, endedAt > 0], ['yes', true]);
    const { status, by, receivedAt } = (await stored(callId)) ?? {};
    assert.deepEqual([status, by === undefined, receivedAt], ['answered', false, 0]);
    sitting.send('call.received', { callIds: [callId] });
    await until(async () => ((await stored(callId))?.receivedAt ?? 0) > 0);
  });

  it('is answered by one of two proctors at once; the second is told that it is over', async () => {
    const [one, other, sitting] = [await hall.watch(exam), await hall.watch(exam), await hall.sit(exam)];
    const callId = await raise(sitting);
    one.send('call.answer', { callId, text: 'page 4' });
    other.send('call.answer', { callId, text: 'page 5' });
    const both = await Promise.all([one, other].map((proctor) => answered(proctor, `${callId}.answered`)));
    const [refused] = both.filter((answer) => 'code' in answer);
    assert.equal(both.filter((answer) => 'call' in answer).length, 1);
    assert.ok(refused !== undefined && 'code' in refused && refused.code === 'CALL_CHANGED');
    assert.match(refused.message, /It is answered/);
    const { answer } = await told(sitting, callId, 'answered');
    assert.equal(answer, (await stored(callId))?.answer);
    one.send('call.close', { callId });
    const late = await answered(one, `${callId}.closed`);
    assert.ok('code' in late && late.code === 'CALL_CHANGED');
  });

  it('is one for each examinee, not again at once, and as long as it may be', async () => {
    const sitting = await hall.sit(exam);
    const callId = await raise(sitting);
    const second = newId();
    sitting.send('call.raise', { callId: second });
    assert.equal((await sitting.next('call.refused', (one) => one.callId === second)).code, 'CALL_OPEN');
    sitting.send('call.raise', { callId, question: 'which page?' });
    await told(sitting, callId, 'open');
    sitting.send('call.withdraw', { callId });
    await told(sitting, callId, 'withdrawn');
    sitting.send('call.raise', { callId: second });
    const soon = await sitting.next('call.refused');
    assert.ok(soon.code === 'BUSY' && (soon.retryAfterMs ?? 0) <= LIMITS.callEveryMs);
    sitting.send('call.raise', { callId: newId(), question: 'x'.repeat(LIMITS.callText + 1) });
    assert.equal((await sitting.next('refused')).code, 'MESSAGE_INVALID');
    assert.equal((await hall.store.calls.byPlan(exam.planId, {}, { limit: 9 })).length, 1);
  });

  it('is taken back by its examinee alone', async () => {
    const [sitting, other] = [await hall.sit(exam), await hall.sit(exam, 1)];
    const callId = await raise(sitting);
    other.send('call.withdraw', { callId });
    assert.equal((await other.next('call.refused')).code, 'CALL_UNKNOWN');
    other.send('call.received', { callIds: [callId] });
    sitting.send('call.answer', { callId, text: 'mine' });
    assert.equal((await sitting.next('refused')).code, 'PERMISSION_DENIED');
    assert.equal((await stored(callId))?.status, 'open');
    sitting.send('call.withdraw', { callId });
    await told(sitting, callId, 'withdrawn');
  });

  it('is still up for whoever comes back, on both sides, and a rebuilt room has it too', async () => {
    const sitting = await hall.sit(exam);
    const callId = await raise(sitting);
    const proctor = await hall.watch(exam);
    assert.deepEqual((await proctor.next('call.open')).callIds, [callId]);
    const room = matchMaker.getLocalRoomById(exam.roomId);
    room.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) !== room);
    const again = await hall.watch(exam);
    assert.equal((await again.next('call.changed')).call.callId, callId);
    again.send('call.answer', { callId, text: 'while you were away' });
    await answered(again, `${callId}.answered`);
    const back = await hall.sit(exam);
    assert.equal((await told(back, callId, 'answered')).answer, 'while you were away');
  });

  it('has its answer told again until the client has it, and then no more', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    const callId = await raise(sitting);
    proctor.send('call.close', { callId });
    await told(sitting, callId, 'closed');
    await told(sitting, callId, 'closed');
    sitting.send('call.received', { callIds: [callId] });
    await until(async () => (await stored(callId))?.waiting === false);
    const back = await hall.sit(exam);
    back.send('heartbeat', { sentAt: 1 });
    await back.next('heartbeat');
    assert.ok(!back.received.some(({ type }) => type === 'call.told'));
  });

  it('is on the board, as a reason for attention, and gone with it', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    const callId = await raise(sitting);
    const reasons = () => (proctor.room.state as { board?: Map<string, BoardRow> }).board?.get(idOf(0))?.reasons ?? '';
    await until(() => reasons().includes('hand-raised'));
    proctor.send('call.close', { callId });
    await until(() => !reasons().includes('hand-raised'));
  });

  it('that was up in the room of before does not keep it down in another', async () => {
    const elsewhere = aCall({ planId: exam.planId, examineeId: idOf(0) });
    await hall.store.calls.raise(elsewhere);
    const sitting = await hall.sit(exam);
    await raise(sitting);
    assert.equal((await stored(elsewhere._id))?.status, 'withdrawn');
  });

  it('is logged without what was said', async () => {
    const [proctor, sitting] = [await hall.watch(exam), await hall.sit(exam)];
    const callId = await raise(sitting, 'a secret of mine');
    proctor.send('call.answer', { callId, text: 'another secret' });
    await answered(proctor, `${callId}.answered`);
    const logs = async () =>
      (await hall.store.logs.byPlan(exam.planId, { limit: 100 })).filter(({ kind }) => kind.startsWith('call.'));
    await until(async () => (await logs()).length === 2);
    assert.deepEqual(
      (await logs()).map(({ kind, stream }) => [kind, stream]),
      [
        ['call.raised', 'examinee'],
        ['call.answered', 'proctor'],
      ],
    );
    assert.ok(!JSON.stringify(await logs()).includes('secret'));
  });

  it('[S13] [S14] is in no message, state or frame of another examinee, with its question and its answer', async () => {
    const canaries = { question: `canary-${newId()}`, answer: `canary-${newId()}`, notice: `canary-${newId()}` };
    const [proctor, sitting, other] = [await hall.watch(exam), await hall.sit(exam), await hall.sit(exam, 1)];
    const { socket } = await rawSeat(hall, exam, 2);
    const frames: Buffer[] = [];
    socket.on('message', (data: Buffer) => frames.push(data));
    await once(socket, 'message');
    socket.send(JOINED);
    const callId = await raise(sitting, canaries.question);
    proctor.send('call.answer', { callId, text: canaries.answer });
    assert.equal((await told(sitting, callId, 'answered')).answer, canaries.answer);
    const controlId = newId();
    const notice = { controlId, action: 'notice', text: canaries.notice, examineeIds: [idOf(0)] };
    proctor.send('control.issue', notice);
    await sitting.next('control.told', (one) => one.text === canaries.notice);
    await hall.control(exam, 'pause'); // its messages and its patch come after whatever might have been told
    await other.next('room.status', ({ status }) => status === 'paused');
    await until(() => (other.room.state as { status: string }).status === 'paused');
    await until(() => Buffer.concat(frames).includes('paused'));
    const seen = JSON.stringify(other.received) + JSON.stringify(other.room.state) + Buffer.concat(frames).toString();
    for (const secret of [...Object.values(canaries), callId, controlId, idOf(0)])
      assert.ok(!seen.includes(secret), secret);
    const own = JSON.stringify(sitting.room.state);
    for (const secret of Object.values(canaries)) assert.ok(!own.includes(secret), 'state is for all');
    socket.close();
  });
});
