// What rooms show of themselves on its way to the states queue: together, and never so much at once that Redis is held up.
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createRecorder } from '../../rooms/recorder.ts';
import { newId } from '../../schema/ids.ts';
import type { RoomStates, StatesJob } from '../../schema/jobs.ts';
import { freshRedis } from '../support/parts.ts';
import { openQueue, until } from '../workers/worker-parts.ts';

describe('recorder of the rooms', () => {
  it('puts what the rooms of a plan show within a moment into one job, and begins another beyond 500 rows', async () => {
    const redis = await freshRedis();
    const door = openQueue('states', redis.url);
    const store = { logs: undefined as never };
    const recorder = createRecorder(redis.url, store, 'process', pino({ level: 'silent' }));
    try {
      const person = { status: 'answering', link: 'online', savedCount: 0, lastSeenAt: 1 };
      const roomOf = (people: number): RoomStates => ({
        ...{ roomId: newId(), epoch: 1, sequence: 1, room: { status: 'running', startsAt: 1, deadlineAt: 2 } },
        examinees: Array.from({ length: people }, () => ({ examineeId: newId(), ...person })),
      });
      const [small, large] = [Array.from({ length: 9 }, () => roomOf(2)), Array.from({ length: 5 }, () => roomOf(199))];
      const jobsOf = async (planId: string): Promise<StatesJob[]> =>
        (await door.queue.getJobs()).map(({ data }) => data).filter((job) => job.planId === planId);
      await until('the recorder has its connection', async () => {
        recorder.states('first', roomOf(0));
        return (await jobsOf('first')).length > 0;
      });
      for (const shown of small) recorder.states('small', shown);
      for (const shown of large) recorder.states('large', shown);
      await until('small rooms are queued', async () => (await jobsOf('small')).length > 0);
      await until(
        'large rooms are queued',
        async () => (await jobsOf('large')).flatMap(({ rooms }) => rooms).length === 5,
      );
      const roomsOf = async (planId: string) => (await jobsOf(planId)).map(({ rooms }) => rooms.length);
      assert.deepEqual(await roomsOf('small'), [9]);
      assert.deepEqual((await roomsOf('large')).sort(), [1, 2, 2]);
    } finally {
      await recorder.stop();
      await door.close();
      await redis.kill();
    }
  });
});
