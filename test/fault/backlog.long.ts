// No worker has worked for an hour, and three hundred people's answers lie in the queue; then the workers are back, while
// people go on answering. How long the backlog takes, how long the newest answers wait behind it, and who sees that.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RoomWatch, watchRoom } from '../../client/proctor.ts';
import { revisionOf } from '../../exam/revision.ts';
import { seededRandom } from '../../loadtest/random.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import { EXAM_ITEMS, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { anAnswersJob, openQueue, queuedAnswer, until } from '../workers/worker-parts.ts';
import { answering, drained, testify, type Witness, witnessOf } from './witness.ts';
import '../support/parts.ts';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const PEOPLE = 40;
const ROOMS = 2;
/** An hour of three hundred people who answer each ten seconds: thirty answers a second, and a job a second (rooms/batches.ts). */
const HOUR = { jobs: 3_600, answersAJob: 30, people: 300 } as const;
const STANDS_MS = 30_000;
const BACKLOG_WITHIN_MS = 90_000;
const NEWEST_WITHIN_MS = 60_000;

describe(`an hour's backlog (TEST_SEED=${SEED})`, function () {
  this.timeout(300_000);
  const random = seededRandom(`backlog ${SEED}`);
  let whole: WholeExam;
  let watch: RoomWatch;
  let people: Witness[];
  let door: ReturnType<typeof openQueue>;
  before(async () => {
    whole = await openWholeExam('backlog', {
      layout: { api: 1, rooms: 1, workers: 2 },
      ...{ mongodb: 'own', rooms: ROOMS, examinees: PEOPLE / ROOMS },
    });
    door = openQueue('answers', whole.system.redisUrl);
    watch = await watchRoom({ url: whole.system.url, token: await proctor(), roomId: roomId() });
    const sessions = await Promise.all(whole.exam.roster.map((_, index) => whole.enter(index)));
    people = sessions.map((session, index) => witnessOf(session, whole.exam.roster[index]?.examineeId ?? ''));
    await whole.begin();
  });
  after(async () => {
    await watch?.leave();
    await door?.close();
    await whole?.stop();
  });

  const roomId = () => whole.exam.rooms[0]?.roomId ?? '';
  const inQueue = () => door.queue.getJobCountByTypes('waiting', 'active', 'delayed');

  async function proctor(): Promise<string> {
    const account = { login: `proctor-${newId()}`, password: `password-${newId()}` };
    const post = async (path: string, body: object, token?: string): Promise<{ token?: string }> => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': newId() };
      const auth = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const reply = await fetch(`${whole.system.url}/v1${path}`, {
        ...{ method: 'POST', body: JSON.stringify(body) },
        headers: { ...headers, ...auth },
      });
      return (await reply.json()) as { token?: string };
    };
    const path = `/plans/${whole.exam.planId}/proctors`;
    await post(path, { label: 'proctor', roomIds: [roomId()], ...account }, whole.token);
    return (await post('/login', account)).token ?? '';
  }

  /** What rooms of other processes have queued in that hour. */
  async function queueAnHour(): Promise<void> {
    const { planId } = whole.exam;
    const crowd = Array.from({ length: HOUR.people }, () => newId());
    let given = 0;
    for (let first = 0; first < HOUR.jobs; first += 200) {
      const jobs = Array.from({ length: Math.min(200, HOUR.jobs - first) }, () => {
        const answers = Array.from({ length: HOUR.answersAJob }, () => {
          const who = crowd[given % HOUR.people] ?? '';
          const counter = 1 + Math.floor(given++ / HOUR.people);
          return queuedAnswer(who, 1 + (counter % 150), revisionOf(1, counter), 'B');
        });
        const job = anAnswersJob({ planId, answers });
        return { name: 'answers', data: job, opts: { jobId: newId(), removeOnComplete: true, attempts: 1_000_000 } };
      });
      await door.queue.addBulk(jobs);
    }
  }

  /** How long each answer that is given from now on waits for "saved". */
  function waits(): number[] {
    const tookMs: number[] = [];
    for (const { session } of people) {
      const givenAt = new Map<number, number>();
      session.on('answer', ({ revision, state }) => {
        if (state === 'draft') givenAt.set(revision, performance.now());
        const at = givenAt.get(revision);
        if (state === 'saved' && at !== undefined) tookMs.push(performance.now() - at);
      });
    }
    return tookMs;
  }

  const slowSeen = () => people.filter(({ session }) => session.slowSince() > 0).length;

  it('[S4] drains in seconds while the exam goes on; the newest answers wait no longer, and everybody sees it meanwhile', async () => {
    await Promise.all(['workers-1', 'workers-2'].map((name) => whole.system.kill(name)));
    await queueAnHour();
    let goesOn = true;
    const answers = answering(people, EXAM_ITEMS.length - 1, random, () => goesOn);
    const standsUntil = performance.now() + STANDS_MS;
    const most = { jobs: 0, journal: 0, oldestS: 0 };
    while (performance.now() < standsUntil) {
      await sleep(1_000);
      most.jobs = Math.max(most.jobs, await inQueue());
      most.journal = Math.max(most.journal, await whole.figure('rooms-1', 'examhall_journal_answers'));
      most.oldestS = await whole.figure('rooms-1', 'examhall_journal_oldest_seconds');
    }
    assert.equal(slowSeen(), PEOPLE, 'every programme says since when saving is slow');
    const rows = [...watch.board().values()].filter(({ reasons }) => reasons.includes('unsaved'));
    assert.equal(rows.length, PEOPLE / ROOMS, 'and so does the board of all of its people');
    const ofRoom = most.jobs - HOUR.jobs;

    const tookMs = waits();
    const startedAt = performance.now();
    await Promise.all(['workers-1', 'workers-2'].map((name) => whole.system.start(name)));
    const upMs = performance.now() - startedAt;
    await until('the hour is drained', async () => (await inQueue()) < 20, BACKLOG_WITHIN_MS);
    const drainedMs = performance.now() - startedAt;
    await until('nobody waits any more', () => slowSeen() === 0, NEWEST_WITHIN_MS);
    const slowMs = performance.now() - startedAt;
    await sleep(2_000);
    goesOn = false;
    await answers;
    await drained(people, 30_000);
    const report = await testify(whole.store, whole.exam.planId, people);
    const longestMs = Math.round(Math.max(...tookMs));
    const hour = { ...HOUR, jobsOfTheRoom: ofRoom };
    const times = { upMs, drainedMs, slowMs, longestMs, newAnswers: tookMs.length };
    console.log(`      ${JSON.stringify({ ...hour, ...most, ...rounded(times), ...report })}`);
    const { lost, altered, foreign, unsaved, notBack } = report;
    assert.deepEqual([lost, altered, foreign, unsaved, notBack], [0, 0, 0, 0, 0]);
    assert.equal(await door.queue.getFailedCount(), 0);
    assert.ok(most.journal > PEOPLE * 20 && most.journal <= LIMITS.journalAnswers, `${most.journal} waited`);
    assert.ok(ofRoom < 300, `${ofRoom} jobs of ${most.journal} answers`);
    assert.ok(longestMs < NEWEST_WITHIN_MS, `a new answer waited ${longestMs} ms`);
  });
});

function rounded<T extends Readonly<Record<string, number>>>(figures: T): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Math.round(value)]));
}
