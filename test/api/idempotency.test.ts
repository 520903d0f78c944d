// Idempotency-Key: a repeat gets the same answer and does nothing twice; secrets are never kept.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { derivedId } from '../../api/derived-id.ts';
import { newId } from '../../schema/ids.ts';
import { ExamineesReply } from '../../schema/replies.ts';
import type { Store } from '../../store/open-store.ts';
import { type ExamFixture, forceState, ITEMS, makeExam } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('idempotency of requests', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let isBroken = false;

  /** Rooms are stored, and then the answer is lost: as if the process had died in between. */
  const breaking = (store: Store): Store => ({
    ...store,
    rooms: {
      ...store.rooms,
      async create(documents) {
        await store.rooms.create(documents);
        if (isBroken) throw new Error('the connection broke after the write');
      },
    },
  });

  before(async () => {
    api = await startApi('idempotency', { decorate: breaking });
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const recordOf = (key: string, subjectId: string) => api.store.idempotency.begin(`${subjectId}.${key}`, '?', 1_000);

  it('refuses a POST without a usable key', async () => {
    const body = { name: 'paper', items: ITEMS };
    for (const key of [null, 'short', 'x'.repeat(65), 'with blank', '../../etc']) {
      const { status, body: problem } = await api.call('POST', '/v1/papers', { token: exam.admin, body, key });
      assert.deepEqual([status, (problem as { code: string }).code], [400, 'KEY_MISSING'], String(key));
    }
    assert.equal((await api.call('POST', '/v1/papers', { token: exam.admin, body })).status, 201);
  });

  it('gives a repeat the same answer and makes nothing twice', async () => {
    const key = newId();
    const body = { name: 'twice', paperId: exam.paperId, durationMs: 60_000 };
    const first = await api.call('POST', '/v1/plans', { token: exam.admin, body, key });
    const again = await api.call('POST', '/v1/plans', { token: exam.admin, body, key });
    assert.equal(first.status, 201);
    assert.equal(again.status, 201);
    assert.equal(again.text, first.text);
    const plans = await api.store.plans.list({ limit: 500 });
    assert.equal(plans.filter((plan) => plan.name === 'twice').length, 1);
  });

  it('answers concurrent repeats with the one result or with BUSY', async () => {
    const key = newId();
    const body = { name: 'at once', paperId: exam.paperId, durationMs: 60_000 };
    const sent = Array.from({ length: 8 }, () => api.call('POST', '/v1/plans', { token: exam.admin, body, key }));
    const answers = await Promise.all(sent);
    const made = answers.filter(({ status }) => status === 201);
    assert.ok(made.length >= 1);
    assert.equal(new Set(made.map(({ text }) => text)).size, 1);
    assert.ok(answers.every(({ status }) => status === 201 || status === 503));
    const plans = await api.store.plans.list({ limit: 500 });
    assert.equal(plans.filter((plan) => plan.name === 'at once').length, 1);
  });

  it('refuses a key that was used for another request', async () => {
    const key = newId();
    const body = { name: 'one', paperId: exam.paperId, durationMs: 60_000 };
    await api.call('POST', '/v1/plans', { token: exam.admin, body, key });
    const other = await api.call('POST', '/v1/plans', { token: exam.admin, body: { ...body, name: 'two' }, key });
    assert.deepEqual([other.status, (other.body as { code: string }).code], [422, 'KEY_REUSED']);
    const elsewhere = await api.call('POST', '/v1/papers', {
      token: exam.admin,
      body: { name: 'p', items: ITEMS },
      key,
    });
    assert.equal((elsewhere.body as { code: string }).code, 'KEY_REUSED');
  });

  it('keeps the keys of two people apart', async () => {
    const key = newId();
    const body = { name: 'shared key', paperId: exam.paperId, durationMs: 60_000 };
    const mine = await api.call('POST', '/v1/plans', { token: exam.admin, body, key });
    const theirs = await api.call('POST', '/v1/plans', { token: await api.adminToken(), body, key });
    assert.deepEqual([mine.status, theirs.status], [201, 201]);
    assert.notEqual(mine.text, theirs.text);
  });

  it('keeps no refusal, so that the request may come again once it is right', async () => {
    const { planId, admin } = await makeExam(api);
    const sent = { token: admin, body: {}, key: newId() };
    await forceState(api, planId, 'running');
    assert.equal((await api.call('POST', `/v1/plans/${planId}/schedule`, sent)).status, 409);
    await forceState(api, planId, 'draft');
    assert.equal((await api.call('POST', `/v1/plans/${planId}/schedule`, sent)).status, 200);
  });

  it('finishes what a fault left halfway, without a twin', async () => {
    const { planId, admin } = await makeExam(api);
    const path = `/v1/plans/${planId}/rooms`;
    const sent = { token: admin, body: { rooms: [{ label: 'three' }, { label: 'four' }] }, key: newId() };
    isBroken = true;
    assert.equal((await api.call('POST', path, sent)).status, 500);
    isBroken = false;
    const again = await api.call('POST', path, sent);
    assert.equal(again.status, 201);
    const labels = (await api.store.rooms.byPlan(planId)).map((room) => room.label);
    assert.deepEqual(labels.toSorted(), ['four', 'one', 'three', 'two']);
  });

  it('answers a repeated import with the same codes, also after the draft, and keeps none of them', async () => {
    const { planId, roomIds } = await makeExam(api);
    const adminId = newId();
    const token = await api.session({ subjectId: adminId });
    const sent = {
      token,
      key: newId(),
      body: {
        examinees: [
          { label: 'Dee', roomId: roomIds[0] },
          { label: 'Eve', roomId: roomIds[1] },
        ],
      },
    };
    const first = await api.call('POST', `/v1/plans/${planId}/examinees`, sent);
    await forceState(api, planId, 'running');
    const again = await api.call('POST', `/v1/plans/${planId}/examinees`, sent);
    assert.deepEqual(again.body, first.body);
    const { examinees } = ExamineesReply.parse(first.body);
    assert.deepEqual(
      examinees.map((row) => row.label),
      ['Dee', 'Eve'],
    );
    const record = await recordOf(sent.key, adminId);
    assert.notEqual(record, 'new');
    for (const { code } of examinees) assert.ok(!JSON.stringify(record).includes(code));
  });

  it('stores neither a password nor a hash of it that could be guessed', async () => {
    const adminId = newId();
    const token = await api.session({ subjectId: adminId });
    const sent = { token, key: newId(), body: { login: 'someone', password: 'correct horse battery' } };
    assert.equal((await api.call('POST', '/v1/admins', sent)).status, 201);
    const record = JSON.stringify(await recordOf(sent.key, adminId));
    assert.ok(!record.includes('correct horse'));
    const plain = hash('sha256', JSON.stringify(['POST', '/v1/admins', {}, sent.body]), 'base64url');
    assert.ok(!record.includes(plain));
  });

  it('derives ids that fit, are the same for a seed and its index, and differ otherwise', () => {
    assert.match(derivedId('seed', 7), /^[0-9A-Za-z]{16}$/);
    assert.equal(derivedId('seed', 7), derivedId('seed', 7));
    const ids = new Set(Array.from({ length: 2_000 }, (_, index) => derivedId('seed', index)));
    assert.equal(ids.size, 2_000);
    assert.ok(!ids.has(derivedId('other seed', 7)));
  });
});
