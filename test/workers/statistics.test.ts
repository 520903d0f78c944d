// Scoring of plans that have ended, over real stores. The expected points and figures are computed by hand, beside each.
import assert from 'node:assert/strict';
import { SYSTEM } from '../../exam/audit-facts.ts';
import type { KeyEntry } from '../../schema/answers.ts';
import { FormFigures, MoreFigures } from '../../schema/replies.ts';
import type { Store } from '../../store/open-store.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import type { RunningWorker } from '../../workers/runner.ts';
import { scorePlan } from '../../workers/scoring.ts';
import { startStatistics } from '../../workers/statistics.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { redisUrl } from '../support/parts.ts';
import { aRoom, newStore } from '../support/stored.ts';
import { anEndedPlan, aSubmitted, ENDED_AT, type EndedPlan, KEY } from './ended-plan.ts';
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
  const currentOf = async (planId: string) => (await store.plans.get(planId))?.scoring;
  const resultsOf = async (planId: string, scoringId?: string) => {
    const current = scoringId ?? (await currentOf(planId))?.scoringId ?? '';
    return store.results.byScoring(planId, current, { limit: 100 });
  };
  const pointsOf = async (planId: string, ids: string[], scoringId?: string) => {
    const results = await resultsOf(planId, scoringId);
    return ids.map((id) => results.find(({ examineeId }) => examineeId === id)?.points);
  };
  const statisticsOf = async (planId: string, roomId = '') =>
    store.statistics.of(planId, (await currentOf(planId))?.scoringId ?? '', roomId);

  it('scores each settled sheet by the key, and counts nobody who never came', async () => {
    const { plan, ids } = await aClass();
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids), [5_000, 2_000, 0]);
    const [first] = ids;
    const results = await resultsOf(plan._id);
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
    const stored = await statisticsOf(plan._id);
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
    assert.equal(await currentOf(ended.plan._id), undefined);
  });

  it('changes nothing when it is done again, and scores again by a new key', async () => {
    const { plan, ids } = await aClass();
    await scorePlan(store, plan._id);
    const before = await statisticsOf(plan._id);
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await statisticsOf(plan._id), before);
    const [, ...others] = KEY;
    await store.keys.put(plan.paperId, [{ item: 1, kind: 'singleChoice', correct: 'A', points: 1_000 }, ...others]);
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids), [4_000, 1_000, 1_000]);
    assert.deepEqual(await pointsOf(plan._id, ids, before?.scoringId), [5_000, 2_000, 0], 'the old results stay');
    const current = await currentOf(plan._id);
    assert.deepEqual([current?.version, current?.keyVersion, current?.earlier.length], [2, 2, 1]);
    const [, , last] = ids;
    const changed = (await resultsOf(plan._id)).find(({ examineeId }) => examineeId === last)?.change;
    assert.deepEqual(changed, { before: 0, items: [{ item: 1, before: 0, after: 1_000 }] });
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
    assert.equal(await scorePlan(store, plan._id, { signal: AbortSignal.abort() }), 'stopped');
    assert.equal(await statusOf(plan._id), 'ended');
    assert.equal(await currentOf(plan._id), undefined);
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids), [5_000, 2_000, 0]);
  });

  it('[S19] shows nobody half of a version: a worker that dies in the middle leaves the old one, and its rows are swept', async () => {
    const { plan, ids } = await aClass();
    await scorePlan(store, plan._id);
    const [, ...others] = KEY;
    await store.keys.put(plan.paperId, [{ item: 1, kind: 'singleChoice', correct: 'A', points: 1_000 }, ...others]);
    await assert.rejects(scorePlan(dyingAfterResults(store), plan._id), /the worker died/);
    const begun = (await store.plans.get(plan._id))?.scoringBy;
    assert.ok(begun);
    assert.equal((await resultsOf(plan._id, begun.scoringId)).length, 3, 'its rows are written');
    assert.deepEqual(await pointsOf(plan._id, ids), [5_000, 2_000, 0], 'and count for nobody');
    assert.equal(await scorePlan(store, plan._id), 'elsewhere', 'until it is known to be dead');
    assert.equal(await scorePlan(store, plan._id, { leaseMs: -1 }), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids), [4_000, 1_000, 1_000]);
    assert.deepEqual(await resultsOf(plan._id, begun.scoringId), [], 'what it left is gone');
    assert.equal((await currentOf(plan._id))?.version, 2);
  });

  it('[S19] lets no worker that was taken for dead make its version current', async () => {
    const { plan, ids } = await aClass();
    const late = await store.plans.get(plan._id);
    const scoringId = await store.scorings.begin(plan._id, Date.now());
    assert.ok(late && scoringId);
    assert.equal(await scorePlan(store, plan._id, { leaseMs: -1 }), 'scored');
    assert.equal(await store.scorings.stillMine(plan._id, scoringId, Date.now()), false);
    const made = { scoringId, keyVersion: 1, at: Date.now() };
    assert.equal(await store.scorings.makeCurrent(late, made, 0), null);
    assert.deepEqual(await pointsOf(plan._id, ids), [5_000, 2_000, 0]);
    const current = await store.plans.get(plan._id);
    const dead = await store.scorings.begin(plan._id, Date.now());
    const heir = await store.scorings.begin(plan._id, Date.now(), -1);
    assert.ok(current && dead && heir);
    assert.equal(await store.scorings.makeCurrent(current, { ...made, scoringId: dead }, 0), null, 'followed already');
    assert.ok(await store.scorings.makeCurrent(current, { ...made, scoringId: heir }, 0));
  });

  it('does not score while an essay of the key or a short text that is left to people has no mark that counts', async () => {
    const { plan, ids } = await aClass();
    const [first = '', second = ''] = ids;
    const [one, two, , four] = KEY;
    assert.ok(one && two && four);
    const river: KeyEntry = { item: 3, kind: 'shortText', correct: ['Han'], points: 1_000, unmatched: 'mark' };
    await store.keys.put(plan.paperId, [one, two, river, four, { item: 5, kind: 'essay', points: 3_000 }]);
    assert.equal(await scorePlan(store, plan._id), 'unmarked');
    assert.equal(await statusOf(plan._id), 'ended');
    const put = (examineeId: string, item: number, points: readonly number[], decision: number | null = null) => {
      const mark = (value: number, by: string) => ({ points: value, reason: '-', by, byRole: 'admin' as const, at: 1 });
      const marks = points.map((value, index) => mark(value, `marker ${index}`));
      const decided = decision === null ? null : mark(decision, 'chief');
      return store.marks
        .get(examineeId, item)
        .then((before) =>
          store.marks.put(
            { planId: plan._id, examineeId, item },
            before,
            { revision: 1_000_000 + item, marks, decision: decided },
            Date.now(),
            SYSTEM,
          ),
        );
    };
    await put(first, 5, [2_500, 1_500]);
    await put(second, 3, [500]);
    assert.equal(await scorePlan(store, plan._id), 'unmarked', 'two that differ count for nothing');
    await put(first, 5, [2_500, 1_500], 2_000);
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids), [7_000, 1_500, 0]);
    assert.equal(FormFigures.parse((await statisticsOf(plan._id))?.figures).itemCount, 5);
    await put(second, 3, [750]);
    assert.equal(await scorePlan(store, plan._id), 'scored');
    assert.deepEqual(await pointsOf(plan._id, ids), [7_000, 1_750, 0], 'a later mark makes a new version');
  });

  it('[S19] gives figures of each room, and those of the plan are their sum', async () => {
    const ended = await anEndedPlan(store);
    const other = { ...ended, room: aRoom(ended.plan._id, { status: 'ended', settledAt: ENDED_AT, startsAt: 0 }) };
    await store.rooms.create([other.room]);
    await aSubmitted(store, ended, ['B', ['A', 'C']]);
    await aSubmitted(store, ended, ['A']);
    await aSubmitted(store, other, ['B']);
    for (const { room } of [ended, other]) await store.sheets.settleRoom(room._id);
    assert.equal(await scorePlan(store, ended.plan._id), 'scored');
    const figures = async (roomId?: string) => {
      const { examineeCount, figures: form, more } = (await statisticsOf(ended.plan._id, roomId)) ?? {};
      const [first] = FormFigures.parse(form).items;
      return [examineeCount, first?.p, MoreFigures.array().parse(more)[0]?.time.count];
    };
    assert.deepEqual(await figures(ended.room._id), [2, 1 / 2, 0]);
    assert.deepEqual(await figures(other.room._id), [1, 1, 0]);
    assert.deepEqual(await figures(), [3, 2 / 3, 0]);
    const [, second] = MoreFigures.array().parse((await statisticsOf(ended.plan._id))?.more);
    assert.deepEqual(second?.time, { count: 1, mean: 0.001, sd: null, least: 0.001, most: 0.001 });
    assert.equal(second?.upperLower, 1, 'who has most has it, who has least has not');
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

/** The store as a worker has it that dies after its first write of results. */
function dyingAfterResults(store: Store): Store {
  const put: Store['results']['put'] = async (rows) => {
    await store.results.put(rows);
    throw new Error('the worker died');
  };
  return { ...store, results: { ...store.results, put } };
}
