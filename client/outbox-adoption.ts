// What becomes of the answers that lay on this device when a session has its fence: sent on under new revisions, kept
// aside, or forgotten because the store has them. Pure. Called once after each enter.
import { counterOf, fenceOf, revisionOf } from '../exam/revision.ts';
import type { Answer } from '../schema/answers.ts';
import type { OutboxChange, OutboxEntry, StoredOutbox } from './outbox-storage.ts';

export type Adoption = {
  /** To be sent, in the order of their revisions. */
  readonly entries: readonly OutboxEntry[];
  /** Kept aside: another device was in between, so a person has to choose. */
  readonly held: readonly OutboxEntry[];
  /** The session's counter after the adoption. */
  readonly counter: number;
  /** Brings the storage to the same state; to be written as one. */
  readonly changes: readonly OutboxChange[];
};

type Fate = 'kept' | 'renewed' | 'held' | 'stored';

/**
 * Decides about this examinee's rows of `stored` under the session's `fence`. `answers` is the sheet as the store has
 * it: the highest durable revision of each item. Own is a fence that is the last one of this device, or the one after.
 */
export function adopt(stored: StoredOutbox, examineeId: string, fence: number, answers: readonly Answer[]): Adoption {
  const last = stored.sessions.find((session) => session.examineeId === examineeId);
  const sheet = new Map(answers.map((answer) => [answer.item, answer]));
  const mine = stored.entries
    .filter((entry) => entry.examineeId === examineeId)
    .sort((one, other) => one.revision - other.revision);
  const entries: OutboxEntry[] = [];
  const held: OutboxEntry[] = [];
  const changes: OutboxChange[] = [];
  let counter = counterBefore(fence, last, [...mine, ...answers]);
  for (const entry of mine) {
    const fate = fateOf(entry, last?.fence, fence, sheet.get(entry.item));
    if (fate === 'stored' || fate === 'renewed') changes.push({ kind: 'remove', examineeId, revision: entry.revision });
    if (fate === 'kept') entries.push(entry);
    if (fate === 'renewed') {
      const { revision: before, written = before } = entry;
      const renewed = { ...entry, revision: revisionOf(fence, ++counter), written };
      entries.push(renewed);
      changes.push({ kind: 'put', entry: renewed });
    }
    if (fate === 'held') {
      held.push({ ...entry, place: 'held' });
      if (entry.place !== 'held') changes.push({ kind: 'put', entry: { ...entry, place: 'held' } });
    }
  }
  return {
    entries,
    held,
    counter,
    changes: [...changes, { kind: 'session', session: { examineeId, fence, counter } }],
  };
}

function fateOf(entry: OutboxEntry, lastFence: number | undefined, fence: number, stored: Answer | undefined): Fate {
  if (stored !== undefined && hasSameOrLater(stored, entry)) return 'stored';
  if (entry.place === 'held' || fenceOf(entry.revision) !== lastFence) return 'held';
  if (fence === lastFence) return 'kept';
  if (fence !== lastFence + 1) return 'held';
  return isOvertaken(entry, stored) ? 'held' : 'renewed';
}

/** The store has a newer answer of another session: the own one must not go over it. */
function isOvertaken(entry: OutboxEntry, stored: Answer | undefined): boolean {
  return stored !== undefined && fenceOf(stored.revision) > fenceOf(entry.revision);
}

/** The store has exactly this answer, or a later one of the same session, over which this one must not go. */
function hasSameOrLater(stored: Answer, entry: Answer): boolean {
  if (stored.revision === entry.revision) return JSON.stringify(stored.response) === JSON.stringify(entry.response);
  return stored.revision > entry.revision && fenceOf(stored.revision) === fenceOf(entry.revision);
}

/** The highest counter that this session is known to have used: more than 0 only where it goes on after a restart. */
function counterBefore(
  fence: number,
  last: { fence: number; counter: number } | undefined,
  known: readonly Answer[],
): number {
  const used = known.filter((answer) => fenceOf(answer.revision) === fence).map((answer) => counterOf(answer.revision));
  return Math.max(0, last?.fence === fence ? last.counter : 0, ...used);
}
