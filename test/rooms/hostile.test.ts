// Messages that nobody honest sends. Each is refused with a code, changes nothing, and the next honest one works.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { CloseCode, Protocol } from '@colyseus/core';
import fc from 'fast-check';
import type WebSocket from 'ws';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { holdsForAsync } from '../support/async-property.ts';
import { type Exam, type Hall, join, openHall, type Sitting } from '../support/hall.ts';
import { JOINED, messageFrame, rawSeat } from '../support/raw-seat.ts';
import '../support/parts.ts';

const SECOND_MS = 1_000;
/** Above the burst, and far below what the framework closes a socket for. */
const FLOOD = 150;
/** So many other messages. */
const A_CONTROL_COSTS = 5;

const later = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

async function proctorOf(hall: Hall, exam: Exam): Promise<Sitting> {
  const { planId, roomId } = exam;
  const seat = await hall.directory.reserve(roomId, { role: 'proctor', proctorId: newId(), planId });
  assert.ok(!isRefusal(seat));
  return join(hall.url, seat);
}

describe('a hostile client', () => {
  let hall: Hall;
  let exam: Exam;
  let sitting: Sitting;
  let counter = 0;
  before(async () => {
    hall = await openHall('room-hostile');
    exam = await hall.exam({ examinees: 3 });
    await hall.begin(exam);
    sitting = await hall.sit(exam);
  });
  after(() => hall.stop());

  /** The honest message after each dishonest one: it alone proves that nothing happened. */
  async function honest(): Promise<void> {
    const revision = revisionOf(sitting.fence, 1_000 + ++counter);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  }

  const MALFORMED: [string, unknown][] = [
    ['no object', 'text'],
    ['nothing', undefined],
    ['no answers', {}],
    ['an empty batch', { answers: [] }],
    ['an answer without a revision', { answers: [{ item: 1, response: 'A' }] }],
    ['a wrong item type', { answers: [{ item: 'one', revision: 1, response: 'A' }] }],
    ['a revision that is no integer', { answers: [{ item: 1, revision: 1.5, response: 'A' }] }],
    ['a negative revision', { answers: [{ item: 1, revision: -1, response: 'A' }] }],
    ['an object as response', { answers: [{ item: 1, revision: 1, response: { $ne: null } }] }],
    ['an extra key', { answers: [{ item: 1, revision: 1, response: 'A', examineeId: 'another' }] }],
    ['a prototype key', JSON.parse('{"answers":[{"item":1,"revision":1,"response":"A","__proto__":{"admin":true}}]}')],
    [
      'a length that cannot be compared',
      { answers: [{ item: 1, revision: 1, response: { length: { toString: 1 } } }] },
    ],
    [
      'more answers than a batch holds',
      { answers: Array.from({ length: 101 }, () => ({ item: 1, revision: 1, response: 'A' })) },
    ],
  ];
  for (const [what, message] of MALFORMED) {
    it(`[T10] that sends ${what} is refused with MESSAGE_INVALID`, async () => {
      sitting.send('answer.save', message);
      const refused = await sitting.next('refused');
      assert.deepEqual([refused.type, refused.code, refused.retry], ['answer.save', 'MESSAGE_INVALID', 'never']);
      await honest();
    });
  }

  for (const type of ['exam.cheat', 'constructor', '__proto__', 'toString', '*']) {
    it(`[T10] that sends the unknown message ${type} is refused with MESSAGE_UNKNOWN`, async () => {
      sitting.send(type, {});
      assert.equal((await sitting.next('refused')).code, 'MESSAGE_UNKNOWN');
      await honest();
    });
  }

  it('that issues a control without being a proctor is refused with PERMISSION_DENIED', async () => {
    sitting.send('control.issue', { controlId: newId(), action: 'end' });
    assert.equal((await sitting.next('refused')).code, 'PERMISSION_DENIED');
    assert.equal(await hall.roomStatus(exam), 'running');
    await honest();
  });

  it('that answers with a revision of a stale fence is refused with SESSION_FENCED', async () => {
    const later = await hall.sit(exam, 1);
    const newest = await hall.sit(exam, 1);
    newest.send('answer.save', { answers: [{ item: 1, revision: revisionOf(later.fence, 5), response: 'A' }] });
    const { refused } = await newest.next('answer.refused');
    assert.deepEqual([refused[0]?.code, refused[0]?.retry], ['SESSION_FENCED', 'stop']);
    await honest();
  });

  it('that answers with a revision of a future fence is refused with REVISION_INVALID', async () => {
    sitting.send('answer.save', { answers: [{ item: 1, revision: revisionOf(sitting.fence + 7, 1), response: 'A' }] });
    assert.equal((await sitting.next('answer.refused')).refused[0]?.code, 'REVISION_INVALID');
    await honest();
  });

  it('that joins with a reservation of an older fence is not let in', async () => {
    const examineeId = exam.examinees[1]?._id ?? '';
    const reservation = await hall.directory.reserve(exam.roomId, {
      role: 'examinee',
      examineeId,
      planId: exam.planId,
      roomId: exam.roomId,
      fence: 1,
      entryId: newId(),
      fresh: false,
      readAt: Date.now(),
    });
    assert.ok(!isRefusal(reservation));
    await assert.rejects(join(hall.url, reservation));
    await honest();
  });

  it('[S3] that sends a message of 1 MB is closed with 1009, and nobody else notices', async () => {
    const other = await hall.sit(exam, 1);
    other.send('answer.save', {
      answers: [{ item: 5, revision: revisionOf(other.fence, 1), response: 'x'.repeat(1_000_000) }],
    });
    assert.equal(await other.closed, 1009);
    await honest();
  });

  it('[S3] that sends an essay of more than 64 KiB is refused, and one of 64 KiB is saved', async () => {
    const hangul = '가'.repeat(22_000);
    sitting.send('answer.save', {
      answers: [{ item: 5, revision: revisionOf(sitting.fence, 2_001), response: hangul }],
    });
    assert.equal((await sitting.next('answer.refused')).refused[0]?.code, 'ANSWER_TOO_LARGE');
    const revision = revisionOf(sitting.fence, 2_002);
    sitting.send('answer.save', { answers: [{ item: 5, revision, response: 'x'.repeat(65_536) }] });
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  });

  it('[S2] that sends faster than it may is answered BUSY and stays connected', async () => {
    const answers = (revision: number) => ({ answers: [{ item: 2, revision, response: 'A' }] });
    for (let index = 0; index < FLOOD; index++)
      sitting.send('answer.save', answers(revisionOf(sitting.fence, 3_000 + index)));
    const { refused } = await sitting.next('answer.refused', ({ refused }) =>
      refused.some(({ code }) => code === 'BUSY'),
    );
    assert.deepEqual([refused[0]?.retry, refused[0]?.retryAfterMs], ['later', SECOND_MS]);
    await later(refused[0]?.retryAfterMs);
    await honest();
  });

  const FLOODS: [string, string, unknown][] = [
    ['says that it is ready', 'examinee.ready', {}],
    ['sends what is malformed', 'answer.save', 'text'],
    ['sends what is unknown', 'exam.cheat', {}],
  ];
  for (const [what, type, message] of FLOODS) {
    it(`[S2] that ${what} again and again is answered BUSY, whatever it sends next`, async () => {
      sitting.received.splice(0);
      for (let index = 0; index < FLOOD; index++) sitting.send(type, message);
      sitting.send('examinee.ready', {});
      const isBusy = (one: { type: string; code: string }) => one.type === 'examinee.ready' && one.code === 'BUSY';
      const { retry, retryAfterMs } = await sitting.next('refused', isBusy);
      assert.deepEqual([retry, retryAfterMs], ['later', SECOND_MS]);
      await later(retryAfterMs);
      await honest();
    });
  }

  it('[S2] that submits again and again is answered BUSY, and its sheet stays open', async () => {
    const missing = { revisions: [[3, revisionOf(sitting.fence, 900_000)]] };
    for (let index = 0; index < FLOOD; index++) sitting.send('sheet.submit', missing);
    assert.equal((await sitting.next('sheet.refused')).code, 'SUBMIT_INCOMPLETE');
    const { retry, retryAfterMs } = await sitting.next('sheet.refused', ({ code }) => code === 'BUSY');
    assert.deepEqual([retry, retryAfterMs], ['later', SECOND_MS]);
    await later(retryAfterMs);
    await honest();
  });

  it('[S2] whose heart beats fast is answered each time, and that costs it no answer', async () => {
    for (let sentAt = 0; sentAt < FLOOD; sentAt++) sitting.send('heartbeat', { sentAt });
    await honest();
    for (let sentAt = 0; sentAt < FLOOD; sentAt++) await sitting.next('heartbeat', (beat) => beat.sentAt === sentAt);
  });

  it('[T10] that sends what is no message is not closed, and the room goes on', async () => {
    sitting.room.connection.send(new Uint8Array([Protocol.ROOM_DATA, 0xa9, 0xff, 0xff, 0x00, 0xc1, 0xc1]));
    sitting.room.connection.send(new Uint8Array([200, 1, 2, 3]));
    sitting.room.connection.send(new Uint8Array([]));
    await honest();
  });

  it('[T10] that sends a message which cannot be decoded is closed with 4002, and its next socket works', async () => {
    const { socket } = await openSeat(2);
    const whole = messageFrame('answer.save', { answers: [] });
    socket.send(whole.subarray(0, whole.length - 1));
    const [code] = await once(socket, 'close');
    assert.equal(code, CloseCode.WITH_ERROR);
    await honest();
    await worksAgain(2);
  });

  it('[T10] that breaks the protocol of its socket is closed with 1002, and its next socket works', async () => {
    const { socket } = await openSeat(2);
    const { _socket: wire } = socket as WebSocket & { _socket: Socket };
    wire.write(Buffer.from([0xf2, 0x80, 1, 2, 3, 4])); // all reserved bits set, nothing in it
    const [code] = await once(socket, 'close');
    assert.equal(code, 1002);
    await honest();
    await worksAgain(2);
  });

  it('[T10] that sends any bytes whatever harms nobody', async () => {
    const frame = fc.tuple(fc.integer({ min: 0, max: 31 }), fc.uint8Array({ maxLength: 48 }));
    await holdsForAsync(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 30 }), async (frames) => {
        const { socket } = await openSeat(2);
        const closed = once(socket, 'close');
        for (const [code, bytes] of frames) socket.send(Buffer.concat([Buffer.from([code]), bytes]));
        socket.send(Buffer.from([Protocol.LEAVE_ROOM]));
        await closed;
        await honest();
      }),
      20,
      18_000,
    );
    await worksAgain(2);
  });

  /** A joined seat whose bytes are ours. */
  async function openSeat(index: number): Promise<{ socket: WebSocket; fence: number }> {
    const seat = await rawSeat(hall, exam, index);
    await once(seat.socket, 'message');
    seat.socket.send(JOINED);
    return seat;
  }

  async function worksAgain(index: number): Promise<void> {
    const next = await hall.sit(exam, index);
    const revision = revisionOf(next.fence, 1);
    next.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await next.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
    await next.leave();
  }
});

