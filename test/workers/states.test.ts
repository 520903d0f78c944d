// Display fields over real stores: the later owner and the later row win, in Redis and beside the examinee.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { RoomStates } from '../../schema/jobs.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { DisplayRow } from '../../store/examinees.ts';
import { StoreFault } from '../../store/fault.ts';
import type { Store } from '../../store/open-store.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import type { RunningWorker } from '../../workers/runner.ts';
import { startStates } from '../../workers/states.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { redisUrl } from '../support/parts.ts';
import { anExaminee, newStore } from '../support/stored.ts';
import { collectingLog, openQueue, until } from './worker-parts.ts';

describe('states worker', () => {
  const { log, alarms } = collectingLog();
  let store: Store;
  let door: ReturnType<typeof openQueue>;
  let worker: RunningWorker;
  let connection: ReturnType<typeof connectRedis>;
  let isAway = false;
  let planId: string;
  let roomId: string;
  let examineeId: string;

  before(async () => {
    store = await newStore('states-worker');
    const url = await redisUrl();
    door = openQueue('states', url);
    connection = connectRedis(url, 'test', log);
    const examinees = {
      ...store.examinees,
      async display(rows: readonly DisplayRow[]) {
        if (isAway) throw new StoreFault('STORE_UNAVAILABLE', 'away');
        await store.examinees.display(rows);
      },
    };
    const parts = { connection, redis: connection, log, metrics: workerMetrics(), store: { examinees } };
    worker = await startStates({ ...parts, concurrency: 2 });
  });
  beforeEach(async () => {
    [planId, roomId] = [newId(), newId()];
    const examinee = anExaminee(planId, roomId);
    await store.examinees.create([examinee]);
    examineeId = examinee._id;
  });
  after(async () => {
    await worker.stop();
    connection.disconnect();
    await door.close();
    await store.close();
  });

  async function report(epoch: number, sequence: number, link: string, status = 'running'): Promise<string> {
    const states: RoomStates = {
      ...{ roomId, epoch, sequence },
      room: { status, startsAt: 1_000, deadlineAt: 2_000 },
      examinees: [{ examineeId, status: 'answering', link, savedCount: sequence, lastSeenAt: 10 * sequence }],
    };
    const { id = '' } = await door.queue.add('states', { planId, rooms: [states] });
    const isOver = async () => ['completed', 'failed'].includes(await door.queue.getJobState(id));
    await until('the job is over', isOver);
    return door.queue.getJobState(id);
  }
  const live = () => door.redis.hgetall(redisKeys.examinee(planId, examineeId));
  const display = async () => (await store.examinees.get(examineeId))?.display;

  it('sets room and examinee in Redis and the display fields in the store', async () => {
    assert.equal(await report(3, 7, 'online'), 'completed');
    assert.deepEqual(await door.redis.hgetall(redisKeys.room(planId, roomId)), {
      ...{ status: 'running', startsAt: '1000', deadlineAt: '2000', epoch: '3', sequence: '7' },
    });
    assert.deepEqual(await live(), {
      roomId,
      ...{ status: 'answering', link: 'online', savedCount: '7', lastSeenAt: '70', epoch: '3', sequence: '7' },
    });
    assert.deepEqual(await display(), { link: 'online', savedCount: 7, lastSeenAt: 70, epoch: 3, sequence: 7 });
    assert.ok((await door.redis.ttl(redisKeys.examinee(planId, examineeId))) > 6 * 24 * 3_600);
  });

  it('leaves the store as it is for a row that is for live data alone', async () => {
    const row = { examineeId, status: 'answering', link: 'online', savedCount: 9, lastSeenAt: 90, onlyLive: true };
    const shown = { status: 'running', startsAt: 1_000, deadlineAt: 2_000 };
    const before = await display();
    const states = { roomId, epoch: 3, sequence: 8, room: shown, examinees: [row] };
    const { id = '' } = await door.queue.add('states', { planId, rooms: [states] });
    await until('the job is over', async () => (await door.queue.getJobState(id)) === 'completed');
    assert.deepEqual(await live(), {
      roomId,
      ...{ status: 'answering', link: 'online', savedCount: '9', lastSeenAt: '90', epoch: '3', sequence: '8' },
    });
    assert.deepEqual(await display(), before);
  });

  it('changes nothing for a row of an earlier owner, or an earlier row of the same', async () => {
    await report(3, 7, 'online');
    for (const [epoch, sequence] of [
      [2, 99],
      [3, 6],
      [3, 7],
    ] as const) {
      await report(epoch, sequence, 'offline', 'ended');
      assert.equal((await live()).link, 'online', `${epoch}.${sequence}`);
      assert.equal((await display())?.link, 'online', `${epoch}.${sequence}`);
    }
    await report(4, 1, 'dropped');
    assert.equal((await live()).link, 'dropped');
    assert.equal((await display())?.link, 'dropped');
  });

  it('[S4] goes on while the store is away, and stores the newest row when it is back', async () => {
    isAway = true;
    assert.equal(await report(1, 1, 'online'), 'completed');
    assert.equal(await report(1, 3, 'dropped'), 'completed');
    assert.equal(await report(1, 2, 'online'), 'completed');
    assert.equal((await live()).link, 'dropped');
    assert.equal((await display())?.sequence, 0);
    isAway = false;
    await until('the store has caught up', async () => (await display())?.sequence === 3);
    assert.equal((await display())?.link, 'dropped');
  });

  it('takes a row with a link that is none to the failed jobs', async () => {
    assert.equal(await report(1, 1, 'by telepathy'), 'failed');
    assert.equal(alarms().length, 1);
    assert.deepEqual(await live(), {});
  });
});
