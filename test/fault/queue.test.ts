// What the queue, its workers and Redis may do to answers: stand still, die with jobs in hand, sleep and wake, be away,
// forget everything. Nothing is lost, nothing is said too early, and nobody waits longer than he has to.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExamSession } from '../../client/session.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { openQueue, until } from '../workers/worker-parts.ts';
import { standStill } from './standstill.ts';
import '../support/parts.ts';

const PEOPLE = 12;
const ROOMS = 4;
const STANDSTILL = { lengthMs: 12_000, everyMs: 400 };
const REDIS_AWAY_MS = 8_000;
/** Less than a lease, and less than a client takes for trouble. */
const SLOW_MS = 1_800;
const SAVED_WITHIN_MS = 3_000;
const TAKEN_OVER_WITHIN_MS = 4_000;
/** A lock of 5 s, and a look for stalled jobs each 2 s. */
const PAST_THE_LOCK_MS = 7_500;

describe('the queue', function () {
  this.timeout(90_000);
  let whole: WholeExam;
  let door: ReturnType<typeof openQueue>;
  let sessions: ExamSession[];
  let item = 150;
  const refused: string[] = [];
  before(async () => {
    const layout = { api: 1, rooms: 2, workers: 2 };
    whole = await openWholeExam('queue', { layout, mongodb: 'own', rooms: ROOMS, examinees: PEOPLE / ROOMS + 1 });
    door = openQueue('answers', whole.system.redisUrl);
    const people = whole.exam.roster.map((_, index) => index).filter((index) => index % (PEOPLE / ROOMS + 1) !== 0);
    sessions = await Promise.all(people.map((index) => whole.enter(index)));
    for (const session of sessions)
      session.on('answer', ({ state, code }) => {
        if (state === 'refused') refused.push(code ?? '');
      });
    await whole.begin();
  });
  afterEach(async () => {
    await until('everybody has everything saved', () => sessions.every((one) => one.outbox().length === 0), 60_000);
    assert.deepEqual(refused, []);
    assert.equal(await door.queue.getFailedCount(), 0);
  });
  after(async () => {
    await door?.close();
    await whole?.stop();
  });

  const nextItem = () => ++item;
  const allSaved = (which: number) => () => sessions.every((session) => isSaved(session, which));

  /** Everybody answers, each in a job of his own, while the store stands still, until both workers have jobs in hand. */
  async function fillHands(which: number): Promise<void> {
    await whole.system.kill('mongodb', 'SIGSTOP');
    for (const session of sessions) {
      session.answer(which, 'C');
      await sleep(60);
    }
    await until('both workers have jobs in hand', async () => (await door.queue.getActiveCount()) > 4);
  }

  it('[S4] holds no answer twice while the workers stand still, and all are saved afterwards', async () => {
    const { given, queued, distinct } = await standStill(whole, sessions, STANDSTILL);
    assert.ok(distinct > given / 2, `only ${distinct} of ${given} answers came to the queue`);
    assert.ok(queued <= 2 * distinct, `${queued} copies of ${distinct} answers`);
    await until('everybody has everything saved', () => sessions.every((one) => one.outbox().length === 0), 60_000);
  });

  it('[T54] brings the answers of a worker that was killed to the store in less than 4 s', async () => {
    const which = nextItem();
    await fillHands(which);
    await whole.system.kill('workers-1');
    const killedAt = performance.now();
    await whole.system.kill('mongodb', 'SIGCONT');
    await until('all are saved', allSaved(which), 20_000);
    const tookMs = performance.now() - killedAt;
    await whole.system.start('workers-1');
    assert.ok(tookMs < TAKEN_OVER_WITHIN_MS, `it took ${Math.round(tookMs)} ms`);
  });

  it('[T12] takes no harm when a worker sleeps past its lock and then goes on with what others have done', async () => {
    const which = nextItem();
    await fillHands(which);
    await whole.system.kill('workers-1', 'SIGSTOP');
    await whole.system.kill('mongodb', 'SIGCONT');
    await until('all are saved', allSaved(which), 20_000);
    await sleep(PAST_THE_LOCK_MS);
    await whole.system.kill('workers-1', 'SIGCONT');
    await until('nobody has a job in hand', async () => (await door.queue.getActiveCount()) === 0, 20_000);
    for (const session of sessions) {
      const history = await whole.store.answers.history(whole.exam.planId, session.info.examinee.examineeId, which);
      assert.deepEqual(
        history.map(({ response }) => response),
        ['C'],
      );
    }
  });

  it('[S24] [S18] [T13] may be away with its Redis: answers are saved within 3 s, and rooms stay where they are', async () => {
    const before = await ownership();
    await whole.system.kill('redis');
    const tookMs = await answerFor(REDIS_AWAY_MS);
    assert.equal(whole.system.pid('redis'), undefined);
    await whole.system.kill('rooms-2', 'SIGSTOP'); // one of two owners is slow to find it again
    await whole.system.start('redis');
    await sleep(SLOW_MS);
    await whole.system.kill('rooms-2', 'SIGCONT');
    assertFast(tookMs);
    await everybodyGoesOn();
    await until('every lease is back', async () => !(await ownership()).owners.includes(null), 10_000);
    assert.deepEqual(await ownership(), before);
  });

  it('[S24] [T13] may hang with its Redis, connected and silent: answers are saved within 3 s, and all go on', async () => {
    await whole.system.kill('redis', 'SIGSTOP');
    let tookMs: number[];
    try {
      tookMs = await answerFor(REDIS_AWAY_MS);
    } finally {
      await whole.system.kill('redis', 'SIGCONT');
    }
    assertFast(tookMs);
    await everybodyGoesOn();
    await until('every lease is back', async () => !(await ownership()).owners.includes(null), 10_000);
    assert.equal(await roomsAlive(), ROOMS);
    await until('nothing is left to do', async () => (await door.queue.getJobCountByTypes('waiting', 'active')) === 0);
  });

  it('[T8] may forget everything: no room gets a second owner, nobody is disconnected, and people get in', async () => {
    const before = await ownership();
    const lost: string[] = [];
    const off = sessions.map((session) => session.on('link', ({ state }) => lost.push(state)));
    await whole.wipeRedis();
    await until('every lease is back', async () => !(await ownership()).owners.includes(null), 10_000);
    await until('every row is back', async () => (await whole.redis.hlen('roomcaches')) === ROOMS, 10_000);
    const late = await whole.enter(0);
    late.answer(1, 'A');
    await until('who comes now works', () => isSaved(late, 1), 20_000);
    await sleep(2_000);
    assert.deepEqual(await ownership(), before);
    assert.equal(await roomsAlive(), ROOMS);
    for (const stop of off) stop();
    assert.deepEqual(
      lost.filter((state) => state === 'reconnecting'),
      [],
    );
  });

  it('[S5] may forget everything right after somebody was told "submitted": it stays so', async () => {
    const [session] = sessions;
    assert.ok(session);
    const { examineeId } = session.info.examinee;
    const { submittedAt, revisions } = await session.submit();
    await whole.wipeRedis();
    const sheet = await whole.store.sheets.get(examineeId);
    assert.deepEqual([sheet?.endedAt, sheet?.vector?.length], [submittedAt, revisions.length]);
    assert.equal((await whole.store.examinees.get(examineeId))?.status, 'submitted');
    const problem = await enterAgain(examineeId);
    assert.deepEqual([problem.code, problem.state], ['EXAM_ENDED', 'submitted']);
    assert.equal(session.status(), 'submitted');
    await until(
      'everybody sees it',
      async () => (await whole.admin.progress(whole.exam.planId)).examinees.submitted === 1,
    );
  });

  /** One after the other answers, until the time is over; how long each waited for "saved". */
  async function answerFor(lengthMs: number): Promise<number[]> {
    const tookMs: number[] = [];
    const endAt = performance.now() + lengthMs;
    while (performance.now() < endAt) {
      const which = 1 + (nextItem() % 200);
      const [session] = sessions.splice(0, 1);
      if (session === undefined) throw new Error('nobody is there');
      sessions.push(session);
      const givenAt = performance.now();
      session.answer(which, 'D');
      await until('the answer is saved', () => isSaved(session, which), lengthMs * 2);
      tookMs.push(performance.now() - givenAt);
      assert.ok(performance.now() - endAt < lengthMs, 'Redis must not be needed');
      await sleep(200);
    }
    return tookMs;
  }

  function assertFast(tookMs: readonly number[]): void {
    const slowest = Math.max(...tookMs);
    assert.ok(tookMs.length >= 5 && slowest < SAVED_WITHIN_MS, `${tookMs.length} answers, ${Math.round(slowest)} ms`);
  }

  async function everybodyGoesOn(): Promise<void> {
    const which = 1 + (nextItem() % 200);
    for (const session of sessions) session.answer(which, 'A');
    await until('everybody goes on', allSaved(which), 20_000);
  }

  /** Who holds each room, and how often it has changed hands. */
  async function ownership(): Promise<{ owners: (string | null)[]; epochs: number[] }> {
    const roomIds = whole.exam.rooms.map(({ roomId }) => roomId);
    const rooms = await Promise.all(roomIds.map((id) => whole.store.rooms.get(id)));
    return {
      owners: await whole.redis.mget(roomIds.map(redisKeys.lease)),
      epochs: rooms.map((one) => one?.epoch ?? 0),
    };
  }

  async function enterAgain(examineeId: string): Promise<{ code?: string; state?: string }> {
    const { code } = whole.exam.roster.find((one) => one.examineeId === examineeId) ?? {};
    const response = await fetch(`${whole.system.url}/v1/enter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, deviceKey: `device-${examineeId}`, entryId: newId() }),
    });
    return (await response.json()) as { code?: string; state?: string };
  }

  /** Rooms that live in the two processes together, as they count themselves. */
  async function roomsAlive(): Promise<number> {
    const counts = await Promise.all(
      ['rooms-1', 'rooms-2'].map(async (name) => {
        const text = await (await fetch(`http://127.0.0.1:${whole.portOf(name)}/metrics`)).text();
        return Number(/^examhall_rooms (\d+)/m.exec(text)?.[1]);
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }
});