describe('a hostile proctor', () => {
  let hall: Hall;
  let exam: Exam;
  let proctor: Sitting;
  let examinee: Sitting;
  let counter = 0;
  before(async () => {
    hall = await openHall('room-hostile-proctor');
    exam = await hall.exam();
    await hall.begin(exam);
    [proctor, examinee] = [await proctorOf(hall, exam), await hall.sit(exam)];
  });
  after(() => hall.stop());

  /** The proctor is still heard, and so is the examinee. */
  async function honest(): Promise<void> {
    const controlId = newId();
    proctor.send('control.issue', { controlId, action: 'open' });
    const done = await proctor.next('control.applied', (one) => one.controlId === controlId && one.state !== 'pending');
    assert.deepEqual(
      [done.state, done.code],
      ['failed', 'TRANSITION_REFUSED'],
      'the room runs, so it cannot be opened',
    );
    const revision = revisionOf(examinee.fence, ++counter);
    examinee.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await examinee.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  }

  const OTHERS: [string, unknown][] = [
    ['answer.save', { answers: [{ item: 1, revision: revisionOf(1, 900), response: 'A' }] }],
    ['sheet.submit', { revisions: [] }],
    ['examinee.ready', {}],
  ];
  for (const [type, message] of OTHERS) {
    it(`that sends ${type} is refused with PERMISSION_DENIED`, async () => {
      proctor.send(type, message);
      const refused = await proctor.next('refused');
      assert.deepEqual([refused.type, refused.code, refused.retry], [type, 'PERMISSION_DENIED', 'never']);
      await honest();
      const [{ _id: examineeId = '' } = {}] = exam.examinees;
      assert.equal((await hall.store.sheets.get(examineeId))?.endedAt, 0);
      const stored = await hall.store.answers.history(exam.planId, examineeId);
      assert.ok(stored.every(({ revision }) => revision !== revisionOf(1, 900)));
    });
  }

  const controlId = newId();
  const MALFORMED: [string, unknown][] = [
    ['nothing', undefined],
    ['no id', { action: 'end' }],
    ['an id that is none', { controlId: 'one', action: 'end' }],
    ['an object as id', { controlId: { $ne: null }, action: 'end' }],
    ['no action', { controlId }],
    ['an unknown action', { controlId, action: 'destroy' }],
    ['two actions', { controlId, action: ['end', 'open'] }],
    ['an instant in words', { controlId, action: 'end', at: 'now' }],
    ['no number as instant', { controlId, action: 'end', at: Number.NaN }],
    ['a reason of 501 letters', { controlId, action: 'end', reason: 'x'.repeat(501) }],
    ["another's room", { controlId, action: 'end', roomId: newId() }],
  ];
  for (const [what, message] of MALFORMED) {
    it(`[T10] that issues a control with ${what} is refused with MESSAGE_INVALID`, async () => {
      proctor.send('control.issue', message);
      const refused = await proctor.next('refused');
      assert.deepEqual([refused.type, refused.code, refused.retry], ['control.issue', 'MESSAGE_INVALID', 'never']);
      assert.equal(await hall.store.controls.get(controlId), null);
      await honest();
    });
  }

  it('[S2] that issues controls again and again is answered BUSY, and no more of them reach the store', async () => {
    const ids = Array.from({ length: FLOOD }, () => newId());
    await later((LIMITS.messagesBurst / LIMITS.messagesPerSecond) * SECOND_MS); // until all tokens are back
    const startedAt = performance.now();
    for (const id of ids) proctor.send('control.issue', { controlId: id, action: 'open' });
    const { type, retry, retryAfterMs } = await proctor.next('refused', ({ code }) => code === 'BUSY');
    assert.deepEqual([type, retry, retryAfterMs], ['control.issue', 'later', SECOND_MS]);
    const seconds = (performance.now() - startedAt) / SECOND_MS;
    const most = (LIMITS.messagesBurst + LIMITS.messagesPerSecond * seconds) / A_CONTROL_COSTS;
    await later(retryAfterMs);
    await honest();
    const stored = await Promise.all(ids.map((id) => hall.store.controls.get(id)));
    const count = stored.filter((one) => one !== null).length;
    assert.ok(count > 0 && count <= most, `${count} were stored`);
  });
});

