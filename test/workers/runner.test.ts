// The runner's judgement of errors, over a real Redis: what is away is waited for, what is wrong fails once and loudly.
import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { StoreFault } from '../../store/fault.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import { type RunningWorker, startWorker, type WorkerOptions } from '../../workers/runner.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { freshRedis, redisUrl } from '../support/parts.ts';
import { collectingLog, openQueue, until } from './worker-parts.ts';

type Task = { name: string };

describe('runner of the queues', () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** A queue, and workers on it that do `process`; all of it is taken down after the test. */
  async function bench(url: string) {
    const { log, lines, alarms } = collectingLog();
    const registry = new Registry();
    const door = openQueue('incidents', url);
    cleanups.push(() => door.close());
    const start = async (process: (task: Task) => Promise<void>, given: Partial<WorkerOptions<Task>> = {}) => {
      const connection = connectRedis(url, 'test', log);
      const worker: RunningWorker = await startWorker<Task>({
        ...{ queue: 'incidents', concurrency: 1, connection, log, metrics: workerMetrics(registry), process },
        parse(data) {
          const { name } = data as Task;
          if (typeof name !== 'string') throw new TypeError('no name');
          return { name };
        },
        ...given,
      });
      cleanups.push(async () => {
        await worker.stop();
        connection.disconnect();
      });
      return worker;
    };
    const add = async (data: unknown, attempts = 1) => (await door.queue.add('task', data, { attempts })).id ?? '';
    const stateOf = (id: string) => door.queue.getJobState(id);
    return { start, add, stateOf, registry, lines, alarms };
  }

  it('waits for a store that is away as long as it takes, lets other jobs pass, and fails nothing', async () => {
    const { start, add, stateOf, alarms, registry } = await bench(await redisUrl());
    const done: string[] = [];
    await start(async ({ name }) => {
      if (name === 'waits' && !done.includes('passes')) throw new StoreFault('STORE_UNAVAILABLE', 'away');
      done.push(name);
    });
    const first = await add({ name: 'waits' });
    await add({ name: 'passes' });
    await until('both are done', () => done.length === 2);
    assert.deepEqual(done, ['passes', 'waits'], 'with one job at a time');
    await until('the queue knows', async () => (await stateOf(first)) === 'completed');
    assert.deepEqual(alarms(), []);
    assert.match(await registry.metrics(), /examhall_jobs_total\{queue="incidents",outcome="postponed"\} 1/);
  });

  it('takes a poison to the failed jobs after a few tries, whatever tries its producer asked for, with an alarm', async () => {
    const { start, add, stateOf, alarms, registry } = await bench(await redisUrl());
    const done: string[] = [];
    let tries = 0;
    await start(async ({ name }) => {
      if (name === 'bad') {
        tries++;
        throw new StoreFault('STORE_REFUSED', 'never');
      }
      done.push(name);
    });
    const bad = await add({ name: 'bad' }, 1_000_000);
    await add({ name: 'good' });
    await until('the good one is done', () => done.includes('good'));
    await until('the bad one has failed', async () => (await stateOf(bad)) === 'failed');
    assert.equal(tries, 3);
    assert.deepEqual(
      alarms().map(({ msg, jobId, queue }) => [msg, jobId, queue]),
      [['job failed for good', bad, 'incidents']],
    );
    assert.match(await registry.metrics(), /examhall_jobs_total\{queue="incidents",outcome="failed"\} 1/);
  });

  it('takes a job of another shape to the failed ones at once, and goes on', async () => {
    const { start, add, stateOf, alarms } = await bench(await redisUrl());
    const done: string[] = [];
    await start(async ({ name }) => void done.push(name));
    const bad = await add({ surprise: 1 }, 1_000_000);
    await add({ name: 'good' });
    await until('the good one is done', () => done.includes('good'));
    assert.equal(await stateOf(bad), 'failed');
    await until('there is an alarm', () => alarms().some(({ jobId }) => jobId === bad));
  });

  it('stops after the job in hand, takes no other, and may be stopped twice', async () => {
    const { start, add, stateOf } = await bench(await redisUrl());
    const begun: string[] = [];
    let finish: () => void = () => {};
    const worker = await start(async ({ name }) => {
      begun.push(name);
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
    });
    const first = await add({ name: 'in hand' });
    const second = await add({ name: 'waiting' });
    await until('the first has begun', () => begun.length === 1);
    let stopped = false;
    const stopping = Promise.all([worker.stop(), worker.stop()]).then(() => {
      stopped = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(stopped, false, 'it waits for the job in hand');
    finish();
    await stopping;
    await worker.stop();
    assert.equal(await stateOf(first), 'completed');
    assert.equal(await stateOf(second), 'waiting');
    assert.deepEqual(begun, ['in hand']);
  });

  it('gives a job that waits for the store back when it stops, and another worker does it', async () => {
    const { start, add, stateOf, alarms } = await bench(await redisUrl());
    let tries = 0;
    const worker = await start(async () => {
      tries++;
      throw new StoreFault('STORE_UNAVAILABLE', 'away');
    });
    const id = await add({ name: 'waits' });
    await until('it was tried', () => tries > 0);
    await worker.stop();
    assert.equal(await stateOf(id), 'delayed');
    await start(async () => {});
    await until('another has done it', async () => (await stateOf(id)) === 'completed');
    assert.deepEqual(alarms(), []);
  });

  it('stops though Redis is gone for good', async () => {
    const redis = await freshRedis();
    const { start, add, lines } = await bench(redis.url);
    const done: string[] = [];
    const worker = await start(async ({ name }) => void done.push(name));
    await add({ name: 'before' });
    await until('it works', () => done.length === 1);
    await redis.kill();
    await until('the loss is noticed', () => lines.some(({ msg }) => msg === 'redis is away'));
    const startedAt = performance.now();
    await worker.stop();
    assert.ok(performance.now() - startedAt < 5_000, 'it does not wait for Redis');
  });
});
