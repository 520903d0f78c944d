// The benches' cheap client against the SDK: a load that is not what real clients send would measure something else.
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { clientFrame, createFrameReader } from '../../bench/frames.ts';
import { joinRaw } from '../../bench/raw-client.ts';
import { colyseusSocket } from '../../client/socket.ts';
import type { Incoming, IncomingType } from '../../schema/messages.ts';
import type { Reservation } from '../../schema/reservations.ts';

const RESERVATION: Reservation = { name: 'exam', roomId: 'room', sessionId: 'secret', processId: 'process' };
/** The framework's first message: its code, an empty reconnection token, an unknown serializer, no state reflection. */
const JOIN = Buffer.concat([Buffer.from([10, 0, 4]), Buffer.from('none'), Buffer.from([0])]);
const STATE = Buffer.from([14]);
const REPLY_TYPE = 'heartbeat';

type Sent = { [T in IncomingType]: [T, Incoming<T>] }[IncomingType];
const MESSAGES: Sent[] = [
  ['heartbeat', { sentAt: 1234.5 }],
  ['answer.save', { answers: [{ item: 3, revision: 1_000_007, response: 'B' }] }],
  ['answer.save', { answers: [{ item: 4, revision: 1_000_008, response: 'x'.repeat(300) }] }],
  ['sheet.submit', { revisions: [[3, 1_000_007]] }],
];

describe('the raw client of the benches', () => {
  let server: WebSocketServer;
  let address: string;
  let conversation: { path: string; heard: string[]; done: Promise<void> }[];

  beforeEach(async () => {
    conversation = [];
    server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket, { url }) => conversation.push(converse(socket, url ?? '')));
    await new Promise((resolve) => server.once('listening', resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterEach(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });

  it('asks for the same path and sends the same bytes as the SDK, the acknowledgement of the join first', async () => {
    const sdk = await heardFrom(sendBySdk);
    const raw = await heardFrom(sendByRawClient);
    assert.equal(raw.path, sdk.path);
    assert.equal(raw.heard[0], '0a');
    assert.equal(raw.heard.length, MESSAGES.length + 1);
    assert.deepEqual(raw.heard, sdk.heard);
  });

  async function heardFrom(send: () => Promise<void>): Promise<{ path: string; heard: string[] }> {
    const before = conversation.length;
    await send();
    const said = conversation[before];
    assert.ok(said);
    await said.done;
    return said;
  }

  async function sendBySdk(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = colyseusSocket(`http://${address}`)(RESERVATION, {
      joined: resolve,
      message: () => {},
      changed: () => {},
      closed: () => {},
    });
    await promise;
    for (const [type, message] of MESSAGES) assert.ok(socket.send(type, message));
  }

  async function sendByRawClient(): Promise<void> {
    const client = await joinRaw(address, RESERVATION, { message: () => {}, closed: () => {} });
    for (const [type, message] of MESSAGES) client.send(type, message as never);
  }

  it('hears what the room says, and why the socket closed', async () => {
    const heard: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<number>();
    const client = await joinRaw(address, RESERVATION, {
      message: (type, payload) => heard.push([type, payload]),
      closed: resolve,
    });
    for (const [type, message] of MESSAGES) client.send(type, message as never);
    await conversation[0]?.done;
    assert.equal(await promise, 4011);
    assert.deepEqual(heard, [[REPLY_TYPE, 7]]);
  });

  it('rejects where the server closes before the join', async () => {
    server.removeAllListeners('connection');
    server.on('connection', (socket) => socket.close(4002));
    await assert.rejects(joinRaw(address, RESERVATION, { message: () => {}, closed: () => {} }), /4002/);
  });
});

/** Plays the room: joins, hears all messages in hex, answers the last with one of its own, and closes with 4011. */
function converse(socket: WebSocket, path: string): { path: string; heard: string[]; done: Promise<void> } {
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.on('message', (bytes: Buffer) => {
    heard.push(bytes.toString('hex'));
    if (heard.length <= MESSAGES.length) return;
    socket.send(
      Buffer.concat([Buffer.from([13, 0xa0 | REPLY_TYPE.length]), Buffer.from(REPLY_TYPE), Buffer.from([7])]),
    );
    socket.close(4011);
    resolve();
  });
  socket.send(JOIN);
  socket.send(STATE);
  return { path, heard, done: promise };
}

describe('frames', () => {
  it('are read whole however the bytes are cut', () => {
    const payloads = [Buffer.from('a'), Buffer.alloc(200, 1), Buffer.alloc(0), Buffer.alloc(1_500, 2)];
    const bytes = Buffer.concat(payloads.map(serverFrame));
    for (const size of [1, 2, 3, 7, 100, bytes.length]) {
      const read: string[] = [];
      const take = createFrameReader((opcode, payload) => read.push(`${opcode} ${payload.toString('hex')}`));
      for (let at = 0; at < bytes.length; at += size) take(bytes.subarray(at, at + size));
      assert.deepEqual(
        read,
        payloads.map((payload) => `2 ${payload.toString('hex')}`),
      );
    }
  });

  it('of a client are refused where they would need a 64-bit length', () => {
    assert.equal(clientFrame(Buffer.alloc(65_535)).length, 65_535 + 8);
    assert.throws(() => clientFrame(Buffer.alloc(65_536)), RangeError);
  });
});

/** As clientFrame, without the mask: a server's frames have none. */
function serverFrame(payload: Buffer): Buffer {
  const masked = clientFrame(payload);
  const head = masked.length - payload.length - 4;
  const frame = Buffer.concat([masked.subarray(0, head), payload]);
  frame[1] = (frame[1] ?? 0) & 0x7f;
  return frame;
}
