// A process that takes answers jobs and can be killed or stopped: before the insert, `hold` keeps each job in hand for ever,
// and `linger` for a second.
// Prints one line for each job that it takes. Started by the contract tests of the queue.
import { pino } from 'pino';
import { openStore } from '../../store/open-store.ts';
import { answersSteps, startAnswersWorker } from '../../workers/answers.ts';
import { createLiveSheets } from '../../workers/live-sheets.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import { openRejectedAnswers } from '../../workers/rejected-answers.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

const [mongodbUrl = '', redisUrl = '', mode] = process.argv.slice(2);
const log = pino({ level: 'silent' });
const store = await openStore({ url: mongodbUrl, paperKey: TEST_PAPER_KEY });
const connection = connectRedis(redisUrl, 'queues', log);
const redis = connectRedis(redisUrl, 'live data', log);
const liveSheets = createLiveSheets(redis, store, log);
const metrics = workerMetrics();
const steps = answersSteps({ store, redis, liveSheets, log, metrics, now: Date.now, noteDurable() {} });
await startAnswersWorker({
  ...{ connection, log, metrics, concurrency: 1, rejected: openRejectedAnswers(connection, log) },
  onSheet() {},
  steps: {
    async save(job) {
      console.log('took');
      if (mode === 'hold') await new Promise(() => {});
      if (mode === 'linger') await new Promise((resolve) => setTimeout(resolve, 1_000));
      return steps.save(job);
    },
    acknowledge: steps.acknowledge,
  },
});
console.log('ready');
