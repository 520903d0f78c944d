// Every route × everybody who might call it. What is expected follows from the table of permissions and from who the
// people of the fixture are, not from the api's own code.
import assert from 'node:assert/strict';
import type { About, Example } from '../../api/examples.ts';
import { newId } from '../../schema/ids.ts';
import { neededRelation, PERMISSIONS, type Rank, type Relation } from '../../schema/permissions.ts';
import { type ExamFixture, examineeToken, forceState, makeExam, proctorToken } from './exam-fixture.ts';
import { realExamplesFor } from './examples.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** A caller: the token, the role that it proves (undefined for none), and what is its own. */
type Caller = {
  readonly role: Rank | undefined;
  readonly owns: readonly About[];
  token(): Promise<string | undefined>;
};

const CALLERS = [
  'nobody',
  'forged token',
  'expired session',
  'expired examinee',
  'examinee',
  'other examinee',
  'proctor',
  'proctor of another room',
  'proctor of another plan',
  'chief proctor',
  'chief proctor of another plan',
  'service',
  'admin',
] as const;

describe('permissions of routes', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let examples: Record<string, Example>;
  /** Another plan in the same installation, and the requests about it. */
  let other: ExamFixture;
  let others: Record<string, Example>;

  before(async () => {
    api = await startApi('permissions');
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
    examples = await realExamplesFor(api, exam);
    other = await makeExam(api);
    await forceState(api, other.planId, 'open');
    others = await realExamplesFor(api, other);
  });
  after(() => api.stop());

  function callerOf(name: (typeof CALLERS)[number]): Caller {
    const { planId, roomIds } = exam;
    const proctor = (plan: string, room: string) => () => proctorToken(api, plan, [room]);
    switch (name) {
      case 'nobody':
        return { role: undefined, owns: [], token: async () => undefined };
      case 'forged token':
        return { role: undefined, owns: [], token: async () => `${examineeToken(api, exam, 0).slice(0, -4)}AAAA` };
      case 'expired session':
        return { role: undefined, owns: [], token: () => api.session({ expiresAt: Date.now() - 1 }) };
      case 'expired examinee':
        return { role: undefined, owns: [], token: async () => examineeToken(api, exam, 0, Date.now() - 1) };
      case 'examinee':
        return {
          role: 'examinee',
          owns: ['the-asker', 'first-examinee', 'first-face'],
          token: async () => examineeToken(api, exam, 0),
        };
      case 'other examinee':
        return { role: 'examinee', owns: ['the-asker'], token: async () => examineeToken(api, exam, 2) };
      case 'proctor':
        return {
          role: 'proctor',
          owns: ['each-own', 'plan', 'first-room', 'first-face'],
          token: proctor(planId, roomIds[0]),
        };
      case 'proctor of another room':
        return { role: 'proctor', owns: ['each-own', 'plan'], token: proctor(planId, roomIds[1]) };
      case 'proctor of another plan':
        return { role: 'proctor', owns: ['each-own'], token: proctor(newId(), roomIds[0]) };
      case 'chief proctor':
        return {
          role: 'chief',
          owns: ['each-own', 'plan', 'first-room', 'first-face', 'all-rooms'],
          token: () => proctorToken(api, planId, [], { chief: true }),
        };
      case 'chief proctor of another plan':
        return { role: 'chief', owns: ['each-own'], token: () => proctorToken(api, newId(), [], { chief: true }) };
      case 'service':
        return { role: 'service', owns: [], token: () => api.session({ role: 'service' }) };
      case 'admin':
        return { role: 'admin', owns: [], token: () => api.adminToken() };
    }
  }

  it('has an example of every route, and no example without one', () => {
    const declared = api.routes.map(({ route }) => `${route.method.toUpperCase()} ${route.path}`);
    assert.deepEqual(declared.toSorted(), Object.keys(examples).toSorted());
  });

  it('has an action of the table, or is public, for every route', () => {
    for (const { route } of api.routes) assert.ok(route.access === 'public' || route.access in PERMISSIONS, route.path);
  });

  it('leaves only these routes to everybody', () => {
    const open = api.routes.filter(({ route }) => route.access === 'public').map(({ route }) => route.path);
    assert.deepEqual(open.toSorted(), [
      '/enter',
      '/file-links/:token',
      '/health',
      '/links/:token',
      '/links/:token',
      '/login',
      '/metrics',
      '/progress/:planId',
      '/ready',
      '/receipt-keys',
    ]);
  });

  it('has real things in its examples: whoever may read one finds it', async () => {
    for (const known of [examples, others])
      for (const { route } of api.routes) {
        if (route.access === 'public' || route.method !== 'get' || neededRelation('admin', route.access) !== 'any')
          continue;
        const { path } = known[`GET ${route.path}`] ?? assert.fail(route.path);
        const { status, body } = await api.call('GET', path, { token: exam.admin });
        const { code = '' } = (body ?? {}) as { code?: string };
        assert.ok(status !== 404 || !THINGS.includes(code), `${path} → ${code}`);
      }
  });

  for (const name of ['examinee', 'proctor', 'chief proctor'] as const) {
    it(`lets ${name} do nothing on any route with the real ids of another plan`, async () => {
      const caller = callerOf(name);
      for (const { route } of api.routes) {
        if (route.access === 'public') continue;
        const method = route.method.toUpperCase();
        const { path, body, about } = others[`${method} ${route.path}`] ?? assert.fail(route.path);
        const needed = caller.role && neededRelation(caller.role, route.access);
        if (needed === 'any' || (needed !== undefined && (about === 'each-own' || about === 'the-asker'))) continue;
        const { status, text } = await api.call(method, path, { token: await caller.token(), body });
        assert.equal(status, 403, `${name}: ${method} ${path} → ${status} ${text.slice(0, 200)}`);
      }
    });
  }

  for (const name of ['proctor', 'chief proctor', 'admin'] as const) {
    it(`lets ${name} bring nothing of another plan into the own one, whatever the path and the body name`, async () => {
      const caller = callerOf(name);
      let count = 0;
      for (const { route } of api.routes) {
        const method = route.method.toUpperCase();
        const foreign = others[`${method} ${route.path}`] ?? assert.fail(route.path);
        const text = JSON.stringify(foreign).replaceAll(other.planId, exam.planId);
        if (route.access === 'public' || !text.includes(exam.planId) || !names(text)) continue;
        count++;
        const { path, body } = JSON.parse(text) as Example;
        const { status } = await api.call(method, path, { token: await caller.token(), body });
        assert.ok(status >= 400 && status < 500, `${name}: ${method} ${path} → ${status}`);
      }
      assert.ok(count > 8, `${count} requests name something of another plan`);
    });
  }

  /** Whether it names somebody or something of the other plan. */
  function names(text: string): boolean {
    const ids = Object.values(others).flatMap(({ path }) => path.match(/[0-9A-Za-z]{16}/g) ?? []);
    return ids.some((id) => id !== other.planId && id !== other.paperId && text.includes(id));
  }

  for (const name of CALLERS) {
    it(`lets ${name} do what the table says, on every route, and nothing else`, async () => {
      const caller = callerOf(name);
      for (const { route } of api.routes) {
        if (route.access === 'public') continue;
        const example = examples[`${route.method.toUpperCase()} ${route.path}`];
        assert.ok(example);
        const token = await caller.token();
        const { status, text, body } = await api.call(route.method.toUpperCase(), example.path, {
          token,
          body: example.body,
        });
        const needed: Relation | undefined = caller.role && neededRelation(caller.role, route.access);
        const isAllowed = needed === 'any' || (needed !== undefined && caller.owns.includes(example.about));
        const told = `${name}: ${route.method} ${route.path} → ${status} ${text.slice(0, 200)}`;
        if (caller.role === undefined) assert.equal(status, 401, told);
        else if (isAllowed && !isExamineesPaper(route.path, caller.role))
          assert.ok(!isUnknown(status, body) && status !== 403, told);
        else assert.equal(status, 403, told);
      }
    });
  }

  it('lets no proctor but a chief act on all rooms of a plan', async () => {
    const token = await proctorToken(api, exam.planId, exam.roomIds);
    const body = { controlId: newId(), action: 'end', reason: '' };
    const { status } = await api.call('POST', `/v1/plans/${exam.planId}/controls`, { token, body });
    assert.equal(status, 403);
    const chief = await proctorToken(api, exam.planId, [], { chief: true });
    const lock = { controlId: newId(), action: 'lock', reason: '' };
    const asChief = (planId: string) => api.call('POST', `/v1/plans/${planId}/controls`, { token: chief, body: lock });
    assert.equal((await asChief(exam.planId)).status, 202);
    assert.equal((await asChief((await makeExam(api)).planId)).status, 403);
    const one = { ...body, roomId: exam.roomIds[1] };
    assert.equal((await api.call('POST', `/v1/plans/${exam.planId}/controls`, { token, body: one })).status, 202);
  });

  it('lets no proctor name a room of another plan as the own one', async () => {
    const other = await makeExam(api);
    const token = await proctorToken(api, exam.planId, [other.roomIds[0]]);
    const body = { controlId: newId(), action: 'end', roomId: other.roomIds[0] };
    assert.equal((await api.call('POST', `/v1/plans/${exam.planId}/controls`, { token, body })).status, 404);
    assert.equal((await api.call('POST', `/v1/plans/${other.planId}/controls`, { token, body })).status, 403);
    assert.equal(
      (await api.call('GET', `/v1/plans/${exam.planId}/examinees?roomId=${other.roomIds[0]}`, { token })).status,
      404,
    );
  });

  it('shows a proctor the own rooms and their examinees alone', async () => {
    const token = await proctorToken(api, exam.planId, [exam.roomIds[1]]);
    const rooms = await api.call('GET', `/v1/plans/${exam.planId}/rooms`, { token });
    assert.deepEqual(
      (rooms.body as { rooms: { roomId: string }[] }).rooms.map((room) => room.roomId),
      [exam.roomIds[1]],
    );
    const people = await api.call('GET', `/v1/plans/${exam.planId}/examinees`, { token });
    assert.deepEqual(
      (people.body as { examinees: { label: string }[] }).examinees.map((row) => row.label),
      ['Cyd'],
    );
    const plans = await api.call('GET', '/v1/plans', { token });
    assert.deepEqual(
      (plans.body as { plans: { planId: string }[] }).plans.map((plan) => plan.planId),
      [exam.planId],
    );
  });
});

/** Somebody known may be told that a password is wrong: that is no question of who may. */
function isUnknown(status: number, body: { code: string }): boolean {
  return status === 401 && body.code !== 'LOGIN_REFUSED';
}

/** The table lets an admin read papers; the examinee's own paper is no admin's. */
function isExamineesPaper(path: string, role: Rank): boolean {
  return path === '/paper' && role === 'admin';
}

const THINGS: readonly string[] = [
  'PLAN',
  'ROOM',
  'PAPER',
  'EXAMINEE',
  'PROCTOR',
  'ADMIN',
  'SERVICE',
  'CONTROL',
  'INCIDENT',
  'UPLOAD',
].map((thing) => `${thing}_UNKNOWN`);
