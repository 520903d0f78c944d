// The rooms' door to the queue while Redis goes away and comes back: it says no at once, and never waits in silence.
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { type AnswersQueue, openAnswersQueue } from '../../rooms/answers-queue.ts';
import { newId } from '../../schema/ids.ts';
import type { AnswersJob } from '../../schema/jobs.ts';
import { type FreshStore, freshRedis } from '../support/parts.ts';
import { openQueue, until } from '../workers/worker-parts.ts';

const AT_ONCE_MS = 500;

describe("the door to the answers' queue", () => {
  let redis: FreshStore;
  let queue: AnswersQueue;
  const heard: number[] = [];
  before(async () => {
    redis = await freshRedis();
    queue = await openAnswersQueue({
      redisUrl: redis.url,
      processId: newId(),
      log: pino({ level: 'silent' }),
      onAcknowledgement: ({ number }) => void heard.push(number),
      onOrphans: () => undefined,
    });
  });
  after(async () => {
    await queue.stop();
    await redis.stop();
  });

  const job = (number: number): AnswersJob => ({
    ...{ kind: 'answers', channel: queue.channel, number, planId: newId() },
    answers: [[newId(), 1, 1_000_001, 'A', 'hash', 1]],
  });

  it('[T13] refuses at once while Redis is away, and takes jobs again when it is back', async () => {
    await queue.add('first', job(1));
    await redis.kill();
    const askedAt = performance.now();
    await assert.rejects(queue.add('second', job(2)));
    await assert.rejects(queue.fateOf('first'));
    assert.ok(performance.now() - askedAt < AT_ONCE_MS, `it took ${performance.now() - askedAt} ms`);
    await redis.start();
    const isBack = () =>
      queue.add('third', job(3)).then(
        () => true,
        () => false,
      );
    await until('it takes jobs again', isBack);
    assert.deepEqual([await queue.fateOf('second'), await queue.fateOf('third')], ['gone', 'waiting']);
  });

  it('[S24] [T13] gives up on a Redis that hangs, and knows afterwards what became of the job', async () => {
    process.kill(redis.pid ?? 0, 'SIGSTOP');
    try {
      await assert.rejects(queue.add('fourth', job(4)));
      await assert.rejects(queue.fateOf('third'));
    } finally {
      process.kill(redis.pid ?? 0, 'SIGCONT');
    }
    await until('it was late, and did it', async () => (await queue.fateOf('fourth')) === 'waiting');
  });

  it('[S24] knows whether Redis takes writes: one that does not still says what waits in it', async () => {
    const door = openQueue('answers', redis.url);
    assert.equal(await queue.takesWrites(), true);
    await door.redis.config('SET', 'min-replicas-to-write', '1'); // refused like with a full disk
    try {
      assert.equal(await queue.takesWrites(), false);
      assert.equal(await queue.fateOf('fourth'), 'waiting');
      await assert.rejects(queue.add('fifth', job(5)));
    } finally {
      await door.redis.config('SET', 'min-replicas-to-write', '0');
    }
    assert.equal(await queue.takesWrites(), true);
    await door.close();
  });

  it('[T13] knows of a job that Redis has forgotten that it is gone, and hears acknowledgements again', async () => {
    await redis.kill();
    await redis.wipe();
    await redis.start();
    await until('it can ask', () =>
      queue.fateOf('third').then(
        (fate) => fate === 'gone',
        () => false,
      ),
    );
    const door = openQueue('answers', redis.url);
    await until('it is heard', async () => {
      await door.redis.publish(queue.channel, JSON.stringify({ number: 7 }));
      return heard.includes(7);
    });
    await door.close();
  });
});
