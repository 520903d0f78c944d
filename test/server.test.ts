// A start in production that is refused: what is said, the exit code, and that nothing serves. The process is the real one.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../bin/launcher/free-port.ts';
import { newId } from '../schema/ids.ts';
import { bareEnvironment } from './support/bare-environment.ts';
import { type FreshStore, freshRedis, mongodbUrl, testFolder } from './support/parts.ts';

const SERVER = join(import.meta.dirname, '../server.ts');

/** What it loads once it has begun to watch the process. */
const PM2 = '@pm2/io/build/main/services/inspector.js';

type Ended = { code: number | null; output: string; served: boolean };

describe('a start in production', function () {
  this.timeout(60_000);
  let redis: FreshStore;
  let admin: Redis;
  let settings: Record<string, string>;

  before(async () => {
    redis = await freshRedis();
    admin = new Redis(redis.url);
    settings = {
      NODE_ENV: 'production',
      MONGODB_URL: await mongodbUrl(`server-${newId()}`),
      REDIS_URL: redis.url,
      EXAMHALL_SECRET: randomBytes(32).toString('base64url'),
      EXAMHALL_VIRUS_HOOK: 'off',
      EXAMHALL_DATA_DIR: await testFolder(),
      EXAMHALL_PORT: '0',
    };
  });
  after(() => admin.disconnect());

  /** Runs the server until it ends; one that serves is ended. */
  function start(given: Record<string, string> = {}): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const env = { ...bareEnvironment(), ...settings, ...given };
      const child = spawn(process.execPath, [SERVER], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
      let output = '';
      let served = false;
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          output += chunk.toString();
        });
      }
      child.on('message', () => {
        served = true;
        child.kill('SIGTERM');
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output, served }));
    });
  }

  it('serves where everything is as it should be, and ends with 0 on SIGTERM', async () => {
    const { code, output, served } = await start();
    assert.deepEqual({ code, served }, { code: 0, served: true }, output);
  });

  for (const { role, needs, leaves } of [
    { role: 'api', needs: ['api/app.ts'], leaves: ['rooms/main.ts', 'workers/main.ts', PM2] },
    { role: 'rooms', needs: ['rooms/exam-room.ts'], leaves: ['api/app.ts', 'workers/main.ts', PM2] },
    { role: 'workers', needs: ['workers/main.ts'], leaves: ['api/app.ts', 'rooms/main.ts', '@colyseus/core'] },
    { role: 'api,rooms,workers', needs: ['api/app.ts', 'rooms/exam-room.ts', 'workers/main.ts'], leaves: [PM2] },
  ])
    it(`loads what ${role} needs, and not ${leaves.join(', ')}`, async () => {
      const LOADED_FILES = join(await testFolder(), 'loaded');
      const NODE_OPTIONS = `--import ${join(import.meta.dirname, 'support/loaded-files.ts')}`;
      const { code, output } = await start({ EXAMHALL_ROLES: role, LOADED_FILES, NODE_OPTIONS });
      assert.equal(code, 0, output);
      const loaded = readFileSync(LOADED_FILES, 'utf8');
      const found = [...needs, ...leaves].filter((part) => loaded.includes(`/${part}`));
      assert.deepEqual(found, needs);
    });

  it('[T14] ends with 1 where Redis would lose what is queued, and says which policy is wrong', async () => {
    await admin.config('SET', 'appendonly', 'no');
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru');
    try {
      const { code, output, served } = await start();
      assert.deepEqual({ code, served }, { code: 1, served: false }, output);
      assert.equal(
        output,
        'this does not start in production:\n' +
          '  - Redis appendonly is no; needs yes\n' +
          '  - Redis maxmemory-policy is allkeys-lru; needs noeviction\n',
      );
      assert.equal((await start({ NODE_ENV: 'development' })).served, true, 'only production asks for it');
    } finally {
      await admin.config('SET', 'appendonly', 'yes');
      await admin.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  it('ends with 1 where two settings are bad, with a sentence for each, and shows neither secret', async () => {
    const secret = 'a weak one'.repeat(4).slice(0, 31);
    const { code, output, served } = await start({ EXAMHALL_SECRET: secret, EXAMHALL_PORT: 'door' });
    assert.deepEqual({ code, served }, { code: 1, served: false });
    const lines = output.trim().split('\n');
    assert.equal(lines.length, 3, output);
    assert.match(output, /^the settings are not usable:\n {2}- EXAMHALL_SECRET .*at least 32 characters\)\n/);
    assert.match(output, /\n {2}- EXAMHALL_PORT is "door": .*\(the port to listen on; 0 takes a free one\)\n$/);
    assert.ok(!output.includes(secret) && !output.includes(settings.REDIS_URL ?? ''));
  });

  it('ends with 1 where settings are weak and servers are too, with a sentence for each, all of them at once', async () => {
    await admin.config('SET', 'requirepass', '');
    const settingsOf = settings.MONGODB_URL ?? '';
    try {
      const { code, output, served } = await start({
        EXAMHALL_SECRET: 'ab'.repeat(20),
        EXAMHALL_VIRUS_HOOK: '',
        EXAMHALL_HOST: '0.0.0.0',
        EXAMHALL_PAPER_KEY: '00'.repeat(32),
        MONGODB_URL: settingsOf.replace(/([?&])w=[^&]*/, '$1w=2'),
        EXAMHALL_DATA_DIR: '/dev/null/nowhere',
      });
      assert.deepEqual({ code, served }, { code: 1, served: false });
      const sentences = [
        /EXAMHALL_SECRET is too regular to be a secret: use 32 random bytes/,
        /EXAMHALL_PAPER_KEY is too regular/,
        /EXAMHALL_HOST lets other machines in and nothing speaks TLS/,
        /EXAMHALL_VIRUS_HOOK is not decided/,
        /write and read concern a (server that is no )?replica set needs w=/,
        /Redis open to strangers answers at 127\.0\.0\.1:\d+ without a password/,
        /uploaded files cannot be kept in \/dev\/null\/nowhere/,
      ];
      const lines = output.trim().split('\n').slice(1);
      assert.equal(lines.length, sentences.length, output);
      for (const [index, sentence] of sentences.entries()) assert.match(lines[index] ?? '', sentence);
    } finally {
      await admin.config('SET', 'requirepass', new URL(redis.url).password);
    }
  });

  it('ends with 1 where the bucket of uploaded files cannot be reached, and says which and why', async () => {
    const url = `https://127.0.0.1:${await freePort()}/files`;
    const secret = 'a secret of a test';
    const settings = { EXAMHALL_S3_URL: url, EXAMHALL_S3_KEY_ID: 'key-id', EXAMHALL_S3_SECRET: secret };
    const { code, served, output } = await start(settings);
    assert.deepEqual({ code, served }, { code: 1, served: false }, output);
    assert.ok(output.includes(`uploaded files cannot be kept in ${url}: the bucket does not answer to PUT`), output);
    assert.ok(!output.includes(secret));
  });
});
