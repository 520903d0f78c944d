// A Redis with a replica, three Sentinels that watch it, and the HAProxy of deploy/ that leads to whichever is the master: the
// master is killed in the middle of an exam, and nobody does anything. Nothing that was acknowledged is lost, nobody is
// disconnected, and it is said how long it took.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { bringBalancers } from '../../bin/launcher/balancers.ts';
import { freePort } from '../../bin/launcher/free-port.ts';
import { redisStore } from '../../bin/launcher/redis.ts';
import { createSupervisor } from '../../bin/launcher/supervisor.ts';
import { seededRandom } from '../../loadtest/random.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { assertLikeStore, within } from '../support/live-data.ts';
import { testFolder } from '../support/parts.ts';
import { EXAM_ITEMS, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { answering, drained, testify, type Witness, witnessOf } from './witness.ts';

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../deploy/haproxy/redis.cfg'), 'utf8');
const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const ROOMS = 4;
const PEOPLE = 16;
const SENTINELS = 3;
const NAME = 'examhall';
const BEFORE_MS = 3_000;
const AFTER_MS = 5_000;
const LIVE_WITHIN_MS = 15_000;

type Redises = { readonly url: string; readonly port: number };

describe(`a Redis that Sentinels watch, in the middle of an exam (TEST_SEED=${SEED})`, function () {
  this.timeout(180_000);
  const watching = createSupervisor({ restart: 'never', tell: () => {} });
  let folder: string;
  let redises: Redises[];
  let sentinel: Redis;
  let password: string;
  let whole: WholeExam;
  let people: Witness[];

  before(async function () {
    const { haproxy } = await bringBalancers();
    if ('missing' in haproxy) {
      console.log(`      skipped: ${haproxy.missing}`);
      return this.skip();
    }
    folder = await testFolder();
    redises = [await startRedis('redis-1'), await startRedis('redis-2')];
    const [first, second] = redises;
    password = new URL(first?.url ?? '').password;
    for (const { url } of redises)
      await command(url, async (redis) => {
        await redis.config('SET', 'masterauth', password);
        await redis.config('SET', 'requirepass', password);
      });
    await command(urlAt(second?.port), async (redis) => {
      await redis.replicaof('127.0.0.1', first?.port ?? 0);
      const isFollowing = async () => (await redis.info('replication')).includes('master_link_status:up');
      await until('the replica follows', isFollowing, 20_000);
    });
    const ports = await Promise.all(Array.from({ length: SENTINELS }, () => freePort()));
    for (const port of ports) await startSentinel(port, first?.port ?? 0);
    sentinel = new Redis({ host: '127.0.0.1', port: ports[0] ?? 0 });
    await until('the Sentinels know of each other and of the replica', knowsAll, 30_000);
    const front = await freePort();
    const filling = [
      ['127.0.0.1:6379', `127.0.0.1:${front}`],
      ['put-a-password-here', password],
      ['10.0.0.41:6379', `127.0.0.1:${first?.port}`],
      ['10.0.0.42:6379', `127.0.0.1:${second?.port}`],
    ] as const;
    const configuration = filling.reduce((text, [given, put]) => {
      assert.ok(text.includes(given), given);
      return text.replaceAll(given, put);
    }, EXAMPLE);
    await writeFile(join(folder, 'redis.cfg'), configuration, { mode: 0o600 });
    await watching.start({
      ...{ name: 'haproxy', stage: 1, command: haproxy.path, args: ['-W', '-f', join(folder, 'redis.cfg')] },
      env: haproxy.env,
      output: { kind: 'file', path: join(folder, 'haproxy.log') },
      ready: { kind: 'probe', probe: () => answers(front) },
      readyLimitMs: 10_000,
      stopLimitMs: 5_000,
    });
    whole = await openWholeExam('sentinel', {
      layout: { api: 1, rooms: 2, workers: 1 },
      rooms: ROOMS,
      examinees: PEOPLE / ROOMS,
      stores: { redisUrl: urlAt(front) },
    });
    const sessions = await Promise.all(whole.exam.roster.map((_, index) => whole.enter(index)));
    people = sessions.map((session, index) => witnessOf(session, whole.exam.roster[index]?.examineeId ?? ''));
    await whole.begin();
  });
  after(async () => {
    sentinel?.disconnect();
    await whole?.stop();
    await watching.stop();
  });

  const urlAt = (port: number | undefined) => `redis://:${password}@127.0.0.1:${port}`;
  const roomIds = () => whole.exam.rooms.map(({ roomId }) => roomId);
  const leases = () => whole.redis.mget(roomIds().map(redisKeys.lease));

  async function startRedis(name: string): Promise<Redises> {
    const { url, spec } = await redisStore(folder, name);
    await watching.start(spec);
    return { url, port: Number(new URL(url).port) };
  }

  async function startSentinel(port: number, master: number): Promise<void> {
    const { spec } = await redisStore(folder, `sentinel-${port}`);
    const file = join(folder, `sentinel-${port}.conf`);
    const lines = [
      ...[`port ${port}`, 'bind 127.0.0.1', `dir "${folder}"`, 'protected-mode no', 'daemonize no'],
      `sentinel monitor ${NAME} 127.0.0.1 ${master} 2`,
      `sentinel auth-pass ${NAME} ${password}`,
      `sentinel down-after-milliseconds ${NAME} 1000`,
      `sentinel failover-timeout ${NAME} 10000`,
    ];
    await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    const isUp = () =>
      command(`redis://127.0.0.1:${port}`, (redis) => redis.ping()).then(
        () => true,
        () => false,
      );
    await watching.start({ ...spec, args: [file, '--sentinel'], ready: { kind: 'probe', probe: isUp } });
  }

  async function knowsAll(): Promise<boolean> {
    const told = (await sentinel.call('SENTINEL', 'MASTER', NAME)) as string[] | Record<string, string>;
    const fields = Array.isArray(told) ? told : Object.entries(told).flat();
    const count = (name: string) => Number(fields[fields.indexOf(name) + 1]);
    return count('num-slaves') === 1 && count('num-other-sentinels') === SENTINELS - 1;
  }

  async function answers(port: number): Promise<boolean> {
    return command(urlAt(port), (redis) => redis.ping()).then(
      () => true,
      () => false,
    );
  }

  async function command<T>(url: string, call: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on('error', () => undefined); // what matters rejects the command
    try {
      return await call(redis);
    } finally {
      redis.disconnect();
    }
  }

  it('[S5] [S18] loses nothing that was acknowledged when the master is killed, and disconnects nobody', async () => {
    const left: string[] = [];
    for (const { session } of people)
      session.on('link', ({ state }) => {
        if (state !== 'trouble' && state !== 'online') left.push(state);
      });
    let goesOn = true;
    const answered = answering(people, EXAM_ITEMS.length - 1, seededRandom(`sentinel ${SEED}`), () => goesOn);
    await sleep(BEFORE_MS);
    await watching.kill('redis-1');
    const killedAt = performance.now();
    const isNext = async () => (await answeredMaster()) === redises[1]?.port;
    await until('the Sentinels have made the replica the master', isNext, 30_000);
    const chosenMs = performance.now() - killedAt;
    await until('every lease is back', async () => !(await leases()).includes(null), 30_000);
    const leasedMs = performance.now() - killedAt;
    await sleep(AFTER_MS);
    goesOn = false;
    await answered;
    await drained(people, 30_000);
    await within(LIVE_WITHIN_MS, () => assertLikeStore(whole.redis, whole.store, whole.exam.planId));
    const report = await testify(whole.store, whole.exam.planId, people);
    const times = { chosenMs: Math.round(chosenMs), leasedMs: Math.round(leasedMs) };
    console.log(`      ${JSON.stringify({ ...report, ...times })}`);
    const { lost, altered, foreign, unsaved, notBack } = report;
    assert.deepEqual([lost, altered, foreign, unsaved, notBack], [0, 0, 0, 0, 0]);
    assert.deepEqual(left, []);
    assert.ok(report.acknowledged > PEOPLE * 10, 'too few answers to prove anything');
  });

  async function answeredMaster(): Promise<number> {
    const told = (await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)) as [string, string];
    return Number(told[1]);
  }
});
