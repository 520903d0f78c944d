// Monitoring over a real store: each plan that is under way has one row a minute, however many workers look.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { Store } from '../../store/open-store.ts';
import { startMonitoring } from '../../workers/monitoring.ts';
import type { Sweep } from '../../workers/sweep.ts';
import { anExaminee, aPlan, newStore } from '../support/stored.ts';
import { collectingLog, until } from './worker-parts.ts';

describe('monitoring', () => {
  const { log, alarms } = collectingLog();
  let store: Store;
  const running: Sweep[] = [];

  before(async () => {
    store = await newStore('monitoring');
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((sweep) => sweep.stop()));
  });
  after(() => store.close());

  it('writes each minute of a plan that is under way once, and nothing of others', async () => {
    const [plan, draft] = [aPlan({ status: 'running' }), aPlan()];
    for (const one of [plan, draft]) await store.plans.create(one);
    await store.examinees.create([anExaminee(plan._id, newId())]);
    let now = 60_000;
    let counted = 0;
    const monitoring: Store['monitoring'] = {
      ...store.monitoring,
      async record(planId, at) {
        counted++;
        await store.monitoring.record(planId, at);
      },
    };
    for (let worker = 0; worker < 3; worker++)
      running.push(startMonitoring({ store: { ...store, monitoring }, log, now: () => now, lookEveryMs: 5 }));
    const minutes = async () => (await store.monitoring.byPlan(plan._id, { limit: 10 })).map(({ minute }) => minute);
    await until('all workers have written the first', () => counted === 3);
    await until('it is there', async () => (await minutes()).length === 1);
    now = 119_999;
    await store.plans.change(plan._id, ['running'], { status: 'ended' });
    now = 120_000;
    await until('the next one too', async () => (await minutes()).length === 2);
    await until('all workers have looked', () => counted === 6);
    await store.plans.change(plan._id, ['ended'], { status: 'scored' });
    now = 180_000;
    await store.plans.create(aPlan({ status: 'open' }));
    await until('others go on', () => counted > 6);
    assert.deepEqual(await minutes(), [60_000, 120_000]);
    assert.deepEqual(await store.monitoring.byPlan(draft._id, { limit: 10 }), []);
    assert.deepEqual(alarms(), []);
  });
});
