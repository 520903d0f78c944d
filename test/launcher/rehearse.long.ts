// `examhall rehearse` on a system of several processes as `examhall start` runs it: a storm, lost links and a killed process,
// and nothing of the real plan is another than before.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import mongoose from 'mongoose';
import type { StoreAddresses } from '../../bin/launcher/commands/environment.ts';
import { freePort } from '../../bin/launcher/free-port.ts';
import { runningHere } from '../../bin/launcher/running-notes.ts';
import { readLauncherSettings } from '../../bin/launcher/settings.ts';
import { createAdministrator } from '../../loadtest/administrator.ts';
import { rehearsalPaper } from '../../loadtest/rehearsal-paper.ts';
import type { RehearseReport } from '../../loadtest/rehearse.ts';
import { createAdminToken } from '../../operations.ts';
import { testFolder } from '../support/parts.ts';

const EXAMHALL = fileURLToPath(new URL('../../bin/examhall', import.meta.url));
const SERVES_WITHIN_MS = 120_000;
const ROOMS = ['Saal 1', 'Saal 2', 'Saal 3'];
const PEOPLE = 24;
/** What depends on how busy the machine is beside. */
const TIMED = new Set(['entering', 'start', 'paper', 'saving', 'lost links', 'killed process', 'scores', 'resources']);

