// Changes of people and machines of the office by If-Match, the end of somebody's sessions, a session whose renewal was not
// heard of, versions of keys, and a plan that gets another paper while it is scheduled.
import assert from 'node:assert/strict';
import type { AuditFacts } from '../../schema/documents/audit.ts';
import { newId } from '../../schema/ids.ts';
import type { Problem } from '../../schema/replies.ts';
import type { Store } from '../../store/open-store.ts';
import { aProctor } from '../support/stored.ts';
import { ENTRIES, type ExamFixture, ITEMS, makeExam } from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

describe('changes of the office', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let ahead = 0;
  /** Runs once when a key is looked for. */
  let meanwhile: (() => Promise<unknown>) | undefined;

  before(async () => {
    const decorate = (store: Store): Store => ({
      ...store,
      keys: {
        ...store.keys,
        async newest(paperId) {
          const found = await store.keys.newest(paperId);
          const first = meanwhile;
          meanwhile = undefined;
          await first?.();
          return found;
        },
      },
    });
    api = await startApi('office-edits', { now: () => Date.now() + ahead, decorate });
  });
  beforeEach(async () => {
    ahead = 0;
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const send = (method: string, path: string, body?: object, ifMatch?: string, token = exam.admin) =>
    api.call(method, `/v1${path}`, {
      token,
      ...(body === undefined ? {} : { body }),
      ...(ifMatch === undefined ? {} : { headers: { 'If-Match': ifMatch } }),
    });
  const tagOf = async (path: string) => (await send('GET', path)).headers.get('etag') ?? assert.fail(path);
  const code = ({ status, body }: Answered) => [status, (body as Problem).code];
  const isIn = async (token: string) => (await send('GET', '/plans', undefined, undefined, token)).status === 200;
  const chained = async (kind: string, subject: string): Promise<AuditFacts | undefined> =>
    (await api.store.audit.waiting(2_000))
      .map(({ facts }) => facts)
      .find((facts) => facts.kind === kind && facts.subject === subject);
  const anAdmin = async () => {
    const account = { login: `a-${newId().toLowerCase()}`, password: 'a password of ten' };
    const { adminId } = (await send('POST', '/admins', account)).body as { adminId: string };
    return { ...account, adminId, path: `/admins/${adminId}` };
  };

  it('give an admin another login and password by If-Match, and end the sessions that began with the old one', async () => {
    const { path, adminId, login } = await anAdmin();
    const token = await api.session({ subjectId: adminId });
    const seen = await tagOf(path);
    assert.deepEqual(code(await send('PATCH', path, { login: 'x-y-z' })), [428, 'IF_MATCH_MISSING']);
    const renamed = await send('PATCH', path, { login: `${login}-2`, reason: 'married' }, seen);
    assert.equal(renamed.status, 200);
    assert.deepEqual(code(await send('PATCH', path, { login }, seen)), [412, 'VERSION_CHANGED']);
    assert.equal(await isIn(token), true);
    const password = 'another password of ten';
    assert.equal((await send('PATCH', path, { password }, '*')).status, 200);
    assert.equal(await isIn(token), false);
    const again = await api.call('POST', '/v1/login', { body: { login: `${login}-2`, password }, key: null });
    assert.equal(again.status, 200);
    const entry = await chained('admin.changed', adminId);
    const { before, after } = (entry ?? assert.fail()).data as Record<string, Record<string, unknown>>;
    assert.notEqual(before?.login, after?.login);
    assert.deepEqual([entry?.data.reason, entry?.data.password, entry?.actorRole], ['married', false, 'admin']);
    assert.ok(!JSON.stringify(entry).includes(login));
    const other = await anAdmin();
    assert.deepEqual(code(await send('PATCH', other.path, { login: `${login}-2` }, '*')), [409, 'NAME_TAKEN']);
  });

  it('say ADMIN_UNKNOWN of somebody whom there is not, whatever is asked', async () => {
    const path = `/admins/${newId()}`;
    const asked = [
      await send('GET', path),
      await send('PATCH', path, { login: 'x-y-z' }, '*'),
      await send('DELETE', path),
      await send('DELETE', `${path}/sessions`),
    ];
    for (const one of asked) assert.deepEqual(code(one), [404, 'ADMIN_UNKNOWN']);
  });

  it('end another admin’s sessions on every device, and not the account', async () => {
    const { path, adminId } = await anAdmin();
    const tokens = [await api.session({ subjectId: adminId }), await api.session({ subjectId: adminId })];
    assert.equal((await send('DELETE', `${path}/sessions?reason=lost`)).status, 204);
    for (const token of tokens) assert.equal(await isIn(token), false);
    assert.equal((await send('GET', path)).status, 200);
    assert.deepEqual((await chained('sessions.ended', adminId))?.data, { reason: 'lost' });
  });

  it('give a proctor of the plan another name, once for one version, and end the sessions with a password', async () => {
    const proctor = aProctor(exam.planId, [exam.roomIds[0]]);
    await api.store.proctors.create(proctor);
    const token = await api.session({ role: 'proctor', subjectId: proctor._id });
    const path = `/plans/${exam.planId}/proctors/${proctor._id}`;
    const seen = await tagOf(path);
    const [one, two] = await Promise.all(['Kim', 'Lee'].map((label) => send('PATCH', path, { label }, seen)));
    assert.deepEqual([one?.status, two?.status].sort(), [200, 412]);
    assert.equal(await isIn(token), true);
    assert.equal((await send('PATCH', path, { password: 'another password of ten' }, '*')).status, 200);
    assert.equal(await isIn(token), false);
    const elsewhere = `/plans/${(await makeExam(api)).planId}/proctors/${proctor._id}`;
    assert.deepEqual(code(await send('PATCH', elsewhere, { label: 'x' }, '*')), [404, 'PROCTOR_UNKNOWN']);
    const later = await api.session({ role: 'proctor', subjectId: proctor._id });
    assert.equal((await send('DELETE', `${path}/sessions`)).status, 204);
    assert.equal(await isIn(later), false);
    const entry = await chained('proctor.changed', proctor._id);
    assert.ok(entry !== undefined && !JSON.stringify(entry).includes('Kim') && !JSON.stringify(entry).includes('Lee'));
  });

  it('give the token of a machine other scopes, which hold at once, and remove it by its version', async () => {
    const { serviceId, token } = (await send('POST', '/services', { scopes: ['plan.read'] })).body as {
      serviceId: string;
      token: string;
    };
    const path = `/services/${serviceId}`;
    const seen = await tagOf(path);
    const narrowed = await send('PATCH', path, { scopes: ['incident.raise'], label: 'camera', reason: 'less' }, seen);
    assert.equal(narrowed.status, 200);
    assert.equal(await isIn(token), false);
    assert.deepEqual(code(await send('PATCH', path, { scopes: 'all' }, seen)), [412, 'VERSION_CHANGED']);
    assert.equal((await send('PATCH', path, { scopes: 'all' }, '*')).status, 200);
    assert.equal(await isIn(token), true);
    const entry = await chained('service.changed', serviceId);
    const { scopesBefore, scopesAfter, reason } = entry?.data ?? {};
    assert.deepEqual([scopesBefore, scopesAfter, reason], ['plan.read', 'incident.raise', 'less']);
    assert.deepEqual(code(await send('DELETE', path, undefined, seen)), [412, 'VERSION_CHANGED']);
    assert.equal((await send('DELETE', path, undefined, await tagOf(path))).status, 204);
    assert.equal(await isIn(token), false);
  });

  it('say the notice templates of a plan by If-Match where it is sent', async () => {
    const path = `/plans/${exam.planId}`;
    const seen = await tagOf(path);
    const notices = { noticeTemplates: [{ name: 'quiet', text: 'Quiet.' }], freeNotices: true };
    const said = await send('PUT', `${path}/notice-templates`, notices, seen);
    assert.deepEqual([said.status, said.headers.get('etag')], [200, await tagOf(path)]);
    assert.deepEqual(code(await send('PUT', `${path}/notice-templates`, notices, seen)), [412, 'VERSION_CHANGED']);
    assert.equal((await send('PUT', `${path}/notice-templates`, notices)).status, 200);
  });

  it('renew a session once for whoever did not hear the answer, under whatever key, for half a minute', async () => {
    const old = await api.session({ subjectId: newId(), expiresAt: Date.now() + 3_600_000 });
    const refresh = async (token: string) => api.call('POST', '/v1/refresh', { token, body: {} });
    const first = (await refresh(old)).body as { token: string; expiresAt: number };
    assert.deepEqual((await refresh(old)).body, first);
    assert.deepEqual([await isIn(old), await isIn(first.token)], [false, true]);
    ahead = 29_000;
    assert.deepEqual((await refresh(old)).body, first);
    const second = (await refresh(first.token)).body as { token: string };
    assert.deepEqual(code(await refresh(old)), [401, 'LOGIN_REQUIRED']);
    assert.equal(await isIn(second.token), true);
  });

  it('end the whole family of a session that is used again long after it was renewed', async () => {
    const old = await api.session({ subjectId: newId(), expiresAt: Date.now() + 3_600_000 });
    const stranger = await api.session({ expiresAt: Date.now() + 3_600_000 });
    const { token } = (await api.call('POST', '/v1/refresh', { token: old, body: {} })).body as { token: string };
    const { token: last } = (await api.call('POST', '/v1/refresh', { token, body: {} })).body as { token: string };
    ahead = 31_000;
    assert.equal(await isIn(last), true);
    assert.deepEqual(code(await api.call('POST', '/v1/refresh', { token: old, body: {} })), [401, 'LOGIN_REQUIRED']);
    assert.deepEqual([await isIn(last), await isIn(token), await isIn(stranger)], [false, false, true]);
  });

  it('list the versions of a key with how each scores, and never with what is right', async () => {
    const path = `/papers/${exam.paperId}`;
    const [choice, text] = ENTRIES;
    await send('PUT', `${path}/key`, { entries: [{ ...choice, points: 2_000, penalty: 500 }, text] });
    type Versions = { keys: { version: number; entryCount: number }[]; next: string | null };
    const first = (await send('GET', `${path}/keys?limit=1`)).body as Versions;
    assert.deepEqual([first.keys.map(({ version }) => version), first.next], [[1], '1']);
    const rest = (await send('GET', `${path}/keys?after=${first.next}`)).body as Versions;
    assert.deepEqual([rest.keys.map(({ version }) => version), rest.next], [[2], null]);
    const one = await send('GET', `${path}/keys/2`);
    const { items } = one.body as { items: object[] };
    const rules = { item: 1, kind: 'singleChoice', points: 2_000, penalty: 500, partial: null, voided: null };
    assert.deepEqual(items[0], rules);
    assert.ok(!one.text.includes('because') && !one.text.includes('correct'));
    assert.deepEqual(code(await send('GET', `${path}/keys/3`)), [404, 'KEY_UNKNOWN']);
  });

  it('schedule no plan whose paper has become another one while its key was looked for', async () => {
    const paper = await send('POST', '/papers', { name: 'without a key', items: ITEMS });
    const { paperId } = paper.body as { paperId: string };
    const path = `/plans/${exam.planId}`;
    meanwhile = () => send('PATCH', path, { paperId }, '*');
    assert.deepEqual(code(await send('POST', `${path}/schedule`, {})), [409, 'TRANSITION_REFUSED']);
    const lacking = await send('POST', `${path}/schedule`, {});
    assert.deepEqual(code(lacking), [409, 'PLAN_INCOMPLETE']);
    assert.match((lacking.body as Problem).detail, /a key of its paper/);
  });
});
