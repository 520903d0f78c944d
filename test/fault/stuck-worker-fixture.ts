// A worker in a process of its own that takes a job and never finishes it, to be killed with the job in its hands.
// Started by stalled-job.long.ts alone.
import { pino } from 'pino';
import { connectRedis } from '../../workers/redis-connection.ts';
import { startWorker } from '../../workers/runner.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';

const { REDIS_URL: url = '' } = process.env;

if (process.send !== undefined) {
  process.once('disconnect', () => process.exit(1)); // the parent is gone, and nobody would end this
  const log = pino({ level: 'silent' });
  await startWorker<unknown>({
    ...{ queue: 'incidents', concurrency: 1, log, metrics: workerMetrics() },
    connection: connectRedis(url, 'stuck', log),
    parse: (data) => data,
    process: async (_data, { id }) => {
      process.send?.(id);
      await new Promise(() => {});
    },
  });
}
