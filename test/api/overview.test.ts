// A whole exam at a glance: which rooms need somebody first, and that reading it does not grow with the people in it.
import assert from 'node:assert/strict';
import type { RoomNeeds } from '../../schema/jobs.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { OverviewReply } from '../../schema/replies.ts';
import { type ExamFixture, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const NEEDS: RoomNeeds = {
  ...{ unsaved: 2, openIncidents: 1, worstSeverity: 0.5, notReached: 3 },
  ...{ needing: 4, untaken: 2, attention: 130 },
};

describe('the overview of an exam', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  before(async () => {
    api = await startApi('overview');
  });
  beforeEach(async () => {
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const overview = async (): Promise<OverviewReply> =>
    (await api.call('GET', `/v1/plans/${exam.planId}/overview`, { token: exam.admin })).body as OverviewReply;

  /** As the workers leave it; of the second room nothing is known yet but that it is there. */
  async function seed(needs: Record<string, RoomNeeds>): Promise<void> {
    const { planId } = exam;
    const [roomId, other] = exam.roomIds;
    await api.redis.hset(redisKeys.masterRooms(planId), { [roomId]: 'first', [other]: 'second' });
    await api.redis.hset(redisKeys.room(planId, roomId), { status: 'running', startsAt: 5, deadlineAt: 9 });
    await api.redis.hset(redisKeys.counts(planId), {
      ...{ [`status:${roomId}:answering`]: 2, [`link:${roomId}:dropped`]: 2, [`saved:${roomId}`]: 7 },
      [`status:${other}:registered`]: 1,
    });
    const texts = Object.entries(needs).map(([id, one]) => [id, JSON.stringify({ epoch: 1, sequence: 2, ...one })]);
    if (texts.length > 0) await api.redis.hset(redisKeys.needs(planId), Object.fromEntries(texts));
    await api.redis.hset(redisKeys.plan(planId), 'built', 'now');
  }

  it('puts the room first that needs somebody most, with counts by room and of all', async () => {
    const [roomId, other] = exam.roomIds;
    await seed({ [other]: NEEDS, [roomId]: { ...NEEDS, attention: 20, worstSeverity: 0.9 } });
    const { rooms, needs, ...all } = await overview();
    assert.deepEqual(
      rooms.map((room) => [room.roomId, room.label, room.needs?.attention]),
      [
        [other, 'second', 130],
        [roomId, 'first', 20],
      ],
    );
    assert.deepEqual([all.source, all.roomCount, all.roomStates.running, all.roomStates.closed], ['live', 2, 1, 1]);
    assert.deepEqual([all.examineeCount, all.examinees.answering, all.links.dropped, all.answersSaved], [3, 2, 2, 7]);
    const sums = { unsaved: 4, openIncidents: 2, notReached: 6, needing: 8, untaken: 4 };
    assert.deepEqual(needs, { ...sums, worstSeverity: 0.9, attention: 130 });
  });

  it('says of a room that has told nothing that nothing is known', async () => {
    const [roomId] = exam.roomIds;
    await seed({ [roomId]: NEEDS });
    const { rooms, needs } = await overview();
    assert.deepEqual([rooms[0]?.needs, rooms[1]?.needs, needs], [NEEDS, null, NEEDS]);
  });

  it('asks Redis as often for many people as for few, and the store for no one of them', async () => {
    await seed({});
    const asked = async (): Promise<number> => {
      const before = await commands();
      await overview();
      return (await commands()) - before;
    };
    const few = await asked();
    await api.redis.hset(redisKeys.counts(exam.planId), `status:${exam.roomIds[0]}:answering`, 2_000);
    await new Promise((resolve) => setTimeout(resolve, 1_050)); // what is read is kept for a second
    const many = await asked();
    assert.equal(many, few);
    assert.equal((await overview()).examineeCount, 2_001);
  });

  it('reads the store while Redis has no live data, and holds no name of anybody', async () => {
    const reply = await overview();
    assert.deepEqual([reply.source, reply.roomCount, reply.examineeCount], ['store', 2, 3]);
    assert.ok(reply.rooms.every(({ needs }) => needs === null));
    const label = (await api.store.examinees.get(personAt(exam, 0).examineeId))?.label ?? assert.fail();
    assert.ok(!JSON.stringify(reply).includes(label));
  });

  async function commands(): Promise<number> {
    return Number(/total_commands_processed:(\d+)/.exec(await api.redis.info('stats'))?.[1]);
  }
});
