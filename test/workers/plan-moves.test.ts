// Plans whose control was stored by a process that died before it moved them: the workers move them, once and in order.
import assert from 'node:assert/strict';
import type { ControlAction } from '../../schema/controls.ts';
import { orderFields } from '../../schema/documents/control.ts';
import type { Store } from '../../store/open-store.ts';
import { startPlanMoves } from '../../workers/plan-moves.ts';
import type { Sweep } from '../../workers/sweep.ts';
import { aControl, aPlan, newStore } from '../support/stored.ts';
import { collectingLog, until } from './worker-parts.ts';

describe('plans after their controls', () => {
  const { log, alarms } = collectingLog();
  let store: Store;
  const sweeps: Sweep[] = [];
  before(async () => {
    store = await newStore('plan-moves');
    for (const _ of [1, 2]) sweeps.push(startPlanMoves({ store, log, lookEveryMs: 20 }));
  });
  after(async () => {
    for (const sweep of sweeps) await sweep.stop();
    await store.close();
    assert.deepEqual(alarms(), []);
  });

  async function aRunningPlan(): Promise<string> {
    const plan = aPlan({ status: 'running', startsAt: 1_000 });
    await store.plans.create(plan);
    return plan._id;
  }
  const statusOf = async (planId: string) => (await store.plans.get(planId))?.status;
  const becomes = (planId: string, status: string) =>
    until(`it is ${status}`, async () => (await statusOf(planId)) === status);
  /** As far as the api comes that dies then. */
  async function stored(planId: string, action: ControlAction, given: object = {}) {
    const { control } = await store.controls.issue(
      aControl(planId, { ...orderFields({ action, reason: '' }), at: 7_000, ...given }),
    );
    return control;
  }

  it('[S7] a pause that was stored pauses its plan, and what follows moves it on', async () => {
    const planId = await aRunningPlan();
    const pause = await stored(planId, 'pause');
    await becomes(planId, 'paused');
    const plan = await store.plans.get(planId);
    assert.deepEqual([plan?.movedBy, plan?.version], [pause.sequence, 2], 'two workers move it once');
    await stored(planId, 'resume');
    await becomes(planId, 'running');
    await stored(planId, 'end');
    await becomes(planId, 'ended');
    assert.equal((await store.plans.get(planId))?.endedAt, 7_000);
  });

  it('a start brings its instant, and the chain hears who gave it', async () => {
    const plan = aPlan({ status: 'open' });
    await store.plans.create(plan);
    const start = await stored(plan._id, 'start', { at: 9_000 });
    await becomes(plan._id, 'running');
    assert.equal((await store.plans.get(plan._id))?.startsAt, 9_000);
    const waiting = await store.audit.waiting(100);
    const fact = waiting.find(({ planId, facts }) => planId === plan._id && facts.kind === 'plan.running');
    assert.equal(fact?.facts.actorId, start.actorId);
  });

  it('an older control moves no plan that a later one has moved, and one of a room or of people moves none', async () => {
    const planId = await aRunningPlan();
    await stored(planId, 'extend', { extraMs: 5 });
    await stored(planId, 'pause', { roomId: 'a room' });
    await stored(planId, 'pause', { examineeIds: ['somebody'] });
    const other = await aRunningPlan();
    const late = await store.plans.move({ planId: other, sequence: 9, actorId: '-', actorRole: 'admin' }, ['running'], {
      status: 'running',
    });
    assert.equal(late?.movedBy, 9);
    await stored(other, 'pause');
    await stored(planId, 'notice');
    const third = await aRunningPlan();
    await stored(third, 'pause');
    await becomes(third, 'paused');
    assert.deepEqual([await statusOf(planId), await statusOf(other)], ['running', 'running']);
  });
});
