// Live data kept like the store, over real ones: whatever comes late, twice or never, and after everything is gone.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { EXAMINEE_STATES, LINK_STATES } from '../../schema/states.ts';
import type { Store } from '../../store/open-store.ts';
import { startLiveKeeper } from '../../workers/live-keeper.ts';
import { bringLive } from '../../workers/live-plan.ts';
import { setRows } from '../../workers/live-rows.ts';
import { rebuildLiveData } from '../../workers/rebuild.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import type { Sweep } from '../../workers/sweep.ts';
import { assertLikeStore, dumpLive, within } from '../support/live-data.ts';
import { redisUrl } from '../support/parts.ts';
import { anExaminee, aPlan, aReport, aRoom, newStore } from '../support/stored.ts';
import { collectingLog, queuedAnswer, until } from './worker-parts.ts';

const HOUR_MS = 3_600_000;
const DAY_S = 86_400;
/** Epoch s. */
const LATER_S = Math.floor(Date.now() / 1_000) + DAY_S;
const SECONDS_MS = 10_000;
const QUICK = { lookEveryMs: 50 };
const FIRST = 1_000_001;

describe('live data', () => {
  const { log, alarms } = collectingLog();
  let store: Store;
  let redis: Redis;
  let url: string;
  const keepers: Sweep[] = [];
  before(async () => {
    store = await newStore('live-data');
  });
  beforeEach(async () => {
    url = await redisUrl();
    redis = connectRedis(url, 'test', log);
  });
  afterEach(async () => {
    for (const keeper of keepers.splice(0)) await keeper.stop();
    redis.disconnect();
    assert.deepEqual(alarms(), []);
  });
  after(() => store.close());

  const keep = (from: Parameters<typeof startLiveKeeper>[0]['store'] = store): Sweep => {
    const keeper = startLiveKeeper({ store: from, redis, log, now: Date.now, ...QUICK });
    keepers.push(keeper);
    return keeper;
  };

  /** A running plan of two rooms with three examinees each, a proctor, two incidents and some answers. */
  async function anExam() {
    const plan = aPlan({ status: 'running', startsAt: Date.now(), name: 'an exam' });
    const rooms = [1, 2].map(() => aRoom(plan._id, { status: 'running', startsAt: Date.now(), epoch: 1 }));
    const people = rooms.flatMap((room) => [1, 2, 3].map(() => anExaminee(plan._id, room._id, { fence: 1 })));
    await store.plans.create(plan);
    await store.rooms.create(rooms);
    await store.examinees.create(people);
    await store.sheets.create(people.map(({ _id, roomId }) => ({ examineeId: _id, planId: plan._id, roomId })));
    await store.proctors.create({
      ...{ _id: newId(), planId: plan._id, roomIds: rooms.map(({ _id }) => _id), login: newId(), label: 'Kim' },
      ...{ passwordHash: '-', createdAt: new Date(), chief: false, version: 1 },
    });
    for (const { _id: roomId } of rooms)
      await store.incidents.report(aReport({ planId: plan._id, roomId }), DEFAULT_INCIDENT_RULES, Date.now());
    for (const { _id } of people.slice(0, 4))
      await store.answers.insert(plan._id, [queuedAnswer(_id, 1, FIRST, 'A'), queuedAnswer(_id, 2, FIRST + 1, 'B')]);
    return { plan, planId: plan._id, rooms, people };
  }
  type AnExam = Awaited<ReturnType<typeof anExam>>;

  const likeStore = ({ planId }: AnExam) => within(SECONDS_MS, () => assertLikeStore(redis, store, planId));

  it('[S18] is there as a whole after a wipe, by itself, and as rebuild-live makes it', async () => {
    const exam = await anExam();
    keep();
    await likeStore(exam);
    await redis.flushall();
    await likeStore(exam);
    await until(
      'it is said to be whole',
      async () => (await redis.hget(redisKeys.plan(exam.planId), 'sheets')) !== null,
    );
    const kept = await dumpLive(redis, exam.planId);
    for (const keeper of keepers.splice(0)) await keeper.stop();
    await redis.flushall();
    await rebuildLiveData(store, url);
    assert.deepEqual(kept, await dumpLive(redis, exam.planId));
  });

  it('fills a sheet that lacks an answer which its examinee is shown to have', async () => {
    const exam = await anExam();
    const examineeId = exam.people[0]?._id ?? '';
    keep();
    await likeStore(exam);
    const key = redisKeys.sheet(exam.planId, examineeId);
    await until('the sheet is there', async () => (await redis.hlen(key)) === 2);
    await store.examinees.display([
      { examineeId, link: 'online', savedCount: 2, lastSeenAt: Date.now(), epoch: 9, sequence: 1 },
    ]);
    await redis.hdel(key, '2');
    await until('the sheet is whole again', async () => (await redis.hlen(key)) === 2);
  });

  it('follows what changed in the store without any room saying so', async () => {
    const exam = await anExam();
    keep();
    await likeStore(exam);
    const [one, two] = exam.people;
    await store.examinees.setStatus([one?._id ?? ''], ['registered'], 'entered');
    await store.sheets.end(two?._id ?? '', 'timed-out', [], Date.now());
    await store.rooms.change(exam.rooms[1]?._id ?? '', 1, { status: 'paused' });
    await store.incidents.report(
      aReport({ planId: exam.planId, roomId: exam.rooms[0]?._id ?? '', kind: 'voice' }),
      DEFAULT_INCIDENT_RULES,
      Date.now(),
    );
    await likeStore(exam);
  });

  it('is looked at soon again where one look had to wait, the first or a later one', async () => {
    await anExam();
    let looks = 0;
    const standings: Store['examinees']['standings'] = async (...asked) => {
      // A hundred times that is forty seconds.
      if ([1, 3].includes(++looks)) await new Promise((resolve) => setTimeout(resolve, 400));
      return store.examinees.standings(...asked);
    };
    keep({ ...store, examinees: { ...store.examinees, standings } });
    await until('the looks that waited are over, and another one', async () => looks > 3);
  });

  it('is mended where somebody or something has spoilt it', async () => {
    const exam = await anExam();
    keep();
    await likeStore(exam);
    const [one, two] = exam.people;
    await redis.hincrby(redisKeys.counts(exam.planId), `saved:${exam.rooms[0]?._id}`, 5);
    await redis.hset(redisKeys.examinee(exam.planId, one?._id ?? ''), 'status', 'submitted');
    await redis.unlink(redisKeys.examinee(exam.planId, two?._id ?? ''));
    await setRows(redis, exam.planId, LATER_S, [aRow({ roomId: newId(), examineeId: newId() })], 'earlier');
    await likeStore(exam);
  });

  function aRow(given: { roomId: string; examineeId: string; epoch?: number; sequence?: number; fields?: object }) {
    const fields = { status: 'answering', link: 'online', savedCount: 3, lastSeenAt: 5 };
    return { epoch: 1, sequence: 1, ...given, fields: { ...fields, ...given.fields } };
  }

  it('a row that a room said later than the store knows stays, and what it adds to the counts with it', async () => {
    const exam = await anExam();
    const [{ _id: examineeId, roomId } = anExaminee('', '')] = exam.people;
    const bringing = { replaces: 'same', incidentsSince: 0, built: 'now' } as const;
    await setRows(redis, exam.planId, LATER_S, [aRow({ roomId, examineeId, epoch: 2, sequence: 4 })], 'earlier');
    await bringLive({ store, redis, now: Date.now }, exam.plan, bringing);
    const key = redisKeys.examinee(exam.planId, examineeId);
    assert.deepEqual(await redis.hmget(key, 'status', 'savedCount', 'sheet'), ['answering', '3', 'empty']);
    assert.equal(await redis.hget(redisKeys.counts(exam.planId), `status:${roomId}:answering`), '1');
    await store.examinees.display([
      { examineeId, link: 'dropped', savedCount: 1, lastSeenAt: 6, epoch: 2, sequence: 5 },
    ]);
    await bringLive({ store, redis, now: Date.now }, exam.plan, bringing);
    assert.deepEqual(await redis.hmget(key, 'status', 'link', 'savedCount'), ['registered', 'dropped', '1']);
    assert.equal(await redis.hget(redisKeys.counts(exam.planId), `status:${roomId}:answering`), null);
  });

  it('the counts are the sums of the rows, in whatever order rows come, repeated, late, and with looks at the store between', async () => {
    const exam = await anExam();
    const ids = exam.people.map(({ _id }) => _id);
    const aStep = fc.record({
      who: fc.nat(ids.length - 1),
      where: fc.nat(1),
      epoch: fc.nat(2),
      sequence: fc.nat(3),
      status: fc.constantFrom(...EXAMINEE_STATES),
      link: fc.constantFrom(...LINK_STATES),
      savedCount: fc.nat(9),
      look: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { maxLength: 12 }), async (steps) => {
        await redis.flushall();
        for (const { who, where, epoch, sequence, look, ...fields } of steps) {
          const row = { roomId: exam.rooms[where]?._id ?? '', examineeId: ids[who] ?? '', epoch, sequence, fields };
          await setRows(redis, exam.planId, LATER_S, [aRow(row)], 'earlier');
          if (look)
            await bringLive({ store, redis, now: Date.now }, exam.plan, {
              ...{ replaces: 'same', incidentsSince: 0, built: 'now' },
            });
          await assertSums(exam);
        }
        await redis.flushall();
        keep();
        await likeStore(exam);
        for (const keeper of keepers.splice(0)) await keeper.stop();
      }),
      { numRuns: 15 },
    );
  });

  async function assertSums({ planId, people }: AnExam): Promise<void> {
    const sums: Record<string, number> = {};
    const add = (name: string, number: number) => {
      sums[name] = (sums[name] ?? 0) + number;
    };
    for (const { _id } of people) {
      const row = await redis.hgetall(redisKeys.examinee(planId, _id));
      if (row.roomId === undefined) continue;
      add(`status:${row.roomId}:${row.status}`, 1);
      add(`link:${row.roomId}:${row.link}`, 1);
      if (row.sheet !== undefined) add(`sheet:${row.roomId}:${row.sheet}`, 1);
      add(`saved:${row.roomId}`, Number(row.savedCount));
    }
    const counted = await redis.hgetall(redisKeys.counts(planId));
    const wanted = Object.entries(sums).filter(([, number]) => number !== 0);
    assert.deepEqual({ ...counted }, Object.fromEntries(wanted.map(([name, number]) => [name, String(number)])));
  }

  it('[S18] all of it expires later when a room is extended, also what is written then by who has not heard of it', async () => {
    const exam = await anExam();
    keep();
    await likeStore(exam);
    const [room] = exam.rooms;
    const before = await ttls(exam.planId);
    const adjustments = [
      { controlId: newId(), extraMs: 30 * 24 * HOUR_MS, time: 'planned', examineeIds: null, undoes: '' },
    ];
    await store.rooms.change(room?._id ?? '', 1, { adjustments: adjustments as never });
    await until('everything lives longer', async () => Object.values(await ttls(exam.planId)).every(isLong));
    assert.ok(Object.keys(before).length > 20);
    const [{ _id: examineeId, roomId } = anExaminee('', '')] = exam.people;
    const soon = Math.floor(Date.now() / 1_000) + 60;
    await setRows(redis, exam.planId, soon, [aRow({ roomId, examineeId, epoch: 9 })], 'earlier');
    for (const [key, days] of Object.entries(await ttls(exam.planId))) assert.ok(isLong(days), `${key}: ${days} days`);
  });
  const isLong = (days: number): boolean => days > 36.5 && days < 38;

  /** In days. */
  async function ttls(planId: string): Promise<Record<string, number>> {
    const keys = await redis.keys(`eh:{${planId}}:*`);
    return Object.fromEntries(
      await Promise.all(keys.map(async (key) => [key, (await redis.ttl(key)) / DAY_S] as const)),
    );
  }

  it('nothing of a removed plan is left, and a scored one is shown as scored', async () => {
    const [gone, scored] = [await anExam(), await anExam()];
    keep();
    await likeStore(gone);
    await likeStore(scored);
    await store.plans.change(gone.planId, ['running'], { status: 'archived' });
    await store.plans.change(scored.planId, ['running'], { status: 'scored' });
    await until('the plan is gone', async () => (await redis.keys(`eh:{${gone.planId}}:*`)).length === 0);
    await likeStore(scored);
    await until('it is left', async () => (await redis.zscore(redisKeys.livePlans(), scored.planId)) === null);
    assert.ok((await redis.keys(`eh:{${scored.planId}}:*`)).length > 0);
  });

  it('is kept by one worker at a time, and by another when that one is gone', async () => {
    const exam = await anExam();
    const first = keep();
    await likeStore(exam);
    const holder = await redis.get(redisKeys.keeper());
    keep();
    await new Promise((resolve) => setTimeout(resolve, 10 * QUICK.lookEveryMs));
    assert.equal(await redis.get(redisKeys.keeper()), holder);
    await first.stop();
    await redis.pexpire(redisKeys.keeper(), 1);
    await until('another keeps', async () => {
      const now = await redis.get(redisKeys.keeper());
      return now !== null && now !== holder;
    });
    await redis.del(redisKeys.counts(exam.planId));
    await likeStore(exam);
  });
});
