// An owner that holds its room's lease and does not answer at the door: the room is taken from it before the lease runs out,
// once, and never from one that keeps its lease. The owner is a process of the test's that only listens.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { matchMaker } from '@colyseus/core';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { createInFlight } from '../../api/in-flight.ts';
import { LEASE_MS } from '../../rooms/leases.ts';
import { createTakeovers, SILENT_MS, TAKEOVER_EVERY_MS, UNKEPT_MS } from '../../rooms/takeover.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Exam, type Hall, openHall } from '../support/hall.ts';
import '../support/parts.ts';

const log = pino({ level: 'silent' });
const STORM = 40;

describe('an owner that does not answer', () => {
  let hall: Hall;
  let listener: Redis;
  before(async () => {
    hall = await openHall('silent-owners', { workers: false });
    listener = hall.redis.duplicate();
  });
  after(async () => {
    listener.disconnect();
    await hall.stop();
  });

  const reserve = ({ planId, roomId }: Exam) =>
    hall.directory.reserve(roomId, { role: 'proctor', proctorId: newId(), planId });
  const holder = (roomId: string) => hall.redis.get(redisKeys.lease(roomId));
  const hold = (roomId: string, owner: string, leftMs = LEASE_MS) =>
    hall.redis.set(redisKeys.lease(roomId), owner, 'PX', leftMs);

  /** An exam whose room is another process's, which is listed and hears who asks for seats. */
  async function ownedBy(owner: string): Promise<Exam> {
    const exam = await hall.exam();
    const { roomId } = exam;
    await hall.redis.hset('roomcaches', roomId, JSON.stringify({ roomId, processId: owner, name: 'exam', clients: 0 }));
    await listener.subscribe(redisKeys.seats(owner));
    await hold(roomId, owner);
    return exam;
  }

  it('loses the room when its lease has missed its keeping, before the lease runs out', async () => {
    const owner = newId();
    const exam = await ownedBy(owner);
    const from = performance.now();
    assert.ok(!isRefusal(await reserve(exam)));
    const tookMs = performance.now() - from;
    assert.ok(tookMs >= UNKEPT_MS - 50 && tookMs < LEASE_MS, `it took ${tookMs} ms`);
    assert.equal(await holder(exam.roomId), matchMaker.processId);
    assert.equal((await hall.store.rooms.get(exam.roomId))?.epoch, 1, 'the new owner has raised it, once');
  });

  it('loses it also when it is gone, and its lease is not', async () => {
    const exam = await ownedBy(newId());
    await listener.unsubscribe();
    const from = performance.now();
    assert.ok(!isRefusal(await reserve(exam)));
    const tookMs = performance.now() - from;
    assert.ok(tookMs >= SILENT_MS && tookMs < LEASE_MS, `it took ${tookMs} ms`);
  });

  it('keeps it as long as it keeps its lease, however many ask', async () => {
    const owner = newId();
    const exam = await ownedBy(owner);
    const keeping = setInterval(() => void hold(exam.roomId, owner), 500);
    try {
      const asked = await Promise.all(Array.from({ length: STORM }, () => reserve(exam)));
      assert.ok(asked.every((one) => isRefusal(one) && one.refused === 'ROOM_ELSEWHERE' && one.retry === 'later'));
    } finally {
      clearInterval(keeping);
    }
    assert.equal(await holder(exam.roomId), owner);
    assert.equal((await hall.store.rooms.get(exam.roomId))?.epoch, 0, 'nobody has tried to own it');
  });

  it('takes no place from those who enter rooms of others', async () => {
    const owner = newId();
    const silent = await ownedBy(owner);
    const own = await hall.exam();
    assert.ok(!isRefusal(await reserve(own)), 'its room is there');
    const keeping = setInterval(() => void hold(silent.roomId, owner), 500);
    const entering = createInFlight(1, 10, 1);
    const enter = ({ planId, roomId }: Exam) =>
      entering.run(() =>
        hall.directory.reserve(roomId, { role: 'proctor', proctorId: newId(), planId }, entering.aside),
      );
    try {
      const waits = enter(silent);
      const entered = await Promise.race([enter(own), sleep(SILENT_MS, undefined)]);
      assert.ok(entered !== undefined && !isRefusal(entered), 'it had to wait for the silent one');
      assert.ok(isRefusal(await waits));
    } finally {
      clearInterval(keeping);
    }
  });

  it('loses it once in five seconds, whichever processes try', async () => {
    const [roomId, owner] = [newId(), newId()];
    const doors = Array.from({ length: 4 }, () => createTakeovers(hall.redis, log));
    const storm = async (from: string) => {
      const tries = doors.flatMap((door) => Array.from({ length: STORM }, () => door.takeOver(roomId, from)));
      const taken = new Set(
        (await Promise.all(tries)).flatMap((isTaken, index) => (isTaken ? [Math.floor(index / STORM)] : [])),
      );
      return taken.size;
    };
    await hold(roomId, owner, LEASE_MS - UNKEPT_MS + 1_000);
    assert.equal(await storm(owner), 0, 'it has kept it a moment ago');
    await hold(roomId, owner, LEASE_MS - UNKEPT_MS);
    assert.equal(await storm(owner), 1);
    assert.equal(await holder(roomId), null);
    const next = newId();
    await hold(roomId, next, LEASE_MS - UNKEPT_MS);
    assert.equal(await storm(next), 0, 'the next owner is left alone');
    assert.equal(await holder(roomId), next);
    const leftMs = await hall.redis.pttl(redisKeys.takeover(roomId));
    assert.ok(leftMs > TAKEOVER_EVERY_MS - 2_000 && leftMs <= TAKEOVER_EVERY_MS, `${leftMs} ms are left`);
  });

  it('keeps it where nobody else could have it', async () => {
    const roomId = newId();
    await hold(roomId, matchMaker.processId, 500);
    assert.equal(await createTakeovers(hall.redis, log).takeOver(roomId, matchMaker.processId), false);
  });
});
