// What the framework does by itself, and what the room does about it. The numbers are those of docs/traps.md.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { matchMaker, Protocol } from '@colyseus/core';
import WebSocket from 'ws';
import { revisionOf } from '../../exam/revision.ts';
import { guard } from '../../rooms/guard.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
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

  /** A socket that speaks no protocol by itself. */
  async function rawSocket(index: number): Promise<WebSocket> {
    const examineeId = exam.examinees[index]?._id ?? '';
    const entered = await hall.store.examinees.enter(examineeId, newId(), 'device');
    const auth = {
      role: 'examinee',
      examineeId,
      planId: exam.planId,
      roomId: exam.roomId,
      fence: entered?.fence ?? 0,
      entryId: newId(),
      fresh: false,
      readAt: Date.now(),
    } as const;
    const seat = await hall.directory.reserve(exam.roomId, auth);
    if (isRefusal(seat)) throw new Error(seat.message);
    const socket = new WebSocket(
      `${hall.url.replace('http', 'ws')}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`,
    );
    socket.on('error', () => undefined); // a terminated socket is what some of these tests want
    return socket;
  }

  function localRoom() {
    const room = matchMaker.getLocalRoomById(exam.roomId);
    assert.ok(room);
    return room;
  }

  it('[T1] lives on when sockets close before and right after their join', async () => {
    for (let round = 0; round < 10; round++) {
      const socket = await rawSocket(1);
      await once(socket, round % 2 === 0 ? 'open' : 'message');
      socket.terminate();
    }
    await honest();
  });

  it('[T2] lives on when a timer of a room throws', async () => {
    localRoom().clock.setTimeout(() => {
      throw new Error('thrown on purpose');
    }, 1);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await honest();
  });

  it('[T3] answers a request with nothing that could be taken for saved', async () => {
    const revision = revisionOf(sitting.fence, ++counter);
    const reply: unknown = await sitting.room.request('answer.save', {
      answers: [{ item: 1, revision, response: 'C' }],
    });
    assert.equal(reply, undefined);
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
  });

  it('[T27] ends a reader that does not read, and copies what waits for it', async () => {
    const socket = await rawSocket(2);
    const frames: Buffer[] = [];
    socket.on('message', (data: Buffer) => frames.push(data));
    await once(socket, 'message');
    socket.send(Buffer.from([Protocol.JOIN_ROOM]));
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

  it('[T29] lives on when a hook of a room throws', async () => {
    const socket = await rawSocket(3);
    await once(socket, 'open');
    const room = localRoom();
    room.onUncaughtException?.(new Error('thrown on purpose') as never, 'onMessage');
    socket.terminate();
    await honest();
  });

  it('[T41] takes saves in the order in which they were sent', async () => {
    const revisions = Array.from({ length: 60 }, (_, index) => revisionOf(sitting.fence, 500 + index));
    counter = 600;
    const responses = ['A', 'B', 'C', 'D'];
    for (const [index, revision] of revisions.entries())
      sitting.send('answer.save', { answers: [{ item: 4, revision, response: responses[index % 4] }] });
    await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revisions.at(-1)));
    const current = await hall.store.answers.current(exam.planId, exam.examinees[0]?._id ?? '');
    assert.deepEqual(
      current.filter(({ item }) => item === 4).map(({ revision, response }) => [revision, response]),
      [[revisions.at(-1), 'D']],
    );
  });

  it('[T50] does not listen to a client that never acknowledges its join, and ends it', async function () {
    this.timeout(LIMITS.joinMs + 10_000);
    const socket = await rawSocket(3);
    await once(socket, 'message');
    const closed = once(socket, 'close');
    const message = Buffer.concat([
      Buffer.from([Protocol.ROOM_DATA, 0xab]),
      Buffer.from('answer.save'),
      Buffer.from([0x80]),
    ]);
    for (let sent = 0; sent < 20; sent++) socket.send(message);
    await closed;
    assert.deepEqual(await hall.store.answers.history(exam.planId, exam.examinees[3]?._id ?? ''), []);
    await honest();
  });

  it('[T10] leaves an unknown message without a kick', async () => {
    sitting.send('exam.newer', { version: 2 });
    await sitting.next('refused');
    await honest();
  });
});
