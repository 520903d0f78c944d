// The simulated journal of a process and the queue behind it: what a room has taken becomes durable by a worker or, past
// the queue, by the process itself. A job may be lost, done twice or late; its acknowledgement may be lost, or come when
// nobody is there. The rules are those of rooms/journal.ts.
import type { Chance } from './chance.ts';
import type { Flaw } from './flaws.ts';
import type { Process } from './processes.ts';
import type { NewAnswer, SimulatedStore } from './store.ts';
import type { StoreAccess } from './store-access.ts';

export type Entry = NewAnswer & {
  /** Told once the store has it, or has another content under its revision. */
  readonly durable: (entry: Entry) => void;
  readonly conflict: (entry: Entry) => void;
};

export type QueueBadness = { refused: number; lost: number; twice: number; ackLost: number };

export type Journal = {
  accept(entry: Entry): void;
};

type Acknowledge = (conflicts: readonly number[]) => void;
type Job = { readonly entries: readonly Entry[]; checkAfterMs: number; isDone: boolean };

export type JournalParts = {
  readonly chance: Chance;
  readonly process: Process;
  /** The machine of the workers, which does not die here: its jobs are lost or done twice. */
  readonly worker: Process;
  readonly access: StoreAccess;
  readonly store: SimulatedStore;
  readonly badness: QueueBadness;
  readonly flaw: Flaw | undefined;
  /** Nobody waits for the acknowledgement any more: whoever owns these people's room reads their sheets again. */
  readonly orphaned: (examineeIds: readonly string[]) => void;
};

const TICK_MS = 10;
const FIRST_CHECK_MS = 1_500;
const LONGEST_CHECK_MS = 15_000;
const RETRY_MS = 500;

export function createJournal({
  chance,
  process,
  worker,
  access,
  store,
  badness,
  flaw,
  orphaned,
}: JournalParts): Journal {
  let batch: Entry[] = [];

  function flush(): void {
    const job: Job = { entries: batch, checkAfterMs: FIRST_CHECK_MS, isDone: false };
    batch = [];
    if (chance.happens(badness.refused)) writeThrough(job);
    else enqueue(job);
    checkLater(job);
  }

  function enqueue(job: Job): void {
    if (chance.happens(badness.lost)) return;
    const hear = process.bound((conflicts: readonly number[]) => acknowledged(job, conflicts));
    const life = process.life();
    const acknowledge: Acknowledge = (conflicts) => {
      if (process.life() !== life) orphaned(job.entries.map(({ examineeId }) => examineeId));
      else if (!chance.happens(badness.ackLost)) hear(chance.between(1, 10), conflicts);
    };
    const times = chance.happens(badness.twice) ? 2 : 1;
    for (let time = 0; time < times; time++)
      worker.after(chance.between(2, chance.happens(badness.twice) ? 3_000 : 30), () => work(job, acknowledge));
  }

  /** Again until the store has said something. */
  function work(job: Job, acknowledge: Acknowledge): void {
    access.ask(
      worker,
      () => store.answers.insert(job.entries),
      (outcome) => {
        if (!outcome.done) return worker.after(RETRY_MS, () => work(job, acknowledge));
        acknowledge(outcome.value);
      },
    );
  }

  function acknowledged(job: Job, conflicts: readonly number[]): void {
    if (job.isDone) return;
    job.isDone = true;
    for (const [index, entry] of job.entries.entries()) {
      if (conflicts.includes(index)) entry.conflict(entry);
      else entry.durable(entry);
    }
  }

  function checkLater(job: Job): void {
    process.after(job.checkAfterMs, () => {
      if (job.isDone) return;
      job.checkAfterMs = Math.min(job.checkAfterMs * 2, LONGEST_CHECK_MS);
      writeThrough(job);
      checkLater(job);
    });
  }

  function writeThrough(job: Job): void {
    if (flaw === 'nothing is written through') return;
    access.ask(
      process,
      () => store.answers.insert(job.entries),
      (outcome) => {
        if (outcome.done) acknowledged(job, outcome.value);
      },
    );
  }

  return {
    accept(entry) {
      if (flaw === 'answers are told saved before the store has them') process.after(1, () => entry.durable(entry));
      if (batch.length === 0) process.after(TICK_MS, flush);
      batch.push(entry);
    },
  };
}
