// A small site and its operator: the commands one after another in a private folder, from the first start to the end.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { globSync, readFileSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { StoreAddresses } from '../../bin/launcher/commands/environment.ts';
import { freePort } from '../../bin/launcher/free-port.ts';
import { untilGone } from '../../bin/launcher/process-id.ts';
import { readLauncherSettings } from '../../bin/launcher/settings.ts';
import { createAdministrator } from '../../loadtest/administrator.ts';
import { createRehearsal, openRooms } from '../../loadtest/rehearsal.ts';
import { rehearsalPaper } from '../../loadtest/rehearsal-paper.ts';
import { page } from '../docs/pages.ts';
import { testFolder } from '../support/parts.ts';

const EXAMHALL = fileURLToPath(new URL('../../bin/examhall', import.meta.url));
const SERVES_WITHIN_MS = 90_000;
const ARCHIVED_WITHIN_MS = 40_000;
/** In this file, in rehearse.long.ts, in test/deploy, and into an empty system in test/copies. */
const TRIED_ELSEWHERE = ['drain', 'rehearse', 'deploy', 'start'];

type Ended = { code: number | null; stdout: string; stderr: string };
type Running = { child: ChildProcess; stdout: () => string; stderr: () => string; ended: Promise<Ended> };

describe('the commands of bin/examhall, at one site,', function () {
  this.timeout(120_000);
  let env: Record<string, string>;
  let url: string;
  let site: Running | undefined;
  let token = '';
  let planId = '';

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    env = {
      PATH: process.env.PATH ?? '',
      HOME: await testFolder(),
      EXAMHALL_CACHE: readLauncherSettings().cacheFolder,
      EXAMHALL_DATA_DIR: await testFolder(),
      EXAMHALL_SECRET: randomBytes(32).toString('base64url'),
      EXAMHALL_VIRUS_HOOK: 'off',
      EXAMHALL_PORT: String(port),
    };
  });
  after(async () => {
    if (site === undefined || site.child.exitCode !== null) return;
    site.child.kill('SIGTERM');
    await site.ended;
  });

  function begin(args: string[], given: Record<string, string> = {}): Running {
    const child = spawn(EXAMHALL, args, { env: { ...env, ...given }, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err]: [string[], string[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk.toString()));
    const [stdout, stderr] = [() => out.join(''), () => err.join('')];
    const ended = once(child, 'close').then(([code]) => ({ code, stdout: stdout(), stderr: stderr() }));
    return { child, stdout, stderr, ended };
  }

  /** Its standard output, where it ended well; nothing that it printed may be a secret. */
  async function run(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await begin(args).ended;
    assert.equal(code, 0, stdout + stderr);
    for (const secret of secrets()) assert.ok(!(stdout + stderr).includes(secret), 'it shows a secret');
    return stdout;
  }

  function addresses(): StoreAddresses {
    return JSON.parse(readFileSync(join(env.EXAMHALL_DATA_DIR ?? '', 'addresses.json'), 'utf8'));
  }

  function secrets(): string[] {
    return [env.EXAMHALL_SECRET ?? '', new URL(addresses().redisUrl).password];
  }

  it('start a site of all roles with stores of its own, which their user alone may read', async () => {
    site = begin(['start', '--roles', 'api,rooms,workers']);
    const limit = performance.now() + SERVES_WITHIN_MS;
    while (!site.stderr().includes('examhall serves')) {
      assert.equal(site.child.exitCode, null, site.stderr() + site.stdout());
      assert.ok(performance.now() < limit, site.stderr());
      await sleep(50);
    }
    assert.match(
      site.stderr(),
      /starting mongodb for this machine alone\.\n.*starting redis for this machine alone\.\n/s,
    );
    assert.match(site.stderr(), /examhall serves with the roles api,rooms,workers; Ctrl-C or SIGTERM stops it\.\n$/);
    assert.equal((await fetch(`${url}/ready`)).status, 200);
    assert.equal(statSync(env.EXAMHALL_DATA_DIR ?? '').mode & 0o077, 0);
    assert.equal(statSync(join(env.EXAMHALL_DATA_DIR ?? '', 'addresses.json')).mode & 0o777, 0o600);
    assert.notEqual(new URL(addresses().redisUrl).port, '6379');
  });

  it('find that site in order with check', async () => {
    const text = await run('check');
    const findings = text.split('\n').filter((line) => /^[✔✘]/.test(line));
    assert.ok(findings.length >= 5, text);
    assert.deepEqual(
      findings.filter((line) => !line.startsWith('✔')),
      [],
    );
    assert.match(text, new RegExp(`^EXAMHALL_PORT +${new URL(url).port} `, 'm'));
    assert.match(text, /^EXAMHALL_SECRET +set /m);
  });

  it('print a link for the first account with admin create, which works once', async () => {
    const link = (await run('admin', 'create')).trim();
    assert.match(link, new RegExp(`^${url}/v1/links/[0-9A-Za-z_-]+$`));
    assert.equal((await fetch(link)).status, 200, 'a person can open it');
    const account = { login: 'first-admin', password: randomUUID() };
    const headers = { 'content-type': 'application/json' };
    const spend = () => fetch(link, { method: 'POST', headers, body: JSON.stringify({ ...account }) });
    assert.equal((await spend()).status, 201);
    const other = { login: 'somebody-else', password: randomUUID() };
    const again = await fetch(link, { method: 'POST', headers, body: JSON.stringify(other) });
    assert.equal(again.status, 410);
    assert.equal(((await again.json()) as { code: string }).code, 'LINK_SPENT');
    const login = (body: object) => fetch(`${url}/v1/login`, { method: 'POST', headers, body: JSON.stringify(body) });
    const session = await login(account);
    assert.equal(session.status, 200);
    token = ((await session.json()) as { token: string }).token;
    assert.equal((await login(other)).status, 401);
  });

  it('print no second link by accident, and one where it is wanted', async () => {
    const { code, stdout, stderr } = await begin(['admin', 'create']).ended;
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, /accounts of admins that are there already: 1\. .*admin create --another\n$/);
    assert.match(await run('admin', 'create', '--another'), /\/v1\/links\/[0-9A-Za-z_-]+\n$/);
  });

  it('migrate the store, twice, and rebuild the live data, while it serves', async () => {
    const admin = createAdministrator({ url, token });
    const rooms = [{ label: 'one', examinees: [{ label: 'Ada' }, { label: 'Ben' }] }];
    const exam = await createRehearsal(admin, { name: 'plan', ...rehearsalPaper(5), rooms, durationMs: 600_000 });
    await openRooms(admin, exam);
    assert.match(await run('migrate'), /indexes are in place/);
    assert.match(await run('migrate'), /indexes are in place/);
    assert.match(await run('rebuild-live'), /^rebuilt: 1 plans, 1 rooms, 2 examinees, \d sheets\.\n$/);
    assert.equal((await admin.plan(exam.planId)).status, 'open');
    planId = exam.planId;
  });

  it('do everything that operations.md tells for a new version, for keys and for the day of the exam', async () => {
    const admin = createAdministrator({ url, token });
    await admin.control(planId, { action: 'end', reason: 'test' });
    const keyCount = async () => (JSON.parse(await run('receipt-keys')) as { keys: unknown[] }).keys.length;
    const before = await keyCount();
    const done: string[] = [];
    const folders = { backup: '', archive: '' };
    for (const command of toldIn('Upgrade', 'Rotating keys', 'The day of the exam')) {
      const [word = '', ...args] = command.split(' ');
      if (TRIED_ELSEWHERE.some((other) => command.startsWith(other))) continue;
      if (word === 'backup' || word === 'archive') folders[word] = join(await testFolder(), 'new');
      const folder = /archive/.test(word) ? folders.archive : folders.backup;
      const named = args.map((arg) => (arg === 'ID' ? planId : arg === 'FOLDER' || arg.startsWith('/') ? folder : arg));
      done.push(word === 'receipt-keys' ? command : word);
      if (word === 'archive') await untilArchived(named);
      else assert.notEqual(await run(word, ...named), '', command);
    }
    for (const word of [
      'check',
      'backup',
      'migrate',
      'restore',
      'receipt-keys',
      'receipt-keys rotate',
      'archive',
      'verify-archive',
    ])
      assert.ok(done.includes(word), `${word} is not told there any more`);
    const rotated = done.filter((command) => command === 'receipt-keys rotate').length;
    assert.equal(await keyCount(), before + rotated, 'each rotation has made one');
  });

  /** The chain of a plan takes up what happened at its end within seconds. */
  async function untilArchived(args: string[]): Promise<void> {
    const limit = performance.now() + ARCHIVED_WITHIN_MS;
    for (;;) {
      const { code, stderr } = await begin(['archive', ...args]).ended;
      if (code === 0) return;
      assert.ok(performance.now() < limit, stderr);
      await rm(args.at(-1) ?? '', { recursive: true, force: true });
      await sleep(500);
    }
  }

  it('go on after SIGHUP where there is no terminal that could have gone', async () => {
    const server = childrenOf(site?.child.pid ?? 0).find(({ command }) => command.includes('server.ts'))?.pid;
    site?.child.kill('SIGHUP');
    assert.equal((await fetch(`${url}/ready`)).status, 200);
    assert.ok(childrenOf(site?.child.pid ?? 0).some(({ pid }) => pid === server));
    assert.doesNotMatch(site?.stderr() ?? '', /stopping/);
  });

  it('begin anew with drain --restart: the server alone, while its launcher and stores stay', async () => {
    const pid = site?.child.pid ?? 0;
    const serverOf = () => childrenOf(pid).find(({ command }) => command.includes('server.ts'))?.pid;
    const others = () => childrenOf(pid).filter(({ command }) => !command.includes('server.ts'));
    const [server, stores] = [serverOf(), others()];
    const { code, stderr } = await begin(['drain', '--restart']).ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`${pid} \\(api,rooms,workers\\) hands its rooms over and begins anew\\.\n`));
    assert.match(stderr, new RegExp(`${pid} serves again, after [0-9.]+ s\\.\n$`));
    assert.equal((await fetch(`${url}/ready`)).status, 200);
    assert.notEqual(serverOf(), server);
    assert.deepEqual(others(), stores);
    assert.match(site?.stdout() ?? '', /"handedOver":0,"left":\d+,"isAlone":true/);
  });

  it('drain no process that start does not run here', async () => {
    const { code, stderr } = await begin(['drain', '1']).ended;
    assert.equal(code, 1);
    assert.match(stderr, new RegExp(`1 was not started here; running: ${site?.child.pid}\\.\n$`));
  });

  it('stop on SIGTERM, which is what drain sends: the server first, its stores after it, everything, and end with 0', async () => {
    assert.ok(site);
    const children = childrenOf(site.child.pid ?? 0);
    const has = (part: string) => children.some(({ command }) => command.includes(part));
    assert.ok(has('server.ts') && has('redis') && children.length >= 4, JSON.stringify(children));
    const drained = await begin(['drain']).ended;
    assert.match(drained.stderr, new RegExp(`${site.child.pid} has stopped, after [0-9.]+ s\\.\n$`));
    assert.match((await begin(['drain']).ended).stderr, /nothing was started on this machine/);
    const { code, stdout, stderr } = await site.ended;
    assert.equal(code, 0, stderr);
    const told = stderr.slice(stderr.indexOf('stopping after')).replaceAll('examhall: ', '').trim().split('\n');
    assert.deepEqual(told, ['stopping after SIGTERM.', 'server stopped.', 'mongodb, redis stopped.', 'stopped.']);
    assert.match(stdout, /"reason":"SIGTERM","msg":"stopping"/);
    assert.doesNotMatch(stdout, /part did not stop|"level":60/);
    const pids = children.map(({ pid }) => pid);
    assert.equal(await untilGone(pids, 5_000), true, 'the guard goes last, by itself');
    await assert.rejects(fetch(`${url}/health`));
  });

  it('find with check, and exit code 1, that the stores are not there any more', async () => {
    const { code, stdout } = await begin(['check']).ended;
    assert.equal(code, 1);
    assert.match(stdout, /^✔ settings: /m);
    assert.match(stdout, /^✘ MongoDB: /m);
    assert.match(stdout, /^✘ Redis: /m);
    for (const secret of secrets()) assert.ok(!stdout.includes(secret), 'it shows a secret');
  });
});

/** The commands of bin/examhall in these sections of operations.md, in their order, without its name. */
function toldIn(...names: string[]): string[] {
  const sections = page('docs/operations.md').text.split(/^## /m);
  return names.flatMap((name) => {
    const section = sections.find((text) => text.startsWith(`${name}\n`));
    assert.ok(section !== undefined, `there is no section ${name}`);
    return [...section.matchAll(/(?:^|`)bin\/examhall ([^`\n]+)/gm)].map(([, command = '']) => command.trim());
  });
}

/** From /proc, so this test is for Linux, as the launcher's other tests of processes are. */
function childrenOf(parent: number): { pid: number; command: string }[] {
  return globSync('/proc/[0-9]*/stat').flatMap((file) => {
    try {
      const line = readFileSync(file, 'utf8');
      const [, ppid] = line.slice(line.lastIndexOf(')') + 2).split(' ');
      if (Number(ppid) !== parent) return [];
      const command = readFileSync(file.replace(/stat$/, 'cmdline'), 'utf8').replaceAll('\0', ' ');
      return [{ pid: Number.parseInt(line, 10), command }];
    } catch {
      return []; // The process ended between the listing and the reading.
    }
  });
}
