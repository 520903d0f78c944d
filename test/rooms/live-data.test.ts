// Live data of an exam that runs, on a Redis of its own that forgets everything: rooms, workers and examinees go on.
import assert from 'node:assert/strict';
import { revisionOf } from '../../exam/revision.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { rebuildLiveData } from '../../workers/rebuild.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { assertLikeStore, dumpLive, within } from '../support/live-data.ts';
import { type FreshStore, freshRedis } from '../support/parts.ts';

/** Two looks of the keeper, and the rooms' own five seconds until they say what has changed. */
const SECONDS_MS = 12_000;
const DAY_S = 86_400;

describe('live data of a running exam', () => {
  let redis: FreshStore;
  let hall: Hall;
  let exam: Exam;
  let people: Sitting[];
  let answered = 0;
  before(async () => {
    redis = await freshRedis();
    hall = await openHall('live-data', { redisUrl: redis.url });
    exam = await hall.exam({ examinees: 3 });
    await hall.begin(exam);
    people = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    await answer();
  });
  after(async () => {
    await hall.stop();
    await redis.stop();
  });

  async function answer(): Promise<void> {
    answered++;
    for (const sitting of people) {
      const revision = revisionOf(sitting.fence, answered);
      sitting.send('answer.save', { answers: [{ item: answered, revision, response: 'B' }] });
      await sitting.next('answer.saved', ({ saved }) => saved.some(([, one]) => one === revision));
    }
  }

  async function likeStore(): Promise<void> {
    await within(SECONDS_MS, async () => {
      await assertLikeStore(hall.redis, hall.store, exam.planId);
      const shown = await hall.redis.hgetall(redisKeys.counts(exam.planId));
      assert.equal(shown[`saved:${exam.roomId}`], String(answered * people.length));
      assert.equal(shown[`status:${exam.roomId}:answering`], '2');
      assert.notEqual(await hall.redis.hget(redisKeys.plan(exam.planId), 'sheets'), null);
    });
    // Once more where a room has said something between the two looks.
    await within(SECONDS_MS, async () => {
      const kept = await dumpLive(hall.redis, exam.planId);
      await rebuildLiveData(hall.store, redis.url);
      assert.deepEqual(kept, await dumpLive(hall.redis, exam.planId));
    });
  }

  it('is what the store has', likeStore);

  it('says that a room is paused, or goes on, within three seconds, and not with the counts', async () => {
    const row = () => hall.redis.hgetall(redisKeys.room(exam.planId, exam.roomId));
    for (const [action, state] of [
      ['pause', 'paused'],
      ['resume', 'running'],
      ['pause', 'paused'],
      ['resume', 'running'],
    ] as const) {
      const before = Number((await row()).sequence);
      await hall.control(exam, action);
      // By the room itself: the keeper, which looks at small plans as often, leaves the sequence as it was.
      const isShown = async () => {
        const { status, sequence } = await row();
        return status === state && Number(sequence) > before;
      };
      await until(isShown, 3_000);
    }
  });

  it('[S18] is whole again within seconds after a FLUSHALL, as rebuild-live makes it', async () => {
    await hall.redis.flushall();
    await answer();
    await likeStore();
  });

  it('[S18] is whole again within seconds after Redis came back empty', async () => {
    await redis.kill();
    await redis.wipe();
    await redis.start();
    await until(() => hall.redis.status === 'ready');
    await answer();
    await likeStore();
  });

  it('[S18] expires later as a whole when a control extends the exam', async () => {
    await hall.control(exam, 'extend', { extraMs: 30 * DAY_S * 1_000 });
    const days = async () => {
      const keys = await hall.redis.keys(`eh:{${exam.planId}}:*`);
      return Promise.all(keys.map(async (key) => (await hall.redis.ttl(key)) / DAY_S));
    };
    await until(async () => (await days()).every((one) => one > 36.9), SECONDS_MS);
    await answer();
    assert.ok((await days()).every((one) => one > 36.9));
  });
});
