// Counts of the log by way of the queue: a job that comes twice counts once, and what somebody left uncounted is counted.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { LogEntry } from '../../schema/jobs.ts';
import { StoreFault } from '../../store/fault.ts';
import type { Store } from '../../store/open-store.ts';
import { startLogs } from '../../workers/logs.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import type { RunningWorker } from '../../workers/runner.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { redisUrl } from '../support/parts.ts';
import { newStore } from '../support/stored.ts';
import { collectingLog, openQueue, until } from './worker-parts.ts';

const MINUTE_MS = 60_000;

describe('counts of the log', () => {
  const { log, alarms } = collectingLog();
  let store: Store;
  let door: ReturnType<typeof openQueue>;
  let worker: RunningWorker;
  let connection: ReturnType<typeof connectRedis>;
  let planId: string;
  let failures = 0;
  let now = 0;

  before(async () => {
    store = await newStore('log-counts');
    const url = await redisUrl();
    door = openQueue('logs', url);
    connection = connectRedis(url, 'test', log);
    const logs: Store['logs'] = {
      ...store.logs,
      async insert(entries) {
        await store.logs.insert(entries);
        if (failures-- > 0) throw new StoreFault('STORE_UNAVAILABLE', 'the answer was lost');
      },
    };
    const parts = { connection, log, metrics: workerMetrics(), store: { logs } };
    worker = await startLogs({ ...parts, concurrency: 2, now: () => now, recountEveryMs: 10 });
  });
  beforeEach(() => {
    planId = newId();
    failures = 0;
  });
  after(async () => {
    await worker.stop();
    connection.disconnect();
    await door.close();
    await store.close();
  });

  const entry = (at: number, given: Partial<LogEntry> = {}): LogEntry => {
    return { logId: newId(), planId, stream: 'proctor', subject: newId(), kind: 'came', at, data: {}, ...given };
  };
  async function run(entries: LogEntry[]): Promise<void> {
    const { id = '' } = await door.queue.add('logs', { entries });
    await until('the job is done', async () => (await door.queue.getJobState(id)) === 'completed');
  }
  const counted = async () =>
    (await store.logs.countsByMinute(planId, { limit: 10 })).map(({ minute, counts }) => [minute, counts]);

  it('count a job once that comes twice, and one that was tried again because its answer was lost', async () => {
    const [a, b, c] = [entry(1), entry(2, { stream: 'examinee', kind: 'went' }), entry(MINUTE_MS + 1)];
    failures = 2;
    await run([a, b, c]);
    await run([a, b, c]);
    await run([entry(3), a]);
    assert.deepEqual(await counted(), [
      [
        0,
        [
          { stream: 'examinee', kind: 'went', count: 1 },
          { stream: 'proctor', kind: 'came', count: 2 },
        ],
      ],
      [MINUTE_MS, [{ stream: 'proctor', kind: 'came', count: 1 }]],
    ]);
    assert.deepEqual(alarms(), []);
  });

  it('counts again what a process left behind that died on the way', async () => {
    await assert.rejects(store.logs.insert([entry(1, { subject: '' })]), { code: 'STORE_REFUSED' });
    const isMarked = async () =>
      (await store.logs.countsByMinute(planId, { limit: 10 })).some(({ marks }) => marks.length > 0);
    assert.ok(await isMarked());
    now = Date.now() + 2 * MINUTE_MS;
    await until('no mark is left', async () => !(await isMarked()));
  });
});
