// Controls: stored before anybody hears of them, once an id, within what the states allow; and what rooms made of them.
import assert from 'node:assert/strict';
import { orderFields } from '../../schema/documents/control.ts';
import { newId } from '../../schema/ids.ts';
import type { ControlReply, Problem } from '../../schema/replies.ts';
import type { ControlState } from '../../schema/states.ts';
import type { Store } from '../../store/open-store.ts';
import { aControl } from '../support/stored.ts';
import { type ExamFixture, forceState, makeExam, personAt, proctorToken } from './exam-fixture.ts';
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
      move: (...given) => (dies ? Promise.reject(new Error('killed')) : store.plans.move(...given)),
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
  const receipt = async (controlId: string, roomId: string, state: ControlState, code = ''): Promise<void> => {
    await received(controlId, roomId, state, code);
    if (state === 'applied') await api.store.rooms.applied(roomId, 0, controlId, {});
  };
  const received = (controlId: string, roomId: string, state: ControlState, code = '') =>
    api.store.controls.receipt({
      _id: `${controlId}.${roomId}`,
      controlId,
      roomId,
      planId: exam.planId,
      state,
      code,
      message: '',
      ledger: {},
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
      assert.deepEqual(
        [answered, reply.state, reply.rooms],
        [202, 'pending', { applied: 0, failed: 0, over: 0, total: 2 }],
      );
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

  it('reopens what has ended, with a reason, and nothing else brings that back', async () => {
    for (const status of ['ended', 'scored'] as const) {
      await forceState(api, exam.planId, status);
      const [roomId] = exam.roomIds;
      assert.equal(await codeOf({ action: 'reopen' }), 'REQUEST_INVALID');
      const reason = 'the wrong plan';
      assert.equal((await issue({ action: 'reopen', reason })).status, 202);
      assert.equal((await issue({ action: 'reopen', reason, roomId, extraMs: 60_000 })).status, 202);
      assert.equal(await codeOf({ action: 'reopen', reason, undoes: newId() }), 'UNDO_REFUSED');
      assert.equal(await planStatus(), status, 'the rooms bring it back');
      for (const action of ['open', 'start', 'pause', 'resume'])
        assert.equal(await codeOf({ action }), 'TRANSITION_REFUSED', action);
      assert.equal(
        await codeOf({ action: 'readmit', examineeIds: [personAt(exam, 0).examineeId] }),
        'TRANSITION_REFUSED',
      );
    }
    await forceState(api, exam.planId, 'archived');
    assert.equal(await codeOf({ action: 'reopen', reason: 'too late' }), 'TRANSITION_REFUSED');
  });

  it('removes, submits for and readmits chosen people of a live plan, and removes nobody without a reason', async () => {
    await forceState(api, exam.planId, 'running');
    const examineeIds = [personAt(exam, 0).examineeId];
    assert.equal(await codeOf({ action: 'remove', examineeIds }), 'REQUEST_INVALID');
    for (const action of ['remove', 'submit', 'readmit'])
      assert.equal(await codeOf({ action, reason: 'all of them' }), 'REQUEST_INVALID', action);
    const { body } = await issue({ action: 'remove', examineeIds, reason: 'a phone' });
    const { control } = body as ControlReply;
    assert.deepEqual([control.action, control.examineeIds], ['remove', examineeIds]);
    assert.equal((await issue({ action: 'readmit', examineeIds, undoes: control.controlId })).status, 202);
    assert.equal((await issue({ action: 'submit', examineeIds })).status, 202);
    assert.equal(await codeOf({ action: 'submit', examineeIds: [newId()] }), 'EXAMINEE_UNKNOWN');
  });

  it('[S9] takes more time for a plan that ended a moment ago, and none for one that ended before its grace', async () => {
    const reason = 'the bell rang early';
    for (const [agoMs, status] of [
      [5_000, 202],
      [31_000, 409],
    ] as const) {
      await forceState(api, exam.planId, 'ended');
      await api.store.plans.change(exam.planId, ['ended'], { endedAt: Date.now() - agoMs });
      assert.equal((await issue({ action: 'extend', extraMs: 60_000, reason })).status, status);
    }
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

  it('[S5] says applied once the room has it and what it makes of people is stored, not at the receipt', async () => {
    const [roomId = ''] = exam.roomIds;
    await forceState(api, exam.planId, 'open');
    const { body } = await issue({ action: 'start', roomId });
    const { controlId } = (body as ControlReply).control;
    const state = async () => {
      const reply: ControlReply = (await api.call('GET', `/v1/controls/${controlId}`, { token: exam.admin })).body;
      return reply.state;
    };
    await received(controlId, roomId, 'applied');
    assert.equal(await state(), 'pending');
    const turn = { controlId, to: 'removed' as const, examineeIds: [], at: Date.now() };
    await api.store.rooms.applied(roomId, 0, controlId, { turn });
    assert.equal(await state(), 'pending');
    await api.store.rooms.carriedOut(roomId, 0, newId());
    assert.equal(await state(), 'pending', 'another control of the room changes nothing');
    await api.store.rooms.carriedOut(roomId, 0, controlId);
    assert.equal(await state(), 'applied');
  });

  describe('of a plan in which a room is over', () => {
    const [ended, applied] = [
      { applied: 1, failed: 0, over: 1, total: 2 },
      { applied: 0, failed: 0, over: 1, total: 2 },
    ];
    const look = async (controlId: string): Promise<ControlReply> =>
      (await api.call('GET', `/v1/controls/${controlId}`, { token: exam.admin })).body;
    const stored = async (body: Record<string, unknown>): Promise<string> =>
      ((await issue(body)).body as ControlReply).control.controlId;
    beforeEach(() => forceState(api, exam.planId, 'running'));

    it('is applied where every other room has it, and says which room was over', async () => {
      const controlId = await stored({ action: 'extend', extraMs: 60_000 });
      await receipt(controlId, exam.roomIds[0], 'failed', 'ROOM_ENDED');
      assert.deepEqual([(await look(controlId)).state, (await look(controlId)).rooms], ['pending', applied]);
      await receipt(controlId, exam.roomIds[1], 'applied');
      const { state, rooms, outcomes } = await look(controlId);
      assert.deepEqual([state, rooms], ['applied', ended]);
      const over = outcomes.find(({ roomId }) => roomId === exam.roomIds[0]);
      assert.deepEqual([over?.state, over?.code], ['failed', 'ROOM_ENDED']);
    });

    it('waits for no room that had settled before, since nobody is left there to say so', async () => {
      const [settled, other] = exam.roomIds;
      await api.store.rooms.change(settled, 0, { status: 'ended', settledAt: 5 });
      const controlId = await stored({ action: 'extend', extraMs: 60_000 });
      await receipt(controlId, other, 'applied');
      const { state, rooms, outcomes } = await look(controlId);
      assert.deepEqual([state, rooms], ['applied', ended]);
      assert.deepEqual(
        outcomes.map(({ roomId, code, at }) => [roomId, code, at]).filter(([roomId]) => roomId === settled),
        [[settled, 'ROOM_ENDED', 5]],
      );
    });

    it('has failed where another room refuses it, where all are over, and where those whom it names sit there', async () => {
      const refused = await stored({ action: 'extend', extraMs: 60_000 });
      await receipt(refused, exam.roomIds[0], 'failed', 'ROOM_ENDED');
      await receipt(refused, exam.roomIds[1], 'failed', 'TRANSITION_REFUSED');
      assert.equal((await look(refused)).state, 'failed');
      const late = await stored({ action: 'extend', extraMs: 60_000 });
      for (const roomId of exam.roomIds) await receipt(late, roomId, 'failed', 'ROOM_ENDED');
      assert.deepEqual((await look(late)).rooms, { applied: 0, failed: 0, over: 2, total: 2 });
      assert.equal((await look(late)).state, 'failed');
      const named = await stored({ action: 'extend', extraMs: 60_000, examineeIds: [personAt(exam, 0).examineeId] });
      await receipt(named, exam.roomIds[0], 'failed', 'ROOM_ENDED');
      await receipt(named, exam.roomIds[1], 'applied');
      assert.deepEqual([(await look(named)).state, (await look(named)).rooms.failed], ['failed', 1]);
    });
  });

  it('has failed where rooms were silent until it expired', async () => {
    const controlId = newId();
    const past = Date.now() - 1_000;
    const control = {
      _id: controlId,
      planId: exam.planId,
      roomId: '',
      at: past,
      actorId: newId(),
      actorRole: 'admin',
      storedAt: past,
      expiresAt: past,
      ...orderFields({ action: 'open', reason: '' }),
    } as const;
    await api.store.controls.issue(control);
    await receipt(controlId, exam.roomIds[0], 'applied');
    const reply: ControlReply = (await api.call('GET', `/v1/controls/${controlId}`, { token: exam.admin })).body;
    assert.deepEqual([reply.state, reply.rooms], ['failed', { applied: 1, failed: 1, over: 0, total: 2 }]);
  });

  describe('of a running exam', () => {
    const outcome = async (body: Record<string, unknown>) => {
      const { controlId } = ((await issue(body)).body as ControlReply).control;
      return (await api.call('GET', `/v1/controls/${controlId}`, { token: exam.admin })).body as ControlReply;
    };
    const idAt = (index: number) => personAt(exam, index).examineeId;

    beforeEach(() => forceState(api, exam.planId, 'running'));

    it('pauses the plan and lets it go on, and the repeat of the pause does not pause it again', async () => {
      const pause = { controlId: newId(), action: 'pause' };
      assert.equal((await issue(pause)).status, 202);
      assert.equal(await planStatus(), 'paused');
      assert.equal(await codeOf({ action: 'pause' }), 'TRANSITION_REFUSED');
      assert.equal(await codeOf({ action: 'start' }), 'TRANSITION_REFUSED');
      await issue({ action: 'resume' });
      assert.equal(await planStatus(), 'running');
      assert.equal((await issue(pause)).status, 202);
      assert.equal(await planStatus(), 'running');
    });

    it('does not pause before the start: rooms would begin all the same', async () => {
      await api.store.plans.change(exam.planId, ['running'], { startsAt: Date.now() + 60_000 });
      assert.equal(await codeOf({ action: 'pause' }), 'TRANSITION_REFUSED');
    });

    it('takes extensions, locks, notices and calls, which leave the plan as it is', async () => {
      const examineeIds = [idAt(0)];
      for (const body of [
        { action: 'extend', extraMs: 60_000, time: 'incident' },
        { action: 'lock', examineeIds },
        { action: 'unlock', examineeIds },
        { action: 'notice', text: '<b>five</b> more minutes', mustConfirm: true },
        { action: 'call', examineeIds, roomId: exam.roomIds[0] },
        { action: 'release', examineeIds },
      ]) {
        const { control, state } = await outcome(body);
        assert.deepEqual({ ...control, ...body }, control);
        assert.equal(state, 'pending');
      }
      assert.equal(await planStatus(), 'running');
    });

    it('refuses what an action does not take, and what it needs and does not say', async () => {
      for (const body of [
        { action: 'extend' },
        { action: 'extend', extraMs: -60_000 },
        { action: 'extend', extraMs: 60_000, undoes: newId() },
        { action: 'notice' },
        { action: 'call' },
        { action: 'release' },
        { action: 'pause', extraMs: 60_000 },
        { action: 'open', examineeIds: [idAt(0)] },
      ])
        assert.equal(await codeOf(body), 'REQUEST_INVALID', JSON.stringify(body));
    });

    it('names the first examinee who is not there', async () => {
      const stranger = newId();
      const { body } = await issue({ action: 'lock', examineeIds: [idAt(0), stranger] });
      assert.equal((body as Problem).code, 'EXAMINEE_UNKNOWN');
      assert.match((body as Problem).detail, new RegExp(stranger));
      const roomId = exam.roomIds[0];
      assert.equal(await codeOf({ action: 'lock', roomId, examineeIds: [idAt(2)] }), 'EXAMINEE_UNKNOWN');
    });

    it('lets a proctor order for people of the own rooms alone, and never for the whole plan', async () => {
      const token = await proctorToken(api, exam.planId, [exam.roomIds[0]]);
      const lock = { action: 'lock', examineeIds: [idAt(0), idAt(1)] };
      assert.equal((await issue(lock, token)).status, 202);
      for (const body of [{ ...lock, examineeIds: [idAt(0), idAt(2)] }, { action: 'pause' }])
        assert.equal(((await issue(body, token)).body as Problem).code, 'PERMISSION_DENIED');
    });

    it('shows what each room made of it, and whom it has not reached', async () => {
      const { control } = await outcome({ action: 'notice', text: 'quiet, please' });
      const [roomId, other] = exam.roomIds;
      const { controlId } = control;
      const ids = { controlId, planId: exam.planId, at: 5 };
      const nothing = { sentAt: 1, deliveredAt: 0, confirmedAt: 0 };
      const ledger = { [idAt(0)]: { ...nothing, deliveredAt: 2, confirmedAt: 3 }, [idAt(1)]: nothing };
      const one = { ...ids, _id: `${controlId}.${roomId}`, roomId, code: '', message: '', ledger };
      await api.store.controls.receipt({ ...one, state: 'applied' });
      await api.store.rooms.applied(roomId, 0, controlId, {});
      const failed = { ...one, _id: `${controlId}.${other}`, roomId: other, ledger: {} };
      await api.store.controls.receipt({ ...failed, state: 'failed', code: 'X', message: 'it has ended' });
      const reply: ControlReply = (await api.call('GET', `/v1/controls/${controlId}`, { token: exam.admin })).body;
      assert.deepEqual(
        new Map(reply.outcomes.map(({ roomId: room, state, message }) => [room, [state, message]])),
        new Map([
          [roomId, ['applied', '']],
          [other, ['failed', 'it has ended']],
        ]),
      );
      assert.deepEqual(reply.ledger, { concerned: 2, delivered: 1, confirmed: 1, missing: [idAt(1)] });
    });

    it('[S7] fails for good where it has expired: a room that comes later finds that it has failed', async () => {
      const { control } = await outcome({ action: 'extend', extraMs: 60_000, roomId: exam.roomIds[0] });
      const past = aControl(exam.planId, { action: 'extend', extraMs: 60_000, roomId: control.roomId ?? '' });
      await api.store.controls.issue(past);
      const reply: ControlReply = (await api.call('GET', `/v1/controls/${past._id}`, { token: exam.admin })).body;
      assert.deepEqual([reply.state, reply.outcomes[0]?.code], ['failed', 'CONTROL_EXPIRED']);
      const ids = { _id: `${past._id}.${exam.roomIds[0]}`, controlId: past._id, roomId: exam.roomIds[0] };
      const late = { ...ids, planId: exam.planId, code: '', message: '', at: Date.now(), ledger: {} };
      assert.equal((await api.store.controls.receipt({ ...late, state: 'applied' })).state, 'failed');
    });
  });
});
