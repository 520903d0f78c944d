// Full disks and disks that cannot write, under the engine, under Redis and under the files, in a system whose supervisor
// starts again what dies: what is not on disk is never called saved, people go on, the operator is told, and when there is
// space again everything comes right by itself.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { between, seededRandom } from '../../loadtest/random.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { failFsync, mountSmallDisk, type SmallDisk, whyNoSmallDisk, whyNoTracing } from '../support/bad-disk.ts';
import { ESSAY, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { answering, drained, testify, type Witness, witnessOf } from './witness.ts';
import '../support/parts.ts';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const PEOPLE = 12;
const CHOICES = 150;
/** The engine's journal alone is some hundreds. */
const SIZES_MIB = { mongodb: 800, redis: 64, files: 4 } as const;
type Place = keyof typeof SIZES_MIB;
/** Longer than the alarm waits. */
const BAD_MS = 15_000;
const BACK_MS = 60_000;
const PAST_THE_QUEUE_MS = 3_000;

describe(`a bad disk in the middle of an exam (TEST_SEED=${SEED})`, function () {
  this.timeout(240_000);
  const random = seededRandom(`bad disk ${SEED}`);
  let whole: WholeExam;
  let people: Witness[];
  const disks = new Map<Place, SmallDisk>();
  before(async function () {
    const why = whyNoSmallDisk();
    if (why !== undefined) {
      console.log(`      skipped: ${why}`);
      return this.skip();
    }
    whole = await openWholeExam('bad-disk', {
      ...{ layout: { api: 1, rooms: 1, workers: 1 }, mongodb: 'own', restart: true, examinees: PEOPLE + 3 },
      furnish(folder) {
        for (const [place, size] of Object.entries(SIZES_MIB))
          disks.set(place as Place, mountSmallDisk(join(folder, place), size));
      },
    });
    const sessions = await Promise.all(Array.from({ length: PEOPLE }, (_, index) => whole.enter(index)));
    people = sessions.map((session, index) => witnessOf(session, whole.exam.roster[index]?.examineeId ?? ''));
    await whole.begin();
  });
  after(async () => {
    await whole?.stop();
    for (const disk of disks.values()) disk.unmount();
  });

  const disk = (place: Place): SmallDisk => {
    const found = disks.get(place);
    if (found === undefined) throw new Error(`there is no disk of ${place}`);
    return found;
  };
  const savedSoFar = () => people.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  const roomId = () => whole.exam.rooms[0]?.roomId ?? '';

  /** Lines of a process's log with this code, from the mark on. */
  function said(name: string, code: string, mark = 0): number {
    const text = readFileSync(join(whole.folder, `${name}.log`), 'utf8').slice(mark);
    return text.split('\n').filter((line) => line.includes(`"code":"${code}"`)).length;
  }
  const markOf = (name: string) => readFileSync(join(whole.folder, `${name}.log`), 'utf8').length;

  /** Everybody answers, choices and now and then an essay that nothing can compress, until `stop`. */
  function everybodyAnswers(): { stop(): Promise<void> } {
    let goesOn = true;
    const answers = answering(people, CHOICES, random, () => goesOn);
    const essays = (async () => {
      while (goesOn) {
        const one = people[between(random, 0, people.length - 1)];
        const response = randomBytes(20_000).toString('hex');
        one?.given.set(one.session.answer(ESSAY, response), { item: ESSAY, response });
        await sleep(200);
      }
    })();
    return {
      async stop() {
        goesOn = false;
        await Promise.all([answers, essays]);
      },
    };
  }

  async function everythingIsSaved(): Promise<void> {
    await drained(people, BACK_MS);
    const report = await testify(whole.store, whole.exam.planId, people);
    console.log(`      ${JSON.stringify(report)}`);
    const { lost, altered, foreign, unsaved, notBack } = report;
    assert.deepEqual([lost, altered, foreign, unsaved, notBack], [0, 0, 0, 0, 0]);
  }

  async function checkpoint(): Promise<void> {
    const client = await mongoose.mongo.MongoClient.connect(whole.system.mongodbUrl, {
      serverSelectionTimeoutMS: 1_000,
    });
    try {
      await client.db('admin').command({ fsync: 1 });
    } finally {
      await client.close();
    }
  }

  /** While it goes on: waits until nothing has been called saved for so long that the alarm was given, then checks it. */
  async function nothingIsSaved(mark: number): Promise<void> {
    await until('the operator is told', () => said('rooms-1', 'SAVING_SLOW', mark) === 1, 150_000);
    const saved = savedSoFar();
    await sleep(2_000);
    assert.ok((await whole.figure('rooms-1', 'examhall_journal_oldest_seconds')) >= 10);
    assert.ok(
      people.some(({ session }) => session.slowSince() > 0 || session.link() !== 'online'),
      'and so are people',
    );
    console.log(`      ${savedSoFar() - saved} saved in two seconds of it`);
  }

  it('full, of the engine: nothing more is called saved, the operator is told, and with space all is saved by itself', async () => {
    const mark = markOf('rooms-1');
    const answers = everybodyAnswers();
    await sleep(3_000);
    const pid = whole.system.pid('mongodb');
    disk('mongodb').fill();
    await checkpoint().catch((error: unknown) => console.log(`      the engine says: ${String(error)}`));
    await nothingIsSaved(mark);
    await sleep(BAD_MS);
    disk('mongodb').free();
    const freeAt = performance.now();
    await until('it is over', () => said('rooms-1', 'SAVING_AGAIN', mark) > 0, BACK_MS);
    console.log(
      `      saved again ${Math.round(performance.now() - freeAt)} ms after there was space; the engine ${pid === whole.system.pid('mongodb') ? 'lived' : 'was started again'}`,
    );
    await answers.stop();
    await everythingIsSaved();
  });

  it('full, of Redis: answers go past it, the operator is told, and with space the queue is used again', async () => {
    const mark = markOf('rooms-1');
    const answers = everybodyAnswers();
    await sleep(2_000);
    disk('redis').fill();
    await until('the operator is told', () => said('rooms-1', 'QUEUE_AWAY', mark) === 1, 30_000);
    const saved = savedSoFar();
    await sleep(BAD_MS);
    const rate = (savedSoFar() - saved) / (BAD_MS / 1_000);
    const [one] = people;
    const givenAt = performance.now();
    const revision = one?.session.answer(1, 'A') ?? 0;
    one?.given.set(revision, { item: 1, response: 'A' });
    await until(
      'an answer is saved',
      () => one?.session.outbox().every((entry) => entry.revision !== revision) === true,
    );
    const tookMs = performance.now() - givenAt;
    disk('redis').free();
    await until('the queue is used again', () => said('rooms-1', 'QUEUE_AGAIN', mark) === 1, BACK_MS);
    await until('the lease is kept', async () => (await whole.redis.get(redisKeys.lease(roomId()))) !== null, BACK_MS);
    console.log(`      ${Math.round(rate)} answers a second past the queue, one took ${Math.round(tookMs)} ms`);
    await answers.stop();
    await everythingIsSaved();
    assert.ok(tookMs < PAST_THE_QUEUE_MS, `${tookMs} ms`);
    assert.equal(said('rooms-1', 'SAVING_SLOW', mark), 0, 'saving was never slow');
    const late = await whole.enter(PEOPLE);
    assert.equal(late.link(), 'online');
  });

  it('full, of the files: a sheet is submitted all the same, the operator is told, and its file comes with space', async () => {
    const session = await whole.enter(PEOPLE + 1);
    session.answer(1, 'A');
    disk('files').fill();
    const { revisions } = await session.submit();
    assert.equal(revisions.length, 1);
    await until('the operator is told', () => said('workers-1', 'ENOSPC') > 0, 30_000);
    assert.ok((await whole.figure('workers-1', 'examhall_sheet_files_failed_total')) > 0);
    const { examineeId } = session.info.examinee;
    assert.equal((await whole.store.sheets.get(examineeId))?.filedAt, 0);
    disk('files').free();
    await until(
      'its file is there',
      async () => ((await whole.store.sheets.get(examineeId))?.filedAt ?? 0) > 0,
      120_000,
    );
  });

  describe('that answers each fsync with an error', () => {
    before(function () {
      const why = whyNoTracing();
      if (why === undefined) return;
      console.log(`      skipped: ${why}`);
      this.skip();
    });

    it('of Redis: answers go past it, and all is well when it writes again', async () => {
      const mark = markOf('rooms-1');
      const answers = everybodyAnswers();
      await sleep(1_000);
      const bad = await failFsync(whole.system.pid('redis') ?? 0);
      try {
        await until('the operator is told', () => said('rooms-1', 'QUEUE_AWAY', mark) === 1, 30_000);
        const saved = savedSoFar();
        await sleep(5_000);
        assert.ok(savedSoFar() > saved, 'answers are saved');
      } finally {
        await bad.stop();
      }
      await until('the queue is used again', () => said('rooms-1', 'QUEUE_AGAIN', mark) === 1, BACK_MS);
      await answers.stop();
      await everythingIsSaved();
    });

    it('of the engine: nothing is called saved that is not on disk, and all is saved when it writes again', async () => {
      const mark = markOf('rooms-1');
      const answers = everybodyAnswers();
      await sleep(1_000);
      const first = whole.system.pid('mongodb');
      let bad = await failFsync(first ?? 0);
      const until15 = performance.now() + BAD_MS;
      let deaths = 0;
      // Each engine that the supervisor starts again has the same disk.
      while (performance.now() < until15) {
        const pid = whole.system.pid('mongodb');
        if (pid !== undefined && pid !== first && deaths === 0) {
          deaths++;
          await bad.stop();
          bad = await failFsync(pid);
        }
        await sleep(50);
      }
      await bad.stop();
      const wellAt = performance.now();
      await answers.stop();
      await everythingIsSaved();
      console.log(
        `      all saved ${Math.round(performance.now() - wellAt)} ms after it could write; ${said('rooms-1', 'SAVING_SLOW', mark)} alarms; the engine ${first === whole.system.pid('mongodb') ? 'lived' : 'was started again'}`,
      );
    });
  });
});
