// The table of weaknesses, each rule both ways: what it finds, and what it leaves alone. A rule without a case fails. Then
// the questions to servers: each against one that is open, and one that is shut.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Redis } from 'ioredis';
import { newId } from '../schema/ids.ts';
import { askRedis, askStore } from '../system-facts.ts';
import {
  judge,
  REDIS_RULES,
  type RedisFacts,
  SETTINGS_RULES,
  type SettingsFacts,
  STORE_RULES,
  type StoreFacts,
  weakServers,
} from '../weaknesses.ts';
import { type FreshStore, freshRedis, mongodbUrl } from './support/parts.ts';

const SECRET = 'Zk3v9Qw7-x1Lm5Tb8Yc2Rd6Hf4Gj0Np';
const TLS = { certificate: 'c', key: 'k' };
const BUCKET = { region: 'r', keyId: 'i', secret: 's' };

/** For each rule what it finds, with words of the sentence, and what it leaves alone. */
const SETTINGS: Readonly<Record<string, { weak: readonly [SettingsFacts, RegExp][]; fine: readonly SettingsFacts[] }>> =
  {
    'a secret that is none': {
      weak: [[{ secret: 'abc'.repeat(20) }, /EXAMHALL_SECRET is too regular/]],
      fine: [{ secret: SECRET }, {}],
    },
    'a secret out of an example': {
      weak: [[{ secret: `change-me-${SECRET}` }, /what an example has/]],
      fine: [{ secret: SECRET }],
    },
    'a paper key that is none': {
      weak: [[{ paperKey: new Uint8Array(32) }, /EXAMHALL_PAPER_KEY is too regular/]],
      fine: [{ paperKey: Buffer.from(SECRET) }, { paperKey: new Uint8Array() }],
    },
    'Redis without a password': {
      weak: [
        [{ redisUrl: 'redis://10.0.0.4' }, /REDIS_URL has no password/],
        [{ redisUrl: 'redis://user@10.0.0.4' }, /has no password/],
        [{ redisUrl: 'redis://:foobared@10.0.0.4' }, /easily guessed/],
        [{ redisUrl: 'rediss://u:short@10.0.0.4' }, /easily guessed/],
      ],
      fine: [{ redisUrl: `redis://:${SECRET}@10.0.0.4:1/2` }, { redisUrl: `rediss://user:${SECRET}@h` }],
    },
    'MongoDB without a password': {
      weak: [
        [{ mongodbUrl: 'mongodb://10.0.0.3/x' }, /MONGODB_URL has no password/],
        [{ mongodbUrl: 'mongodb://127.0.0.1,10.0.0.3/x' }, /has no password/],
        [{ mongodbUrl: 'mongodb+srv://user@h.example/x' }, /has no password/],
        [{ mongodbUrl: 'mongodb://user:admin@127.0.0.1/x' }, /easily guessed/],
      ],
      fine: [
        { mongodbUrl: `mongodb://user:${SECRET}@10.0.0.3,10.0.0.4:27018/x` },
        { mongodbUrl: 'mongodb://127.0.0.1:27017,localhost:2,[::1]:3/x' },
        { mongodbUrl: 'mongodb://%2Ftmp%2Fa.sock/x' },
        { mongodbUrl: 'mongodb://10.0.0.3/x?authMechanism=MONGODB-X509&tls=true' },
      ],
    },
    'nothing that speaks TLS': {
      weak: [
        [{ host: '0.0.0.0', secure: false }, /EXAMHALL_HOST lets other machines in/],
        [{ host: '127.0.0.1', secure: false, publicUrl: 'http://exam.example' }, /EXAMHALL_PUBLIC_URL is http/],
      ],
      fine: [
        { host: '0.0.0.0', secure: true, publicUrl: 'https://exam.example' },
        { host: '0.0.0.0', secure: true, tls: TLS },
        { host: '127.0.0.1', secure: false, publicUrl: 'http://127.0.0.1:8080' },
        { host: '127.0.0.1', secure: false, publicUrl: '' },
      ],
    },
    'a bucket without TLS': {
      weak: [[{ bucket: { ...BUCKET, url: 'http://s3.example/files' } }, /EXAMHALL_S3_URL is not https/]],
      fine: [{ bucket: { ...BUCKET, url: 'https://s3.example/files' } }, { bucket: undefined }],
    },
    'viruses not decided about': {
      weak: [[{ isVirusDecided: false }, /EXAMHALL_VIRUS_HOOK is not decided/]],
      fine: [{ isVirusDecided: true }],
    },
  };

const REDIS: RedisFacts = { appendOnly: 'yes', policy: 'noeviction', open: [] };
const OF_REDIS: Readonly<Record<string, readonly [Partial<RedisFacts>, RegExp]>> = {
  'Redis appendonly': [{ appendOnly: 'no' }, /is no; needs yes/],
  'Redis maxmemory-policy': [{ policy: 'allkeys-lru' }, /is allkeys-lru; needs noeviction/],
  'Redis open to strangers': [{ open: ['10.0.0.4:6379'] }, /answers at 10\.0\.0\.4:6379 without a password/],
};

