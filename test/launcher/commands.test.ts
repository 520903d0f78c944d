// The operator's commands as a person types them, each in a process of its own, on stores of the tests.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { type CheckResult, checkSystem } from '../../operations.ts';
import { newId } from '../../schema/ids.ts';
import { openStore } from '../../store/open-store.ts';
import { REDIS_RULES, SETTINGS_RULES, STORE_RULES } from '../../weaknesses.ts';
import { bareEnvironment } from '../support/bare-environment.ts';
import { mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';
import { anExaminee, aPlan, aRoom } from '../support/stored.ts';

const MAIN = fileURLToPath(new URL('../../bin/launcher/main.ts', import.meta.url));

type Ended = { code: number; stdout: string; stderr: string };

/** Runs to the end with these settings and no others. */
function examhall(args: string[], settings: Record<string, string>): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...bareEnvironment(), ...settings };
    execFile(process.execPath, [MAIN, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
    );
  });
}

describe("operator's commands", function () {
  this.timeout(60_000);
  let url: string;
  let settings: Record<string, string>;
  const secret = randomUUID();

  beforeEach(async () => {
    url = await mongodbUrl(`commands-${newId()}`);
    await (await openStore({ url, autoIndex: true })).close();
    const stores = { MONGODB_URL: url, REDIS_URL: await redisUrl() };
    settings = {
      ...stores,
      EXAMHALL_DATA_DIR: await testFolder(),
      EXAMHALL_SECRET: secret,
      EXAMHALL_VIRUS_HOOK: 'off',
    };
  });

  async function dropIndex(collection: string, name: string): Promise<void> {
    const client = new mongoose.mongo.MongoClient(url);
    await client.db().collection(collection).dropIndex(name);
    await client.close();
  }

  describe('check', () => {
    it('finds everything in order, and shows the settings without a secret', async () => {
      const { code, stdout, stderr } = await examhall(['check'], settings);
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /^EXAMHALL_SECRET +set +signs tokens/m);
      assert.match(stdout, /^EXAMHALL_PORT +8080 /m);
      assert.match(stdout, /^✔ settings: all are usable$/m);
      assert.match(stdout, /^✔ indexes: all are there$/m);
      for (const { name, fine } of [...SETTINGS_RULES, ...STORE_RULES, ...REDIS_RULES])
        assert.ok(stdout.includes(`\n✔ ${name}: ${fine}\n`), name);
      const { REDIS_URL = '' } = settings;
      for (const hidden of [secret, url, REDIS_URL, new URL(REDIS_URL).password])
        assert.ok(!stdout.includes(hidden), 'a secret is shown');
    });

    it('shows what looks for viruses a harmless file and the scanners’ test file, and tells of one that finds nothing', async () => {
      const look = join(await testFolder(), 'look');
      await writeFile(look, 'if grep -q EICAR; then exit 1; fi');
      const said = async (hook: string) => {
        const results = await checkSystem({ ...settings, EXAMHALL_VIRUS_HOOK: hook });
        const found = results.find(({ name }) => name === 'virus hook');
        return [found?.ok, found?.detail];
      };
      assert.deepEqual(await said('off'), [true, 'is off: nothing looks through uploaded files']);
      const [harmless, test] = ['of something harmless, and', "of the scanners' test file"];
      assert.deepEqual(await said(`/bin/sh ${look}`), [true, `says clean ${harmless} found ${test}`]);
      assert.deepEqual(await said('/bin/cat'), [false, `says clean ${harmless} clean ${test}`]);
      assert.equal((await said('/bin/none'))[0], false);
    });

    it('says no-go where people are on a roster and nothing runs, or too little, and go again where enough does', async () => {
      const store = await openStore({ url });
      const plan = aPlan({ status: 'scheduled' });
      await store.plans.create(plan);
      const room = aRoom(plan._id);
      await store.rooms.create([room]);
      await store.examinees.create([anExaminee(plan._id, room._id)]);
      const said = async () => {
        const { code, stdout } = await examhall(['check', '--json'], settings);
        const { go, findings } = JSON.parse(stdout) as { go: boolean; findings: CheckResult[] };
        assert.equal(code, go ? 0 : 1);
        return { go, detail: findings.find(({ name }) => name === 'capacity')?.detail ?? '' };
      };
      assert.deepEqual(await said(), {
        go: false,
        detail: '1 people of 1 plans, and no process has the role api, rooms, workers',
      });
      const redis = new Redis(settings.REDIS_URL ?? '');
      const report = { ...{ processId: newId(), host: 'h', pid: 1, version: '1', startedAt: 1, cpu: 0, lagP99Ms: 0 } };
      const seen = { ...report, memoryBytes: 0, rooms: 0, clients: 0, roles: ['api', 'rooms', 'workers'] };
      const tell = (at: number) => redis.hset('eh:processes', report.processId, JSON.stringify({ ...seen, at }));
      await tell(Date.now());
      assert.match((await said()).detail, /^1 people of 1 plans; 1 rooms processes for 8000 \(none is spare/);
      await tell(Date.now() - 60_000);
      const late = await examhall(['check'], settings);
      assert.match(late.stdout, /^✘ processes: silent for 10 s and more: h\/1 \(api,rooms,workers\)$/m);
      assert.match(late.stdout, /^no-go: processes, capacity$/m);
      redis.disconnect();
      await store.close();
    });

    it('looks how old the last backup is, where it is told where they lie', async () => {
      const backups = await testFolder();
      const env = { ...settings, EXAMHALL_BACKUP_DIR: backups };
      const none = await examhall(['check'], env);
      assert.match(none.stdout, /^✘ backups: no backup in /m);
      assert.equal((await examhall(['backup'], env)).code, 1);
      const made = await examhall(['backup', '--to', join(backups, 'first')], env);
      assert.equal(made.code, 0, made.stderr);
      assert.match(
        made.stdout,
        /^backup \w{16} in \S+first: \d+ documents, [\d.]+ MB \([\d.]+ MB before compression\) in [\d.]+ s\.$/m,
      );
      const found = await examhall(['check'], env);
      assert.match(found.stdout, /^✔ backups: the last one is 0\.0 hours old, at most 24$/m);
      assert.equal((await examhall(['restore', '--from', join(backups, 'first'), '--check'], env)).code, 0);
      const full = await examhall(['restore', '--from', join(backups, 'none')], env);
      assert.equal(full.code, 1);
      assert.match(full.stderr, /^examhall: \S+manifest\.json cannot be read: this is no backup/);
    });

    it('names an index that is missing, and does not make it', async () => {
      await dropIndex('sessions', 'expiresAt_1');
      for (const _ of [1, 2]) {
        const { code, stdout } = await examhall(['check'], settings);
        assert.equal(code, 1);
        assert.match(stdout, /^✘ indexes: missing, run bin\/examhall migrate: sessions: expiresAt$/m);
      }
      assert.equal((await examhall(['migrate'], settings)).code, 0);
      assert.equal((await examhall(['check'], settings)).code, 0);
    });

    it('tells of every bad setting among the others, and looks at what can still be looked at', async () => {
      await dropIndex('admins', 'login_1');
      const { EXAMHALL_SECRET: _, ...rest } = settings;
      const { code, stdout, stderr } = await examhall(['check'], { ...rest, EXAMHALL_PORT: 'none' });
      assert.equal(code, 1);
      assert.equal(stderr, '');
      assert.match(stdout, /^EXAMHALL_SECRET +missing /m);
      assert.match(stdout, /^✘ settings: EXAMHALL_SECRET is missing/m);
      assert.match(stdout, /^✘ settings: EXAMHALL_PORT is "none"/m);
      assert.match(stdout, /^✘ indexes: .*admins: login \(unique\)$/m);
      assert.match(stdout, /^✔ Redis maxmemory-policy: /m);
    });

    it('looks at Redis where the address of the store is none, and the other way round', async () => {
      const withoutStore = await examhall(['check'], { ...settings, MONGODB_URL: 'http://somewhere' });
      assert.match(withoutStore.stdout, /^✘ settings: MONGODB_URL/m);
      assert.match(withoutStore.stdout, /^✔ Redis appendonly: /m);
      const withoutRedis = await examhall(['check'], { ...settings, REDIS_URL: 'somewhere' });
      assert.match(withoutRedis.stdout, /^✘ settings: REDIS_URL/m);
      assert.match(withoutRedis.stdout, /^✔ indexes: /m);
      assert.deepEqual([withoutStore.code, withoutRedis.code], [1, 1]);
    });

    it('tells of a weak secret beside what is missing', async () => {
      const { stdout } = await examhall(['check'], {
        ...settings,
        EXAMHALL_SECRET: 'ab'.repeat(20),
        EXAMHALL_ROLES: 'cook',
      });
      assert.match(stdout, /^✘ a secret that is none: EXAMHALL_SECRET is too regular/m);
      assert.match(stdout, /^✘ settings: EXAMHALL_ROLES is "cook"/m);
    });
  });

  describe('admin create', () => {
    it('prints a link for the first account, and for another one only where that is said', async () => {
      const first = await examhall(['admin', 'create'], settings);
      assert.match(first.stdout, /^http:\/\/127\.0\.0\.1:8080\/v1\/links\/[\w-]{43}\n$/);
      assert.equal(first.stderr, '');
      const store = await openStore({ url });
      await store.admins.create({ _id: newId(), login: 'kim', passwordHash: '-', createdAt: new Date(0) });
      await store.close();
      const refused = await examhall(['admin', 'create'], settings);
      assert.deepEqual([refused.code, refused.stdout], [1, '']);
      assert.match(refused.stderr, /there already: 1\..*admin create --another\n$/);
      const another = await examhall(['admin', 'create', '--another'], settings);
      assert.match(another.stdout, /^http:\S+\/v1\/links\/[\w-]{43}\n$/);
      assert.match(another.stderr, /there already: 1\.\n$/);
    });
  });

  describe('start', () => {
    it('says what is missing before it installs or starts anything', async () => {
      const folder = await testFolder();
      const cache = join(folder, 'cache');
      const given = { EXAMHALL_DATA_DIR: folder, EXAMHALL_CACHE: cache, EXAMHALL_PORT: 'none' };
      const { code, stdout, stderr } = await examhall(['start'], given);
      assert.deepEqual([code, stdout], [1, '']);
      assert.match(
        stderr,
        /^examhall: the settings are not usable:\n {2}- EXAMHALL_SECRET is missing.*\n {2}- EXAMHALL_PORT is "none"/,
      );
      assert.ok(!stderr.includes('starting'), stderr);
      assert.ok(!existsSync(join(folder, 'stores')) && !existsSync(cache));
    });
  });
});
