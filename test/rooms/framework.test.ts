// What the framework does by itself, and what the room does about it. The numbers are those of docs/traps.md.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { matchMaker, Protocol } from '@colyseus/core';
import WebSocket from 'ws';
import { revisionOf } from '../../exam/revision.ts';
import { guard } from '../../rooms/guard.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Exam, type Hall, join, openHall, type Sitting, until } from '../support/hall.ts';
import { JOINED, messageFrame, rawSeat } from '../support/raw-seat.ts';
import '../support/parts.ts';

describe('the room against its framework', () => {
  let hall: Hall;
  let exam: Exam;
  let sitting: Sitting;
  let counter = 0;
  before(async () => {
    hall = await openHall('room-framework');
    exam = await hall.exam({ examinees: 4 });
    await hall.begin(exam);
    sitting = await hall.sit(exam);
  });
  after(() => hall.stop());

  async function honest(): Promise<void> {
    const revision = revisionOf(sitting.fence, ++counter);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  }

  function localRoom() {
    const room = matchMaker.getLocalRoomById(exam.roomId);
    assert.ok(room);
    return room;
  }

  it('[T1] lives on when sockets close before and right after their join', async () => {
    for (let round = 0; round < 10; round++) {
      const { socket } = await rawSeat(hall, exam, 1);
      await once(socket, round % 2 === 0 ? 'open' : 'message');
      socket.terminate();
    }
    await honest();
  });

  it('sends who joins the whole state once, and no patch that says the same again', async () => {
    await pause(1_200); // what has changed with the start is out
    const { socket } = await rawSeat(hall, exam, 2);
    const codes: number[] = [];
    socket.on('message', (frame: Buffer) => {
      codes.push(frame[0] ?? 0);
      if (frame[0] === Protocol.JOIN_ROOM) socket.send(JOINED);
    });
    await until(() => codes.includes(Protocol.ROOM_STATE));
    await pause(1_200); // two patches
    socket.terminate();
    const states = codes.filter((code) => code === Protocol.ROOM_STATE || code === Protocol.ROOM_STATE_PATCH);
    assert.deepEqual(states, [Protocol.ROOM_STATE]);
    const rejoined = await hall.sit(exam, 2);
    type State = { examinees?: Map<string, { status: string }> };
    const row = () => (rejoined.room.state as State).examinees?.get(exam.examinees[2]?._id ?? '');
    await until(() => row()?.status === 'answering');
    await rejoined.leave();
  });

  it('[T2] lives on when timers of a room throw, and they come by its own tick and not by its patches', async () => {
    const { clock } = localRoom();
    const startedAt = performance.now();
    for (let round = 0; round < 5; round++) {
      const fired = Promise.withResolvers<void>();
      clock.setTimeout(() => {
        fired.resolve();
        throw new Error('thrown on purpose');
      }, 1);
      await fired.promise;
    }
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs < 1_500, `five timers of 1 ms took ${tookMs} ms`);
    await honest();
  });

  it('[T2] lives on when an effect of a room is rejected, which nobody awaits', async () => {
    const { planId, roomId } = exam;
    const auth = { role: 'proctor', proctorId: newId(), planId } as const;
    const seat = await hall.directory.reserve(roomId, auth);
    assert.ok(!isRefusal(seat));
    const proctor = await join(hall.url, seat);
    const { issue } = hall.store.controls;
    const rejected = Promise.withResolvers<void>();
    hall.store.controls.issue = async () => {
      rejected.resolve();
      throw new Error('thrown on purpose');
    };
    try {
      proctor.send('control.issue', { controlId: newId(), action: 'open' });
      await rejected.promise;
    } finally {
      hall.store.controls.issue = issue;
    }
    await honest();
    await proctor.leave();
  });

  it('[T3] refuses a request, which could resolve like success, and does nothing; the message counts', async () => {
    const answers = [{ item: 1, revision: revisionOf(sitting.fence, ++counter), response: 'C' }];
    await assert.rejects(sitting.room.request('answer.save', { answers }), { name: 'no_handler' });
    const stored = await hall.store.answers.revisions(exam.planId, exam.examinees[0]?._id ?? '');
    assert.ok(stored.every(({ revision }) => revision !== answers[0]?.revision));
    sitting.send('answer.save', { answers });
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === answers[0]?.revision));
  });

  it('[T27] ends a reader that does not read, and copies what waits for it', async () => {
    const { socket } = await rawSeat(hall, exam, 2);
    const frames: Buffer[] = [];
    socket.on('message', (data: Buffer) => frames.push(data));
    await once(socket, 'message');
    socket.send(JOINED);
    await until(() => frames.some((frame) => frame[0] === Protocol.ROOM_STATE));
    const client = localRoom().clients.at(-1);
    assert.ok(client);
    socket.pause();
    const shared = new Uint8Array(60_000).fill(7);
    for (let sent = 0; sent < 12; sent++) client.raw(shared);
    shared.fill(9); // the encoder's next patch overwrites its buffer like this
    socket.resume();
    await until(() => frames.filter((frame) => frame.length === shared.length).length === 12);
    for (const frame of frames.filter(({ length }) => length === shared.length))
      assert.ok(frame.every((byte) => byte === 7));
    socket.pause();
    const closed = once(socket, 'close');
    for (let sent = 0; sent < 200 && socket.readyState === WebSocket.OPEN; sent++)
      client.raw(new Uint8Array(LIMITS.backlogBytes / 8));
    socket.resume();
    await closed;
    await honest();
  });

  it('[T27] drops empty patches', () => {
    const sent: number[] = [];
    const client = {
      ref: { bufferedAmount: 0, terminate: () => sent.push(-1) },
      raw: (data: Uint8Array) => sent.push(data.length),
    };
    guard(client as never);
    client.raw(new Uint8Array([Protocol.ROOM_STATE_PATCH]));
    client.raw(new Uint8Array([Protocol.ROOM_STATE_PATCH, 1]));
    assert.deepEqual(sent, [2]);
  });

  it('[T41] keeps the first of two contents that came together under one revision', async () => {
    const revisions = Array.from({ length: 20 }, () => revisionOf(sitting.fence, ++counter));
    const message = (revision: number, response: string) => ({ answers: [{ item: 4, revision, response }] });
    await hall.stopWorkers(); // the room alone decides
    for (const revision of revisions) {
      sitting.send('answer.save', message(revision, 'A'));
      sitting.send('answer.save', message(revision, 'B'));
    }
    for (const revision of revisions) {
      const { refused } = await sitting.next('answer.refused', (one) => one.refused[0]?.revision === revision);
      assert.deepEqual([refused.length, refused[0]?.code], [1, 'ANSWER_CONFLICT']);
    }
    assert.equal(hall.rooms.journalSize(), revisions.length);
    await hall.startWorkers();
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revisions.at(-1)));
    const history = await hall.store.answers.history(exam.planId, exam.examinees[0]?._id ?? '', 4);
    assert.deepEqual(
      history.map(({ revision, response }) => [revision, response]),
      revisions.map((revision) => [revision, 'A']),
    );
  });

  it('[T50] does not listen to a client that never acknowledges its join, and ends it after 10 s', async function () {
    this.timeout(LIMITS.joinMs + 10_000);
    const startedAt = performance.now(); // before the server's own beginning, which comes late to this loop at times
    const { socket, fence } = await rawSeat(hall, exam, 3);
    await once(socket, 'message');
    const closed = once(socket, 'close');
    const answers = [{ item: 1, revision: revisionOf(fence, 1), response: 'A' }];
    socket.send(messageFrame('answer.save', { answers }));
    socket.send(messageFrame('exam.newer', {}));
    await closed;
    assert.ok(performance.now() - startedAt > LIMITS.joinMs - 100);
    assert.deepEqual(await hall.store.answers.history(exam.planId, exam.examinees[3]?._id ?? ''), []);
    await honest();
    // The same answer of a client that has acknowledged is saved: it was refused for that alone.
    const next = await hall.sit(exam, 3);
    next.send('answer.save', { answers: [{ item: 1, revision: revisionOf(next.fence, 1), response: 'A' }] });
    await next.next('answer.saved');
  });

  it('[T50] ends a client that never acknowledges its join as soon as more than 64 messages wait for it', async () => {
    const { socket } = await rawSeat(hall, exam, 3);
    await once(socket, 'message');
    const startedAt = performance.now();
    const closed = once(socket, 'close');
    const client = localRoom().clients.at(-1);
    assert.ok(client);
    const tell = (count: number) => {
      for (let told = 0; told < count; told++) client.send('heartbeat', { sentAt: told, at: told });
    };
    tell(60);
    await new Promise((resolve) => setTimeout(resolve, 2_200)); // the room looks each second
    assert.equal(socket.readyState, socket.OPEN);
    tell(10);
    await closed;
    assert.ok(performance.now() - startedAt < LIMITS.joinMs - 2_000);
    await honest();
  });

  it('[T10] leaves an unknown message without a kick', async () => {
    sitting.send('exam.newer', { version: 2 });
    await sitting.next('refused');
    await honest();
  });
});
