// The office's single things: their versions, changes by If-Match, removals that say what is in the way, tokens of machines
// with scopes, and sessions that are renewed and ended everywhere.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { Problem } from '../../schema/replies.ts';
import { aProctor } from '../support/stored.ts';
import { type ExamFixture, forceState, makeExam, personAt } from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

describe('the office', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('office');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const send = (method: string, path: string, body?: object, ifMatch?: string) =>
    api.call(method, `/v1${path}`, {
      token: exam.admin,
      ...(body === undefined ? {} : { body: body as Record<string, unknown> }),
      ...(ifMatch === undefined ? {} : { headers: { 'If-Match': ifMatch } }),
    });
  const tagOf = async (path: string) => (await send('GET', path)).headers.get('etag') ?? assert.fail(path);
  const code = ({ status, body }: Answered) => [status, (body as Problem).code];
  const carried = async (kind: string) =>
    (await api.store.audit.waiting(500)).map(({ facts }) => facts).filter((facts) => facts.kind === kind);

  it('changes a plan only for who names the version that is there, and shows the others what is', async () => {
    const path = `/plans/${exam.planId}`;
    const seen = await tagOf(path);
    assert.deepEqual(code(await send('PATCH', path, { name: 'one' })), [428, 'IF_MATCH_MISSING']);
    const first = await send('PATCH', path, { name: 'one', graceMs: 5_000, rules: 'No phones.', reason: 'r' }, seen);
    assert.equal(first.status, 200);
    assert.notEqual(first.headers.get('etag'), seen);
    const second = await send('PATCH', path, { name: 'two' }, seen);
    assert.deepEqual(code(second), [412, 'VERSION_CHANGED']);
    assert.equal((second.body as { current: { name: string } }).current.name, 'one');
    assert.equal(second.headers.get('etag'), first.headers.get('etag'));
    assert.equal((await send('PATCH', path, { name: 'two' }, second.headers.get('etag') ?? '')).status, 200);
    assert.equal((await send('PATCH', path, { plannedAt: Date.now() + 60_000 }, '*')).status, 200);
    const last = await send('PATCH', path, { plannedAt: null }, '*');
    const { plannedAt, graceMs, rules, name } = last.body as Record<string, unknown>;
    assert.deepEqual([plannedAt, graceMs, rules, name], [null, 5_000, 'No phones.', 'two']);
    const [entry] = (await carried('plan.changed')).filter(({ subject }) => subject === exam.planId);
    assert.deepEqual([entry?.actorRole, entry?.data.reason], ['admin', 'r']);
    const { before, after } = (entry ?? assert.fail()).data as {
      before: Record<string, unknown>;
      after: Record<string, unknown>;
    };
    assert.deepEqual([before.graceMs, after.graceMs], [30_000, 5_000]);
    assert.ok(!JSON.stringify(entry).includes('No phones'));
  });

  it('lets one of two who change a plan at once through', async () => {
    const path = `/plans/${exam.planId}`;
    const seen = await tagOf(path);
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => send('PATCH', path, { name }, seen)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412]);
  });

  it('changes a scheduled plan but for its paper, and one that is open not at all', async () => {
    const path = `/plans/${exam.planId}`;
    assert.equal((await send('POST', `${path}/schedule`, {})).status, 200);
    assert.equal((await send('PATCH', path, { durationMs: 1_200_000 }, '*')).status, 200);
    assert.deepEqual(code(await send('PATCH', path, { paperId: exam.paperId }, '*')), [409, 'PLAN_NOT_DRAFT']);
    assert.deepEqual(code(await send('POST', `${path}/archive`, {})), [409, 'TRANSITION_REFUSED']);
    assert.equal((await send('POST', `${path}/unschedule`, {})).status, 200);
    assert.deepEqual(code(await send('PATCH', path, { paperId: newId() }, '*')), [404, 'PAPER_UNKNOWN']);
    assert.equal((await send('PATCH', path, { paperId: exam.paperId }, '*')).status, 200);
    await forceState(api, exam.planId, 'open');
    assert.deepEqual(code(await send('PATCH', path, { name: 'x' }, '*')), [409, 'TRANSITION_REFUSED']);
    await forceState(api, exam.planId, 'scored');
    assert.equal((await send('POST', `${path}/archive`, {})).status, 200);
  });

  it('removes a paper that no plan names, and else says which do', async () => {
    const refused = await send('DELETE', `/papers/${exam.paperId}`);
    assert.deepEqual(code(refused), [409, 'PAPER_IN_USE']);
    assert.ok((refused.body as Problem).detail.includes(exam.planId));
    assert.equal(
      (await send('DELETE', `/plans/${exam.planId}`, undefined, await tagOf(`/plans/${exam.planId}`))).status,
      204,
    );
    assert.deepEqual(code(await send('DELETE', `/papers/${exam.paperId}`, undefined, '"other"')), [
      412,
      'VERSION_CHANGED',
    ]);
    assert.equal((await send('DELETE', `/papers/${exam.paperId}?reason=old`)).status, 204);
    assert.deepEqual(code(await send('GET', `/papers/${exam.paperId}`)), [404, 'PAPER_UNKNOWN']);
    assert.equal(await api.store.keys.newest(exam.paperId), null);
    const [entry] = (await carried('paper.removed')).filter(({ subject }) => subject === exam.paperId);
    assert.deepEqual(entry?.data, { keys: 1, reason: 'old' });
  });

  it('names a room of a draft anew, and removes it once nobody is assigned to it', async () => {
    const [roomId] = exam.roomIds;
    const path = `/rooms/${roomId}`;
    const seen = await tagOf(path);
    assert.equal((await send('PATCH', path, { label: 'hall' }, seen)).status, 200);
    assert.deepEqual(code(await send('PATCH', path, { label: 'x' }, seen)), [412, 'VERSION_CHANGED']);
    assert.deepEqual(code(await send('PATCH', path, { label: 'two' }, '*')), [409, 'NAME_TAKEN']);
    const refused = await send('DELETE', path);
    assert.deepEqual(code(refused), [409, 'ROOM_IN_USE']);
    assert.ok((refused.body as Problem).detail.includes('2 examinees'));
    for (const index of [0, 1]) {
      const one = `/examinees/${personAt(exam, index).examineeId}`;
      assert.equal((await send('DELETE', one, undefined, await tagOf(one))).status, 204);
      assert.deepEqual(code(await send('GET', one)), [404, 'EXAMINEE_UNKNOWN']);
      assert.equal(await api.store.sheets.get(personAt(exam, index).examineeId), null);
    }
    assert.equal((await send('DELETE', path)).status, 204);
    assert.deepEqual(code(await send('GET', path)), [404, 'ROOM_UNKNOWN']);
  });

  it('lists people in the order of their labels, page by page, and those whose label begins so', async () => {
    const path = `/plans/${exam.planId}/examinees?sort=label`;
    type Page = { examinees: { label: string }[]; next: string | null };
    const page = async (query: string) => (await send('GET', `${path}${query}`)).body as Page;
    const labels = ({ examinees }: Page) => examinees.map(({ label }) => label);
    await send('POST', `/plans/${exam.planId}/examinees`, {
      examinees: [
        { label: 'Áda 가', roomId: exam.roomIds[1] },
        { label: 'Aaron', roomId: exam.roomIds[1] },
      ],
    });
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const found: Page = await page(`&limit=2${next === '' ? '' : `&after=${next}`}`);
      seen.push(...labels(found));
      next = found.next;
    }
    assert.deepEqual(seen, ['Aaron', 'Ada', 'Ben', 'Cyd', 'Áda 가']);
    assert.deepEqual(labels(await page('&labelFrom=A')), ['Aaron', 'Ada']);
    assert.deepEqual(labels(await page(`&roomId=${exam.roomIds[1]}`)), ['Aaron', 'Cyd', 'Áda 가']);
    assert.deepEqual(labels(await page(`&roomId=${exam.roomIds[1]}&labelFrom=C`)), ['Cyd']);
    const wrong = await send('GET', `/plans/${exam.planId}/examinees?labelFrom=A`);
    assert.deepEqual(code(wrong), [422, 'REQUEST_INVALID']);
  });

  it('lists plans in one state or of one paper, and rooms in one state', async () => {
    type Plans = { plans: { planId: string; status: string }[] };
    const of = (await send('GET', `/plans?paperId=${exam.paperId}`)).body as Plans;
    assert.deepEqual(
      of.plans.map(({ planId }) => planId),
      [exam.planId],
    );
    await forceState(api, exam.planId, 'paused');
    const paused = (await send('GET', '/plans?status=paused')).body as Plans;
    assert.deepEqual(
      paused.plans.map(({ planId }) => planId),
      [exam.planId],
    );
    const both = (await send('GET', `/plans?status=draft&paperId=${exam.paperId}`)).body as Plans;
    assert.deepEqual(both.plans, []);
    const rooms = `/plans/${exam.planId}/rooms`;
    assert.equal(((await send('GET', `${rooms}?status=closed`)).body as { rooms: [] }).rooms.length, 2);
    assert.equal(((await send('GET', `${rooms}?status=ended`)).body as { rooms: [] }).rooms.length, 0);
  });

  it('removes nobody and no room once the plan is no draft', async () => {
    await forceState(api, exam.planId, 'scheduled');
    const { examineeId } = personAt(exam, 0);
    assert.deepEqual(code(await send('DELETE', `/examinees/${examineeId}`)), [409, 'PLAN_NOT_DRAFT']);
    assert.deepEqual(code(await send('DELETE', `/rooms/${exam.roomIds[0]}`)), [409, 'PLAN_NOT_DRAFT']);
  });

  it('gives an examinee another version with an edit, and none by being there', async () => {
    const { examineeId } = personAt(exam, 0);
    const path = `/examinees/${examineeId}`;
    const seen = await tagOf(path);
    const display = { link: 'online', savedCount: 3, lastSeenAt: 5, epoch: 1, sequence: 1 } as const;
    await api.store.examinees.display([{ examineeId, ...display }]);
    assert.equal(await tagOf(path), seen);
    assert.equal((await send('PUT', path, { extraMs: 60_000 })).status, 200);
    assert.deepEqual(code(await send('PUT', path, { extraMs: 90_000 }, seen)), [412, 'VERSION_CHANGED']);
    assert.deepEqual(code(await send('DELETE', path, undefined, seen)), [412, 'VERSION_CHANGED']);
  });

  it('removes a proctor with the sessions, but none who answers for a room', async () => {
    const proctor = aProctor(exam.planId, [exam.roomIds[0]]);
    await api.store.proctors.create(proctor);
    const token = await api.session({ role: 'proctor', subjectId: proctor._id });
    const path = `/plans/${exam.planId}/proctors/${proctor._id}`;
    const charge = { proctorId: proctor._id, since: 1, version: 1 } as never;
    await api.store.rooms.change(exam.roomIds[0], 0, { charge });
    const refused = await send('DELETE', path);
    assert.deepEqual(code(refused), [409, 'PROCTOR_IN_CHARGE']);
    assert.ok((refused.body as Problem).detail.includes(exam.roomIds[0]));
    await api.store.rooms.change(exam.roomIds[0], 0, { charge: { ...(charge as object), proctorId: '' } as never });
    assert.equal((await send('DELETE', path, undefined, await tagOf(path))).status, 204);
    assert.equal((await api.call('GET', '/v1/me', { token })).status, 401);
    assert.deepEqual(code(await send('GET', path)), [404, 'PROCTOR_UNKNOWN']);
    assert.deepEqual(code(await send('GET', `/plans/${(await makeExam(api)).planId}/proctors/${proctor._id}`)), [
      404,
      'PROCTOR_UNKNOWN',
    ]);
  });

  it('removes an admin with the sessions, and never the last one', async () => {
    const make = async () =>
      (await send('POST', '/admins', { login: `a-${newId()}`, password: 'a password of ten' })).body as {
        adminId: string;
      };
    const [first, second] = [await make(), await make()];
    const token = await api.session({ subjectId: first.adminId });
    assert.equal(
      (await send('DELETE', `/admins/${first.adminId}`, undefined, await tagOf(`/admins/${first.adminId}`))).status,
      204,
    );
    assert.equal((await api.call('GET', '/v1/plans', { token })).status, 401);
    assert.deepEqual(code(await send('DELETE', `/admins/${second.adminId}`)), [409, 'ADMIN_LAST']);
    const { admins } = (await send('GET', '/admins')).body as { admins: { adminId: string }[] };
    assert.deepEqual(
      admins.map(({ adminId }) => adminId),
      [second.adminId],
    );
  });

  it('lets the token of a machine do what its scopes name, and nothing else of its role', async () => {
    const body = { label: 'camera', scopes: ['plan.read'] };
    const { serviceId, token } = (await send('POST', '/services', body)).body as { serviceId: string; token: string };
    assert.equal((await api.call('GET', '/v1/plans', { token })).status, 200);
    assert.equal((await api.call('GET', `/v1/plans/${exam.planId}/progress`, { token })).status, 403);
    const { scopes, label } = (await send('GET', `/services/${serviceId}`)).body as Record<string, unknown>;
    assert.deepEqual([scopes, label], [['plan.read'], 'camera']);
    assert.ok((await send('GET', '/services')).text.includes(serviceId));
    assert.deepEqual(code(await send('POST', '/services', { scopes: ['admin.write'] })), [422, 'REQUEST_INVALID']);
    assert.equal((await send('DELETE', `/services/${serviceId}`)).status, 204);
    assert.equal((await api.call('GET', '/v1/plans', { token })).status, 401);
    assert.deepEqual(code(await send('GET', `/services/${serviceId}`)), [404, 'SERVICE_UNKNOWN']);
  });

  it('renews a session once, and ends all of a person everywhere', async () => {
    const subjectId = newId();
    const old = await api.session({ subjectId });
    const other = await api.session({ subjectId });
    const stranger = await api.session({});
    const { token } = (await api.call('POST', '/v1/refresh', { token: old, body: {} })).body as { token: string };
    assert.equal((await api.call('GET', '/v1/plans', { token: old })).status, 401);
    assert.equal((await api.call('GET', '/v1/plans', { token })).status, 200);
    assert.equal((await api.call('POST', '/v1/logout/everywhere', { token, body: {} })).status, 204);
    for (const ended of [token, other])
      assert.equal((await api.call('GET', '/v1/plans', { token: ended })).status, 401);
    assert.equal((await api.call('GET', '/v1/plans', { token: stranger })).status, 200);
  });
});
