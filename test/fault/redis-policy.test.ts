// A Redis that may drop queued answers by itself is not accepted.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { checkSystem } from '../../operations.ts';
import { newId } from '../../schema/ids.ts';
import { openStore } from '../../store/open-store.ts';
import { type FreshStore, freshRedis, mongodbUrl } from '../support/parts.ts';

describe('the check of a system', () => {
  let redis: FreshStore;
  let client: Redis;
  let url: string;
  before(async () => {
    url = await mongodbUrl(`policy-${newId()}`);
    await (await openStore({ url, autoIndex: true })).close();
    redis = await freshRedis();
    client = new Redis(redis.url);
    client.on('error', () => undefined); // it is taken away on purpose
  });
  after(async () => {
    client.disconnect();
    await redis.stop();
  });

  async function wrong(): Promise<string[]> {
    const results = await checkSystem({ MONGODB_URL: url, REDIS_URL: redis.url, EXAMHALL_SECRET: randomUUID() });
    return results.filter(({ ok }) => !ok).map(({ name }) => name);
  }

  it('[T14] refuses a Redis without an append-only file', async () => {
    assert.deepEqual(await wrong(), []);
    await client.config('SET', 'appendonly', 'no');
    assert.deepEqual(await wrong(), ['Redis appendonly']);
    await client.config('SET', 'appendonly', 'yes');
  });

  it('[T14] refuses a Redis that evicts', async () => {
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
    assert.deepEqual(await wrong(), ['Redis maxmemory-policy']);
    await client.config('SET', 'maxmemory-policy', 'noeviction');
    assert.deepEqual(await wrong(), []);
  });

  it('says so where Redis does not answer', async () => {
    await redis.kill();
    assert.deepEqual(await wrong(), ['Redis', 'capacity']);
  });
});
