// Proctors of a plan: who has which rooms, that it holds at once, and what is kept of it.
import assert from 'node:assert/strict';
import { SYSTEM } from '../../exam/audit-facts.ts';
import { newId } from '../../schema/ids.ts';
import type { ControlReply, PlanView, Problem, ProctorEnterReply, ProctorView } from '../../schema/replies.ts';
import { aProctor } from '../support/stored.ts';
import { type ExamFixture, forceState, makeExam, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('proctors', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  before(async () => {
    api = await startApi('proctors');
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
  });
  after(() => api.stop());

  async function aNewOne(roomIds: string[], chief = false) {
    const proctor = aProctor(exam.planId, roomIds, { chief });
    await api.store.proctors.create(proctor);
    return { proctorId: proctor._id, token: await api.session({ role: 'proctor', subjectId: proctor._id }) };
  }
  const assign = (proctorId: string, body: object, planId = exam.planId) =>
    api.call('PUT', `/v1/plans/${planId}/proctors/${proctorId}/assignment`, { token: exam.admin, body });
  const roomsOf = async (token: string) => {
    const { body } = await api.call('GET', `/v1/plans/${exam.planId}/rooms`, { token });
    return (body as { rooms: { label: string }[] }).rooms.map(({ label }) => label).sort();
  };
  const enters = async (token: string, roomId: string) =>
    (await api.call('POST', '/v1/enter/proctor', { token, body: { roomId } })).status;

  it('have what they are assigned from the next request on, without a new login', async () => {
    const [first, second] = exam.roomIds;
    const { proctorId, token } = await aNewOne([first]);
    assert.deepEqual([await enters(token, first), await enters(token, second)], [200, 403]);
    const { status, body } = await assign(proctorId, { roomIds: [second], chief: false, version: 1 });
    const { version, chief, rooms }: ProctorView = body;
    assert.deepEqual([status, version, chief], [200, 2, false]);
    assert.deepEqual(rooms, [{ roomId: second, state: 'assigned', at: 0 }]);
    assert.deepEqual([await enters(token, first), await enters(token, second)], [403, 200]);
    assert.equal(api.hints.at(-1), exam.planId, 'the rooms are told');
    await assign(proctorId, { chief: false });
    assert.deepEqual([await enters(token, first), await enters(token, second)], [403, 403]);
    assert.deepEqual(await roomsOf(token), []);
  });

  it('who are chiefs have every room of their plan, and lose them with the rank', async () => {
    const { proctorId, token } = await aNewOne([]);
    assert.deepEqual(await roomsOf(token), []);
    await assign(proctorId, { chief: true });
    assert.deepEqual(await roomsOf(token), ['one', 'two']);
    assert.deepEqual([await enters(token, exam.roomIds[0]), await enters(token, exam.roomIds[1])], [200, 200]);
    const { body } = await api.call('GET', `/v1/plans/${exam.planId}/examinees`, { token });
    assert.equal((body as { examinees: unknown[] }).examinees.length, 3);
    await assign(proctorId, { roomIds: [exam.roomIds[0]], chief: false });
    assert.deepEqual(await roomsOf(token), ['one']);
    assert.equal((await api.call('GET', `/v1/plans/${exam.planId}/proctors`, { token })).status, 403);
  });

  it('are shown to chiefs and admins with where each of them is', async () => {
    const [roomId] = exam.roomIds;
    const { proctorId } = await aNewOne([roomId]);
    const presence = { state: 'present', at: 9, epoch: 1 } as const;
    await api.store.proctors.setPresence(proctorId, roomId, ['assigned'], presence);
    const chief = await proctorToken(api, exam.planId, [], { chief: true });
    for (const token of [chief, exam.admin]) {
      const { body } = await api.call('GET', `/v1/plans/${exam.planId}/proctors`, { token });
      const found = (body as { proctors: ProctorView[] }).proctors.find((one) => one.proctorId === proctorId);
      assert.deepEqual([found?.status, found?.rooms], ['present', [{ roomId, state: 'present', at: 9 }]]);
    }
  });

  it('are forgotten where they were in rooms that they lose', async () => {
    const [first, second] = exam.roomIds;
    const { proctorId } = await aNewOne([first, second]);
    const presence = { state: 'present', at: 9, epoch: 1 } as const;
    for (const roomId of [first, second])
      await api.store.proctors.setPresence(proctorId, roomId, ['assigned'], presence);
    await assign(proctorId, { roomIds: [second], chief: false });
    assert.deepEqual((await api.store.proctors.get(proctorId))?.presence, { [second]: presence });
  });

  it('are assigned by one of two admins who saw the same', async () => {
    const { proctorId } = await aNewOne([exam.roomIds[0]]);
    const bodies = [
      { chief: true, version: 1 },
      { roomIds: [exam.roomIds[1]], chief: false, version: 1 },
    ];
    const answers = await Promise.all(bodies.map((body) => assign(proctorId, body)));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    const refused = answers.find(({ status }) => status === 409)?.body as Problem | undefined;
    assert.equal(refused?.code, 'ASSIGNMENT_CHANGED');
    assert.equal((await api.store.proctors.get(proctorId))?.version, 2);
  });

  it('have no rooms that their plan does not have, and are of no other plan', async () => {
    const { proctorId } = await aNewOne([]);
    const other = await makeExam(api);
    const codeOf = async (answered: ReturnType<typeof assign>) => ((await answered).body as Problem).code;
    assert.equal(await codeOf(assign(proctorId, { roomIds: [other.roomIds[0]], chief: false })), 'ROOM_UNKNOWN');
    assert.equal(await codeOf(assign(proctorId, { chief: true }, other.planId)), 'PROCTOR_UNKNOWN');
    assert.equal(await codeOf(assign(newId(), { chief: true })), 'PROCTOR_UNKNOWN');
  });

  it('say what the plan lets them say, and are told what that is when they enter', async () => {
    const templates = [{ name: 'quiet', text: 'Quiet, please.' }];
    const [roomId] = exam.roomIds;
    await api.store.plans.change(exam.planId, ['open'], {
      ...{ noticeTemplates: templates, freeNotices: false },
      reasons: ['fire alarm'],
    });
    const { token } = await aNewOne([roomId]);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // the plan is read at most a second late
    const { body } = await api.call('POST', '/v1/enter/proctor', { token, body: { roomId } });
    assert.deepEqual((body as ProctorEnterReply).notices, { templates, free: false });
    assert.deepEqual((body as ProctorEnterReply).reasons, ['fire alarm']);
    const say = (by: string, given: object) =>
      api.call('POST', `/v1/plans/${exam.planId}/controls`, {
        token: by,
        body: { controlId: newId(), action: 'notice', roomId, ...given },
      });
    assert.equal(((await say(token, { text: 'free' })).body as Problem).code, 'NOTICE_NOT_FREE');
    assert.equal(((await say(token, { template: 'loud' })).body as Problem).code, 'TEMPLATE_UNKNOWN');
    assert.equal(((await say(token, { text: 'x', template: 'quiet' })).body as Problem).code, 'REQUEST_INVALID');
    const { control }: ControlReply = (await say(token, { template: 'quiet', lifeMs: 60_000 })).body;
    assert.deepEqual(
      [control.text, control.template, control.expiresAt - control.at],
      ['Quiet, please.', 'quiet', 60_000],
    );
    assert.equal((await say(exam.admin, { text: 'free' })).status, 202);
  });

  it('have templates that are set until the plan is opened, each name once', async () => {
    const other = await makeExam(api);
    const put = (noticeTemplates?: object[], freeNotices = false) =>
      api.call('PUT', `/v1/plans/${other.planId}/notice-templates`, {
        token: other.admin,
        body: { noticeTemplates, freeNotices },
      });
    const quiet = { name: 'quiet', text: 'Quiet, please.' };
    assert.deepEqual(((await put([quiet])).body as PlanView).notices, { templates: [quiet], free: false });
    assert.equal(((await put([quiet, quiet])).body as Problem).code, 'REQUEST_INVALID');
    assert.deepEqual(((await put(undefined, true)).body as PlanView).notices, { templates: [], free: true });
    await forceState(api, other.planId, 'open');
    assert.equal(((await put([quiet])).body as Problem).code, 'TRANSITION_REFUSED');
  });

  it('leave each assignment in the audit chain, with who decided', async () => {
    const { proctorId } = await aNewOne([]);
    await assign(proctorId, { roomIds: [exam.roomIds[0]], chief: true });
    const waiting = (await api.store.audit.waiting(500)).filter(({ documentId }) => documentId === proctorId);
    const told = waiting.map(({ facts: { kind, actorRole, data } }) => [kind, actorRole, data]);
    const [before, after] = [
      { roomIds: [], chief: false },
      { roomIds: [exam.roomIds[0]], chief: true },
    ];
    assert.deepEqual(told, [
      ['proctor.assigned', SYSTEM.actorRole, { ...before, version: 1 }],
      ['proctor.assigned', 'admin', { ...after, version: 2, before }],
    ]);
  });
});
