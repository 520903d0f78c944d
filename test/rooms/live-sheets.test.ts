// The sheets in Redis that rooms drop, on a real Redis that refuses writes for a while, as it does without a disk.
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { createLiveSheets } from '../../rooms/live-sheets.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { createLiveSheets as createWorkersSheets } from '../../workers/live-sheets.ts';
import { freshRedis } from '../support/parts.ts';
import { newStore } from '../support/stored.ts';
import { collectingLog, until } from '../workers/worker-parts.ts';

describe('live sheets that may lack an answer', () => {
  const { log } = collectingLog();
  let redis: Redis;
  before(async () => {
    redis = new Redis((await freshRedis()).url);
  });
  afterEach(() => refuseWrites(false));
  after(() => redis.disconnect());

  /** It asks for a replica that it does not have before it writes. */
  async function refuseWrites(refuses: boolean): Promise<void> {
    await redis.config('SET', 'min-replicas-to-write', refuses ? 1 : 0);
  }

  async function aSheet() {
    const [planId, examineeId] = [newId(), newId()];
    const key = redisKeys.sheet(planId, examineeId);
    await redis.hset(key, '1', '1000001:"A"');
    return { planId, examineeId, key };
  }

  it('are dropped by a room as soon as Redis takes it', async () => {
    const { planId, examineeId, key } = await aSheet();
    const sheets = createLiveSheets(redis, log);
    try {
      await refuseWrites(true);
      sheets.drop(planId, [examineeId]);
      await assert.rejects(redis.unlink(key), /NOREPLICAS/);
      await refuseWrites(false);
      await until('the sheet is dropped', async () => (await redis.exists(key)) === 0);
    } finally {
      sheets.stop();
    }
  });

  it('are dropped by a worker as soon as Redis takes it', async () => {
    const { planId, examineeId, key } = await aSheet();
    const store = await newStore('live-sheets');
    const sheets = createWorkersSheets(redis, store, log);
    try {
      await refuseWrites(true);
      await sheets.drop(planId, [examineeId]);
      assert.equal(await redis.exists(key), 1);
      await refuseWrites(false);
      await until('the sheet is dropped', async () => (await redis.exists(key)) === 0);
    } finally {
      await sheets.stop();
      await store.close();
    }
  });
});