const STORE: StoreFacts = { concernProblem: undefined, clock: { offsetMs: 999, roundTripMs: 1 }, open: [] };
const OF_STORE: Readonly<Record<string, readonly [Partial<StoreFacts>, RegExp]>> = {
  'write and read concern': [{ concernProblem: 'needs w=majority' }, /needs w=majority/],
  clock: [{ clock: { offsetMs: -1_500, roundTripMs: 2 } }, /-1500 ms away from the store's/],
  'MongoDB open to strangers': [{ open: ['10.0.0.3:27017'] }, /answers at 10\.0\.0\.3:27017 without a password/],
};

describe('the table of weaknesses', () => {
  for (const { name, said } of SETTINGS_RULES) {
    it(`of settings finds ${name}, and nothing where it is not so`, () => {
      const { weak, fine } = SETTINGS[name] ?? assert.fail(`no case for ${name}`);
      for (const [facts, words] of weak) assert.match(said(facts) ?? 'nothing', words, JSON.stringify(facts));
      for (const facts of fine) assert.equal(said(facts), undefined, JSON.stringify(facts));
    });
  }

  it('of servers finds each fault alone, and nothing where all is well', () => {
    for (const { name, said } of REDIS_RULES) {
      const [facts, words] = OF_REDIS[name] ?? assert.fail(`no case for ${name}`);
      assert.equal(said(REDIS), undefined);
      assert.match(said({ ...REDIS, ...facts }) ?? 'nothing', words);
    }
    for (const { name, said } of STORE_RULES) {
      const [facts, words] = OF_STORE[name] ?? assert.fail(`no case for ${name}`);
      assert.equal(said(STORE), undefined);
      assert.match(said({ ...STORE, ...facts }) ?? 'nothing', words);
    }
  });

  it('does not hold an error of the reading against a clock, nor a clock against a process that takes no rooms', () => {
    const slow: StoreFacts = { ...STORE, clock: { offsetMs: 1_400, roundTripMs: 900 } };
    assert.deepEqual(weakServers({ store: slow, redis: REDIS }, ['rooms']), []);
    const off: StoreFacts = { ...STORE, clock: { offsetMs: 1_400, roundTripMs: 2 } };
    assert.deepEqual(weakServers({ store: off, redis: REDIS }, ['api', 'workers']), []);
    assert.equal(weakServers({ store: off, redis: REDIS }, ['workers', 'rooms']).length, 1);
  });

  it('names a server that cannot be asked, and says nothing of one that nobody knows', () => {
    const findings = judge({ settings: undefined, redis: 'connect ECONNREFUSED', store: undefined });
    assert.deepEqual(findings, [{ name: 'Redis', ok: false, detail: 'connect ECONNREFUSED' }]);
  });

  it('shows a line for each rule, also where all is well', () => {
    const findings = judge({ settings: {}, redis: REDIS, store: STORE });
    assert.equal(findings.length, SETTINGS_RULES.length + REDIS_RULES.length + STORE_RULES.length);
    assert.ok(findings.every(({ ok, detail }) => ok && detail !== ''));
  });
});

describe('a server, asked as a stranger', () => {
  let redis: FreshStore;
  let admin: Redis;
  const doors: Server[] = [];
  before(async () => {
    redis = await freshRedis();
    admin = new Redis(redis.url);
  });
  after(async () => {
    admin.disconnect();
    await redis.stop();
    for (const door of doors) door.close();
  });

  async function openAt(): Promise<readonly string[]> {
    const facts = await askRedis(redis.url);
    return typeof facts === 'string' ? assert.fail(facts) : facts.open;
  }

  it('is shut where Redis wants a password, and open where it wants none, whatever the URL says', async () => {
    assert.deepEqual(await openAt(), []);
    await admin.acl('SETUSER', 'default', 'nopass');
    assert.deepEqual(await openAt(), [new URL(redis.url).host]);
    await admin.acl('SETUSER', 'default', 'resetpass', `>${new URL(redis.url).password}`);
    assert.deepEqual(await openAt(), []);
  });

  /** A door to the tests' MongoDB on this address, as a server that has no users has it. */
  async function doorAt(address: string): Promise<{ url: string; port: number }> {
    const url = await mongodbUrl(`stranger-${newId()}`);
    const host = decodeURIComponent(/^mongodb:\/\/([^/]*)/.exec(url)?.[1] ?? '');
    const [name = '', port = ''] = host.split(':');
    const target = host.startsWith('/') ? { path: host } : { host: name, port: Number(port) };
    const door = createServer((socket) => {
      const inner = connect(target);
      for (const one of [socket, inner]) one.on('error', () => one.destroy()); // its other half ends with it
      socket.pipe(inner).pipe(socket);
    }).listen(0, address);
    doors.push(door);
    await once(door, 'listening');
    const at = (door.address() as AddressInfo).port;
    return { url: `mongodb://127.0.0.1:${at}/x${url.slice(url.indexOf('?'))}`, port: at };
  }

  async function mongodbOpenAt(url: string): Promise<readonly string[]> {
    const facts = await askStore(url, 'without indexes');
    return typeof facts === 'string' ? assert.fail(facts) : facts.open;
  }

  it('is shut where only this machine reaches a MongoDB without users, and open where others do', async function () {
    const inner = await doorAt('127.0.0.1');
    assert.deepEqual(await mongodbOpenAt(inner.url), []);
    const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const outer = addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
    if (outer === undefined) return this.skip(); // a machine without a network has nobody who could come
    const open = await doorAt('0.0.0.0');
    assert.ok((await mongodbOpenAt(open.url)).includes(`${outer}:${open.port}`));
    assert.deepEqual(await mongodbOpenAt(open.url.replace('127.0.0.1', outer)), [`${outer}:${open.port}`]);
  });

  it('says a sentence where nobody is there', async () => {
    assert.match(String(await askRedis('redis://:some-password@127.0.0.1:1')), /ECONNREFUSED|closed/);
    assert.match(String(await askStore('mongodb://127.0.0.1:1/x?w=1&journal=true', 'without indexes')), /store/);
  });
});
