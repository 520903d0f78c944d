// What the system relies on in its queue, held to the real thing: ids, failing fast, workers that die or stall, and what is
// kept. A new version of the queue's library has to pass this before anything else is looked at.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { newId } from '../../schema/ids.ts';
import type { AnswersJob } from '../../schema/jobs.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import { startWorker } from '../../workers/runner.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { freshRedis, mongodbUrl, redisUrl } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';
import { anAnswersJob, collectingLog, listen, openQueue, queuedAnswer, until } from '../workers/worker-parts.ts';

const FIXTURE = join(import.meta.dirname, 'queue-worker-fixture.ts');
const REV = 1_000_000;

describe('contract of the queue', () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** A door to the answers queue of a Redis of the test's own, and a way to start workers in this process. */
  async function bench(url?: string) {
    const own = url ?? (await redisUrl());
    const door = openQueue('answers', own);
    const { log, alarms } = collectingLog();
    cleanups.push(() => door.close());
    const work = async (process: (data: AnswersJob) => Promise<void>) => {
      const connection = connectRedis(own, 'test', log);
      const parse = (data: unknown) => data as AnswersJob;
      const worker = await startWorker({
        ...{ queue: 'answers', concurrency: 1, connection, log, metrics: workerMetrics(), parse, process },
      });
      cleanups.push(async () => {
        await worker.stop();
        connection.disconnect();
      });
    };
    return { url: own, ...door, work, alarms };
  }

  it('ignores a second job of the same id and keeps the data of the first', async () => {
    const { queue, work } = await bench();
    const [first, second] = [1, 2].map((number) => anAnswersJob({ number, answers: [] }));
    await queue.add('answers', first, { jobId: 'boot-1' });
    await queue.add('answers', second, { jobId: 'boot-1' });
    assert.equal(await queue.getJobCountByTypes('waiting'), 1);
    const seen: number[] = [];
    await work(async ({ number }) => void seen.push(number));
    await until('it is done', async () => (await queue.getJobState('boot-1')) === 'completed');
    assert.deepEqual(seen, [1]);
  });

  it('does a job again whose id was used before and removed: an id is no promise of doing it once', async () => {
    const { queue, work } = await bench();
    const seen: number[] = [];
    await work(async ({ number }) => void seen.push(number));
    for (const number of [1, 2]) {
      await queue.add('answers', anAnswersJob({ number, answers: [] }), { jobId: 'boot-1', removeOnComplete: true });
      await until('it is done and removed', async () => (await queue.getJobState('boot-1')) === 'unknown');
    }
    assert.deepEqual(seen, [1, 2]);
  });

  it('refuses an id of digits alone', async () => {
    const { queue } = await bench();
    await assert.rejects(queue.add('answers', anAnswersJob({ answers: [] }), { jobId: '17' }));
    await queue.add('answers', anAnswersJob({ answers: [] }), { jobId: 'boot-17' });
  });

  it('rejects an add at once while Redis is down, on a connection that fails fast', async () => {
    const redis = await freshRedis();
    const connection = new Redis(redis.url, { maxRetriesPerRequest: 1, enableOfflineQueue: false });
    connection.on('error', () => {}); // Redis is taken down on purpose
    await once(connection, 'ready');
    const queue = new Queue('answers', { connection, prefix: redisKeys.queues() });
    queue.on('error', () => {}); // the same
    await queue.add('answers', anAnswersJob({ answers: [] }));
    await redis.kill();
    await until('the loss is noticed', () => connection.status !== 'ready');
    const startedAt = performance.now();
    await assert.rejects(queue.add('answers', anAnswersJob({ answers: [] })));
    assert.ok(performance.now() - startedAt < 500, `it took ${performance.now() - startedAt} ms`);
    await queue.close();
    connection.disconnect();
    await redis.stop();
  });

  it('keeps a bounded number of jobs that are done', async () => {
    const { queue, work } = await bench();
    let seen = 0;
    await work(async () => void seen++);
    await queue.addBulk(
      Array.from({ length: 250 }, (_, number) => ({ name: 'answers', data: anAnswersJob({ number, answers: [] }) })),
    );
    await until('all are done', async () => seen === 250 && (await queue.getJobCountByTypes('active')) === 0);
    assert.ok((await queue.getJobCountByTypes('completed')) <= 100);
  });

  describe('with workers that are processes', () => {
    let store: Store;
    let storeUrl: string;
    const children: ChildProcess[] = [];

    before(async () => {
      storeUrl = await mongodbUrl(`queue-${newId()}`);
      store = await openStore({ url: storeUrl, autoIndex: true, paperKey: TEST_PAPER_KEY });
    });
    afterEach(async () => {
      for (const child of children.splice(0)) await kill(child);
    });
    after(() => store.close());

    /** Starts one and resolves when it is ready; `took` resolves when it has a job in hand. */
    async function startProcess(url: string, mode: 'hold' | 'linger' | 'work') {
      const child = spawn(process.execPath, [FIXTURE, storeUrl, url, mode], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
      await until('the process is ready', () => output.includes('ready'), 30_000);
      return { child, took: () => until('it has taken a job', () => output.includes('took')) };
    }

    async function hear(url: string, channel: string) {
      const listener = await listen(url, channel);
      cleanups.push(async () => listener.close());
      return listener;
    }

    async function kill(child: ChildProcess): Promise<void> {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }

    it('gives the job of a worker that was killed to another when its lock has expired', async () => {
      const { url, queue, alarms } = await bench();
      const holding = await startProcess(url, 'hold');
      const other = await startProcess(url, 'work');
      const channel = `test:${newId()}`;
      const listener = await hear(url, channel);
      const [planId, examineeId] = [newId(), newId()];
      const job = anAnswersJob({ channel, planId, answers: [queuedAnswer(examineeId, 1, REV + 1, 'A')] });
      other.child.kill('SIGSTOP'); // so that it is the other one that takes the job
      await queue.add('answers', job, { jobId: 'boot-1' });
      await holding.took();
      other.child.kill('SIGCONT');
      await kill(holding.child);
      await until('it is acknowledged', () => listener.messages.length > 0, 15_000);
      assert.equal((await store.answers.current(planId, examineeId)).length, 1);
      assert.deepEqual(alarms(), []);
    }).timeout(60_000);

    it('does not take a job for a poison because its workers die', async () => {
      const { url, queue } = await bench();
      await queue.add('answers', anAnswersJob({ answers: [queuedAnswer(newId(), 1, REV + 1, 'A')] }), {
        jobId: 'boot-1',
      });
      for (let death = 1; death <= 2; death++) {
        const { child, took } = await startProcess(url, 'hold');
        await took();
        await kill(child);
      }
      await startProcess(url, 'work');
      await until('it is done', async () => (await queue.getJobState('boot-1')) === 'completed', 20_000);
    }).timeout(90_000);

    it('does a job twice when its worker was stopped past its lock, and the store has its answers once', async () => {
      const { url, queue } = await bench();
      const channel = `test:${newId()}`;
      const listener = await hear(url, channel);
      const [planId, examineeId] = [newId(), newId()];
      const answers = [queuedAnswer(examineeId, 1, REV + 1, 'A')];
      const stopped = await startProcess(url, 'linger');
      await queue.add('answers', anAnswersJob({ channel, planId, answers }), { jobId: 'boot-1' });
      await stopped.took();
      stopped.child.kill('SIGSTOP');
      await startProcess(url, 'work');
      await until('the other one has done it', () => listener.messages.length === 1, 20_000);
      stopped.child.kill('SIGCONT');
      await until('the first has done it too', () => listener.messages.length === 2, 20_000);
      assert.equal((await store.answers.history(planId, examineeId)).length, 1);
      assert.deepEqual(listener.messages, [{ number: 1 }, { number: 1 }]);
      assert.equal(await queue.getJobState('boot-1'), 'completed');
    }).timeout(90_000);
  });
});
