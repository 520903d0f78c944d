// A job whose workers die one after the other: it is no poison, and the next worker does it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectRedis } from '../../workers/redis-connection.ts';
import { startWorker } from '../../workers/runner.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { redisUrl } from '../support/parts.ts';
import { collectingLog, openQueue, until } from '../workers/worker-parts.ts';

const DEATHS = 3;
const FIXTURE = fileURLToPath(new URL('./stuck-worker-fixture.ts', import.meta.url));

describe('a job whose workers die', function () {
  this.timeout(120_000);

  it(`[T12] ${DEATHS} times with it in hand is done by the next one, and never counts as failed`, async () => {
    const url = await redisUrl();
    const door = openQueue('incidents', url);
    const { id = '' } = await door.queue.add('task', { name: 'unlucky' });
    for (let death = 0; death < DEATHS; death++) {
      const child = spawn(process.execPath, [FIXTURE], {
        env: { ...process.env, REDIS_URL: url },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      const [taken] = await once(child, 'message');
      assert.equal(taken, id);
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    const { log, alarms } = collectingLog();
    const connection = connectRedis(url, 'test', log);
    const worker = await startWorker<unknown>({
      ...{ queue: 'incidents', concurrency: 1, connection, log, metrics: workerMetrics() },
      parse: (data) => data,
      process: async () => undefined,
    });
    await until('it is done', async () => (await door.queue.getJobState(id)) === 'completed', 30_000);
    assert.deepEqual(alarms(), []);
    await worker.stop();
    connection.disconnect();
    await door.close();
  });
});
