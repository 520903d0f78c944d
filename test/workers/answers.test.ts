// The answers worker over real stores: durable first, acknowledged then, shown in the live sheet; and what it does with
// answers that nobody can store, with rooms that are gone, and with a Redis that has forgotten.
import assert from 'node:assert/strict';
import type { Response } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import type { AnswersJob } from '../../schema/jobs.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { Store } from '../../store/open-store.ts';
import { startWorkers, type WorkersRole } from '../../workers/main.ts';
import { redisUrl, testFolder } from '../support/parts.ts';
import { newStore, SECRET } from '../support/stored.ts';
import { anAnswersJob, collectingLog, type Listener, listen, openQueue, queuedAnswer, until } from './worker-parts.ts';

const REV = 1_000_000;

describe('answers worker', () => {
  let store: Store;
  let url: string;
  let workers: WorkersRole;
  let door: ReturnType<typeof openQueue>;
  let listener: Listener;
  let log: ReturnType<typeof collectingLog>;
  let planId: string;
  let examineeId: string;
  const channel = `test:${newId()}`;
  let number = 0;

  before(async () => {
    store = await newStore('answers-worker');
    url = await redisUrl();
    log = collectingLog();
    workers = await startWorkers({
      store,
      redisUrl: url,
      dataDir: await testFolder(),
      concurrency: 4,
      log: log.log,
      secret: SECRET,
      now: Date.now,
    });
    door = openQueue('answers', url);
    listener = await listen(url, channel);
  });
  beforeEach(() => {
    planId = newId();
    examineeId = newId();
    log.lines.length = 0;
  });
  after(async () => {
    listener.close();
    await door.close();
    await workers.stop();
    await store.close();
  });

  async function add(answers: AnswersJob['answers'], given: Partial<AnswersJob> = {}): Promise<number> {
    number++;
    await door.queue.add('answers', anAnswersJob({ channel, number, planId, answers, ...given }), {
      jobId: `${planId}-${number}`,
      attempts: 1_000_000,
      removeOnFail: { count: 1_000 },
    });
    return number;
  }
  const heard = (sought: number) => listener.messages.filter((message) => message.number === sought);
  async function acknowledged(sought: number) {
    await until(`job ${sought} is acknowledged`, () => heard(sought).length > 0);
    return heard(sought)[0];
  }
  const liveSheet = (of = examineeId) => door.redis.hgetall(redisKeys.sheet(planId, of));
  const stored = async (of = examineeId) =>
    (await store.answers.current(planId, of)).map(({ item, revision, response }) => [item, revision, response]);

  it('makes answers durable, sets the live sheet and acknowledges by number', async () => {
    const responses: Response[] = ['A', ['A', 'C'], '서울', 3.25, null];
    const job = await add(
      responses.map((response, index) => queuedAnswer(examineeId, index + 1, REV + 1 + index, response)),
    );
    assert.deepEqual(await acknowledged(job), { number: job });
    const expected = responses.map((response, index) => [index + 1, REV + 1 + index, response]);
    assert.deepEqual(await stored(), expected);
    assert.deepEqual(
      await liveSheet(),
      Object.fromEntries(
        expected.map(([item, revision, response]) => [item, `${revision}:${JSON.stringify(response)}`]),
      ),
    );
    const expiry = await door.redis.ttl(redisKeys.sheet(planId, examineeId));
    assert.ok(expiry > 6 * 24 * 3_600 && expiry <= 7 * 24 * 3_600, `the live sheet expires in ${expiry} s`);
  });

  it('[S1] names a revision that is stored with another content, and saves the rest', async () => {
    await acknowledged(await add([queuedAnswer(examineeId, 1, REV + 1, 'A')]));
    const job = await add([queuedAnswer(examineeId, 1, REV + 1, 'B'), queuedAnswer(examineeId, 2, REV + 2, 'C')]);
    assert.deepEqual(await acknowledged(job), { number: job, conflicts: [0] });
    assert.deepEqual(await stored(), [
      [1, REV + 1, 'A'],
      [2, REV + 2, 'C'],
    ]);
    assert.deepEqual(await liveSheet(), { 1: `${REV + 1}:"A"`, 2: `${REV + 2}:"C"` });
  });

  it('shows the higher revision in the live sheet, whatever comes last', async () => {
    await acknowledged(
      await add([queuedAnswer(examineeId, 1, REV + 1, 'first'), queuedAnswer(examineeId, 2, REV + 9, 'nine')]),
    );
    await acknowledged(
      await add([
        queuedAnswer(examineeId, 2, REV + 5, 'five'),
        queuedAnswer(examineeId, 1, 2 * REV + 1, 'later session'),
      ]),
    );
    assert.deepEqual(await liveSheet(), { 1: `${2 * REV + 1}:"later session"`, 2: `${REV + 9}:"nine"` });
  });

  it('[S22] saves and acknowledges the rest of a batch with an answer of no shape, which stays with the failed jobs', async () => {
    const bad = [examineeId, 2, REV + 2, { $ne: 1 }, 'hash', 1] as never;
    const job = await add([queuedAnswer(examineeId, 1, REV + 1, 'A'), bad, queuedAnswer(examineeId, 3, REV + 3, 'C')]);
    assert.deepEqual(await acknowledged(job), { number: job, invalid: [1] });
    assert.deepEqual(await stored(), [
      [1, REV + 1, 'A'],
      [3, REV + 3, 'C'],
    ]);
    const id = `rejected-${planId}-${number}-1`;
    await until('the bad answer is among the failed jobs', async () => (await door.queue.getJobState(id)) === 'failed');
    const kept = await door.queue.getJob(id);
    assert.deepEqual(kept?.data.answers, [bad]);
    const alarm = log.alarms().find(({ jobId }) => jobId === id);
    assert.equal(alarm?.msg, 'job failed for good');
    assert.ok(!JSON.stringify(log.lines).includes('$ne'), 'no answer is in the log');
  });

  it('takes a job that is none to the failed ones with an alarm, and goes on', async () => {
    const { id = '' } = await door.queue.add('answers', { kind: 'answers', nonsense: true }, { attempts: 1_000_000 });
    await until('the job is among the failed ones', async () => (await door.queue.getJobState(id)) === 'failed');
    assert.equal(log.alarms().find(({ jobId }) => jobId === id)?.msg, 'job failed for good');
    const job = await add([queuedAnswer(examineeId, 1, REV + 1, 'A')]);
    assert.deepEqual(await acknowledged(job), { number: job });
  });

  it('tells every rooms process whose answers they were when the one that queued them is gone', async () => {
    const orphans = await listen(url, redisKeys.orphans());
    await add([queuedAnswer(examineeId, 1, REV + 1, 'A'), queuedAnswer(examineeId, 2, REV + 2, 'B')], {
      channel: `test:gone:${newId()}`,
    });
    const mine = () =>
      (orphans.messages as unknown as { examineeIds: string[] }[]).filter(({ examineeIds }) =>
        examineeIds.includes(examineeId),
      );
    try {
      await until('the orphans are announced', () => mine().length > 0);
    } finally {
      orphans.close();
    }
    assert.deepEqual(mine(), [{ examineeIds: [examineeId] }]);
  });

  it('makes a live sheet that was dropped whole again, from the store', async () => {
    await acknowledged(
      await add([queuedAnswer(examineeId, 1, REV + 1, 'A'), queuedAnswer(examineeId, 2, REV + 2, 'B')]),
    );
    await door.redis.del(redisKeys.sheet(planId, examineeId));
    await acknowledged(await add([queuedAnswer(examineeId, 2, REV + 3, 'C')]));
    await until('the sheet is there again', async () => Object.keys(await liveSheet()).length > 0);
    assert.deepEqual(await liveSheet(), { 1: `${REV + 1}:"A"`, 2: `${REV + 3}:"C"` });
  });

  it('never shows a part of a sheet that began before Redis knew of it', async () => {
    await store.answers.insert(planId, [queuedAnswer(examineeId, 1, REV + 1, 'past the queue')]);
    await acknowledged(await add([queuedAnswer(examineeId, 2, REV + 2, 'B')]));
    await until('the sheet is there', async () => Object.keys(await liveSheet()).length > 0);
    assert.deepEqual(Object.keys(await liveSheet()), ['1', '2']);
  });

  it('drops the live sheets when it meets a Redis with another run id', async () => {
    await acknowledged(await add([queuedAnswer(examineeId, 1, REV + 1, 'A')]));
    const room = redisKeys.room(planId, newId());
    await door.redis.hset(room, 'status', 'running');
    await door.redis.set(redisKeys.runId(), 'another');
    const second = await startWorkers({
      store,
      redisUrl: url,
      dataDir: await testFolder(),
      concurrency: 1,
      log: log.log,
      secret: SECRET,
      now: Date.now,
    });
    try {
      await until(
        'the sheet is dropped',
        async () => (await door.redis.exists(redisKeys.sheet(planId, examineeId))) === 0,
      );
      await until('the run is known', async () => (await door.redis.get(redisKeys.runId())) !== 'another');
      assert.equal(await door.redis.exists(room), 1, 'other live data stays');
    } finally {
      await second.stop();
    }
  });

  it('hands a sheet job on to the files without keeping the queue', async () => {
    const { id = '' } = await door.queue.add('sheet', { kind: 'sheet', planId, roomId: newId(), examineeId });
    await until('the job is done', async () => (await door.queue.getJobState(id)) === 'completed');
  });
});
