// A whole exam on a Redis Cluster of three servers: the journey of one exam step by step, and then many people in many rooms,
// with processes of each role twice. Nothing crosses slots, every key is one of the table, keys lie on all servers, and where
// a server dies and comes back empty, nothing that was called saved is lost.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../loadtest/random.ts';
import { endRooms } from '../../loadtest/rehearsal.ts';
import { rebuildLive } from '../../operations.ts';
import { serversOf, valuesOf } from '../../redis-connection.ts';
import { QUEUES } from '../../schema/jobs.ts';
import { REDIS_KEY_TABLE, type RedisKeyName, redisKeys } from '../../schema/redis-keys.ts';
import { answering, drained, testify, type Witness, witnessOf } from '../fault/witness.ts';
import { assertLikeStore, within } from '../support/live-data.ts';
import { startRedisCluster, type TestCluster } from '../support/redis-cluster.ts';
import { EXAM_ITEMS, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { useCluster } from './journey-redis.ts';

useCluster();
await import('./exam.test.ts');

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const ROOMS = 6;
const PEOPLE = 24;
const WHILE_MS = 3_000;
/** Longer than the others take to call it gone. */
const AWAY_MS = 4_000;
const LIVE_WITHIN_MS = 15_000;
/** What Redis answers where keys of one command do not lie together, and what ioredis says before it asks. */
const CROSSED = /CROSSSLOT|same slot|All keys|slots allocation group/;

describe(`many rooms on a Redis Cluster (TEST_SEED=${SEED})`, function () {
  this.timeout(180_000);
  let cluster: TestCluster;
  let whole: WholeExam;
  let people: Witness[];

  before(async () => {
    cluster = await startRedisCluster();
    whole = await openWholeExam('cluster', {
      layout: { api: 2, rooms: 2, workers: 2 },
      env: { EXAMHALL_LOG_LEVEL: 'debug' },
      rooms: ROOMS,
      examinees: PEOPLE / ROOMS,
      stores: { redisUrl: cluster.url },
    });
    const sessions = await Promise.all(whole.exam.roster.map((_, index) => whole.enter(index)));
    people = sessions.map((session, index) => witnessOf(session, whole.exam.roster[index]?.examineeId ?? ''));
    await whole.begin();
  });
  after(async () => {
    await whole?.stop();
    await cluster?.stop();
  });

  const leases = () => valuesOf(whole.redis, roomIds().map(redisKeys.lease));

  async function asked<T>(path: string): Promise<T> {
    const response = await fetch(`${whole.system.url}/v1${path}`, {
      headers: { authorization: `Bearer ${whole.token}` },
    });
    assert.equal(response.status, 200, path);
    return (await response.json()) as T;
  }
  const roomIds = () => whole.exam.rooms.map(({ roomId }) => roomId);

  it('has keys of the table alone, on all servers, the queues together', async () => {
    const keys = (await cluster.keys()).filter((key) => key !== 'roomcaches' && key !== 'roomcount');
    const names = Object.keys(REDIS_KEY_TABLE) as RedisKeyName[];
    const stars = names.map((name) => (redisKeys[name] as (...ids: string[]) => string)('*', '*', '*'));
    const patterns = stars.map((key) => new RegExp(`^${escaped(key).replaceAll('\\*', '[^:{}]+')}$`));
    const queues = `{${redisKeys.queues()}}:`;
    const strange = keys.filter((key) => !key.startsWith(queues) && !patterns.some((pattern) => pattern.test(key)));
    assert.deepEqual(strange, []);
    assert.ok(keys.some((key) => key.startsWith(`${queues}answers:`)));
    const held = await Promise.all(serversOf(cluster.redis).map((server) => server.dbsize()));
    assert.ok(held.length === 3 && held.every((size) => size > 0), held.join());
  });

  it('[S5] [S18] loses nothing that was acknowledged when a server dies and comes back empty, and disconnects nobody', async () => {
    const left: string[] = [];
    for (const { session } of people)
      session.on('link', ({ state }) => {
        if (state !== 'trouble' && state !== 'online') left.push(state);
      });
    let goesOn = true;
    const answered = answering(people, EXAM_ITEMS.length - 1, seededRandom(`cluster ${SEED}`), () => goesOn);
    await sleep(WHILE_MS);
    const [name = ''] = cluster.names;
    await cluster.kill(name);
    await sleep(AWAY_MS);
    await cluster.forget(name);
    await cluster.start(name);
    const backAt = performance.now();
    await until('every lease is back', async () => !(await leases().catch(() => [null])).includes(null), 30_000);
    const leasedMs = Math.round(performance.now() - backAt);
    await sleep(WHILE_MS);
    goesOn = false;
    await answered;
    await drained(people, 30_000);
    await within(LIVE_WITHIN_MS, () => assertLikeStore(whole.redis, whole.store, whole.exam.planId));
    const report = await testify(whole.store, whole.exam.planId, people);
    console.log(`      ${JSON.stringify({ ...report, leasedMs })}`);
    const { lost, altered, foreign, unsaved, notBack } = report;
    assert.deepEqual([lost, altered, foreign, unsaved, notBack], [0, 0, 0, 0, 0]);
    assert.deepEqual(left, []);
    assert.ok(report.acknowledged > PEOPLE * 10, 'too few answers to prove anything');
  });

  it('shows its queues and its plan, counts who asks, and is rebuilt from the store', async () => {
    const { planId } = whole.exam;
    type Queues = { queues: { queue: string }[] };
    const shown = await asked<Queues>('/monitor/queues');
    assert.deepEqual(shown.queues.map(({ queue }) => queue).sort(), [...QUEUES].sort());
    assert.equal((await asked<{ rooms: unknown[] }>(`/plans/${planId}/overview`)).rooms.length, ROOMS);
    const rebuilt = await rebuildLive({ mongodbUrl: whole.system.mongodbUrl, redisUrl: cluster.url });
    assert.deepEqual([rebuilt.rooms, rebuilt.examinees], [ROOMS, PEOPLE]);
    await within(LIVE_WITHIN_MS, () => assertLikeStore(whole.redis, whole.store, planId));
  });

  it('ends every room, and is scored', async () => {
    await endRooms(whole.admin, whole.exam);
    const status = async () => (await whole.store.plans.get(whole.exam.planId))?.status;
    await until('the plan is scored', async () => (await status()) === 'scored', 60_000);
  });

  it('has asked no command for keys of several servers', () => {
    for (const path of globSync(join(whole.folder, '*.log'))) {
      const crossed = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => CROSSED.test(line));
      assert.deepEqual(crossed, [], path);
    }
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
