// Scoring of plans that have ended, over real stores. The expected points and figures are computed by hand, beside each.
import assert from 'node:assert/strict';
import { FormFigures } from '../../schema/replies.ts';
import type { Store } from '../../store/open-store.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import type { RunningWorker } from '../../workers/runner.ts';
import { scorePlan, startStatistics } from '../../workers/statistics.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { redisUrl } from '../support/parts.ts';
import { newStore } from '../support/stored.ts';
import { anEndedPlan, aSubmitted, type EndedPlan, KEY } from './ended-plan.ts';
import { collectingLog, openQueue, queuedAnswer, until } from './worker-parts.ts';

const HOUR_MS = 3_600_000;

describe('statistics worker', () => {
  const { log } = collectingLog();
  let store: Store;
  let url: string;

  before(async () => {
    store = await newStore('statistics-worker');
    url = await redisUrl();
  });
  after(() => store.close());

  /** Three who submitted, with 5, 2 and 0 points, and one who never came. */
  async function aClass(): Promise<EndedPlan & { ids: string[] }> {
    const ended = await anEndedPlan(store);
    const ids = [
      await aSubmitted(store, ended, ['B', ['C', 'A'], ' han ', 12.5, 'An essay.']),
      await aSubmitted(store, ended, ['B', ['A'], 'HANGANG', 12]),
      await aSubmitted(store, ended, ['A', ['A', 'C', 'B']]),
    ];
    await store.sheets.create([{ examineeId: 'absentabsentabse', planId: ended.plan._id, roomId: ended.room._id }]);
    await store.sheets.settleRoom(ended.room._id);
    return { ...ended, ids };
  }
  const statusOf = async (planId: string) => (await store.plans.get(planId))?.status;
  const pointsOf = async (planId: string, ids: string[], keyVersion = 1) => {
    const results = await store.results.byPlan(planId, { limit: 100, keyVersion });
    return ids.map((id) => results.find(({ examineeId }) => examineeId === id)?.points);
  };

  it('scores each settled sheet by the key, and counts nobody who never came', async () => {
    const { plan, ids } = await aClass();
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids), [5_000, 2_000, 0]);
    const [first] = ids;
    const results = await store.results.byPlan(plan._id, { limit: 100 });
    const result = results.find(({ examineeId }) => examineeId === first);
    assert.deepEqual(
      result?.itemPoints,
      [1_000, 1_000, 1_000, 2_000, null],
      'in the order of the paper; nobody scores an essay',
    );
    assert.equal(results.length, 3);
    assert.equal(await statusOf(plan._id), 'scored');
    const states = (await store.sheets.byPlan(plan._id, { limit: 100 })).map(({ state }) => state);
    assert.deepEqual(states.sort(), ['empty', 'scored', 'scored', 'scored']);
  });

  it('stores the figures of the items as the api shows them, with the names of the items', async () => {
    const { plan } = await aClass();
    await scorePlan(store, plan._id);
    const stored = await store.statistics.newest(plan._id);
    assert.deepEqual(stored?.itemNames, ['q1', 'q2', 'river', 'sum', 'essay']);
    assert.equal(stored?.examineeCount, 3);
    const figures = FormFigures.parse(stored?.figures);
    assert.equal(figures.mean, 7 / 3);
    assert.equal(figures.variance, 19 / 3); // (5 - 7/3)² + (2 - 7/3)² + (7/3)² = 38/3, by n - 1
    assert.deepEqual(
      figures.items.map(({ item, p }) => [item, p]),
      [
        [1, 2 / 3],
        [2, 1 / 3],
        [3, 2 / 3],
        [4, 1 / 3],
        [5, null],
      ],
    );
    assert.deepEqual(
      figures.items[0]?.options.map(({ option, count }) => [option, count]),
      [
        ['A', 1],
        ['B', 2],
        ['C', 0],
      ],
    );
  });

  it('[S8] counts what the vector names, and no answer that came later', async () => {
    const { plan, ids } = await aClass();
    const [, , last = ''] = ids;
    await store.answers.insert(plan._id, [
      queuedAnswer(last, 1, 9_000_001, 'B'),
      queuedAnswer(last, 4, 9_000_002, 12.5),
    ]);
    await scorePlan(store, plan._id);
    assert.deepEqual(await pointsOf(plan._id, ids), [5_000, 2_000, 0]);
  });

  it('[S8] waits until every sheet is settled, and writes nothing before', async () => {
    const ended = await anEndedPlan(store);
    await aSubmitted(store, ended, ['B']);
    assert.equal(await scorePlan(store, ended.plan._id), 'unsettled');
    assert.equal(await statusOf(ended.plan._id), 'ended');
    assert.deepEqual(await store.results.byPlan(ended.plan._id, { limit: 5 }), []);
    assert.equal(await store.statistics.newest(ended.plan._id), null);
  });

  it('changes nothing when it is done again, and scores again by a new key', async () => {
    const { plan, ids } = await aClass();
    await scorePlan(store, plan._id);
    const before = await store.statistics.newest(plan._id);
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await store.statistics.newest(plan._id), before);
    const [, ...others] = KEY;
    await store.keys.put(plan.paperId, [{ item: 1, kind: 'singleChoice', correct: 'A', points: 1_000 }, ...others]);
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids, 2), [4_000, 1_000, 1_000]);
    assert.deepEqual(await pointsOf(plan._id, ids, 1), [5_000, 2_000, 0], 'the old results stay');
    assert.equal((await store.statistics.newest(plan._id))?.keyVersion, 2);
  });

  it('goes on where a worker died between its writes', async () => {
    const { plan, ids } = await aClass();
    await scorePlan(store, plan._id);
    await store.plans.change(plan._id, ['scored'], { status: 'ended' });
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.equal(await statusOf(plan._id), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids), [5_000, 2_000, 0]);
  });

  it('stops between pages when it is told to, and the plan is found again', async () => {
    const { plan, ids } = await aClass();
    assert.equal(await scorePlan(store, plan._id, AbortSignal.abort()), 'stopped');
    assert.equal(await statusOf(plan._id), 'ended');
    assert.equal(await store.statistics.newest(plan._id), null);
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids), [5_000, 2_000, 0]);
  });

  it('leaves a plan alone that still runs, and one that is gone', async () => {
    const { plan } = await anEndedPlan(store, { status: 'running' });
    assert.equal(await scorePlan(store, plan._id), 'not-ended');
    assert.equal(await scorePlan(store, 'gonegonegonegone'), 'gone');
  });

  describe('as a worker', () => {
    let worker: RunningWorker;
    let connection: ReturnType<typeof connectRedis>;
    async function start(sweepEveryMs: number): Promise<void> {
      connection = connectRedis(url, 'test', log);
      worker = await startStatistics({ connection, log, metrics: workerMetrics(), store, sweepEveryMs });
    }
    afterEach(async () => {
      await worker.stop();
      await worker.stop();
      connection.disconnect();
    });

    it('finds a plan that has ended though nobody asked', async () => {
      const { plan } = await aClass();
      await start(50);
      await until('the plan is scored', async () => (await statusOf(plan._id)) === 'scored');
    });

    it('scores a plan that is asked for', async () => {
      await start(HOUR_MS);
      const { plan } = await aClass();
      const door = openQueue('statistics', url);
      await door.queue.add('statistics', { planId: plan._id });
      await until('the plan is scored', async () => (await statusOf(plan._id)) === 'scored');
      await door.close();
    });

    it('lets a plan that has no key wait, and scores the others', async () => {
      const ended = await anEndedPlan(store, { paperId: 'nopapernopaperno' });
      await start(50);
      const { plan } = await aClass();
      await until('another plan is scored', async () => (await statusOf(plan._id)) === 'scored');
      assert.equal(await statusOf(ended.plan._id), 'ended');
      await store.plans.change(ended.plan._id, ['ended'], { status: 'archived' });
    });
  });
});
