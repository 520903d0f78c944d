// The private Redis: its own port and password, its policies, and its data after a kill.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { redisStore } from '../../bin/launcher/redis.ts';
import { freshRedis, redisUrl, testFolder } from '../support/parts.ts';

describe('private redis', () => {
  const clients: Redis[] = [];

  function connect(client: Redis): Redis {
    clients.push(client);
    return client.on('error', () => {}); // Being refused or cut off is what some of these tests look at.
  }

  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });

  it('listens on a port of its own, never on 6379, and on 127.0.0.1 alone', async () => {
    const { url, pid } = await freshRedis();
    assert.notEqual(new URL(url).port, '6379');
    assert.equal(new URL(url).hostname, '127.0.0.1');
    assert.ok(pid);
  });

  it('keeps its password in a file that only its user can read, and out of the process list', async () => {
    const folder = await testFolder();
    const { url, spec } = await redisStore(folder);
    const file = join(folder, 'redis', 'redis.conf');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.ok(readFileSync(file, 'utf8').includes(new URL(url).password));
    assert.ok(!spec.args.join(' ').includes(new URL(url).password));
  });

  it('refuses a client without the password', async () => {
    const { port } = new URL((await freshRedis()).url);
    const client = connect(new Redis(Number(port), '127.0.0.1', { maxRetriesPerRequest: 0 }));
    await assert.rejects(client.set('a', '1'), /NOAUTH/);
  });

  it('writes every second what it holds, and evicts nothing', async () => {
    const client = connect(new Redis(await redisUrl()));
    const policy = async (name: string) => ((await client.config('GET', name)) as string[])[1];
    assert.deepEqual(
      [await policy('appendonly'), await policy('appendfsync'), await policy('maxmemory-policy')],
      ['yes', 'everysec', 'noeviction'],
    );
  });

  it('comes back at the same address with its data after SIGKILL, and empty after a wipe', async () => {
    const redis = await freshRedis();
    const client = connect(new Redis(redis.url));
    await client.set('kept', 'yes');
    await redis.kill();
    await redis.start();
    assert.equal(await client.get('kept'), 'yes');
    await redis.kill();
    await redis.wipe();
    await redis.start();
    assert.equal(await client.get('kept'), null);
  });

  it('gives each caller of the tests an empty database of its own', async () => {
    const [one, two] = [connect(new Redis(await redisUrl())), connect(new Redis(await redisUrl()))];
    await one.set('mine', '1');
    assert.equal(await two.get('mine'), null);
  });
});
