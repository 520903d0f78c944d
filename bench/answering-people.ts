// People who sit in the rooms of one plan through the client and go on answering, whatever happens to their rooms, and when
// each of their answers was given and saved. Called by takeover.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { enterExam } from '../client/enter-exam.ts';
import { memoryOutbox } from '../client/outbox-memory.ts';
import type { ExamSession } from '../client/session.ts';
import type { RosterEntry } from '../loadtest/administrator.ts';
import { ITEM_COUNT, responseTo } from './documents.ts';

/** One answer; instants of performance.now(), `savedAt` Infinity until it is. */
type Given = { readonly givenAt: number; savedAt: number };

export type Person = {
  readonly session: ExamSession;
  /** From the first try to enter until the link was up, ms. */
  readonly inMs: number;
  /** By revision. */
  readonly answers: Map<number, Given>;
};

const LOOK_MS = 20;

/** Everybody enters at once; resolves when all are in. */
export function comeIn(url: string, roster: readonly RosterEntry[]): Promise<Person[]> {
  return Promise.all(
    roster.map(async ({ code, examineeId }) => {
      const from = performance.now();
      const device = { url, code, deviceKey: `bench-${examineeId}`, storage: memoryOutbox() };
      const session = await enterExam(device);
      while (session.link() !== 'online') await sleep(LOOK_MS);
      const answers = new Map<number, Given>();
      session.on('answer', ({ revision, state }) => {
        const given = answers.get(revision);
        if (state === 'saved' && given !== undefined) given.savedAt = performance.now();
      });
      return { session, inMs: performance.now() - from, answers };
    }),
  );
}

/** Each gives an answer every so many ms, one item after the other, their instants spread evenly, while it goes on. */
export async function goOnAnswering(people: readonly Person[], everyMs: number, goesOn: () => boolean): Promise<void> {
  await Promise.all(
    people.map(async ({ session, answers }, index) => {
      await sleep((index / people.length) * everyMs);
      for (let turn = 0; goesOn(); turn++) {
        const item = 1 + (turn % ITEM_COUNT);
        answers.set(session.answer(item, responseTo(item, turn)), {
          givenAt: performance.now(),
          savedAt: Number.POSITIVE_INFINITY,
        });
        await sleep(everyMs);
      }
    }),
  );
}

/** How long after this instant the first answer that was given after it was saved; Infinity until one is. */
export function answeringAfterMs({ answers }: Person, at: number): number {
  const after = [...answers.values()].filter(({ givenAt }) => givenAt >= at).map(({ savedAt }) => savedAt);
  return Math.min(Number.POSITIVE_INFINITY, ...after) - at;
}

/** The longest that an answer of this stretch waited until it was saved; Infinity where one is not. */
export function longestWaitMs({ answers }: Person, from: number, to: number): number {
  const waits = [...answers.values()]
    .filter(({ givenAt }) => givenAt >= from && givenAt < to)
    .map(({ givenAt, savedAt }) => savedAt - givenAt);
  return Math.max(0, ...waits);
}

/** Waits until it holds for everybody, or patience ends. Returns those for whom it does not. */
export async function untilAll(
  people: readonly Person[],
  holds: (person: Person) => boolean,
  patienceMs: number,
): Promise<Person[]> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const left = people.filter((person) => !holds(person));
    if (left.length === 0 || performance.now() > until) return left;
    await sleep(LOOK_MS);
  }
}
