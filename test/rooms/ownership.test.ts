// Who owns a room, where Redis or the store do not answer in time, or somebody else has taken it in between: nobody is
// locked out, and who was replaced writes nothing.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createControlWatch } from '../../rooms/control-watch.ts';
import { createLeases, LEASE_MS } from '../../rooms/leases.ts';
import { OwnedDriver } from '../../rooms/owned-driver.ts';
import { CLOSE } from '../../schema/close-codes.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Exam, type Hall, openHall, until } from '../support/hall.ts';
import { redisUrl } from '../support/parts.ts';
import { aControl, newStore } from '../support/stored.ts';

const log = pino({ level: 'silent' });

/** A connection to nobody, which rejects at once. */
function deadRedis(): Redis {
  const redis = new Redis({
    port: 1,
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  return redis;
}

describe('the owner of a room', () => {
  let hall: Hall;
  before(async () => {
    hall = await openHall('room-ownership');
  });
  after(() => hall.stop());

  const seatOf = (exam: Exam, index = 0) =>
    ({
      role: 'examinee',
      examineeId: exam.examinees[index]?._id ?? '',
      planId: exam.planId,
      roomId: exam.roomId,
      fence: 1,
      entryId: newId(),
      fresh: true,
      readAt: Date.now(),
    }) as const;

  const statusOf = async (exam: Exam, index: number) =>
    (await hall.store.examinees.get(exam.examinees[index]?._id ?? ''))?.status;

  it('is found again where Redis went away while the room was being made', async () => {
    const exam = await hall.exam();
    await hall.store.plans.change(exam.planId, ['scheduled'], { status: 'open' });
    const { driver } = matchMaker;
    const insert = driver.insert?.bind(driver);
    assert.ok(insert);
    const broken = new OwnedDriver(deadRedis(), () => matchMaker.processId, log);
    let refusals = 0;
    driver.insert = async (row) => {
      driver.insert = insert;
      refusals++;
      return broken.insert(row);
    };
    assert.ok(!isRefusal(await hall.directory.reserve(exam.roomId, seatOf(exam))));
    assert.equal(refusals, 1);
  });

  it('[S18] is found again where Redis forgot it, and went away once more while its row was written', async () => {
    const exam = await hall.exam();
    await hall.sit(exam);
    const { driver } = matchMaker;
    const findByIds = driver.findByIds.bind(driver);
    let tries = 0;
    driver.findByIds = async (roomIds) => {
      if (++tries < 3) throw new Error('away again');
      driver.findByIds = findByIds;
      return findByIds(roomIds);
    };
    await hall.redis.del('roomcaches', redisKeys.lease(exam.roomId));
    await until(async () => (await hall.redis.hexists('roomcaches', exam.roomId)) === 1, 10_000);
    assert.equal(tries, 3);
    assert.ok(!isRefusal(await hall.directory.reserve(exam.roomId, seatOf(exam, 1))));
  });

  it('still seats others where one examinee has reserved more seats than the room has', async () => {
    const exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    for (let index = 0; index < 600; index++)
      assert.ok(!isRefusal(await hall.directory.reserve(exam.roomId, seatOf(exam, 0))), `seat ${index}`);
    const other = await hall.sit(exam, 1);
    await other.leave();
  });

  it('that was replaced applies no control and sends everybody to the new owner, who applies it', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const replaced = await hall.store.rooms.take(exam.roomId);
    const control = await hall.control(exam, 'end');
    assert.equal(await sitting.closed, CLOSE.ownerLost);
    await until(async () => (await hall.roomStatus(exam)) === 'ended');
    assert.deepEqual(
      (await hall.store.controls.receipts(control._id)).map(({ state }) => state),
      ['applied'],
    );
    const room = await hall.store.rooms.get(exam.roomId);
    assert.ok((room?.epoch ?? 0) > (replaced?.epoch ?? 0), 'a new owner has made the room');
    assert.ok(room?.appliedControls.includes(control._id));
  });

  it('[S5] that was replaced ends no sheet: what it has read of it may be old', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const examineeId = exam.examinees[0]?._id ?? '';
    const follower = await hall.store.rooms.take(exam.roomId);
    await hall.store.sheets.own(exam.roomId, follower?.epoch ?? 0);
    sitting.send('sheet.submit', { revisions: [] });
    assert.equal(await sitting.closed, CLOSE.ownerLost);
    assert.equal(sitting.received.filter(({ type }) => type === 'sheet.submitted').length, 0);
    assert.equal((await hall.store.sheets.get(examineeId))?.vector, null);
    const again = await hall.sit(exam);
    again.send('sheet.submit', { revisions: [] });
    await again.next('sheet.submitted');
  });

  it('[S6] goes on where a late write of its end came after its reopening, and where a state of a person was behind its sheet', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const before = await hall.store.rooms.get(exam.roomId);
    const examineeId = exam.examinees[0]?._id ?? '';
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await until(async () => matchMaker.getLocalRoomById(exam.roomId) === undefined);
    const { epoch = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    await hall.store.rooms.change(exam.roomId, epoch, { status: 'ended' });
    await hall.store.examinees.setStatus([examineeId], ['registered', 'entered', 'answering'], 'timed-out');
    const sitting = await hall.sit(exam);
    sitting.send('answer.save', { answers: [{ item: 1, revision: sitting.fence * 1_000_000 + 1, response: 'B' }] });
    await sitting.next('answer.saved');
    await until(async () => (await hall.roomStatus(exam)) === 'running');
    assert.equal((await hall.store.rooms.get(exam.roomId))?.startsAt, before?.startsAt);
  });

  it('[S7] goes by what it has stored where it never heard that it was, though people have changed in between', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const { rooms } = hall.store;
    const { applied } = rooms;
    rooms.applied = async (...given) => {
      rooms.applied = applied;
      await applied(...given);
      sitting.send('sheet.submit', { revisions: [] });
      await sitting.next('sheet.submitted');
      throw new Error('the word is lost');
    };
    const { _id } = await hall.control(exam, 'remove', { examineeIds: [exam.examinees[0]?._id ?? ''] });
    const window = await sitting.next('room.status', ({ heldSince }) => heldSince !== 0);
    const stored = await rooms.get(exam.roomId);
    assert.ok(stored?.appliedControls.includes(_id));
    assert.equal(window.heldSince, stored?.holds?.[0]?.from);
  });

  it('that was replaced stores of nobody that they answer, are ready, or have ended', async () => {
    const exam = await hall.exam({ examinees: 3 });
    await hall.store.plans.change(exam.planId, ['scheduled'], { status: 'open' });
    await hall.control(exam, 'open');
    const waiting = await hall.sit(exam, 0);
    await hall.begin(exam);
    const answering = await hall.sit(exam, 1);
    await until(async () => (await statusOf(exam, 1)) === 'answering');
    await hall.store.rooms.take(exam.roomId);
    const late = await hall.sit(exam, 2); // it begins to answer, as far as the old owner knows
    answering.send('sheet.submit', { revisions: [] });
    for (const sitting of [waiting, answering, late]) assert.equal(await sitting.closed, CLOSE.ownerLost);
    for (const { received } of [answering, late]) assert.ok(!received.some(({ type }) => type === 'sheet.submitted'));
    assert.equal((await hall.store.sheets.get(exam.examinees[1]?._id ?? ''))?.state, 'in-progress');
    assert.deepEqual([await statusOf(exam, 1), await statusOf(exam, 2)], ['answering', 'entered']);
  });

  it('asks the store who owns its rooms while it cannot keep their leases', async () => {
    const redis = new Redis(hall.redisUrl, {
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      retryStrategy: () => null,
    });
    redis.on('error', () => undefined);
    await new Promise<void>((resolve) => redis.once('ready', () => resolve()));
    const asked = Promise.withResolvers<readonly string[]>();
    const leases = createLeases(redis, newId(), log, async (roomIds) => asked.resolve(roomIds));
    const roomId = newId();
    assert.equal(await leases.take(roomId, { lost: () => {}, retaken: () => {} }), true);
    redis.disconnect();
    const from = performance.now();
    assert.deepEqual(await asked.promise, [roomId]);
    assert.ok(performance.now() - from > LEASE_MS - 1_500, 'not before somebody else can own it');
    leases.stop();
  });

  it('hears every control in its order, also where other rooms fail and looks come one upon the other', async () => {
    const store = await newStore('ownership-controls');
    const watch = await createControlWatch(store, await redisUrl(), log);
    const planId = newId();
    const heard: string[] = [];
    let failures = 1;
    const gate = Promise.withResolvers<void>();
    await watch.attach(planId, 'failing', async () => {
      if (failures-- > 0) throw new Error('the store is away');
      return true;
    });
    await watch.attach(planId, 'slow', async ({ _id }) => {
      await gate.promise;
      heard.push(_id);
      return true;
    });
    const issued: string[] = [];
    for (let count = 0; count < 3; count++) issued.push((await store.controls.issue(aControl(planId))).control._id);
    const looks = [watch.look(planId)];
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // looks by the clock come in between
    looks.push(watch.look(planId));
    gate.resolve();
    await Promise.all(looks);
    await until(() => heard.length >= 3);
    assert.deepEqual(heard, issued);
    watch.stop();
    await store.close();
  });
});
