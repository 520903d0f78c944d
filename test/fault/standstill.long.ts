// The workers stand still for two minutes while everybody answers, and the api and the rooms are away for longer than
// the framework's own client would try.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXAM_ITEMS, isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { openQueue, until } from '../workers/worker-parts.ts';
import { standStill } from './standstill.ts';
import '../support/parts.ts';

const PEOPLE = 10;
const STANDSTILL = { lengthMs: 120_000, everyMs: 800 };
/** The framework's client gives up after about 56 s. */
const AWAY_MS = 75_000;
const BACK_MS = 90_000;

describe('a long outage', function () {
  this.timeout(300_000);
  let whole: WholeExam;
  beforeEach(async () => {
    whole = await openWholeExam('long-outage', { layout: { api: 1, rooms: 1, workers: 2 }, examinees: PEOPLE });
  });
  afterEach(() => whole?.stop());

  async function everybody() {
    const sessions = await Promise.all(whole.exam.roster.map((_, index) => whole.enter(index)));
    await whole.begin();
    return sessions;
  }

  it('[S4] of the workers, 120 s, leaves no answer in the queue more than twice, and all are saved afterwards', async () => {
    const sessions = await everybody();
    const { given, queued, distinct } = await standStill(whole, sessions, STANDSTILL);
    console.log(`      ${given} answers given; in the queue ${queued} copies of ${distinct}`);
    assert.ok(given >= PEOPLE * 100 && distinct > given / 2, `${given} given, ${distinct} came to the queue`);
    assert.ok(queued <= 2 * distinct, `${queued} copies of ${distinct} answers`);
    await until('all are saved', () => sessions.every((one) => one.outbox().length === 0), BACK_MS);
    const door = openQueue('answers', whole.system.redisUrl);
    assert.equal(await door.queue.getFailedCount(), 0);
    await door.close();
  });

  it('[T6] of api and rooms, 75 s, is waited for, and what was written meanwhile is saved', async () => {
    const sessions = await everybody();
    await Promise.all(['rooms-1', 'api'].map((name) => whole.system.kill(name)));
    for (const session of sessions) for (const { number } of EXAM_ITEMS.slice(0, 30)) session.answer(number, 'B');
    await sleep(AWAY_MS);
    await Promise.all(['rooms-1', 'api'].map((name) => whole.system.start(name)));
    await until('all are saved', () => sessions.every((one) => one.outbox().length === 0), BACK_MS);
    assert.ok(sessions.every((session) => isSaved(session, 1, 30)));
  });
});