describe('who comes after the end', () => {
  let hall: Hall;
  before(async () => {
    hall = await openHall('room-after-the-end');
  });
  after(() => hall.stop());

  /** Answers, a submit and a readiness, each refused with its code; then a heartbeat, answered like every other. */
  async function refusedWith(sitting: Sitting, code: string): Promise<void> {
    sitting.send('answer.save', { answers: [{ item: 1, revision: revisionOf(sitting.fence, 900), response: 'A' }] });
    const { refused } = await sitting.next('answer.refused');
    assert.deepEqual([refused[0]?.code, refused[0]?.retry], [code, 'never']);
    sitting.send('examinee.ready', {});
    assert.equal((await sitting.next('refused')).code, 'TRANSITION_REFUSED');
    sitting.send('heartbeat', { sentAt: 900 });
    await sitting.next('heartbeat', ({ sentAt }) => sentAt === 900);
  }

  async function savesAnswer(sitting: Sitting, count: number): Promise<void> {
    const revision = revisionOf(sitting.fence, count);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  }

  it('of the own time is refused with ANSWER_LATE, and who has more time goes on', async () => {
    const exam = await hall.exam({ examinees: 2, durationMs: 1_200, extraMs: [0, 60_000] });
    await hall.begin(exam);
    const [late, other] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    await late.next('examinee.status', ({ status }) => status === 'timed-out');
    await refusedWith(late, 'ANSWER_LATE');
    late.send('sheet.submit', { revisions: [] });
    assert.equal((await late.next('sheet.refused')).code, 'ANSWER_LATE');
    await savesAnswer(other, 1);
    assert.deepEqual(await hall.store.answers.history(exam.planId, exam.examinees[0]?._id ?? ''), []);
  });

  it('of the own sheet is refused with SHEET_SUBMITTED, and the submit is answered again', async () => {
    const exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    const [done, other] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    done.send('sheet.submit', { revisions: [] });
    const first = await done.next('sheet.submitted');
    await refusedWith(done, 'SHEET_SUBMITTED');
    done.send('sheet.submit', { revisions: [[1, revisionOf(done.fence, 900)]] });
    assert.deepEqual(await done.next('sheet.submitted'), first);
    await savesAnswer(other, 1);
  });

  it('of the room is refused with ANSWER_LATE, and a proctor is told that nothing follows', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const [examinee, proctor] = [await hall.sit(exam), await proctorOf(hall, exam)];
    const controlId = newId();
    proctor.send('control.issue', { controlId, action: 'end' });
    await proctor.next('control.applied', (one) => one.controlId === controlId && one.state === 'applied');
    await examinee.next('examinee.status', ({ status }) => status === 'timed-out');
    await refusedWith(examinee, 'ANSWER_LATE');
    for (const action of ['start', 'end', 'open']) {
      const again = { controlId: newId(), action };
      proctor.send('control.issue', again);
      const told = await proctor.next(
        'control.applied',
        (one) => one.controlId === again.controlId && one.state !== 'pending',
      );
      assert.deepEqual([told.state, told.code], ['failed', 'ROOM_ENDED']);
    }
    proctor.send('heartbeat', { sentAt: 901 });
    await proctor.next('heartbeat', ({ sentAt }) => sentAt === 901);
  });
});
