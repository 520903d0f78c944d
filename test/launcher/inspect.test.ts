// `examhall inspect` on stores with something in them: what they hold, which lines make them slow, and never a value.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { inspectRedis, kindOf } from '../../redis-inspection.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { groupedQueries, inspectStore } from '../../store/inspection.ts';
import { makeStore, openStore } from '../../store/open-store.ts';
import { nameQueries } from '../../store/query-sources.ts';
import { setRows } from '../../workers/live-rows.ts';
import { type FreshStore, freshRedis, mongodbUrl, testFolder } from '../support/parts.ts';
import { startRedisCluster } from '../support/redis-cluster.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CANARY = `canary-${randomUUID()}`;
const ROWS = 20;

describe('inspect', function () {
  this.timeout(60_000);
  let redis: FreshStore;
  let client: Redis;
  let url: string;

  before(async () => {
    redis = await freshRedis();
    client = new Redis(redis.url);
    await client.config('SET', 'slowlog-log-slower-than', '0');
    await client.config('SET', 'slowlog-max-len', '10000');
    await fill(client);
    url = await mongodbUrl(`inspect-${newId()}`);
    const store = await openStore({ url, autoIndex: true });
    const admin = { passwordHash: CANARY, createdAt: new Date() };
    await store.admins.create({ _id: newId(), login: `${CANARY}${'x'.repeat(5_000)}`, ...admin });
    await store.admins.create({ _id: newId(), login: 'kim', ...admin });
    await store.admins.byLogin('kim');
    await store.close();
  });
  after(async () => {
    client.disconnect();
    await redis.stop();
  });

  async function fill(to: Redis): Promise<void> {
    const planId = newId();
    const rows = Array.from({ length: ROWS }, (_, index) => ({
      ...{ roomId: newId(), examineeId: newId(), epoch: 1, sequence: index },
      fields: { status: 'answering', link: 'online', savedCount: 1, note: CANARY },
    }));
    await setRows(to, planId, Math.floor(Date.now() / 1_000) + 1_000, rows, 'every');
    await to.set(redisKeys.keeper(), CANARY);
    await to.hset(redisKeys.processes(), 'p', CANARY.repeat(100));
    await to.set('eh:queue:answers:7', 'x');
    await to.set(`strange-${newId()}`, 'x');
  }

  it('counts keys by what they are and weighs them', async () => {
    const { servers, keys } = await inspectRedis(redis.url);
    const count = (kind: string) => keys.find((one) => one.kind === kind)?.count;
    assert.equal(servers.length, 1);
    assert.ok((servers[0]?.usedBytes ?? 0) > 1e5);
    assert.deepEqual(
      [count('eh:{*}:examinee:*'), count('eh:keeper'), count('eh:queue:answers'), count('of nobody known')],
      [ROWS, 1, 1, 1],
    );
    const bytes = keys.map((one) => one.bytes);
    assert.deepEqual(
      bytes,
      bytes.toSorted((a, b) => b - a),
    );
    const processes = keys.find(({ kind }) => kind === 'eh:processes');
    assert.ok((processes?.bytes ?? 0) > CANARY.length * 100);
    assert.equal(processes?.largest, redisKeys.processes());
    assert.equal(kindOf(redisKeys.sheet(newId(), newId()), 'eh:queue'), 'eh:{*}:sheet:*');
  });

  it('finds the lines of slow commands: the script, or what makes the key', async () => {
    const { slow } = await inspectRedis(redis.url);
    const script = slow.find(({ command }) => command === 'EVAL');
    const [place = ''] = script?.sources ?? [];
    const [, file = '', line = '0'] = /^(.*):(\d+)$/.exec(place) ?? [];
    assert.equal(file, 'workers/live-rows.ts');
    assert.match(readFileSync(ROOT + file, 'utf8').split('\n')[Number(line) - 1] ?? '', /^const SHARE = `/);
    const set = slow.find(({ command, about }) => command === 'SET' && about === 'eh:keeper');
    assert.match(set?.sources.join() ?? '', /^workers\/live-keeper\.ts:\d+/);
  });

  it('goes through all servers of a cluster', async () => {
    const cluster = await startRedisCluster();
    try {
      await fill(cluster.redis);
      for (let index = 0; index < 30; index++) await cluster.redis.set(redisKeys.lease(newId()), 'x');
      const { servers, keys } = await inspectRedis(cluster.url);
      assert.equal(servers.length, 3);
      assert.equal(keys.find(({ kind }) => kind === 'eh:lease:{*}')?.count, 30);
      assert.equal(keys.find(({ kind }) => kind === 'eh:{*}:examinee:*')?.count, ROWS);
    } finally {
      await cluster.stop();
    }
  });

  it('shows sizes, the largest documents and the use of indexes of MongoDB', async () => {
    const { collections, residentBytes } = await inspectStore(url);
    const admins = collections.find(({ name }) => name === 'admins');
    assert.deepEqual([admins?.count, admins?.largest.length], [2, 2]);
    assert.ok((admins?.largest[0]?.bytes ?? 0) > 5_000 && (admins?.largest[1]?.bytes ?? 0) < 1_000);
    const uses = (name: string) => admins?.indexes.find((index) => index.name === name)?.uses ?? -1;
    assert.ok(uses('login_1') >= 1, 'the login was looked for');
    assert.ok(residentBytes > 0);
  });

  it('prints it without a value, a document or an address with a password', async () => {
    const env = { ...process.env, MONGODB_URL: url, REDIS_URL: redis.url, EXAMHALL_DATA_DIR: await testFolder() };
    const { code, stdout, stderr } = await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      execFile(process.execPath, [`${ROOT}bin/launcher/main.ts`, 'inspect'], { env }, (error, out, err) =>
        resolve({ code: error === null ? 0 : 1, stdout: out, stderr: err }),
      );
    });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^ {2}eh:\{\*\}:examinee:\* +20 +/m);
    assert.match(stdout, /EVAL .*workers\/live-rows\.ts:\d+/);
    assert.match(stdout, /^ {2}admins +2 +\d/m);
    assert.match(stdout, /MongoDB: slow queries/);
    for (const hidden of [CANARY, new URL(redis.url).password]) assert.ok(!stdout.includes(hidden), hidden);
  });

  it('has each query name its line where that is on, through mongoose and past it', async () => {
    nameQueries();
    const own = new mongoose.Mongoose();
    const connection = await own.createConnection(url, { monitorCommands: true }).asPromise();
    const comments: unknown[] = [];
    connection.getClient().on('commandStarted', ({ command }) => {
      if ('comment' in command) comments.push(command.comment);
    });
    const store = makeStore(connection);
    await store.admins.byLogin('kim'); // through mongoose
    await store.sessions.get('none'); // past it
    await store.admins.count();
    await connection.collection('admins').findOne({ login: 'kim' }, { comment: 'its own' });
    await connection.collection('admins').updateOne({ login: 'kim' }, { $set: { createdAt: new Date() } });
    await connection.close();
    assert.equal(comments.length, 5);
    const files = comments.map((comment) => String(comment).replace(/:\d+$/, ''));
    const test = 'test/launcher/inspect.test.ts';
    assert.deepEqual(files, ['store/people.ts', 'store/sessions.ts', 'store/people.ts', 'its own', test]);
    const lineOf = (comment: unknown) => {
      const [file = '', line = ''] = String(comment).split(':');
      return readFileSync(ROOT + file, 'utf8').split('\n')[Number(line) - 1] ?? '';
    };
    assert.match(lineOf(comments[0]), /byLogin: /);
    assert.match(lineOf(comments[1]), /findOne/);
    assert.match(lineOf(comments[2]), /count: /);
  });

  it('groups what the profiler noted by where it comes from, the slowest first', () => {
    const entry = { ns: 'x.answers', op: 'query', planSummary: 'IXSCAN { planId: 1 }', docsExamined: 9, nreturned: 3 };
    const rows = groupedQueries([
      { ...entry, millis: 10, command: { comment: 'store/answers.ts:5' } },
      { ...entry, millis: 80, docsExamined: 90, command: { comment: 'store/answers.ts:5' } },
      { ...entry, millis: 20, command: {} },
      { ns: 'x.plans', op: 'update', millis: 300 },
    ]);
    assert.deepEqual(
      rows.map(({ collection, source, count, longestMs, examined }) => [
        collection,
        source,
        count,
        longestMs,
        examined,
      ]),
      [
        ['plans', '', 1, 300, 0],
        ['answers', 'store/answers.ts:5', 2, 80, 90],
        ['answers', '', 1, 20, 9],
      ],
    );
  });
});
