// Logs over real stores: each once by its id, and one that is refused spoils no other.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { LogEntry, QueueName } from '../../schema/jobs.ts';
import type { Store } from '../../store/open-store.ts';
import { startWorkers, type WorkersRole } from '../../workers/main.ts';
import { redisUrl, testFolder } from '../support/parts.ts';
import { newStore, SECRET } from '../support/stored.ts';
import { collectingLog, openQueue, until } from './worker-parts.ts';

describe('the logs worker', () => {
  const log = collectingLog();
  let store: Store;
  let url: string;
  let workers: WorkersRole;
  let planId: string;

  before(async () => {
    store = await newStore('records-worker');
    url = await redisUrl();
    workers = await startWorkers({
      store,
      redisUrl: url,
      dataDir: await testFolder(),
      concurrency: 1,
      log: log.log,
      secret: SECRET,
      now: Date.now,
    });
  });
  beforeEach(() => {
    planId = newId();
  });
  after(async () => {
    await workers.stop();
    await store.close();
  });

  /** Adds the job and gives back what it came to. */
  async function outcome(queue: QueueName, data: unknown): Promise<string> {
    const door = openQueue(queue, url);
    const { id = '' } = await door.queue.add(queue, data);
    await until('the job is over', async () => ['completed', 'failed'].includes(await door.queue.getJobState(id)));
    const state = await door.queue.getJobState(id);
    await door.close();
    return state;
  }

  const entry = (at: number, given: Partial<LogEntry> = {}): LogEntry => {
    return {
      logId: newId(),
      planId,
      stream: 'system',
      subject: newId(),
      kind: 'room.opened',
      at,
      data: { count: at },
      ...given,
    };
  };
  const kept = async () => (await store.logs.byPlan(planId, { limit: 100 })).map(({ _id }) => _id);

  it('stores log entries in bulk, and a job that comes twice once', async () => {
    const entries = [entry(1), entry(2), entry(3, { roomId: newId() })];
    assert.equal(await outcome('logs', { entries }), 'completed');
    assert.equal(await outcome('logs', { entries: [...entries, entry(4)] }), 'completed');
    assert.deepEqual(
      (await kept()).slice(0, 3),
      entries.map(({ logId }) => logId),
    );
    assert.equal((await kept()).length, 4);
  });

  it('stores the others of a job with an entry that the store refuses, and keeps that job with an alarm', async () => {
    const entries = [entry(1), entry(2, { subject: '' }), entry(3)];
    assert.equal(await outcome('logs', { entries }), 'failed');
    assert.deepEqual(await kept(), [entries[0]?.logId, entries[2]?.logId]);
    assert.equal(log.alarms().length, 1);
  });

  it('stops twice', async () => {
    const other = await startWorkers({
      store,
      redisUrl: url,
      dataDir: await testFolder(),
      concurrency: 1,
      log: log.log,
      secret: SECRET,
      now: Date.now,
    });
    await Promise.all([other.stop(), other.stop()]);
    await other.stop();
  });
});
