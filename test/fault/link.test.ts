// What a bad network does to a person in a running exam: half-open, cut, refused, closed with a code, away for long. The
// client comes back by itself, and everything that was written meanwhile is saved.
import assert from 'node:assert/strict';
import type { ExamSession } from '../../client/session.ts';
import { colyseusSocket, type OpenSocket, type Socket } from '../../client/socket.ts';
import { LIMITS } from '../../schema/limits.ts';
import { closeFrame, type Network, openNetwork } from '../support/network.ts';
import { EXAM_ITEMS, isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

const AWAY_MS = 20_000;
const BACK_MS = 30_000;

describe('a bad network', function () {
  this.timeout(90_000);
  let whole: WholeExam;
  const networks: Network[] = [];
  before(async () => {
    whole = await openWholeExam('bad-network', { examinees: 8 });
    await whole.begin();
  });
  after(async () => {
    await whole?.stop();
    await Promise.all(networks.map((network) => network.close()));
  });

  async function enterThrough(index: number): Promise<{ session: ExamSession; network: Network }> {
    const network = await openNetwork(whole.system.url);
    networks.push(network);
    const session = await whole.enter(index, { url: network.url, open: network.open });
    return { session, network };
  }

  /** A person whose socket the test can use, to do what the client itself never does. */
  async function enterOpenly(index: number): Promise<{ session: ExamSession; socket: () => Socket; codes: number[] }> {
    const real = colyseusSocket(whole.system.url);
    const codes: number[] = [];
    let last: Socket | undefined;
    const open: OpenSocket = (reservation, handlers) => {
      const closed = (code: number) => {
        codes.push(code);
        handlers.closed(code);
      };
      last = real(reservation, { ...handlers, closed });
      return last;
    };
    const session = await whole.enter(index, { open });
    const socket = () => {
      if (last === undefined) throw new Error('no socket was opened');
      return last;
    };
    return { session, socket, codes };
  }

  /** Proves that the session works: an answer of it is saved. */
  async function works(session: ExamSession, item: number): Promise<void> {
    session.answer(item, 'D');
    await until(`item ${item} is saved`, () => isSaved(session, item) && session.link() === 'online', BACK_MS);
  }

  function linksOf(session: ExamSession): { state: string; afterMs: number }[] {
    const beganAt = performance.now();
    const seen: { state: string; afterMs: number }[] = [];
    session.on('link', ({ state }) => seen.push({ state, afterMs: performance.now() - beganAt }));
    return seen;
  }

  it('[T5] that is half-open is trouble after 2.5 s, given up after 5 s, and dropped for the room too', async () => {
    const { session, network } = await enterThrough(0);
    const links = linksOf(session);
    const goneAt = Date.now();
    network.room.blackhole();
    session.answer(1, 'A');
    await until('the client has given the socket up', () => session.link() === 'reconnecting', 15_000);
    const [trouble, lost] = links;
    assert.deepEqual([trouble?.state, lost?.state], ['trouble', 'reconnecting']);
    assert.ok(isWithin(trouble?.afterMs, 1_500, 4_000), `trouble after ${trouble?.afterMs} ms`);
    assert.ok(isWithin(lost?.afterMs, 4_000, 7_000), `given up after ${lost?.afterMs} ms`);
    assert.equal(isSaved(session, 1), false);
    const examineeId = session.info.examinee.examineeId;
    const shown = async () => (await whole.store.examinees.get(examineeId))?.display;
    await until('the link is stored as dropped', async () => (await shown())?.link === 'dropped', 15_000);
    assert.ok(Math.abs(((await shown())?.lastSeenAt ?? 0) - goneAt) < 2_500, 'it was last seen when the network broke');
    await network.mend();
    await until('what was written meanwhile is saved', () => isSaved(session, 1), BACK_MS);
  });

  it('[T4] loses none of the answers that are written while there is no link, however many', async () => {
    const { session, network } = await enterThrough(1);
    await network.refuse();
    await until('the loss is seen', () => session.link() === 'reconnecting');
    for (const { number } of EXAM_ITEMS.slice(0, 40)) session.answer(number, 'B');
    assert.equal(session.outbox().length, 40);
    await network.mend();
    await until('all are saved', () => session.outbox().length === 0, BACK_MS);
    assert.equal((await whole.stored(1)).size, 40);
  });

  for (const code of [4001, 4002, 4003, 1009, 1011, 1000]) {
    it(`[T6] that closes the socket with ${code} is no reason to stay away`, async () => {
      const { session, network } = await enterThrough(2);
      network.room.inject(closeFrame(code));
      await until('the loss is seen', () => session.link() === 'reconnecting');
      await works(session, 100 + (code % 50));
      await session.leave();
    });
  }

  it('[T6] comes back after a message that the server really closes with 1009', async () => {
    const { session, socket, codes } = await enterOpenly(3);
    socket().send('answer.save', { answers: 'x'.repeat(LIMITS.messageBytes * 2) });
    await until('the socket was closed', () => codes.length > 0);
    assert.equal(codes[0], 1009);
    await works(session, 1);
  });

  it('[T6] comes back after so many messages that the server really closes with 4002', async () => {
    const { session, socket, codes } = await enterOpenly(4);
    for (let sent = 0; sent < LIMITS.messagesAbuse * 2; sent++) socket().send('examinee.ready', {});
    await until('the socket was closed', () => codes.length > 0);
    assert.equal(codes[0], 4002);
    await works(session, 1);
  });

  it('[T11] that refuses connections is known as closed at once, and not waited for', async () => {
    const { session, network } = await enterThrough(5);
    const codes: number[] = [];
    await network.refuse();
    const socket = new WebSocket(`ws://${network.room.address}`);
    await new Promise<void>((resolve) => {
      socket.onclose = ({ code }) => {
        codes.push(code);
        resolve();
      };
    });
    assert.deepEqual(codes, [1006]);
    await network.mend();
    await works(session, 1);
  });

  it(`[T6] [S2] that is away for ${AWAY_MS / 1_000} s loses nothing of 170 answers, and they close no socket`, async () => {
    const { session, socket, codes } = await enterOpenly(6);
    const other = await whole.enter(7);
    assert.ok(socket());
    await Promise.all(['rooms-1', 'api'].map((name) => whole.system.kill(name)));
    const gone = performance.now();
    await until('the loss is seen', () => session.link() === 'reconnecting');
    for (const { number } of EXAM_ITEMS.slice(0, 170)) session.answer(number, 'C');
    await new Promise((resolve) => setTimeout(resolve, AWAY_MS - (performance.now() - gone)));
    const before = codes.length;
    await Promise.all(['rooms-1', 'api'].map((name) => whole.system.start(name)));
    await until('all are saved', () => session.outbox().length === 0, BACK_MS);
    assert.deepEqual(
      codes.slice(before).filter((code) => code === 4002),
      [],
    );
    const stored = await whole.stored(6);
    assert.deepEqual([stored.size, [...stored.values()].every((response) => response === 'C')], [170, true]);
    await works(other, 2);
  });
});

function isWithin(value: number | undefined, least: number, most: number): boolean {
  return value !== undefined && value >= least && value <= most;
}
