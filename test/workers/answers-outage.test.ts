// What the answers worker promises while its stores die, and with answers that the store refuses. Also the control: an
// acknowledgement before the insert, which production has not, is noticed by the same look.
import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { newId } from '../../schema/ids.ts';
import type { AnswersJob } from '../../schema/jobs.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { type AnswersSteps, answersSteps, startAnswersWorker } from '../../workers/answers.ts';
import { createLiveSheets } from '../../workers/live-sheets.ts';
import { connectRedis } from '../../workers/redis-connection.ts';
import { openRejectedAnswers } from '../../workers/rejected-answers.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { type FreshStore, freshMongodb, freshRedis } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';
import { anAnswersJob, collectingLog, type Listener, listen, openQueue, queuedAnswer, until } from './worker-parts.ts';

const REV = 1_000_000;
const POISON = 'what this store refuses';

describe('answers worker while its stores die', () => {
  let mongodb: FreshStore;
  let redis: FreshStore;
  let store: Store;
  const cleanups: (() => Promise<void>)[] = [];

  before(async () => {
    mongodb = await freshMongodb();
    redis = await freshRedis();
    const client = new mongoose.mongo.MongoClient(mongodb.url);
    await client.db().createCollection('answers', { validator: { response: { $ne: POISON } } });
    await client.close();
    store = await openStore({ url: mongodb.url, autoIndex: true, paperKey: TEST_PAPER_KEY });
  });
  const takeDown = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  };
  afterEach(takeDown);
  after(() => store.close());

  /** An answers worker whose steps `order` may have changed, a door to its queue, and an ear on its channel. */
  async function bench(order: (steps: AnswersSteps) => AnswersSteps = (steps) => steps) {
    const { log, lines, alarms } = collectingLog();
    const metrics = workerMetrics();
    const connection = connectRedis(redis.url, 'queues', log);
    const live = connectRedis(redis.url, 'live data', log);
    const liveSheets = createLiveSheets(live, store, log);
    const rejected = openRejectedAnswers(connection, log);
    const steps = order(
      answersSteps({ store, redis: live, liveSheets, log, metrics, now: Date.now, noteDurable() {} }),
    );
    const worker = await startAnswersWorker({
      ...{ connection, log, metrics, steps, rejected, concurrency: 2 },
      onSheet() {},
    });
    const door = openQueue('answers', redis.url);
    const channel = `test:${newId()}`;
    const listener: Listener = await listen(redis.url, channel);
    cleanups.push(async () => {
      await worker.stop();
      for (const one of [connection, live]) one.disconnect();
      await liveSheets.stop();
      listener.close();
      await door.close();
    });
    const add = async (answers: AnswersJob['answers'], planId = newId()) => {
      const { id = '' } = await door.queue.add('answers', anAnswersJob({ channel, planId, answers }), {
        jobId: `${planId}-1`,
        attempts: 1_000_000,
      });
      return { id, planId };
    };
    return { add, listener, lines, alarms, stateOf: (id: string) => door.queue.getJobState(id), queue: door.queue };
  }

  it('acknowledges nothing while MongoDB is away, fails nothing, and saves all when it is back', async () => {
    const { add, listener, stateOf, alarms, lines } = await bench();
    await mongodb.kill();
    const examineeId = newId();
    const { id, planId } = await add([queuedAnswer(examineeId, 1, REV + 1, 'A')]);
    await until(
      'it was tried and found away',
      () => lines.some(({ msg }) => msg === 'job postponed: infrastructure is away'),
      60_000,
    );
    assert.deepEqual(listener.messages, []);
    assert.notEqual(await stateOf(id), 'failed');
    await mongodb.start();
    await until('it is acknowledged', () => listener.messages.length > 0, 30_000);
    const [stored] = await store.answers.current(planId, examineeId);
    assert.equal(stored?.response, 'A');
    assert.deepEqual(alarms(), []);
  }).timeout(120_000);

  it('acknowledges after the insert though Redis died in between, without doing the job again and again', async () => {
    let saves = 0;
    let acknowledged = 0;
    const { add, stateOf, alarms, lines } = await bench((steps) => {
      return {
        async save(job) {
          saves++;
          const outcome = await steps.save(job);
          await redis.kill();
          return outcome;
        },
        async acknowledge(job, outcome) {
          await steps.acknowledge(job, outcome);
          acknowledged++;
        },
      };
    });
    const examineeId = newId();
    const { id, planId } = await add([queuedAnswer(examineeId, 1, REV + 1, 'A')]);
    await until('it is saved', () => saves === 1 && redis.pid === undefined);
    assert.equal(acknowledged, 0);
    await redis.start();
    await until('it is acknowledged', () => acknowledged === 1);
    await until('the job is done', async () => (await stateOf(id)) === 'completed');
    assert.equal((await store.answers.current(planId, examineeId)).length, 1);
    assert.equal(saves, 1);
    assert.deepEqual(alarms(), []);
    assert.ok(!lines.some(({ msg }) => /not acknowledged/.test(msg)));
  }).timeout(60_000);

  it('[S22] saves and acknowledges the rest of a batch with an answer that the store refuses, and keeps that one', async () => {
    const { add, listener, stateOf, alarms, lines, queue } = await bench();
    const examineeId = newId();
    const answers = ['A', POISON, 'C', 'D'].map((response, index) =>
      queuedAnswer(examineeId, index + 1, REV + 1 + index, response),
    );
    const { id, planId } = await add(answers);
    await until('it is acknowledged', () => listener.messages.length > 0);
    assert.deepEqual(listener.messages, [{ number: 1, failed: [1] }]);
    const stored = (await store.answers.current(planId, examineeId)).map(({ response }) => response);
    assert.deepEqual(stored, ['A', 'C', 'D']);
    await until('it is kept', async () => (await stateOf(`rejected-${id}-1`)) === 'failed');
    assert.deepEqual((await queue.getJob(`rejected-${id}-1`))?.data.answers, [answers[1]]);
    assert.equal(await stateOf(id), 'completed');
    assert.deepEqual(
      alarms().map(({ jobId }) => jobId),
      [`rejected-${id}-1`],
    );
    assert.equal(listener.messages.length, 1, 'the kept one acknowledges nothing');
    assert.ok(!JSON.stringify(lines).includes(POISON), 'no answer is in the log');
  });

  it('shows the control an acknowledgement before the insert, and none from the steps of production', async () => {
    const premature = (steps: AnswersSteps): AnswersSteps => ({
      async save(job) {
        await steps.acknowledge(job, { conflicts: [], failed: [], invalid: [] });
        return steps.save(job);
      },
      async acknowledge() {},
    });
    /** Whether an answer was called saved that the store cannot have: it refuses it. */
    const lies = async (order?: (steps: AnswersSteps) => AnswersSteps) => {
      const { add, listener, stateOf } = await bench(order);
      const examineeId = newId();
      const { id, planId } = await add([queuedAnswer(examineeId, 1, REV + 1, POISON)]);
      await until('the job is done', async () => (await stateOf(id)) === 'completed');
      assert.equal((await store.answers.history(planId, examineeId)).length, 0);
      await takeDown();
      return listener.messages.some(({ failed }) => failed === undefined);
    };
    assert.equal(await lies(premature), true);
    assert.equal(await lies(), false);
  });
});
