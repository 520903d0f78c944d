// An answer that the store can never take: it holds back no submit, no sheet and no room.
import assert from 'node:assert/strict';
import { Queue } from 'bullmq';
import { revisionOf } from '../../exam/revision.ts';
import type { AnswersJob } from '../../schema/jobs.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('a room with an answer that cannot be stored', () => {
  let hall: Hall;
  let queue: Queue<AnswersJob>;
  before(async () => {
    hall = await openHall('room-poison', { workers: false });
    queue = new Queue('answers', { connection: { url: hall.redisUrl }, prefix: redisKeys.queues() });
  });
  after(async () => {
    await queue.close();
    await hall.stop();
  });

  it('[S22] takes the submit back that names it, tells so, and ends in time without it', async () => {
    const exam = await hall.exam({ durationMs: 3_000 });
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const revision = revisionOf(sitting.fence, 1);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'A' }] });
    sitting.send('sheet.submit', { revisions: [[1, revision]] });
    const job = await waitingJob();
    await hall.redis.publish(job.data.channel, JSON.stringify({ number: job.data.number, failed: [0] }));
    await job.remove();

    const { refused } = await sitting.next('answer.refused');
    assert.deepEqual([refused[0]?.item, refused[0]?.code], [1, 'ANSWER_REFUSED']);
    const { code } = await sitting.next('sheet.refused');
    assert.equal(code, 'SUBMIT_INCOMPLETE');
    await sitting.next('examinee.status', ({ status }) => status === 'timed-out');
    await until(async () => (await hall.store.rooms.get(exam.roomId))?.settledAt !== 0);
    const sheet = await hall.store.sheets.get(exam.examinees[0]?._id ?? '');
    assert.deepEqual(sheet?.vector, []);
  });

  async function waitingJob() {
    for (;;) {
      const [job] = await queue.getWaiting();
      if (job !== undefined) return job;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
});
