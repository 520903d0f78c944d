// The api on a machine whose own clock is hours off: it goes by the store's, as rooms and other processes do.
import assert from 'node:assert/strict';
import { createTokens } from '../../api/tokens.ts';
import { newId } from '../../schema/ids.ts';
import type { EnterReply, LoginReply, ProgressReply } from '../../schema/replies.ts';
import type { Store } from '../../store/open-store.ts';
import { type ExamFixture, forceState, ITEMS, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** More than an answered request is kept. */
const OFF_MS = 30 * 3_600_000;
const PASSWORD = 'correct horse battery';

describe("the api's clock", () => {
  const storeNow = () => Date.now() + OFF_MS;
  const isNow = (instant: number) =>
    assert.ok(Math.abs(instant - storeNow()) < 10_000, `${instant - storeNow()} ms off`);
  let api: RunningApi;
  let token: string;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('clock', { now: storeNow, decorate: sweptMeanwhile });
    token = await api.adminToken();
  });
  after(() => api.stop());

  it('takes a session that has expired by the store for none, however long it has by the own clock', async () => {
    const expired = await api.session({ expiresAt: storeNow() - 1_000 });
    assert.equal((await api.call('GET', '/v1/plans', { token: expired })).status, 401);
    assert.equal((await api.call('GET', '/v1/plans', { token })).status, 200);
  });

  it('gives sessions that last by the store', async () => {
    await api.call('POST', '/v1/admins', { token, body: { login: 'clock.admin', password: PASSWORD } });
    const login = { login: 'clock.admin', password: PASSWORD };
    const { expiresAt }: LoginReply = (await api.call('POST', '/v1/login', { body: login, key: null })).body;
    isNow(expiresAt - api.config.sessionMs);
  });

  it("tells who enters, and who looks on, the store's time", async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
    const body = { code: personAt(exam, 0).code, deviceKey: 'device-0001', entryId: newId() };
    const reply: EnterReply = (await api.call('POST', '/v1/enter', { body, key: null })).body;
    isNow(reply.now);
    const signed = createTokens(api.config.secret).examineeOf(reply.token, reply.now);
    isNow((signed?.expiresAt ?? 0) - api.config.sessionMs);
    const progress: ProgressReply = (await api.call('GET', `/v1/plans/${exam.planId}/progress`, { token })).body;
    isNow(progress.now);
  });

  it('keeps requests under way, and their answers, by the clock that the sweep goes by', async () => {
    const [subjectId, key] = [newId(), newId()];
    const sent = { token: await api.session({ subjectId }), key, body: { name: 'once', items: ITEMS } };
    assert.equal((await api.call('POST', '/v1/papers', sent)).status, 201);
    await api.store.idempotency.sweep(storeNow(), 100);
    const record = await api.store.idempotency.begin(`${subjectId}.${key}`, 'hash', 1, storeNow());
    assert.equal(record === 'new' ? record : record.state, 'done');
  });

  it('of a machine that is ahead takes no session for expired that lives by the store', async () => {
    const behind = () => Date.now() - OFF_MS;
    const ahead = await startApi('clock-ahead', { now: behind });
    const live = await ahead.session({ expiresAt: behind() + 60_000 });
    const { status } = await ahead.call('GET', '/v1/plans', { token: live });
    await ahead.stop();
    assert.equal(status, 200);
  });
});

/** The sweep of another process comes by while a request is under way. */
function sweptMeanwhile(store: Store): Store {
  const { idempotency } = store;
  const done: typeof idempotency.done = async (...args) => {
    await idempotency.sweep(Date.now() + OFF_MS, 100);
    await idempotency.done(...args);
  };
  return { ...store, idempotency: { ...idempotency, done } };
}
