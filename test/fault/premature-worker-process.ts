// The process of the control: it acknowledges a job, calls it done, and lets the store have the answers a moment later.
// Exactly what the production worker must never do.
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { paperKeyFrom } from '../../config.ts';
import type { QueuedAnswer } from '../../schema/jobs.ts';
import { openStore } from '../../store/open-store.ts';
import { answersSteps, startAnswersWorker } from '../../workers/answers.ts';
import { createLiveSheets } from '../../workers/live-sheets.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import { openRejectedAnswers } from '../../workers/rejected-answers.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';

const LATE_MS = 300;

const { MONGODB_URL: url = '', REDIS_URL: redisUrl = '', EXAMHALL_SECRET: secret = '' } = process.env;
const log = pino({ level: 'silent' });
const store = await openStore({ url, paperKey: paperKeyFrom(secret) });
const connection = connectRedis(redisUrl, 'queues', log);
const redis = connectRedis(redisUrl, 'live data', log);
const metrics = workerMetrics();
const liveSheets = createLiveSheets(redis, store, log);
const steps = answersSteps({ store, redis, liveSheets, log, metrics, now: Date.now, noteDurable: () => undefined });

await startAnswersWorker({
  connection,
  log,
  metrics,
  concurrency: 4,
  rejected: openRejectedAnswers(connection, log),
  onSheet: () => undefined,
  steps: {
    async save() {
      return { conflicts: [], failed: [], invalid: [] };
    },
    async acknowledge(job, outcome) {
      await steps.acknowledge(job, outcome);
      void saveLate(job.planId, job.answers as QueuedAnswer[]);
    },
  },
});
process.send?.('ready');

async function saveLate(planId: string, answers: QueuedAnswer[]): Promise<void> {
  await sleep(LATE_MS);
  await store.answers.insert(planId, answers);
}
