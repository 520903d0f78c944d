// Who owns a room, with two processes of the api and two of the rooms: placement, the death of an owner, and an owner
// that was only asleep.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExamSession } from '../../client/session.ts';
import { DEAD_MS } from '../../rooms/guard.ts';
import { CLOSE } from '../../schema/close-codes.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { EnterReply } from '../../schema/replies.ts';
import { join, type Sitting } from '../support/hall.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import '../support/parts.ts';

const ROOMS = 12;
const MOVED_MS = 10_000;
const FORGOTTEN = 8;
/** Closed without a reason given. */
const ABNORMAL = 1_006;

describe('rooms on several processes', function () {
  this.timeout(90_000);
  let whole: WholeExam;
  let roomIds: string[];
  let sessions: ExamSession[];
  before(async () => {
    whole = await openWholeExam('processes', { layout: { api: 2, rooms: 2, workers: 1 }, rooms: ROOMS, examinees: 2 });
    roomIds = whole.exam.rooms.map(({ roomId }) => roomId);
    const urls = [whole.system.url, `http://127.0.0.1:${whole.portOf('api-2')}`];
    sessions = await Promise.all(
      roomIds.map((_, room) => whole.enter(room * 2, { url: urls[room % 2] ?? whole.system.url })),
    );
    await whole.begin();
  });
  after(() => whole?.stop());

  /** The process that holds each room's lease, in the order of the rooms; null where nobody does. */
  const holders = () => whole.redis.mget(roomIds.map(redisKeys.lease));

  /** The processes that take rooms, by the addresses at which they serve them. */
  async function takers(): Promise<string[]> {
    const channels = (await whole.redis.pubsub('CHANNELS', 'p:*')) as string[];
    return channels.map((channel) => channel.slice(2));
  }

  /** A reservation for the second person of this room. */
  async function reserve(room: number): Promise<EnterReply> {
    const { code, examineeId } = whole.exam.roster[room * 2 + 1] ?? { code: '', examineeId: '' };
    const response = await fetch(`${whole.system.url}/v1/enter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, deviceKey: `device-${examineeId}`, entryId: newId() }),
    });
    assert.equal(response.status, 200);
    return (await response.json()) as EnterReply;
  }

  /** Which process serves the room, as a reservation names it, and who holds its lease: they must be the same. */
  async function placeOf(room: number): Promise<{ name: string; processId: string }> {
    const { reservation } = await reserve(room);
    const name = ['rooms-1', 'rooms-2'].find((one) => reservation.publicAddress?.endsWith(`:${whole.portOf(one)}`));
    assert.ok(name, 'the reservation names a process of the rooms role');
    return { name, processId: reservation.processId };
  }

  async function everybodyWorks(item: number): Promise<void> {
    for (const session of sessions) session.answer(item, 'B');
    await until(`item ${item} is saved for all`, () => sessions.every((one) => isSaved(one, item)), 30_000);
  }

  it('[S16] are owned by processes of the rooms role alone, spread over all of them, whichever api lets people in', async () => {
    assert.equal((await takers()).length, 2);
    const places = await Promise.all(roomIds.map((_, room) => placeOf(room)));
    assert.deepEqual(
      await holders(),
      places.map(({ processId }) => processId),
    );
    assert.deepEqual(new Set(places.map(({ processId }) => processId)), new Set(await takers()));
    assert.deepEqual(new Set(places.map(({ name }) => name)), new Set(['rooms-1', 'rooms-2']));
    await everybodyWorks(1);
  });

  it('[S18] stay where they are when Redis forgets everything, again and again, with all connections standing', async () => {
    const before = { holders: await holders(), epochs: await epochsOf() };
    const lost: string[] = [];
    const off = sessions.map((session) => session.on('link', ({ state }) => lost.push(state)));
    for (let time = 0; time < FORGOTTEN; time++) {
      await whole.redis.flushall();
      await reserve(time % ROOMS); // somebody comes in that very moment
      await until('every lease is back', async () => !(await holders()).includes(null), 10_000);
      await sleep(time * 130); // at another moment between the looks of the two
    }
    await everybodyWorks(6);
    await until('every row is back', async () => (await whole.redis.hlen('roomcaches')) === ROOMS, 10_000);
    for (const stop of off) stop();
    assert.deepEqual({ holders: await holders(), epochs: await epochsOf() }, before);
    assert.deepEqual(lost, []);
  });

  it('[S16] [T7] [T32] of a killed process are back on another one within 10 s, and everybody goes on', async () => {
    const stays = (await takers()).length;
    await whole.system.kill('rooms-1');
    const killedAt = performance.now();
    for (const session of sessions) session.answer(2, 'B');
    await until('one process owns all', async () => new Set(await holders()).size === 1, 20_000);
    assert.ok(performance.now() - killedAt < MOVED_MS, `it took ${performance.now() - killedAt} ms`);
    assert.ok(!(await holders()).includes(null));
    assert.equal(stays, 2);
    await until('what was written meanwhile is saved', () => sessions.every((one) => isSaved(one, 2)), 30_000);
    await everybodyWorks(3);
    await whole.system.start('rooms-1');
  });

  it('[S16] [T30] move away from an owner that sleeps, and it changes nothing when it wakes', async () => {
    const [before] = await holders();
    const sleeper: Sitting = await join(whole.system.url, (await reserve(0)).reservation);
    const epochs = await epochsOf();
    const asleepAt = performance.now();
    await whole.system.kill('rooms-2', 'SIGSTOP');
    try {
      const moved = async () => (await holders()).every((holder) => holder !== null && holder !== before);
      await until('another process owns all', moved, 20_000);
      await everybodyWorks(4);
      await whole.admin.control(whole.exam.planId, { action: 'end', roomId: roomIds[0] ?? '', reason: 'enough' });
      await until('the first room is settled', async () => (await document(0))?.settledAt !== 0);
    } finally {
      await whole.system.kill('rooms-2', 'SIGCONT');
    }
    const settled = await document(0);
    // After so long a sleep the first that it sees may be that nothing came from there.
    const hasSleptLong = performance.now() - asleepAt > DEAD_MS;
    assert.ok([CLOSE.ownerLost, ...(hasSleptLong ? [ABNORMAL] : [])].includes(await sleeper.closed));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.deepEqual(await document(0), settled);
    assert.deepEqual(
      await epochsOf(),
      epochs.map((epoch) => epoch + 1),
    );
    sessions = sessions.slice(1);
    await everybodyWorks(5);
  });

  const document = (room: number) => whole.store.rooms.get(roomIds[room] ?? '');
  const epochsOf = () => Promise.all(roomIds.map(async (_, room) => (await document(room))?.epoch ?? 0));
});
