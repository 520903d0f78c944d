// The gathering of signals while the queue is away: written through the store with the same ids, counted once, and brought
// to the queue again when it is back.
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { openIncidentQueue } from '../../rooms/incident-queue.ts';
import { createPlanCatalogue } from '../../rooms/plan-catalogue.ts';
import { createSignals, type Signals } from '../../rooms/signals.ts';
import { newId } from '../../schema/ids.ts';
import { type IncidentsJob, QueuedReport } from '../../schema/jobs.ts';
import type { Store } from '../../store/open-store.ts';
import { until } from '../support/hall.ts';
import { type FreshStore, freshRedis } from '../support/parts.ts';
import { aPlan, newStore } from '../support/stored.ts';
import { openQueue } from '../workers/worker-parts.ts';

const log = pino({ level: 'silent' });

describe('signals while the queue is away', function () {
  this.timeout(60_000);
  let store: Store;
  let redis: FreshStore;
  let connection: Redis;
  let signals: Signals;
  let stopQueue: () => Promise<void>;
  let planId: string;
  const roomId = newId();
  let isStoreAway = false;
  let vain = 0;
  let door: ReturnType<typeof openQueue>;

  before(async () => {
    store = await newStore('signals');
    redis = await freshRedis();
    door = openQueue('incidents', redis.url);
    connection = new Redis(redis.url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 1_000 });
    connection.on('error', () => undefined); // it is taken away on purpose
    await until(() => connection.status === 'ready');
    const queue = openIncidentQueue(connection, 'process', log);
    stopQueue = queue.stop;
    const paperId = newId();
    await store.papers.create({ _id: paperId, name: 'paper', items: [], createdAt: new Date() });
    const plan = aPlan({ paperId });
    planId = plan._id;
    await store.plans.create(plan);
    const incidents: Store['incidents'] = {
      ...store.incidents,
      async report(...given) {
        if (!isStoreAway) return store.incidents.report(...given);
        vain++;
        throw new Error('the store is away');
      },
    };
    const catalogue = createPlanCatalogue(store);
    signals = createSignals({ queue, store: { incidents }, catalogue, processId: 'process', log, now: Date.now });
  });
  after(async () => {
    await signals.stop();
    await stopQueue();
    connection.disconnect();
    door.redis.disconnect();
    await redis.stop();
    await store.close();
  });

  const note = (examineeId: string, count = 1) =>
    signals.note({ planId, roomId, examineeId, kind: 'second-screen', source: 'examinee', at: 1_000, count });
  const countOf = async (examineeId: string) =>
    (await store.incidents.byPlan(planId, {}, { limit: 100 })).find((one) => one.examineeId === examineeId)?.count;

  it('go to the queue while it is there', async () => {
    note(newId());
    await until(async () => (await door.queue.getWaitingCount()) === 1);
  });

  it('of one cause come as one at once, and then as one each two seconds', async () => {
    const examineeId = newId();
    const startedAt = performance.now();
    const jobs = async () => (await door.queue.getJobs('waiting')).map(({ data }) => data as IncidentsJob);
    const reports = async () =>
      (await jobs())
        .flatMap((job) => (job.kind === 'reports' ? job.reports : []))
        .map((report) => QueuedReport.parse(report))
        .filter((report) => report.examineeId === examineeId);
    for (let times = 0; times < 12; times++) {
      note(examineeId);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await until(async () => (await reports()).reduce((sum, { count }) => sum + count, 0) === 12);
    assert.ok((await reports()).length <= 2 + (performance.now() - startedAt) / 2_000);
  });

  it('are written through the store, with their count', async () => {
    await door.close();
    await redis.kill();
    const examineeId = newId();
    for (let times = 0; times < 30; times++) note(examineeId, 2);
    await until(async () => (await countOf(examineeId)) === 60);
  });

  it('stay while the store is away too, and are counted once when it is back', async () => {
    isStoreAway = true;
    const examineeId = newId();
    note(examineeId, 5);
    await until(() => vain >= 2);
    assert.equal(await countOf(examineeId), undefined);
    isStoreAway = false;
    await until(async () => (await countOf(examineeId)) === 5);
  });

  it('are brought away when the process stops', async () => {
    const examineeId = newId();
    note(examineeId);
    note(examineeId);
    await signals.stop();
    assert.equal(await countOf(examineeId), 2);
  });
});
