// How full the stores are, as they say it: of real ones each figure is a share or a time, and what they do not say is left out.
import assert from 'node:assert/strict';
import { freePort } from '../bin/launcher/free-port.ts';
import { loadIn } from '../store/load.ts';
import { figuresOf, mongodbLoad, redisLoad } from '../store-load.ts';
import { mongodbUrl, redisUrl } from './support/parts.ts';

describe('the load of the stores', () => {
  it('of Redis has its processor from the second time on, its memory, and how soon it answers', async () => {
    const source = await redisLoad(await redisUrl());
    try {
      const names = async () => new Map((await source.read()).map(({ resource, value }) => [resource, value]));
      assert.equal((await names()).has('processor of Redis'), false, 'nothing to compare with yet');
      const second = await names();
      for (const name of ['processor of Redis', 'memory of Redis'] as const) {
        const value = second.get(name) ?? -1;
        assert.ok(value >= 0 && value < 1, `${name}: ${value}`);
      }
      assert.ok((second.get('answer of Redis') ?? 0) >= 0);
    } finally {
      await source.close();
    }
  });

  it('of Redis is what INFO says, with the machine in the place of a bound that is not set', () => {
    const info = 'used_memory:25\r\nmaxmemory:0\r\ntotal_system_memory:100\r\nused_cpu_sys:1.5\r\nused_cpu_user:2\r\n';
    assert.deepEqual(figuresOf(info), { seconds: 3.5, memory: 0.25 });
    assert.deepEqual(figuresOf(info.replace('maxmemory:0', 'maxmemory:50')), { seconds: 3.5, memory: 0.5 });
  });

  it('of MongoDB has how soon it answers, and of the rest what this server says', async () => {
    const source = await mongodbLoad(await mongodbUrl('store-load'));
    try {
      for (const { resource, value } of await source.read()) {
        assert.ok(value >= 0, `${resource}: ${value}`);
        if (resource !== 'answer of MongoDB') assert.ok(value <= 1, `${resource}: ${value}`);
      }
    } finally {
      await source.close();
    }
  });

  it('of MongoDB is what serverStatus says, and nothing where it does not', () => {
    const cache = {
      'maximum bytes configured': 200,
      'bytes currently in the cache': 100,
      'tracked dirty bytes in the cache': 10,
    };
    assert.deepEqual(loadIn({ wiredTiger: { cache }, connections: { current: 5, available: 15 } }), {
      ...{ cache: 0.5, unwritten: 0.05, connections: 0.25 },
    });
    const nothing = { cache: undefined, unwritten: undefined, connections: undefined };
    assert.deepEqual(loadIn({ connections: {} }), nothing);
    assert.deepEqual(loadIn({ wiredTiger: null }), nothing);
  });

  it('is refused where a store is not there', async () => {
    const port = await freePort();
    await assert.rejects(redisLoad(`redis://127.0.0.1:${port}`));
  });
});
