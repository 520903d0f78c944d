// Connections to one Redis and to a cluster of three, by the same words: what a URL means, commands on keys of several
// servers, what only all servers together know.
import assert from 'node:assert/strict';
import type { Redis } from 'ioredis';
import {
  clusterOf,
  isHeard,
  listenedChannels,
  namesCluster,
  openRedis,
  queuePrefix,
  readClusterUrl,
  runIdOf,
  serversOf,
  together,
  valuesOf,
} from '../redis-connection.ts';
import { askRedis } from '../system-facts.ts';
import { redisUrl } from './support/parts.ts';
import { startRedisCluster, type TestCluster } from './support/redis-cluster.ts';
import { until } from './workers/worker-parts.ts';

describe('the URL of a cluster', () => {
  it('names servers, their ports, user and password, and whether there is TLS', () => {
    assert.deepEqual(readClusterUrl('redis+cluster://:a%40b@10.0.0.1:7001,10.0.0.2,[fd00::3]:7003'), {
      servers: [
        { host: '10.0.0.1', port: 7_001 },
        { host: '10.0.0.2', port: 6_379 },
        { host: 'fd00::3', port: 7_003 },
      ],
      options: { password: 'a@b' },
    });
    const secure = readClusterUrl('rediss+cluster://hall:secret@redis.example');
    assert.deepEqual(secure?.options, { username: 'hall', password: 'secret', tls: {} });
  });

  it('has no database, no empty server and no port that there is not', () => {
    for (const rest of [':p@h:1/2', ':p@', ':p@h:1,', ':p@h:99999', ':p@h:x', 'h@'])
      assert.equal(readClusterUrl(`redis+cluster://${rest}`), undefined, rest);
    assert.equal(namesCluster('redis://:p@h'), false);
    assert.equal(namesCluster('rediss+cluster://:p@h'), true);
  });
});

describe('connections to Redis', function () {
  this.timeout(60_000);
  const kinds = ['one server', 'a cluster'] as const;
  const connections = new Map<string, () => Redis>();
  const open: Redis[] = [];
  let cluster: TestCluster;

  before(async () => {
    cluster = await startRedisCluster();
    const url = await redisUrl();
    for (const [kind, at] of [
      ['one server', url],
      ['a cluster', cluster.url],
    ] as const)
      connections.set(kind, () => {
        const redis = openRedis(at);
        redis.on('error', () => undefined);
        open.push(redis);
        return redis;
      });
  });
  after(async () => {
    for (const redis of open) redis.disconnect();
    await cluster.stop();
  });

  const connect = (kind: string): Redis => connections.get(kind)?.() ?? assert.fail(kind);
  const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`);

  for (const kind of kinds) {
    it(`to ${kind} do commands together whose keys lie anywhere, in their order, each with its own error`, async () => {
      const redis = connect(kind);
      const set = await together(
        redis,
        keys.map((key, index) => ['set', key, index]),
      );
      assert.ok(set.every(([error, reply]) => error === null && reply === 'OK'));
      assert.deepEqual(await valuesOf(redis, [...keys, 'nowhere']), [...keys.map((_, index) => String(index)), null]);
      const [[, first] = [], [error] = [], [, last] = []] = await together(redis, [
        ['incrby', 'key-7', 3],
        ['hget', 'key-8', 'field'],
        ['eval', "return redis.call('GET', KEYS[1])", 1, 'key-9'],
      ]);
      assert.deepEqual([first, last], [10, '9']);
      assert.match(String(error), /WRONGTYPE/);
    });

    it(`to ${kind} find whoever listens, at whichever server`, async () => {
      const redis = connect(kind);
      const listeners = Array.from({ length: 6 }, () => connect(kind));
      for (const [index, listener] of listeners.entries()) await listener.subscribe(`p:[${index}]`, 'another');
      const found = await listenedChannels(redis, 'p:*');
      assert.deepEqual(found.sort(), listeners.map((_, index) => `p:[${index}]`).sort());
      for (const [index] of listeners.entries()) {
        const channel = `p:[${index}]`;
        assert.equal(await isHeard(redis, channel, await redis.publish(channel, 'word')), true);
      }
      assert.equal(await isHeard(redis, 'p:nobody', await redis.publish('p:nobody', 'word')), false);
    });
  }

  it("have a prefix of queues that keeps one server's keys as they were, and a cluster's together", () => {
    assert.equal(queuePrefix(connect('one server')), 'eh:queue');
    assert.equal(queuePrefix(connect('a cluster')), '{eh:queue}');
  });

  it('know the run of all servers, and that one was started anew', async () => {
    const redis = connect('a cluster');
    await redis.ping();
    await until('all servers are known', () => serversOf(redis).length === 3);
    assert.ok(clusterOf(redis) !== undefined);
    const before = await runIdOf(redis);
    assert.equal(before.split('.').length, 3);
    assert.equal(await runIdOf(redis), before);
    const [name = ''] = cluster.names;
    await cluster.kill(name);
    await cluster.start(name);
    const now = async () => runIdOf(redis).catch(() => before);
    await until(
      'it has another run',
      async () => (await now()).split('.').length === 3 && (await now()) !== before,
      20_000,
    );
  });

  it('[T57] to a cluster are looked at server by server before a start', async () => {
    const [name = ''] = cluster.names;
    await cluster.kill(name);
    await cluster.start(name); // it says that it serves nothing until it knows the others again, and that is waited for
    const facts = await askRedis(cluster.url);
    assert.deepEqual(facts, { appendOnly: 'yes', policy: 'noeviction', open: [] });
    const [server] = serversOf(cluster.redis);
    await server?.config('SET', 'appendonly', 'no');
    await server?.acl('SETUSER', 'default', 'nopass');
    const weak = await askRedis(cluster.url);
    if (typeof weak === 'string') assert.fail(weak);
    assert.deepEqual(weak.appendOnly.split(' and ').sort(), ['no', 'yes']);
    assert.deepEqual(weak.open, [`${server?.options.host}:${server?.options.port}`]);
  });
});
