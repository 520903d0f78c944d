// The journal by itself: its bounds, and its way past a queue that takes nothing. The real queue and the real store are in
// test/fault; here they are told exactly when to answer.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import type { JobFate } from '../../rooms/answers-queue.ts';
import { roomFigures } from '../../rooms/figures.ts';
import { createJournal, type Journal } from '../../rooms/journal.ts';
import type { JournalEntry } from '../../rooms/journal-entry.ts';
import type { Response } from '../../schema/answers.ts';
import type { AnswersJob, QueuedAnswer } from '../../schema/jobs.ts';
import { LIMITS } from '../../schema/limits.ts';
import { StoreFault } from '../../store/fault.ts';
import { collectingLog, until } from '../workers/worker-parts.ts';

const POISON = 'what this store refuses';
const ESSAY = 'x'.repeat(LIMITS.answerBytes);
const JOBS = 300;
/** More than a job shares. */
const ALONE = 'x'.repeat(LIMITS.aloneBytes);
const BACKLOG = 400;
/** Asked about in one look, and looks in a second and a half. */
const ASKED = 16;
const LOOKS = 6;
/** Enough jobs under way for a tick of half a second. */
const PILE = 1_280;

type Told = { durable: number[]; failed: number[] };

describe('the journal', () => {
  let journal: Journal;
  let registry: Registry;
  afterEach(() => journal.stop());

  function open(given: {
    add?(job: AnswersJob): Promise<void>;
    insert?(queued: readonly QueuedAnswer[]): Promise<{ conflicts: number[] }>;
    fateOf?(jobId: string): Promise<JobFate>;
    takesWrites?(): Promise<boolean>;
    log?: Logger;
  }): void {
    const { add = () => Promise.reject(new Error('away')), insert = async () => ({ conflicts: [] }) } = given;
    const {
      fateOf = () => new Promise(() => undefined),
      takesWrites = async () => true,
      log = pino({ level: 'silent' }),
    } = given;
    registry = new Registry();
    journal = createJournal({
      queue: { channel: 'here', add: (_, job) => add(job), fateOf, takesWrites },
      store: { answers: { insert: (_, queued) => insert(queued) } },
      processId: 'test',
      log,
      figures: roomFigures(registry),
      now: Date.now,
      onWrittenThrough: () => undefined,
    });
  }

  function entry(item: number, response: Response, told: Told = { durable: [], failed: [] }): JournalEntry {
    const receiver = {
      durable: (one: JournalEntry) => void told.durable.push(one.item),
      conflict: () => undefined,
      failed: (one: JournalEntry) => void told.failed.push(one.item),
      settled: () => undefined,
    };
    const known = { planId: 'plan', examineeId: 'examinee', item, revision: 1_000_000 + item, at: 1 };
    return { ...known, response, hash: 'hash', receiver };
  }

  it('[S24] writes through what a burst has left, each job as soon as the one before it is written', async () => {
    const told: Told = { durable: [], failed: [] };
    let atOnce = 0;
    let most = 0;
    open({
      async insert() {
        most = Math.max(most, ++atOnce);
        await new Promise((resolve) => setImmediate(resolve));
        atOnce--;
        return { conflicts: [] };
      },
    });
    for (let item = 1; item <= JOBS; item++) assert.ok(journal.accept(entry(item, ESSAY, told)));
    await until('all are durable', () => told.durable.length === JOBS);
    assert.equal(journal.size(), 0);
    assert.ok(most > 1 && most < 10, `${most} at once`);
    assert.deepEqual(
      told.durable,
      told.durable.toSorted((a, b) => a - b),
    );
  });

  it('[S22] tells of an answer that the store refuses, and writes the others of its job', async () => {
    const told: Told = { durable: [], failed: [] };
    open({
      async insert(queued) {
        if (queued.some(([, , , response]) => response === POISON)) throw new StoreFault('STORE_REFUSED', 'no');
        return { conflicts: [] };
      },
    });
    for (const [index, response] of ['A', POISON, 'C'].entries()) journal.accept(entry(index + 1, response, told));
    await until('all are told', () => journal.size() === 0);
    assert.deepEqual(told, { durable: [1, 3], failed: [2] });
  });

  it('[S22] asks the store itself about an answer that a worker could not read', async () => {
    const told: Told = { durable: [], failed: [] };
    const asked: number[] = [];
    open({
      async add({ number }) {
        setImmediate(() => journal.acknowledge({ number, invalid: [1] }));
      },
      async insert(queued) {
        asked.push(...queued.map(([, item]) => item));
        return { conflicts: [] };
      },
    });
    for (const item of [1, 2]) journal.accept(entry(item, 'A', told));
    await until('both are told', () => journal.size() === 0);
    assert.deepEqual([told.durable, asked], [[1, 2], [2]]);
  });

  it('[S3] holds so many bytes of essays, takes no more, and takes again what has been saved meanwhile', () => {
    const numbers: number[] = [];
    open({ add: async ({ number }) => void numbers.push(number) });
    let taken = 0;
    while (taken < LIMITS.journalAnswers && journal.accept(entry(1, ESSAY))) taken++;
    const most = LIMITS.journalBytes / LIMITS.answerBytes;
    assert.ok(taken <= most && taken > most - 10, `${taken} essays of 64 KiB`);
    const [number = 0] = numbers;
    journal.acknowledge({ number });
    assert.ok(journal.accept(entry(1, ESSAY)));
  });

  it('[S4] asks about the oldest jobs alone while they wait, and about the others once those are done', async () => {
    const fates = new Map<number, JobFate>();
    const asked: number[] = [];
    const numbers: number[] = [];
    const written: number[] = [];
    open({
      add: async ({ number }) => void numbers.push(number),
      async fateOf(jobId) {
        const turn = Number(jobId.split('-').at(-1));
        asked.push(turn);
        return fates.get(turn) ?? 'waiting';
      },
      async insert(queued) {
        written.push(...queued.map(([, item]) => item));
        return { conflicts: [] };
      },
    });
    for (let item = 1; item <= BACKLOG; item++) journal.accept(entry(item, ALONE));
    assert.equal(numbers.length, BACKLOG);
    await until('it has asked', () => asked.length > 0);
    await sleep(1_000);
    assert.ok(asked.length <= ASKED * LOOKS, `${asked.length} questions in a second`);
    for (const number of numbers.slice(0, ASKED)) journal.acknowledge({ number });
    fates.set(ASKED + 1, 'gone');
    await until('the lost one is written', () => written.includes(ASKED + 1));
    assert.deepEqual(written, [ASKED + 1]);
  });

  it('[S24] writes through what waits in a queue that takes no writes: no worker can take it from there', async () => {
    const told: Told = { durable: [], failed: [] };
    open({ add: async () => undefined, fateOf: async () => 'waiting', takesWrites: async () => false });
    for (let item = 1; item <= 40; item++) journal.accept(entry(item, ALONE, told));
    await until('all are durable', () => journal.size() === 0, 4_000);
    assert.equal(told.durable.length, 40);
  });

  it('[S4] makes its jobs larger while they pile up, and small again when they are done', async () => {
    const jobs: { number: number; size: number; afterMs: number }[] = [];
    let givenAt = performance.now();
    open({
      async add({ number, answers }) {
        jobs.push({ number, size: answers.length, afterMs: performance.now() - givenAt });
      },
      fateOf: async () => 'waiting',
    });
    const give = async (count: number) => {
      for (let n = 0; n < count; n++) {
        journal.accept(entry(n + 1, 'A'));
        await sleep(5);
      }
    };
    for (let item = 1; item <= PILE; item++) journal.accept(entry(item, ALONE));
    await give(60);
    await until('what was collected went', () => jobs.length > PILE);
    const large = jobs.slice(PILE);
    assert.ok(large.length <= 3 && (large[0]?.size ?? 0) >= 20, JSON.stringify(large));
    await until('nothing waits', () => {
      for (const { number } of jobs) journal.acknowledge({ number }); // of one that went meanwhile, too
      return journal.size() === 0;
    });
    const before = jobs.length;
    givenAt = performance.now();
    journal.accept(entry(1, 'A'));
    await until('it went', () => jobs.length > before);
    assert.ok((jobs.at(-1)?.afterMs ?? 0) < 100, JSON.stringify(jobs.at(-1)));
  });

  it('says once that answers are not being saved and for how long the oldest has waited, and once that they are', async () => {
    const { log, lines, alarms } = collectingLog();
    const numbers: number[] = [];
    open({ log, add: async ({ number }) => void numbers.push(number), fateOf: async () => 'waiting' });
    assert.equal(journal.oldestMs(), 0);
    const now = performance.now.bind(performance);
    let aheadMs = 0;
    performance.now = () => now() + aheadMs;
    try {
      journal.accept(entry(1, 'A'));
      await until('it is under way', () => numbers.length === 1);
      aheadMs = 11_000;
      assert.ok(journal.oldestMs() > 10_000);
      await until('it says so', () => alarms().length > 0);
      journal.accept(entry(2, 'A'));
      await sleep(600);
      assert.deepEqual(
        alarms().map(({ code }) => code),
        ['SAVING_SLOW'],
      );
      for (const number of numbers) journal.acknowledge({ number });
      await until('it says that it is over', () => lines.some(({ code }) => code === 'SAVING_AGAIN'));
    } finally {
      performance.now = now;
    }
  });
});
