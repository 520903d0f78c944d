// The pages for who runs the machines, on a whole system with an exam in it: an admin alone gets in, nothing can be changed
// there by anybody, and no answer is shown.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { INSIDE_COOKIE } from '../../api/inside.ts';
import { hashOfToken, newSecretToken } from '../../api/tokens.ts';
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import { withoutAnswers } from '../../inside-pages.ts';
import { newId } from '../../schema/ids.ts';
import { QUEUES } from '../../schema/jobs.ts';
import type { Role } from '../../schema/states.ts';
import { ESSAY, isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { openQueue, until } from '../workers/worker-parts.ts';

const CANARY = `essay-${randomUUID()}`;

describe('the pages inside', function () {
  this.timeout(60_000);
  let whole: WholeExam;
  let cookie: string;
  let examineeToken: string;

  before(async () => {
    whole = await openWholeExam('inside', { layout: 'one', examinees: 2, env: { EXAMHALL_INSIDE_PAGES: 'on' } });
    const session = await whole.enter(0);
    await whole.begin();
    session.answer(ESSAY, CANARY);
    await until('the essay is saved', () => isSaved(session, ESSAY), 20_000);
    const { code } = whole.exam.roster[1] ?? { code: '' };
    const entered = await fetch(`${whole.system.url}/v1/enter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, deviceKey: 'device-0002', entryId: newId() }),
    });
    examineeToken = ((await entered.json()) as { token: string }).token;
  });
  after(() => whole?.stop());

  function ask(path: string, given: { method?: string; headers?: Record<string, string> } = {}): Promise<Response> {
    return fetch(`${whole.system.url}${path}`, { redirect: 'manual', ...given });
  }
  const inside = (path: string, method = 'GET') => ask(`/inside${path}`, { method, headers: { cookie } });
  const open = (token: string) =>
    ask('/inside/session', { method: 'POST', headers: { authorization: `Bearer ${token}` } });

  async function tokenOf(role: Role): Promise<string> {
    const token = newSecretToken();
    const times = { expiresAt: Date.now() + 600_000, createdAt: new Date() };
    await whole.store.sessions.create({ _id: hashOfToken(token), kind: 'session', role, subjectId: newId(), ...times });
    return token;
  }

  it('lead who is nobody to the login, and answer a programme with 401', async () => {
    for (const path of ['', '/', '/queues/', '/queues/api/queues', '/rooms/', '/rooms/api', '/none']) {
      for (const headers of [{}, { cookie: `${INSIDE_COOKIE}=${newSecretToken()}` }, { cookie: `${INSIDE_COOKIE}=x` }])
        assert.equal((await ask(`/inside${path}`, { headers })).status, 401, path);
      const led = await ask(`/inside${path}`, { headers: { accept: 'text/html' } });
      assert.deepEqual([led.status, led.headers.get('location')], [303, '/inside/login'], path);
    }
    assert.equal((await ask('/inside/login')).status, 200);
    assert.equal((await ask('/inside/login.js')).status, 200);
  });

  it('let in no examinee, no proctor, no machine and no forged token', async () => {
    for (const token of [examineeToken, await tokenOf('service'), newSecretToken()]) {
      const refused = await open(token);
      assert.ok([401, 403].includes(refused.status), `${refused.status}`);
      assert.equal(refused.headers.get('set-cookie'), null);
      assert.ok(
        [401, 403].includes((await ask('/inside', { headers: { cookie: `${INSIDE_COOKIE}=${token}` } })).status),
      );
    }
    assert.equal((await ask('/inside/session', { method: 'POST' })).status, 401);
  });

  it('take an admin in with a cookie that no script and no other site gets', async () => {
    const opened = await open(whole.token);
    assert.equal(opened.status, 204);
    const set = opened.headers.get('set-cookie') ?? '';
    for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/inside', 'Max-Age=3600'])
      assert.ok(set.includes(part), part);
    [cookie = ''] = set.split(';');
    assert.equal((await inside('')).status, 200);
    await until('it is in the chain', async () => {
      const entries = await whole.store.audit.list(INSTALLATION_CHAIN, { kind: 'inside.entered', limit: 10 });
      return entries.length === 1;
    });
    assert.equal((await ask('/v1/monitor/servers', { headers: { cookie } })).status, 401, 'the api believes no cookie');
  });

  it('show queues and jobs, and of answers how many there are', async () => {
    const page = await inside('/queues/');
    const html = await page.text();
    assert.equal(page.status, 200);
    assert.match(html, /<base href="\/inside\/queues\/" \/>/);
    const [script = ''] = /static\/js\/[^"]+/.exec(html) ?? [];
    assert.equal((await inside(`/queues/${script}`)).status, 200);
    let text = '';
    await until('the queues are read', async () => {
      const shown = await inside('/queues/api/queues?activeQueue=answers&status=completed&page=1');
      text = `${shown.status} ${await shown.text()}`;
      return shown.status === 200 && text.includes('"queues"');
    }).catch((error: unknown) => assert.fail(`${error}: ${text.slice(0, 500)}`));
    const { queues } = JSON.parse(text.slice(4)) as {
      queues: { name: string; readOnlyMode: boolean; jobs: unknown[] }[];
    };
    assert.deepEqual(queues.map(({ name }) => name).sort(), [...QUEUES].sort());
    assert.ok(queues.every(({ readOnlyMode }) => readOnlyMode));
    const jobs = queues.find(({ name }) => name === 'answers')?.jobs ?? [];
    assert.ok(jobs.length > 0 && text.includes(' answers"'), text);
    const door = openQueue('answers', whole.system.redisUrl);
    const [job] = await door.queue.getJobs(['completed']);
    const stored = (await door.queue.getJobs(['completed'])).map((one) => JSON.stringify(one.data));
    await door.close();
    assert.ok(stored.join().includes(CANARY), 'the jobs do have the essay');
    const one = await (await inside(`/queues/api/queues/answers/${job?.id}`)).text();
    for (const body of [text, one]) assert.ok(!body.includes(CANARY), 'an answer is shown');
    assert.deepEqual(withoutAnswers({ planId: 'p', answers: [1, 2] }), { planId: 'p', answers: '2 answers' });
  });

  it('change no queue, whatever is asked', async () => {
    const door = openQueue('answers', whole.system.redisUrl);
    const [job] = await door.queue.getJobs(['completed']);
    const tries: [string, string][] = [
      ['PUT', '/queues/api/queues/answers/pause'],
      ['PUT', '/queues/api/queues/pause'],
      ['PUT', '/queues/api/queues/answers/empty'],
      ['PUT', '/queues/api/queues/answers/obliterate'],
      ['PUT', `/queues/api/queues/answers/${job?.id}/clean`],
      ['PUT', '/queues/api/queues/answers/clean/completed'],
      ['POST', '/queues/api/queues/answers/add'],
      ['PATCH', `/queues/api/queues/answers/${job?.id}/update-data`],
    ];
    for (const [method, path] of tries) assert.equal((await inside(path, method)).status, 405, path);
    assert.equal(await door.queue.isPaused(), false);
    assert.ok((await door.queue.getJob(job?.id ?? '')) !== undefined);
    await door.close();
  });

  it('show the live rooms, and look into none, nor call one', async () => {
    const html = await (await inside('/rooms/')).text();
    const [script = ''] = /assets\/[^"]+\.js/.exec(html) ?? [];
    assert.equal((await inside(`/rooms/${script}`)).status, 200);
    const { rooms } = (await (await inside('/rooms/api')).json()) as { rooms: { roomId: string; clients: number }[] };
    const ours = whole.exam.rooms.map(({ roomId }) => roomId).sort();
    assert.deepEqual(rooms.map(({ roomId }) => roomId).sort(), ours);
    const [roomId = ''] = ours;
    const calls = [
      `/rooms/api/room?roomId=${roomId}`,
      `/rooms/api/room/call?roomId=${roomId}&method=disconnect&args=[]`,
    ];
    for (const path of [...calls, '/rooms/api//room/call', '/rooms/api/room/', '/rooms/..%2f..%2fpackage.json'])
      assert.ok([403, 404].includes((await inside(path)).status), path);
    const after = (await (await inside('/rooms/api')).json()) as { rooms: unknown[] };
    assert.equal(after.rooms.length, ours.length);
    assert.equal((await inside('/none/')).status, 404);
  });

  it('have strict headers, all of them', async () => {
    for (const path of ['', '/login', '/queues/', '/queues/api/queues', '/rooms/', '/rooms/api']) {
      const { headers } = await inside(path);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'.*script-src 'self';.*connect-src 'self'.*frame-ancestors 'none'/, path);
      assert.ok(!policy.includes('http') && !/script-src[^;]*unsafe/.test(policy), path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
      assert.equal(headers.get('x-powered-by'), null, path);
      assert.match(headers.get('cache-control') ?? '', /no-store|no-cache/, path);
    }
  });

  it('are shut when the session has ended, and are nowhere unless the settings have them on', async () => {
    const headers = { authorization: `Bearer ${whole.token}`, 'idempotency-key': newId() };
    assert.equal((await ask('/v1/logout', { method: 'POST', headers })).status, 204);
    assert.equal((await inside('')).status, 401);
  });
});
