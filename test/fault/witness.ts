// People who answer through the SDK and remember what they gave and what was acknowledged, for a look into the store
// afterwards: of everything that was called saved. Called by the fault tests.
import { setTimeout as sleep } from 'node:timers/promises';
import { enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import type { ExamSession } from '../../client/session.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { between, type Random } from '../../loadtest/random.ts';
import type { Store } from '../../store/open-store.ts';

export type Witness = {
  readonly session: ExamSession;
  readonly examineeId: string;
  readonly given: Map<number, { item: number; response: string }>;
  readonly acknowledged: Set<number>;
};

/** What the store says to what they saw. */
export type Testimony = {
  readonly given: number;
  readonly acknowledged: number;
  /** Acknowledged and not in the store; there with another content; there though this examinee never gave it. */
  readonly lost: number;
  readonly altered: number;
  readonly foreign: number;
  /** Answers that were not acknowledged, and examinees who were not online, when patience ended. */
  readonly unsaved: number;
  readonly notBack: number;
  /** Acknowledged and stored, and behind no signed root that covers it as it is. */
  readonly unproved: number;
};

export const OPTIONS = ['A', 'B', 'C', 'D'];

/** Enters; the link comes up by itself. */
export async function witness(url: string, code: string, examineeId: string): Promise<Witness> {
  const session = await enterExam({ url, code, deviceKey: `device-${examineeId}`, storage: memoryOutbox() });
  return witnessOf(session, examineeId);
}

/** Remembers what this session gives and hears from now on. */
export function witnessOf(session: ExamSession, examineeId: string): Witness {
  const seen: Witness = { session, examineeId, given: new Map(), acknowledged: new Set() };
  session.on('answer', ({ revision, state }) => {
    if (state === 'saved') seen.acknowledged.add(revision);
  });
  return seen;
}

/** Everybody answers one of so many items each 150 to 350 ms, as long as it goes on. */
export async function answering(
  witnesses: readonly Witness[],
  items: number,
  random: Random,
  goesOn: () => boolean,
): Promise<void> {
  await Promise.all(
    witnesses.map(async ({ session, given }) => {
      while (goesOn()) {
        const item = between(random, 1, items);
        const response = OPTIONS[between(random, 0, 3)] ?? 'A';
        given.set(session.answer(item, response), { item, response });
        await sleep(between(random, 150, 350));
      }
    }),
  );
}

/** Waits until every outbox is empty and every link is up, or patience ends; what does not hold is in the testimony. */
export function drained(witnesses: readonly Witness[], patienceMs: number): Promise<void> {
  return holds(
    () => witnesses.every(({ session }) => session.outbox().length === 0 && session.link() === 'online'),
    patienceMs,
  );
}

/** Waits until it holds or patience ends. */
export async function holds(condition: () => boolean, patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs;
  while (!condition() && performance.now() < until) await sleep(50);
}

/** Looks for everything that was acknowledged. */
export async function testify(
  { answers }: Pick<Store, 'answers'>,
  planId: string,
  witnesses: readonly Witness[],
): Promise<Testimony> {
  const report = { given: 0, acknowledged: 0, lost: 0, altered: 0, foreign: 0, unsaved: 0, notBack: 0, unproved: 0 };
  for (const { session, examineeId, given, acknowledged } of witnesses) {
    const named = [...acknowledged]; // what is acknowledged while the store is read may be younger
    const stored = new Map((await answers.history(planId, examineeId)).map((answer) => [answer.revision, answer]));
    report.given += given.size;
    report.acknowledged += named.length;
    report.unsaved += session.outbox().length;
    if (session.link() !== 'online') report.notBack++;
    for (const revision of named) if (!stored.has(revision)) report.lost++;
    const vector = named.flatMap((revision): [number, number][] => {
      const answer = stored.get(revision);
      // What a newer one has made to be emptied is no part of any receipt.
      return answer === undefined || answer.pruned ? [] : [[answer.item, revision]];
    });
    const proofs = await answers.proofs(planId, examineeId, vector);
    report.unproved += proofs.answers.filter((answer) => 'unproved' in answer).length;
    for (const [revision, { item, response, hash, pruned }] of stored) {
      const own = given.get(revision);
      if (own === undefined || own.item !== item) report.foreign++;
      else if (pruned ? hash !== contentHash(own.response) : own.response !== response) report.altered++;
    }
  }
  return report;
}
