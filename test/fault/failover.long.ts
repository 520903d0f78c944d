// A Redis with a replica that lags behind: the first one is killed in the middle of an exam, the replica becomes the first,
// and the address leads to it from now on. What the replica had not heard yet is gone, and that must be nobody's answer.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { seededRandom } from '../../loadtest/random.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { assertLikeStore, within } from '../support/live-data.ts';
import { type FreshStore, freshRedis } from '../support/parts.ts';
import { openStoreProxy, type StoreProxy, targetOf, through } from '../support/store-proxy.ts';
import { EXAM_ITEMS, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { answering, drained, testify, type Witness, witnessOf } from './witness.ts';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const ROOMS = 4;
const PEOPLE = 24;
const BEFORE_MS = 3_000;
/** Whoever watches a Redis needs a moment to say that it is dead. */
const NOTICED_MS = 1_500;
const AFTER_MS = 6_000;
const SAVED_WITHIN_MS = 4_000;
const LIVE_WITHIN_MS = 15_000;
/** Shorter and longer than a lease. */
const LAGS_MS = [400, 5_000] as const;

describe(`a Redis whose replica takes its place in the middle of an exam (TEST_SEED=${SEED})`, function () {
  this.timeout(120_000);
  const random = seededRandom(`failover ${SEED}`);
  let whole: WholeExam;
  let people: Witness[];
  let first: FreshStore;
  let second: FreshStore;
  let front: StoreProxy;
  before(async () => {
    [first, second] = await Promise.all([freshRedis(), freshRedis()]);
    await command(second.url, (redis) => redis.config('SET', 'requirepass', new URL(first.url).password));
    front = await openStoreProxy(targetOf(first.url));
    whole = await openWholeExam('failover', {
      layout: { api: 1, rooms: 2, workers: 2 },
      rooms: ROOMS,
      examinees: PEOPLE / ROOMS,
      stores: { redisUrl: through(first.url, front) },
    });
    const sessions = await Promise.all(whole.exam.roster.map((_, index) => whole.enter(index)));
    people = sessions.map((session, index) => witnessOf(session, whole.exam.roster[index]?.examineeId ?? ''));
    await whole.begin();
  });
  after(async () => {
    await whole?.stop();
    await front?.close();
    await Promise.all([first?.stop(), second?.stop()]);
  });

  const roomIds = () => whole.exam.rooms.map(({ roomId }) => roomId);
  const epochs = () => Promise.all(roomIds().map(async (id) => (await whole.store.rooms.get(id))?.epoch ?? 0));

  for (const [round, lagMs] of LAGS_MS.entries())
    it(`[S5] [S18] loses nothing and locks nobody out, ${lagMs} ms behind`, async () => {
      const [master, replica] = round % 2 === 0 ? [first, second] : [second, first];
      const behind = await follow(replica, master, lagMs);
      const before = await epochs();
      const links: string[] = [];
      for (const { session } of people) session.on('link', ({ state }) => links.push(state));
      const waits = longestWait(people);
      let goesOn = true;
      const answers = answering(people, EXAM_ITEMS.length - 1, random, () => goesOn);
      await sleep(BEFORE_MS);
      const forgotten = await missingIn(replica, master);
      await master.kill();
      const killedAt = performance.now();
      await sleep(NOTICED_MS);
      await promote(replica);
      front.flip(targetOf(replica.url));
      await until('every lease is back', async () => !(await leases()).includes(null), 15_000);
      const leasedMs = performance.now() - killedAt;
      await sleep(AFTER_MS);
      goesOn = false;
      await answers;
      await drained(people, 30_000);
      await within(LIVE_WITHIN_MS, () => assertLikeStore(whole.redis, whole.store, whole.exam.planId));
      const liveMs = performance.now() - killedAt;
      const report = await testify(whole.store, whole.exam.planId, people);
      const waitedMs = waits();
      console.log(
        `      ${JSON.stringify({ ...report, forgotten, leasedMs: Math.round(leasedMs), liveMs: Math.round(liveMs), longestWaitMs: Math.round(waitedMs) })}`,
      );
      const { lost, altered, foreign, unsaved, notBack } = report;
      assert.deepEqual([lost, altered, foreign, unsaved, notBack], [0, 0, 0, 0, 0]);
      assert.ok(forgotten > 0, 'the replica was not behind, so this proves nothing');
      assert.ok(report.acknowledged > PEOPLE * 10, 'too few answers to prove anything');
      assert.ok(waitedMs < SAVED_WITHIN_MS, `somebody waited ${Math.round(waitedMs)} ms for "saved"`);
      assert.deepEqual(await epochs(), before, 'no room changed hands');
      assert.equal(await roomsAlive(), ROOMS);
      assert.ok(!links.includes('reconnecting'), 'nobody was disconnected');
      await behind.close();
      await master.start();
    });

  const leases = () => whole.redis.mget(roomIds().map(redisKeys.lease));

  /** Becomes a replica over a wire that is so slow. Resolves when it has all that there was. */
  async function follow(replica: FreshStore, master: FreshStore, lagMs: number): Promise<StoreProxy> {
    const wire = await openStoreProxy(targetOf(master.url));
    await command(urlOf(replica), async (redis) => {
      await redis.config('SET', 'masterauth', new URL(first.url).password);
      await redis.replicaof('127.0.0.1', wire.port);
      await until(
        'it follows',
        async () => (await redis.info('replication')).includes('master_link_status:up'),
        20_000,
      );
    });
    wire.lag(lagMs);
    return wire;
  }

  async function promote(replica: FreshStore): Promise<void> {
    await command(urlOf(replica), async (redis) => void (await redis.replicaof('NO', 'ONE')));
  }

  /** How many bytes of commands the replica has not heard yet. */
  async function missingIn(replica: FreshStore, master: FreshStore): Promise<number> {
    const offset = (info: string, name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1]);
    const there = await command(urlOf(replica), (redis) => redis.info('replication'));
    const here = await command(urlOf(master), (redis) => redis.info('replication'));
    return offset(here, 'master_repl_offset') - offset(there, 'slave_repl_offset');
  }

  /** Both take one password, as the address does that leads to either. */
  function urlOf(store: FreshStore): string {
    return `redis://:${new URL(first.url).password}@${targetOf(store.url)}`;
  }

  async function command<T>(url: string, call: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(url);
    try {
      return await call(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** Rooms that live in the two processes together, as they count themselves. */
  async function roomsAlive(): Promise<number> {
    const counts = await Promise.all(['rooms-1', 'rooms-2'].map((name) => whole.figure(name, 'examhall_rooms')));
    return counts.reduce((sum, count) => sum + count, 0);
  }
});

/** The longest that anybody waits for an answer to be saved, from now on. */
function longestWait(people: readonly Witness[]): () => number {
  let longest = 0;
  for (const { session } of people) {
    const sentAt = new Map<number, number>();
    session.on('answer', ({ revision, state }) => {
      if (state === 'draft') sentAt.set(revision, performance.now());
      const since = sentAt.get(revision);
      if (state === 'saved' && since !== undefined) longest = Math.max(longest, performance.now() - since);
    });
  }
  return () => longest;
}
