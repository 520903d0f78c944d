// MongoDB is away for a minute, is slow, or hangs, while a hundred people answer: nothing says saved, the room goes on,
// what waits is bounded and shown as what it is; and when MongoDB is back all of it is saved without a storm.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RoomWatch, watchRoom } from '../../client/proctor.ts';
import { seededRandom } from '../../loadtest/random.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { type FreshStore, freshMongodb } from '../support/parts.ts';
import { openStoreProxy, type StoreProxy, targetOf, through } from '../support/store-proxy.ts';
import { EXAM_ITEMS, isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { openQueue, until } from '../workers/worker-parts.ts';
import { answering, drained, testify, type Witness, witnessOf } from './witness.ts';

const SEED = Number(process.env.TEST_SEED ?? Date.now() % 1_000_000);
const ROOMS = 5;
const PEOPLE = 100;
const CHOICES = EXAM_ITEMS.length - 1;
const BEFORE_MS = 6_000;
const DOWN_MS = 60_000;
/** What was on its way may still be acknowledged. */
const ON_ITS_WAY_MS = 500;
const BACK_MS = 60_000;
/** In one second of the drain, of what the store was asked in a second before. */
const MOST_OF_BEFORE = 3;
const SLOW_MS = 2_500;
/** Longer than a socket of the store may be silent. */
const HANGS_MS = 38_000;

describe(`a store that is away while ${PEOPLE} people answer (TEST_SEED=${SEED})`, function () {
  this.timeout(240_000);
  const random = seededRandom(`store away ${SEED}`);
  let engine: FreshStore;
  let wire: StoreProxy;
  let whole: WholeExam;
  let store: Store;
  let people: Witness[];
  let watch: RoomWatch;
  let door: ReturnType<typeof openQueue>;
  const links: string[] = [];
  before(async () => {
    engine = await freshMongodb();
    wire = await openStoreProxy(targetOf(engine.url));
    store = await openStore({ url: engine.url });
    whole = await openWholeExam('store-away', {
      layout: { api: 1, rooms: 1, workers: 2 },
      rooms: ROOMS,
      examinees: PEOPLE / ROOMS + 1,
      stores: { mongodbUrl: through(engine.url, wire) },
    });
    door = openQueue('answers', whole.system.redisUrl);
    watch = await watchRoom({ url: whole.system.url, token: await proctor(), roomId: roomId() });
    const seats = whole.exam.roster.map((_, index) => index).filter((index) => index % (PEOPLE / ROOMS + 1) !== 0);
    const sessions = await Promise.all(seats.map((index) => whole.enter(index)));
    people = sessions.map((session, index) =>
      witnessOf(session, whole.exam.roster[seats[index] ?? 0]?.examineeId ?? ''),
    );
    await whole.begin();
    for (const { session } of people) session.on('link', ({ state }) => links.push(state));
  });
  after(async () => {
    await watch?.leave();
    await door?.close();
    await whole?.stop();
    await store?.close();
    await wire?.close();
    await engine?.stop();
  });
  afterEach(async () => {
    await drained(people, BACK_MS);
    const report = await testify(store, whole.exam.planId, people);
    console.log(`      ${JSON.stringify(report)}`);
    const { lost, altered, foreign, unsaved, notBack } = report;
    assert.deepEqual([lost, altered, foreign, unsaved, notBack], [0, 0, 0, 0, 0]);
    assert.deepEqual(
      links.splice(0).filter((state) => state !== 'online' && state !== 'trouble'),
      [],
      'nobody lost the room',
    );
    assert.equal(await door.queue.getFailedCount(), 0);
  });

  const roomId = () => whole.exam.rooms[0]?.roomId ?? '';

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

  /** Everybody answers until `stop`, which waits for the last one. */
  function everybodyAnswers(): { stop(): Promise<void> } {
    let goesOn = true;
    const answers = answering(people, CHOICES, random, () => goesOn);
    return {
      async stop() {
        goesOn = false;
        await answers;
      },
    };
  }

  /** Messages to the store in each second from now on. */
  function everySecond(): { stop(): number[] } {
    const counts: number[] = [];
    let last = wire.requests();
    const timer = setInterval(() => {
      const now = wire.requests();
      counts.push(now - last);
      last = now;
    }, 1_000);
    return {
      stop() {
        clearInterval(timer);
        return counts;
      },
    };
  }

  const savedSoFar = () => people.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
  const slowSince = () => people.filter(({ session }) => session.slowSince() > 0).length;
  const memoryMb = () =>
    Object.fromEntries(['api', 'rooms-1', 'workers-1', 'workers-2'].map((name) => [name, residentMb(whole, name)]));

  it('[S2] [S4] is down for a minute: nothing says saved, everybody stays, and all is saved afterwards without a storm', async () => {
    const answers = everybodyAnswers();
    await sleep(1_000);
    const calm = everySecond();
    await sleep(BEFORE_MS);
    const before = Math.max(...calm.stop());
    const memoryBefore = memoryMb();

    await engine.kill();
    await sleep(ON_ITS_WAY_MS);
    const saved = savedSoFar();
    const waiting = { journal: 0, queued: 0, oldestS: 0, memory: { ...memoryBefore } };
    const downUntil = performance.now() + DOWN_MS;
    while (performance.now() < downUntil) {
      await sleep(5_000);
      assert.equal(savedSoFar(), saved, 'something was called saved while there was no store');
      waiting.journal = Math.max(waiting.journal, await whole.figure('rooms-1', 'examhall_journal_answers'));
      waiting.oldestS = await whole.figure('rooms-1', 'examhall_journal_oldest_seconds');
      waiting.queued = Math.max(waiting.queued, await door.queue.getJobCountByTypes('waiting', 'delayed', 'active'));
      const now = memoryMb();
      for (const name of Object.keys(now)) waiting.memory[name] = Math.max(waiting.memory[name] ?? 0, now[name] ?? 0);
    }
    assert.equal(slowSince(), PEOPLE, 'every programme says since when saving is slow');
    const board = [...watch.board().values()].filter(
      ({ unsavedCount, reasons }) => unsavedCount > 0 && reasons.includes('unsaved'),
    );
    assert.equal(board.length, PEOPLE / ROOMS, 'and so does the board');
    const { status, body } = await somebodyEnters();

    const drain = everySecond();
    await engine.start();
    const backAt = performance.now();
    await until('the newest of everybody are saved', () => slowSince() === 0, BACK_MS);
    const newestMs = performance.now() - backAt;
    await answers.stop();
    await drained(people, BACK_MS);
    const rates = drain.stop();
    const figures = {
      before,
      peak: Math.max(...rates),
      rates,
      newestMs: Math.round(newestMs),
      memoryBefore,
      ...waiting,
    };
    console.log(`      ${JSON.stringify(figures)}`);
    assert.deepEqual(
      [status, body.code, body.retry],
      [503, 'STORE_AWAY', 'later'],
      'who comes meanwhile is told to try again',
    );
    assert.ok(waiting.journal <= LIMITS.journalAnswers && waiting.journal > 0);
    assert.ok(waiting.oldestS > DOWN_MS / 1_000 - 10, `the oldest waited ${waiting.oldestS} s`);
    assert.equal(alarms(whole, 'rooms-1', 'SAVING_SLOW'), 1);
    assert.equal(alarms(whole, 'rooms-1', 'SAVING_AGAIN'), 1);
    assert.ok(figures.peak <= MOST_OF_BEFORE * before, `${figures.peak} messages in a second, ${before} before`);
  });

  it('is slow: each message takes seconds, answers are saved late, are shown as late, and nothing piles up', async () => {
    wire.lag(SLOW_MS);
    const answers = everybodyAnswers();
    await until('it is seen', () => slowSince() > PEOPLE / 2, 20_000);
    const saved = savedSoFar();
    await until('all the same answers are saved', () => savedSoFar() > saved + PEOPLE, 30_000);
    await answers.stop();
    wire.lag(0);
    await until(
      'nobody waits any more',
      () => slowSince() === 0 && people.every(({ session }) => session.outbox().length === 0),
      BACK_MS,
    );
  });

  it('hangs for longer than a socket may be silent: nothing says saved, and all is saved when it goes on', async () => {
    const answers = everybodyAnswers();
    await sleep(2_000);
    if (engine.pid === undefined) throw new Error('the engine is not there');
    process.kill(engine.pid, 'SIGSTOP');
    await sleep(ON_ITS_WAY_MS);
    const saved = savedSoFar();
    try {
      await sleep(HANGS_MS);
      assert.equal(savedSoFar(), saved);
    } finally {
      process.kill(engine.pid, 'SIGCONT');
    }
    const backAt = performance.now();
    await answers.stop();
    await drained(people, BACK_MS);
    console.log(`      all saved ${Math.round(performance.now() - backAt)} ms after it went on`);
    for (const { session, given } of people) given.set(session.answer(1, 'A'), { item: 1, response: 'A' });
    await until('all work', () => people.every(({ session }) => isSaved(session, 1)), 10_000);
  });

  /** The first of the first room, who is not in yet. */
  async function somebodyEnters(): Promise<{ status: number; body: { code?: string; retry?: string } }> {
    const { code, examineeId } = whole.exam.roster[0] ?? {};
    const reply = await fetch(`${whole.system.url}/v1/enter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, deviceKey: `device-${examineeId}`, entryId: newId() }),
    });
    return { status: reply.status, body: (await reply.json()) as { code?: string; retry?: string } };
  }
});

function residentMb(whole: WholeExam, name: string): number {
  const status = readFileSync(`/proc/${whole.system.pid(name)}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1_024);
}

/** How many lines of a process's log carry this code. */
function alarms(whole: WholeExam, name: string, code: string): number {
  const text = readFileSync(`${whole.folder}/${name}.log`, 'utf8');
  return text.split('\n').filter((line) => line.includes(`"code":"${code}"`)).length;
}
