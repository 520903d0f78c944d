// Controls: stored before anybody hears of them, once an id, within what the states allow; and what rooms made of them.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { ControlReply, Problem } from '../../schema/replies.ts';
import type { ControlState } from '../../schema/states.ts';
import type { Store } from '../../store/open-store.ts';
import { type ExamFixture, forceState, makeExam, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

describe('controls', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let dies = false;

  /** The process dies after the control is stored and before the plan's status follows. */
  const dying = (store: Store): Store => ({
    ...store,
    plans: {
      ...store.plans,
      change: (...given) => (dies ? Promise.reject(new Error('killed')) : store.plans.change(...given)),
    },
  });

  before(async () => {
    api = await startApi('controls', { decorate: dying });
  });
  beforeEach(async () => {
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'scheduled');
    api.hints.length = 0;
  });
  after(() => api.stop());

  const issue = (body: Record<string, unknown>, token = exam.admin) =>
    api.call('POST', `/v1/plans/${exam.planId}/controls`, { token, body: { controlId: newId(), ...body } });
  const codeOf = async (body: Record<string, unknown>): Promise<string> => ((await issue(body)).body as Problem).code;
  const planStatus = async () => (await api.store.plans.get(exam.planId))?.status;
  const receipt = (controlId: string, roomId: string, state: ControlState) =>
    api.store.controls.receipt({
      _id: `${controlId}.${roomId}`,
      controlId,
      roomId,
      planId: exam.planId,
      state,
      code: '',
      at: Date.now(),
    });

  it('opens, starts and ends a plan: each is stored, hinted at and moves the status', async () => {
    const began = Date.now();
    for (const [action, status] of [
      ['open', 'open'],
      ['start', 'running'],
      ['end', 'ended'],
    ] as const) {
      const { status: answered, body } = await issue({ action, reason: 'because' });
      const reply: ControlReply = body;
      assert.deepEqual([answered, reply.state, reply.rooms], [202, 'pending', { applied: 0, failed: 0, total: 2 }]);
      assert.deepEqual([reply.control.roomId, reply.control.action, reply.control.reason], [null, action, 'because']);
      assert.equal(await planStatus(), status);
      const stored = await api.store.controls.get(reply.control.controlId);
      assert.deepEqual([stored?.actorRole, stored?.planId, stored?.roomId], ['admin', exam.planId, '']);
      assert.ok((stored?.expiresAt ?? 0) >= began + 600_000);
    }
    assert.deepEqual(api.hints, [exam.planId, exam.planId, exam.planId]);
    const plan = await api.store.plans.get(exam.planId);
    assert.ok((plan?.startsAt ?? 0) >= began + 3_500 && (plan?.endedAt ?? 0) >= began);
    const issued = api.logs.filter((log) => log.kind === 'control.issued' && log.planId === exam.planId);
    assert.deepEqual(
      issued.map((log) => log.data.action),
      ['open', 'start', 'end'],
    );
  });

  it('gives a start an instant 3.5 s ahead, takes a named one from 3 s on, and refuses a nearer one', async () => {
    await forceState(api, exam.planId, 'open');
    assert.equal(await codeOf({ action: 'start', at: Date.now() + 2_500 }), 'INSTANT_TOO_SOON');
    assert.equal(await planStatus(), 'open');
    const at = Date.now() + 4_000;
    const { body } = await issue({ action: 'start', at });
    assert.equal((body as ControlReply).control.at, at);
    assert.equal(await codeOf({ action: 'end', at }), 'REQUEST_INVALID');
  });

  it('refuses what the plan does not allow, and says what it does', async () => {
    const { body } = await issue({ action: 'start' });
    assert.equal((body as Problem).code, 'TRANSITION_REFUSED');
    assert.match((body as Problem).detail, /allowed: draft, open/);
    await forceState(api, exam.planId, 'ended');
    for (const action of ['open', 'start', 'end']) assert.equal(await codeOf({ action }), 'TRANSITION_REFUSED', action);
    assert.deepEqual(await api.store.controls.forPlan(exam.planId, 0), []);
  });

  it('takes the same controlId again as the same control, also under another Idempotency-Key', async () => {
    const body = { controlId: newId(), action: 'open' };
    const first = await issue(body);
    const again = await issue(body);
    assert.deepEqual([first.status, again.status], [202, 202]);
    assert.deepEqual((again.body as ControlReply).control, (first.body as ControlReply).control);
    assert.equal((await api.store.controls.forPlan(exam.planId, 0)).length, 1);
  });

  it('refuses a controlId that is of another control', async () => {
    const controlId = newId();
    await issue({ controlId, action: 'open' });
    assert.equal(await codeOf({ controlId, action: 'start' }), 'CONTROL_REUSED');
    assert.equal(await codeOf({ controlId, action: 'open', roomId: exam.roomIds[0] }), 'CONTROL_REUSED');
    const other = await makeExam(api);
    await forceState(api, other.planId, 'scheduled');
    const elsewhere = await api.call('POST', `/v1/plans/${other.planId}/controls`, {
      token: exam.admin,
      body: { controlId, action: 'open' },
    });
    assert.equal((elsewhere.body as Problem).code, 'CONTROL_REUSED');
  });

  it('finishes by a repeat what a crash left between storing and the status', async () => {
    const body = { controlId: newId(), action: 'open' };
    dies = true;
    assert.equal((await issue(body)).status, 500);
    dies = false;
    assert.equal(await planStatus(), 'scheduled');
    assert.equal((await issue(body)).status, 202);
    assert.equal(await planStatus(), 'open');
    assert.equal((await api.store.controls.forPlan(exam.planId, 0)).length, 1);
  });

  it('does not take a plan back by the repeat of an old control', async () => {
    const body = { controlId: newId(), action: 'open' };
    await issue(body);
    await issue({ action: 'start' });
    await issue(body);
    assert.equal(await planStatus(), 'running');
    await forceState(api, exam.planId, 'paused');
    const [, start] = await api.store.controls.forPlan(exam.planId, 0);
    await issue({ controlId: start?._id, action: 'start' });
    assert.equal(await planStatus(), 'paused');
  });

  it('issues a control of one room, which does not move the plan', async () => {
    const roomId = exam.roomIds[0];
    assert.equal(await codeOf({ action: 'open', roomId }), 'TRANSITION_REFUSED');
    await forceState(api, exam.planId, 'open');
    const token = await proctorToken(api, exam.planId, [roomId]);
    const { status, body } = await issue({ action: 'start', roomId }, token);
    assert.deepEqual(
      [status, (body as ControlReply).rooms.total, (body as ControlReply).control.actorRole],
      [202, 1, 'proctor'],
    );
    assert.equal(await planStatus(), 'open');
    await api.store.rooms.change(roomId, 0, { status: 'ended' });
    assert.equal(await codeOf({ action: 'end', roomId }), 'TRANSITION_REFUSED');
    assert.equal(await codeOf({ action: 'end', roomId: newId() }), 'ROOM_UNKNOWN');
  });

  it('tells what the rooms have made of it: pending, then applied, or failed for good', async () => {
    const { body } = await issue({ action: 'open' });
    const { controlId } = (body as ControlReply).control;
    const look = async () => {
      const reply: ControlReply = (await api.call('GET', `/v1/controls/${controlId}`, { token: exam.admin })).body;
      return [reply.state, reply.rooms.applied, reply.rooms.failed];
    };
    assert.deepEqual(await look(), ['pending', 0, 0]);
    await receipt(controlId, exam.roomIds[0], 'applied');
    assert.deepEqual(await look(), ['pending', 1, 0]);
    await receipt(controlId, exam.roomIds[1], 'failed');
    assert.deepEqual(await look(), ['failed', 1, 1]);
  });

  it('has failed where rooms were silent until it expired', async () => {
    const controlId = newId();
    const past = Date.now() - 1_000;
    const control = {
      _id: controlId,
      planId: exam.planId,
      roomId: '',
      action: 'open',
      at: past,
      actorId: newId(),
      actorRole: 'admin',
      reason: '',
      storedAt: past,
      expiresAt: past,
    } as const;
    await api.store.controls.issue(control);
    await receipt(controlId, exam.roomIds[0], 'applied');
    const reply: ControlReply = (await api.call('GET', `/v1/controls/${controlId}`, { token: exam.admin })).body;
    assert.deepEqual([reply.state, reply.rooms], ['failed', { applied: 1, failed: 1, total: 2 }]);
  });
});
