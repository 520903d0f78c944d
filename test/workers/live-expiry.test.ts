// When live data goes: seven days after the plan's end, over real stores, and without anybody waiting for the end.
import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import type { RoomStates } from '../../schema/jobs.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { Store } from '../../store/open-store.ts';
import { createPlanEnds, endOfPlan, liveUntil } from '../../workers/live-expiry.ts';
import { startWorkers, type WorkersRole } from '../../workers/main.ts';
import { rebuildLiveData } from '../../workers/rebuild.ts';
import { redisUrl, testFolder } from '../support/parts.ts';
import { anExaminee, aPlan, aRoom, newStore, SECRET } from '../support/stored.ts';
import { anAnswersJob, collectingLog, listen, openQueue, queuedAnswer, until } from './worker-parts.ts';

const DAY_S = 86_400;
const DAY_MS = DAY_S * 1_000;
const NOW = 1_900_000_000_000;
const FIRST = 1_000_001;

describe('expiry of live data', () => {
  it('is seven days after the end, and never less than seven days after the write', () => {
    assert.equal(liveUntil(NOW + 5 * DAY_MS, NOW), NOW / 1_000 + 12 * DAY_S);
    assert.equal(liveUntil(NOW - 5 * DAY_MS, NOW), NOW / 1_000 + 7 * DAY_S);
    assert.equal(liveUntil(0, NOW), NOW / 1_000 + 7 * DAY_S);
  });

  it('takes the end as the plan had it, else as its start, its duration and its window say', () => {
    const plan = { startsAt: 0, durationMs: 3_600_000, windowEndsAt: 0, endedAt: 0 };
    assert.equal(endOfPlan(plan), 0);
    assert.equal(endOfPlan({ ...plan, windowEndsAt: NOW }), NOW);
    assert.equal(endOfPlan({ ...plan, startsAt: NOW }), NOW + 3_600_000);
    assert.equal(endOfPlan({ ...plan, startsAt: NOW, windowEndsAt: NOW + 60_000 }), NOW + 60_000);
    assert.equal(endOfPlan({ ...plan, startsAt: NOW, endedAt: NOW + 5 }), NOW + 5);
  });

  it('goes by the last write while the end cannot be read, at once', async () => {
    let asked = 0;
    const hanging = {
      get: () => {
        asked++;
        return new Promise<never>(() => {});
      },
    };
    const ends = createPlanEnds({ plans: hanging as never }, collectingLog().log);
    assert.deepEqual([ends.of('plan'), ends.of('plan')], [0, 0]);
    assert.equal(asked, 1);
    const failing = { get: () => Promise.reject(new Error('away')) };
    const { log, lines } = collectingLog();
    assert.equal(createPlanEnds({ plans: failing as never }, log).of('plan'), 0);
    await until('the failure is in the log', () => lines.length === 1);
  });

  describe('in Redis', () => {
    const { log } = collectingLog();
    let store: Store;
    let url: string;
    let workers: WorkersRole;
    let door: ReturnType<typeof openQueue>;
    const opened: { close(): Promise<void> }[] = [];

    before(async () => {
      store = await newStore('live-expiry');
      url = await redisUrl();
      workers = await startWorkers({
        store,
        redisUrl: url,
        dataDir: await testFolder(),
        concurrency: 2,
        log,
        secret: SECRET,
        now: Date.now,
      });
      door = openQueue('answers', url);
      opened.push(door);
    });
    after(async () => {
      for (const one of opened) await one.close();
      await workers.stop();
      await store.close();
    });

    /** A running plan whose window ends in 30 days, with one examinee who has one answer. */
    async function aLongPlan() {
      const plan = aPlan({ status: 'running', windowEndsAt: Date.now() + 30 * DAY_MS });
      const room = aRoom(plan._id);
      const examinee = anExaminee(plan._id, room._id, { fence: 1 });
      await store.plans.create(plan);
      await store.rooms.create([room]);
      await store.examinees.create([examinee]);
      return { planId: plan._id, roomId: room._id, examineeId: examinee._id };
    }
    async function expiresInDays(key: string): Promise<number> {
      return Math.round((await door.redis.ttl(key)) / DAY_S);
    }

    it('a sheet lives until seven days after the window of its plan', async () => {
      const { planId, examineeId } = await aLongPlan();
      const channel = `test:${newId()}`;
      const listener = await listen(url, channel);
      await door.queue.add(
        'answers',
        anAnswersJob({ planId, channel, answers: [queuedAnswer(examineeId, 1, FIRST, 'A')] }),
      );
      await until('the answer is acknowledged', () => listener.messages.length > 0);
      listener.close();
      assert.equal(await expiresInDays(redisKeys.sheet(planId, examineeId)), 37);
    });

    it('room and examinee live until seven days after the end of the room, where it ends after its plan', async () => {
      const { planId, roomId, examineeId } = await aLongPlan();
      const states = openQueue('states', url);
      opened.push(states);
      const row: RoomStates = {
        ...{ roomId, epoch: 1, sequence: 1 },
        room: { status: 'running', startsAt: Date.now(), deadlineAt: Date.now() + 40 * DAY_MS },
        examinees: [{ examineeId, status: 'answering', link: 'online', savedCount: 0, lastSeenAt: 1 }],
      };
      await states.queue.add('states', { planId, rooms: [row] });
      const key = redisKeys.examinee(planId, examineeId);
      await until('the row is there', async () => (await door.redis.exists(key)) === 1);
      assert.equal(await expiresInDays(key), 47);
      assert.equal(await expiresInDays(redisKeys.room(planId, roomId)), 47);
    });

    it('what is rebuilt lives as long', async () => {
      const { planId, roomId, examineeId } = await aLongPlan();
      await store.answers.insert(planId, [queuedAnswer(examineeId, 1, FIRST, 'A')]);
      await rebuildLiveData(store, url);
      const keys = [redisKeys.room(planId, roomId), redisKeys.examinee(planId, examineeId)];
      for (const key of [...keys, redisKeys.sheet(planId, examineeId)]) assert.equal(await expiresInDays(key), 37, key);
    });
  });
});