describe('a rehearsal on a system of several processes', function () {
  this.timeout(300_000);
  const launchers: ChildProcess[] = [];
  let folder: string;
  let env: Record<string, string>;
  let url: string;
  let stores: StoreAddresses;
  let planId: string;

  before(async () => {
    folder = await testFolder();
    env = {
      PATH: process.env.PATH ?? '',
      HOME: await testFolder(),
      EXAMHALL_CACHE: readLauncherSettings().cacheFolder,
      EXAMHALL_DATA_DIR: folder,
      EXAMHALL_SECRET: randomBytes(32).toString('base64url'),
      EXAMHALL_VIRUS_HOOK: 'off',
    };
    url = await start('api,workers');
    stores = JSON.parse(readFileSync(join(folder, 'addresses.json'), 'utf8'));
    Object.assign(env, { MONGODB_URL: stores.mongodbUrl, REDIS_URL: stores.redisUrl });
    await Promise.all([start('rooms'), start('rooms')]);
    planId = await aRealPlan();
  });
  after(async () => {
    for (const launcher of launchers.toReversed()) {
      launcher.kill('SIGTERM');
      if (launcher.exitCode === null) await once(launcher, 'exit');
    }
  });

  /** Resolves with its address when it serves. */
  async function start(roles: string): Promise<string> {
    const port = await freePort();
    const address = roles === 'rooms' ? { EXAMHALL_PUBLIC_ADDRESS: `127.0.0.1:${port}` } : {};
    const given = { ...env, ...address, EXAMHALL_PORT: String(port) };
    const child = spawn(EXAMHALL, ['start', '--roles', roles], { env: given, stdio: ['ignore', 'ignore', 'pipe'] });
    launchers.push(child);
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const limit = performance.now() + SERVES_WITHIN_MS;
    while (!said.includes('examhall serves')) {
      assert.equal(child.exitCode, null, said);
      assert.ok(performance.now() < limit, said);
      await sleep(50);
    }
    return `http://127.0.0.1:${port}`;
  }

  async function aRealPlan(): Promise<string> {
    const admin = createAdministrator({ url, token: await createAdminToken(stores.mongodbUrl) });
    const { items, key } = rehearsalPaper(10);
    const paperId = await admin.createPaper('Physik', items);
    await admin.putKey(paperId, key);
    const made = await admin.createPlan({ name: 'Physik', paperId, durationMs: 3_600_000 });
    const rooms = await admin.addRooms(made, ROOMS);
    const roster = Array.from({ length: PEOPLE }, (_, n) => {
      return { label: `Prüfling ${n}`, roomId: rooms[n % ROOMS.length]?.roomId ?? '', seat: `R${n}` };
    });
    await admin.addExaminees(made, roster);
    await admin.schedule(made);
    return made;
  }

  /** Every document, by its collection; of what grows by itself those that are about the real plan. */
  async function stored(): Promise<Record<string, unknown[]>> {
    const client = new mongoose.mongo.MongoClient(stores.mongodbUrl);
    const all: Record<string, unknown[]> = {};
    for (const { name } of await client.db().listCollections({}, { nameOnly: true }).toArray()) {
      const documents = await client.db().collection(name).find({}).sort({ _id: 1 }).hint({ _id: 1 }).toArray();
      if (DERIVED.has(name)) continue;
      const isAbout = (document: object) => JSON.stringify(document).includes(planId);
      all[name] = GROWING.has(name) ? documents.filter(isAbout) : documents;
    }
    await client.close();
    return all;
  }
  /** Once the audit chain has taken up what was written, and the real plan's log has, which they do a moment later. */
  async function storedInRest(): Promise<Record<string, unknown[]>> {
    const limit = performance.now() + SERVES_WITHIN_MS;
    for (;;) {
      const all = await stored();
      const isLogged = JSON.stringify(all.logs ?? []).includes('"plan.scheduled"');
      if (isLogged && !JSON.stringify(all).includes('"unchained":[{')) return all;
      assert.ok(performance.now() < limit, 'the chain does not take it up');
      await sleep(250);
    }
  }

  async function isAllThatIsLeft(before: Record<string, unknown[]>): Promise<void> {
    const after = await storedInRest();
    for (const [name, documents] of Object.entries(before)) assert.deepEqual(after[name], documents, name);
    const added = Object.keys(after).filter((name) => before[name] === undefined && after[name]?.length);
    assert.deepEqual(added, []);
  }

  const GROWING = new Set(['audit', 'monitoring', 'logs', 'idempotency', 'receiptKeys']);
  /** Made up to a minute later of logs and audit, which are looked at. */
  const DERIVED = new Set(['logcounts', 'heads']);

  it('judges what it saw, brings the killed process back, and leaves nothing but the chain of who did what', async () => {
    const before = await storedInRest();
    const args = ['rehearse', '--plan', planId, '--seconds', '5', '--every', '1', '--json'];
    const { code, stdout, stderr } = await new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
      execFile(EXAMHALL, args, { env: { ...env, EXAMHALL_PUBLIC_URL: url } }, (error, out, err) =>
        resolve({ code: error?.code ?? 0, stdout: out, stderr: err }),
      );
    });
    assert.match(stderr, /24 simulated people, 3 rooms, 10 generated items\./);
    const report = JSON.parse(stdout) as RehearseReport;
    const { outcome, findings, go, first } = report;
    assert.equal(code, go ? 0 : 1, stderr);
    const wrong = findings.filter(({ ok, name }) => !ok && !TIMED.has(name));
    assert.deepEqual(wrong, []);
    assert.deepEqual([outcome.entered, outcome.started, outcome.opened], [PEOPLE, PEOPLE, PEOPLE], stdout);
    assert.deepEqual([outcome.lost, outcome.unsaved, outcome.refused], [0, 0, ''], stdout);
    assert.ok(outcome.calm.saved >= PEOPLE * 4 && outcome.calm.saved === outcome.calm.given, stdout);
    assert.deepEqual([outcome.linksLost.people, outcome.linksLost.back], [PEOPLE / 3, PEOPLE / 3]);
    assert.ok('what' in outcome.killing, stdout);
    assert.match(outcome.killing.what, /\(rooms\) with [1-3] rooms and [0-9]+ people$/);
    assert.ok(outcome.killing.people > 0 && outcome.killing.back === outcome.killing.people, stdout);
    assert.ok(first !== undefined, 'a resource is named');
    for (const name of ['MongoDB', 'Redis', 'the api', 'this machine'])
      assert.ok(!stdout.includes(`${name} did not`), name);

    await isAllThatIsLeft(before);
    const pid = Number(/\/(\d+) \(/.exec(outcome.killing.what)?.[1]);
    assert.throws(() => process.kill(pid, 0), 'what was killed is gone');
    assert.equal(runningHere(folder).length, 3, 'its launcher is there');
    console.log(
      `      ${findings.map(({ ok, name, detail }) => `${ok ? '✔' : '✘'} ${name}: ${detail}`).join('\n      ')}`,
    );
  });

  it('leaves nothing where somebody interrupts it while people answer', async () => {
    const before = await storedInRest();
    const args = ['rehearse', '--plan', planId, '--seconds', '600', '--no-kill'];
    const child = spawn(EXAMHALL, args, {
      env: { ...env, EXAMHALL_PUBLIC_URL: url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.endsWith('everybody answers, for 600 s.\n')) child.kill('SIGINT');
      });
    const [code] = await once(child, 'close');
    assert.equal(code, 1, said);
    assert.match(said, /examhall: interrupted by SIGINT before it was over\.\n$/);
    await isAllThatIsLeft(before);
  });
});
