// The incidents worker over real stores, two of them at once: each report counts once, one cause is one incident, what is
// counted in Redis is what is stored, and the rooms are told.
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import type { HandlingWish } from '../../exam/incident.ts';
import { figuresOf } from '../../exam/incident-counts.ts';
import { newId } from '../../schema/ids.ts';
import { DEFAULT_INCIDENT_RULES, IncidentRules } from '../../schema/incidents.ts';
import { IncidentsHint, type QueuedReport } from '../../schema/jobs.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { Store } from '../../store/open-store.ts';
import { countIncidents } from '../../workers/incident-counts.ts';
import { startWorkers, type WorkersRole } from '../../workers/main.ts';
import { rebuildLiveData } from '../../workers/rebuild.ts';
import { redisUrl, testFolder } from '../support/parts.ts';
import { aPlan, aReport, newStore } from '../support/stored.ts';
import { collectingLog, openQueue, until } from './worker-parts.ts';

describe('the incidents worker', () => {
  const log = collectingLog();
  let store: Store;
  let url: string;
  let redis: Redis;
  let workers: WorkersRole[];
  let door: ReturnType<typeof openQueue>;
  let hints: IncidentsHint[];
  let hearing: Redis;
  let planId: string;
  let roomId: string;

  before(async () => {
    store = await newStore('incidents-worker');
    url = await redisUrl();
    redis = new Redis(url);
    const options = {
      store,
      redisUrl: url,
      dataDir: await testFolder(),
      concurrency: 1,
      log: log.log,
      now: Date.now,
      secret: 'a secret of a test',
    };
    workers = await Promise.all([startWorkers(options), startWorkers(options)]);
    door = openQueue('incidents', url);
    hearing = new Redis(url);
    hearing.on('message', (_channel, text: string) => hints.push(IncidentsHint.parse(JSON.parse(text))));
    await hearing.subscribe(redisKeys.incidentHints());
  });
  beforeEach(async () => {
    hints = [];
    roomId = newId();
    planId = await newPlan();
  });
  after(async () => {
    await Promise.all(workers.map((one) => one.stop()));
    hearing.disconnect();
    redis.disconnect();
    await door.close();
    await store.close();
  });

  async function newPlan(incidentRules?: IncidentRules): Promise<string> {
    const plan = aPlan({ status: 'running', ...(incidentRules === undefined ? {} : { incidentRules }) });
    await store.plans.create(plan);
    return plan._id;
  }

  const signal = (given: Partial<QueuedReport> = {}): QueuedReport => {
    const examineeId = newId();
    return {
      reportId: newId(),
      roomId,
      examineeId,
      kind: 'second-screen',
      source: 'examinee',
      at: 1_000,
      count: 1,
      data: {},
      ...given,
    };
  };
  /** Adds these jobs at once and waits until each is over; returns what they came to. */
  async function outcomes(...jobs: unknown[]): Promise<string[]> {
    const ids = await Promise.all(jobs.map(async (job) => (await door.queue.add('incidents', job)).id ?? ''));
    const states = () => Promise.all(ids.map((id) => door.queue.getJobState(id)));
    await until('the jobs are over', async () =>
      (await states()).every((one) => one === 'completed' || one === 'failed'),
    );
    return states();
  }
  const reports = (...all: unknown[]) => ({ kind: 'reports', planId, reports: all });
  const stored = () => store.incidents.byPlan(planId, {}, { limit: 100 });
  const live = async () => figuresOf(asNumbers(await redis.hgetall(redisKeys.incidentCounts(planId))));
  const exact = async () => figuresOf(await store.incidents.counts(planId));

  it('makes a storm of one cause one incident with the exact count, whatever comes twice', async () => {
    const examineeId = newId();
    const storm = Array.from({ length: 60 }, (_, index) => signal({ examineeId, at: 1_000 + index, count: 3 }));
    const jobs = Array.from({ length: 12 }, (_, index) => reports(...storm.slice(index * 5, index * 5 + 5)));
    const came = await outcomes(...jobs, ...jobs.toReversed());
    assert.ok(came.every((state) => state === 'completed'));
    assert.deepEqual(
      (await stored()).map(({ count, status, severity }) => [count, status, severity]),
      [[180, 'raised', 0.6]],
    );
    assert.deepEqual(await live(), await exact());
    assert.equal((await live()).reportCount, 180);
  });

  it('counts in Redis by kind, severity, room, minute, state and time of handling as the store does', async () => {
    const kinds = ['second-screen', 'two-devices', 'late-answers'] as const;
    await outcomes(reports(...Array.from({ length: 9 }, (_, index) => signal({ kind: kinds[index % 3] ?? 'paste' }))));
    const [first, second] = await stored();
    assert.ok(first !== undefined && second !== undefined);
    await handle(first._id, {});
    await handle(first._id, { to: 'confirmed', version: 2 });
    await handle(second._id, {});
    const count = (incidentId: string) => ({ kind: 'count', planId, incidentId });
    await outcomes(count(first._id), count(second._id), count(second._id), count(newId()));
    assert.deepEqual(await live(), await exact());
    assert.deepEqual(
      (await live()).states.map(({ state, incidentCount }) => [state, incidentCount]),
      [
        ['acknowledged', 1],
        ['confirmed', 1],
        ['raised', 7],
      ],
    );
    assert.ok((await redis.ttl(redisKeys.incidentCounts(planId))) > 0);
    assert.ok((await redis.ttl(redisKeys.incidents(planId))) > 0);
  });

  it('counts nothing back to an earlier state by a job that comes late', async () => {
    await outcomes(reports(signal()));
    const [early] = await stored();
    assert.ok(early);
    await handle(early._id, {});
    await outcomes({ kind: 'count', planId, incidentId: early._id });
    await countIncidents(redis, planId, Math.ceil(Date.now() / 1_000) + 600, [early]);
    assert.deepEqual(await live(), await exact());
    assert.equal((await live()).states[0]?.state, 'acknowledged');
  });

  async function handle(incidentId: string, given: Partial<HandlingWish>): Promise<void> {
    const wish = {
      to: 'acknowledged',
      actorId: 'p',
      actorRole: 'proctor',
      note: '',
      controlId: '',
      version: 1,
    } as const;
    await store.incidents.handle(incidentId, { ...wish, ...given }, Date.now());
  }

  it('tells the rooms of what is raised or joined, and of nothing that is only noted', async () => {
    const [raised, noted] = [signal(), signal({ kind: 'focus-lost' })];
    await outcomes(reports(noted));
    await outcomes(reports(raised));
    await outcomes(reports(signal({ examineeId: raised.examineeId })));
    await until('the rooms are told', () => hints.filter((hint) => hint.planId === planId).length === 2);
    for (const { incidents } of hints) assert.deepEqual(incidents, [[roomId, raised.reportId]]);
    assert.equal((await live()).incidentCount, 1);
  });

  it('follows the rules of the plan', async () => {
    planId = await newPlan(
      IncidentRules.parse({ kinds: { 'second-screen': 'off', paste: { from: 2, withinMs: 1_000, severity: 1 } } }),
    );
    const examineeId = newId();
    await outcomes(reports(signal(), ...[1, 2].map((at) => signal({ examineeId, kind: 'paste', at }))));
    assert.deepEqual(
      (await stored()).map(({ kind, severity }) => [kind, severity]),
      [['paste', 1]],
    );
  });

  it('takes the others of a job with a report that nobody can take, and keeps that job with an alarm', async () => {
    const good = signal();
    const [state] = await outcomes(reports({ ...signal(), kind: 'no such kind' }, good));
    assert.equal(state, 'failed');
    assert.deepEqual(
      (await stored()).map(({ _id }) => _id),
      [good.reportId],
    );
    assert.deepEqual(
      log.alarms().map(({ msg, queue }) => [msg, queue]),
      [['job failed for good', 'incidents']],
    );
  });

  it('has nothing to do for a plan that was removed', async () => {
    planId = newId();
    assert.deepEqual(await outcomes(reports(signal())), ['completed']);
    assert.deepEqual(await stored(), []);
  });

  it('counts anew what Redis has lost when live data is rebuilt', async () => {
    await outcomes(reports(signal(), signal(), signal()));
    await store.incidents.report(aReport({ planId, roomId }), DEFAULT_INCIDENT_RULES, Date.now());
    const before = await exact();
    await redis.del(redisKeys.incidents(planId), redisKeys.incidentCounts(planId));
    await rebuildLiveData(store, url);
    assert.deepEqual(await live(), before);
    await rebuildLiveData(store, url);
    assert.deepEqual(await live(), before);
  });

  it('shows all counts to whoever looks while they are counted anew', async () => {
    await outcomes(reports(signal(), signal(), signal()));
    const before = await exact();
    await rebuildLiveData(store, url);
    let isOver = false;
    const rebuilding = (async () => {
      for (let time = 0; time < 10; time++) await rebuildLiveData(store, url);
    })().finally(() => {
      isOver = true;
    });
    let looks = 0;
    for (; !isOver; looks++) assert.deepEqual(await live(), before);
    await rebuilding;
    assert.ok(looks > 100, `${looks} looks`);
  });
});

function asNumbers(hash: Record<string, string>): Record<string, number> {
  return Object.fromEntries(Object.entries(hash).map(([name, number]) => [name, Number(number)]));
}
