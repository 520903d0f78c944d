// The journal by itself: its bounds, and its way past a queue that takes nothing. The real queue and the real store are in
// test/fault; here they are told exactly when to answer.
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { createJournal, type Journal } from '../../rooms/journal.ts';
import type { JournalEntry } from '../../rooms/journal-entry.ts';
import type { Response } from '../../schema/answers.ts';
import type { AnswersJob, QueuedAnswer } from '../../schema/jobs.ts';
import { LIMITS } from '../../schema/limits.ts';
import { StoreFault } from '../../store/fault.ts';
import { until } from '../workers/worker-parts.ts';

const POISON = 'what this store refuses';
const ESSAY = 'x'.repeat(LIMITS.answerBytes);
const JOBS = 300;

type Told = { durable: number[]; failed: number[] };

describe('the journal', () => {
  let journal: Journal;
  afterEach(() => journal.stop());

  function open(given: {
    add?(job: AnswersJob): Promise<void>;
    insert?(queued: readonly QueuedAnswer[]): Promise<{ conflicts: number[] }>;
  }): void {
    const { add = () => Promise.reject(new Error('away')), insert = async () => ({ conflicts: [] }) } = given;
    journal = createJournal({
      queue: { channel: 'here', add: (_, job) => add(job), fateOf: () => new Promise(() => undefined) },
      store: { answers: { insert: (_, queued) => insert(queued) } },
      processId: 'test',
      log: pino({ level: 'silent' }),
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
});
