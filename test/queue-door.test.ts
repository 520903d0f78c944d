// Doors to queues, on a Redis that says nothing just when they are opened.
import assert from 'node:assert/strict';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { openQueueDoor } from '../queue-door.ts';
import { openRedis } from '../redis-connection.ts';
import { REDIS_PATIENCE } from '../rooms/redis-patience.ts';
import { type FreshStore, freshRedis } from './support/parts.ts';
import { until } from './workers/worker-parts.ts';

const log = pino({ level: 'silent' });

describe('a door to a queue', function () {
  this.timeout(30_000);
  let server: FreshStore;
  let redis: Redis;
  before(async () => {
    server = await freshRedis();
    redis = openRedis(server.url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, ...REDIS_PATIENCE });
    redis.on('error', () => undefined); // it is silent on purpose
    await until('it is connected', () => redis.status === 'ready');
  });
  after(async () => {
    redis.disconnect();
    await server.stop();
  });

  function silence(signal: 'SIGSTOP' | 'SIGCONT'): void {
    process.kill(server.pid ?? assert.fail('it is down'), signal);
  }

  it('[T56] opens once Redis answers again, where a queue of BullMQ alone refuses for ever', async () => {
    silence('SIGSTOP');
    const alone = new Queue('alone', { connection: redis });
    alone.on('error', () => undefined); // what it says is what is looked at
    const door = openQueueDoor('behind', redis, log);
    try {
      await assert.rejects(alone.waitUntilReady(), /Command timed out/);
      await assert.rejects(door.opened(), /Command timed out|is not open yet/);
    } finally {
      silence('SIGCONT');
    }
    await until('Redis answers', () => redis.ping().then(Boolean, () => false));
    await until('the door is open', () => door.opened().then(Boolean, () => false));
    await (await door.opened()).add('job', {}, { jobId: 'one' });
    assert.equal(await (await door.opened()).getJobState('one'), 'waiting');
    await assert.rejects(alone.add('job', {}), /Command timed out/, 'or it needs no door any more');
    await door.close();
    await assert.rejects(door.opened(), /was closed/);
  });

  it('rejects within a second where Redis is not there', async () => {
    const nobody = openRedis('redis://127.0.0.1:1', { maxRetriesPerRequest: 1, enableOfflineQueue: false });
    nobody.on('error', () => undefined); // nobody is there
    const door = openQueueDoor('nowhere', nobody, log);
    const before = performance.now();
    await assert.rejects(door.opened(), /is not open yet/);
    assert.ok(performance.now() - before < 5_000);
    await door.close();
    nobody.disconnect();
  });
});
