// Problems: the one shape of every refusal and fault, and that nothing leaks; headers, origins, bodies that are none.
import assert from 'node:assert/strict';
import { problemOf as problemShown, refusalOfError } from '../../api/problems.ts';
import type { Problem } from '../../schema/replies.ts';
import { StoreFault, type StoreFaultCode } from '../../store/fault.ts';
import type { Store } from '../../store/open-store.ts';
import { type ExamFixture, makeExam } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('problems', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  const breaking = (store: Store): Store => ({
    ...store,
    files: { ...store.files, byPlan: () => Promise.reject(new Error('mongodb://user:secret@host said no')) },
  });

  before(async () => {
    api = await startApi('problems', { decorate: breaking });
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const problemOf = async (
    method: string,
    path: string,
    sent: Parameters<RunningApi['call']>[2] = {},
  ): Promise<Problem> => (await api.call(method, path, sent)).body;

  it('says for an unknown route that there is none', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['GET', '/V1/plans'],
      ['PATCH', '/v1/plans/a/b/c'],
    ] as const)
      assert.equal((await problemOf(method, path)).code, 'ROUTE_UNKNOWN', `${method} ${path}`);
  });

  it('says for an unknown method of a known route which ones there are', async () => {
    for (const [method, path, allow] of [
      ['GET', '/v1/login', 'POST'],
      ['PATCH', '/v1/plans', 'POST, GET, HEAD'],
      ['DELETE', '/health', 'GET, HEAD'],
      ['POST', `/v1/rooms/${exam.roomIds[0]}`, 'GET, HEAD, PATCH, DELETE'],
      ['PUT', '/v1/openapi.json', 'GET, HEAD'],
    ] as const) {
      const { status, headers, body } = await api.call(method, path);
      assert.deepEqual([status, headers.get('allow')], [405, allow], `${method} ${path}`);
      assert.deepEqual((body as Problem).allowed, allow.split(', '));
    }
  });

  it('asks for a token with WWW-Authenticate', async () => {
    const { status, headers } = await api.call('GET', '/v1/plans');
    assert.deepEqual([status, headers.get('www-authenticate')], [401, 'Bearer']);
  });

  it('takes nothing for a token that is none', async () => {
    for (const authorization of [
      'Bearer',
      'Bearer ',
      'Basic eDp5',
      'Bearer x.y.z',
      `Bearer x.${'A'.repeat(40)}.${'B'.repeat(43)}`,
      `Bearer ${'A'.repeat(700)}`,
    ]) {
      const { status } = await api.call('GET', '/v1/plans', { headers: { authorization } });
      assert.equal(status, 401, authorization);
    }
  });

  it('has type, title, status, detail, code and retry, and names the wrong members', async () => {
    const body = { name: '', paperId: 'no', durationMs: 'long', more: 1 };
    const problem = await problemOf('POST', '/v1/plans', { token: exam.admin, body });
    assert.equal(problem.type, 'urn:examhall:refusal:REQUEST_INVALID');
    assert.deepEqual([problem.status, problem.retry, problem.title.length > 0], [422, 'never', true]);
    assert.deepEqual(problem.errors?.map((error) => error.path).toSorted(), [
      'body',
      'body.durationMs',
      'body.name',
      'body.paperId',
    ]);
  });

  it('never shows what was sent', async () => {
    const body = { login: 'x', password: { very: 'secret password' } };
    const { text } = await api.call('POST', '/v1/login', { body });
    assert.ok(!text.includes('secret password'));
  });

  it('shows a fault as INTERNAL with an id that is in the log, and nothing of its cause', async () => {
    const { status, body, text } = await api.call('GET', `/v1/files?planId=${exam.planId}`, { token: exam.admin });
    const problem: Problem = body;
    assert.deepEqual([status, problem.code, problem.retry], [500, 'INTERNAL', 'later']);
    assert.ok(!text.includes('mongodb'));
    assert.ok(!text.includes('secret'));
    const line = api.logged.find((entry) => entry.requestId === problem.id);
    assert.ok(line !== undefined && problem.id !== undefined);
    assert.equal(line.route, '/v1/files');
    assert.ok(!JSON.stringify(line).includes(exam.planId));
  });

  it('shows a store that is away as 503 STORE_AWAY, to be tried again, and other faults of the store as INTERNAL', () => {
    const shown = (code: StoreFaultCode) => refusalOfError(new StoreFault(code, 'at mongodb://secret'));
    const { refusal, isFault } = shown('STORE_UNAVAILABLE');
    const { status, code, retry, detail, id } = problemShown(refusal, 'a-request', isFault);
    assert.deepEqual([status, code, retry], [503, 'STORE_AWAY', 'later']);
    assert.ok(id === 'a-request' && !detail.includes('secret'));
    assert.equal(shown('STORE_MISSING').refusal.refused, 'INTERNAL');
  });

  it('refuses bodies that are no JSON, too large, or of another type, before their shape', async () => {
    const send = (body: string, type = 'application/json') =>
      problemOf('POST', '/v1/login', { body, headers: { 'content-type': type } });
    assert.equal((await send('{')).code, 'REQUEST_INVALID');
    assert.equal((await send('"text"')).code, 'REQUEST_INVALID');
    assert.equal((await send('[]')).code, 'REQUEST_INVALID');
    assert.equal((await send('login=x', 'application/x-www-form-urlencoded')).code, 'REQUEST_INVALID');
    assert.equal((await send('{}', 'application/json; charset=utf-7')).code, 'REQUEST_INVALID');
    assert.equal((await send(JSON.stringify({ login: 'x'.repeat(65_536) }))).code, 'REQUEST_TOO_LARGE');
    assert.equal((await problemOf('POST', '/v1/login')).code, 'REQUEST_INVALID');
  });

  it('takes a large body for an import, up to 2 MB, and from nobody without a token', async () => {
    const rooms = Array.from({ length: 900 }, (_, index) => ({ label: `${index} ${'x'.repeat(150)}` }));
    const path = `/v1/plans/${exam.planId}/rooms`;
    assert.equal((await api.call('POST', path, { token: exam.admin, body: { rooms } })).status, 201);
    const huge = { rooms: [{ label: 'x'.repeat(2_200_000) }] };
    assert.equal((await api.call('POST', path, { token: exam.admin, body: huge })).status, 413);
    assert.equal((await api.call('POST', path, { body: huge })).status, 401);
  });

  it('does not take a body that looks like a refusal for one', async () => {
    const body = { refused: 'INTERNAL', retry: 'later', message: 'x' };
    assert.equal((await problemOf('POST', '/v1/login', { body })).code, 'REQUEST_INVALID');
  });

  it('refuses a path that is no text', async () => {
    assert.equal((await problemOf('GET', '/v1/plans/%E0%A4%A', { token: exam.admin })).code, 'REQUEST_INVALID');
  });

  it('sends headers that let a browser do nothing with an answer', async () => {
    const { headers } = await api.call('GET', '/health');
    assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('x-frame-options'), 'DENY');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-powered-by'), null);
    assert.equal(headers.get('strict-transport-security'), null);
  });

  it('lets pages of the listed origins read its answers, and no others', async () => {
    const allowed = await api.call('GET', '/health', { headers: { origin: 'https://exam.example' } });
    assert.equal(allowed.headers.get('access-control-allow-origin'), 'https://exam.example');
    const other = await api.call('GET', '/health', { headers: { origin: 'https://evil.example' } });
    assert.equal(other.headers.get('access-control-allow-origin'), null);
    assert.equal(other.headers.get('vary'), 'Origin');
    const preflight = await api.call('OPTIONS', '/v1/enter', { headers: { origin: 'https://exam.example' } });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Idempotency-Key/);
    const strange = await api.call('OPTIONS', '/v1/enter', { headers: { origin: 'https://evil.example' } });
    assert.equal(strange.headers.get('access-control-allow-headers'), null);
  });

  it('says whether it lives and is ready, and shows its figures by route pattern', async () => {
    assert.deepEqual((await api.call('GET', '/health')).body, { status: 'ok' });
    const ready = await api.call('GET', '/ready');
    assert.deepEqual([ready.status, ready.body], [200, { status: 'ready', store: 'ok', redis: 'ok' }]);
    const { text } = await api.call('GET', '/metrics');
    assert.match(
      text,
      /examhall_http_request_seconds_count\{route="\/v1\/plans\/:planId\/rooms",method="POST",status="201"\} [12]/,
    );
    assert.match(text, /examhall_http_faults_total\{route="\/v1\/files"\} 1/);
    assert.ok(!text.includes(exam.planId));
  });

  it('is not ready while Redis is away', async () => {
    const away = await startApi('problems-away');
    away.redis.disconnect();
    const { status, body } = await away.call('GET', '/ready');
    assert.deepEqual([status, body], [503, { status: 'waiting', store: 'ok', redis: 'away' }]);
    assert.equal((await away.call('GET', '/health')).status, 200);
    await away.stop();
  });

  it('is not ready while the process leaves, though store and Redis answer, so that a balancer sends nothing new', async () => {
    const leaving = await startApi('problems-leaving', { isLeaving: () => true });
    const { status, body } = await leaving.call('GET', '/ready');
    assert.deepEqual([status, body], [503, { status: 'leaving', store: 'ok', redis: 'ok' }]);
    await leaving.stop();
  });
});
