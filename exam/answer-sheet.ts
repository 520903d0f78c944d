// One examinee's sheet while it is live: which revisions were taken and which are durable. `decide…` functions only
// look; `note…` functions record what was decided or has become durable. No clock, no I/O. Called by the room alone.

import type { Answer, Item } from '../schema/answers.ts';
import type { ItemRevision, TallyEntry } from '../schema/messages.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { RoomState } from '../schema/states.ts';
import { type ExamClock, hasRunOut } from './clock.ts';
import { contentHash } from './content-hash.ts';
import { checkResponse } from './response.ts';
import { fenceOf, isOfRoom } from './revision.ts';

/**
 * What is known of one item: the highest revision taken, and the highest durable one (0 for none) with its hash. `first`: the
 * lowest under which the person answered it, Infinity where only the room has.
 */
type Known = { taken: number; durable: number; durableHash: string; first: number };

/** The hash of a durable revision of which only a conflict has told. */
const UNKNOWN = '';
/** The first revision of an item that the person has not answered. */
const NEVER = Number.POSITIVE_INFINITY;

/**
 * `submitting` and `closing` refuse new answers while the store is asked; in the `grace` some are taken (exam/grace.ts); the
 * other ends are final.
 */
export type SheetPhase = 'in-progress' | 'submitting' | 'grace' | 'closing' | 'submitted' | 'timed-out';

export type AnswerSheet = {
  phase: SheetPhase;
  /** The fence of the live session; 0 before the first. */
  fence: number;
  readonly known: Map<number, Known>;
  /** Taken and not durable yet, the oldest first: revision → item, hash, and when it was taken in epoch ms. */
  readonly pending: Map<number, { readonly item: number; readonly hash: string; readonly at: number }>;
};

/** What the room tells of itself: status, and the clock that bounds this examinee's answers (exam/clock.ts). */
export type SheetWindow = ExamClock & {
  readonly status: RoomState;
  readonly startsAt: number;
  readonly locked: boolean;
};

/** `take` is new, `pending` and `saved` are repeats, `superseded` is older than what is durable. `late`: marked as such. */
export type AnswerVerdict = {
  readonly verdict: 'take' | 'pending' | 'saved' | 'superseded';
  readonly hash: string;
  readonly late?: boolean;
};

/** A sheet with the given durable revisions, as the store has them; of several of one item the highest counts, in any order. */
export function createSheet(
  fence: number,
  durable: Iterable<{ item: number; revision: number; hash: string; first?: number }> = [],
): AnswerSheet {
  const known = new Map<number, Known>();
  for (const { item, revision, hash, first: given = revision } of durable) {
    const before = known.get(item);
    const first = Math.min(before?.first ?? NEVER, ownRevision(given));
    if (before !== undefined && revision < before.durable) before.first = first;
    else known.set(item, { taken: revision, durable: revision, durableHash: hash, first });
  }
  return { phase: 'in-progress', fence, known, pending: new Map() };
}

/**
 * Decides about one answer of the session `fence`. A repeat of what is durable is `saved` at any time, so that a resend
 * after the end still learns the truth; everything new needs a running room, the live session and an open sheet, or a
 * grace that takes it: `inGrace` says which (exam/grace.ts).
 */
export function decideAnswer(
  sheet: AnswerSheet,
  item: Item | undefined,
  answer: Answer,
  window: SheetWindow,
  now: number,
  inGrace?: (answer: TallyEntry) => { readonly late: boolean } | Refusal,
): AnswerVerdict | Refusal {
  if (item === undefined) return refuse('ITEM_UNKNOWN', `Item ${answer.item} is not in this paper.`);
  const unfit = checkResponse(item, answer.response);
  if (unfit) return unfit;
  const hash = contentHash(answer.response);
  const known = sheet.known.get(answer.item);
  const repeat = known && repeatOfDurable(known, answer.revision, hash);
  if (repeat) return repeat;
  const waiting = sheet.pending.get(answer.revision);
  if (waiting !== undefined) return repeatOfPending(waiting, answer.item, hash);
  if (sheet.phase === 'grace' && inGrace !== undefined) {
    const taken = inGrace([answer.item, answer.revision, hash]);
    return 'refused' in taken
      ? taken
      : (foreignRevision(sheet, answer.revision) ?? { verdict: 'take', hash, ...taken });
  }
  return closedFor(sheet, window, now) ?? foreignRevision(sheet, answer.revision) ?? { verdict: 'take', hash };
}

function repeatOfDurable(known: Known, revision: number, hash: string): AnswerVerdict | Refusal | undefined {
  if (revision > known.durable) return undefined;
  if (revision < known.durable) return { verdict: 'superseded', hash };
  if (known.durableHash === UNKNOWN) return undefined;
  return hash === known.durableHash ? { verdict: 'saved', hash } : refuse('ANSWER_CONFLICT');
}

function repeatOfPending(waiting: { item: number; hash: string }, item: number, hash: string): AnswerVerdict | Refusal {
  if (waiting.item !== item) return refuse('REVISION_INVALID', 'It was used for another item.');
  return waiting.hash === hash ? { verdict: 'pending', hash } : refuse('ANSWER_CONFLICT');
}

function closedFor(sheet: AnswerSheet, window: SheetWindow, now: number): Refusal | undefined {
  switch (sheet.phase) {
    case 'submitted':
      return refuse('SHEET_SUBMITTED');
    case 'timed-out':
    case 'grace':
    case 'closing':
      return refuse('ANSWER_LATE');
    case 'submitting':
      return refuse('SHEET_SUBMITTING', undefined, 500);
    case 'in-progress':
      return outside(window, now);
  }
}

/** The refusal of anything that comes outside the time in which this examinee may answer; undefined inside it. */
export function outside(window: SheetWindow, now: number): Refusal | undefined {
  if (window.status === 'ended' || hasRunOut(window, now)) return refuse('ANSWER_LATE');
  if (window.locked) return refuse('SHEET_LOCKED', undefined, 2_000);
  const isRunning = window.status === 'running' && window.heldSince === 0 && now >= window.startsAt;
  return isRunning ? undefined : refuse('ROOM_NOT_RUNNING', undefined, 1_000);
}

/** NEVER for what a room itself has written (exam/held-answer.ts): the person has not come as far by it. */
function ownRevision(revision: number): number {
  return isOfRoom(revision) ? NEVER : revision;
}

function foreignRevision(sheet: AnswerSheet, revision: number): Refusal | undefined {
  const fence = fenceOf(revision);
  if (fence < sheet.fence) return refuse('SESSION_FENCED');
  if (fence > sheet.fence || isOfRoom(revision))
    return refuse('REVISION_INVALID', `This session's fence is ${sheet.fence}.`);
  return undefined;
}

/** Records an answer that was decided to be taken at `now`; `written` is when it was first written (exam/navigation.ts). */
export function noteTaken(
  sheet: AnswerSheet,
  item: number,
  revision: number,
  hash: string,
  now: number,
  written = revision,
): void {
  sheet.pending.set(revision, { item, hash, at: now });
  const known = sheet.known.get(item) ?? { taken: 0, durable: 0, durableHash: UNKNOWN, first: NEVER };
  sheet.known.set(item, known);
  known.taken = Math.max(known.taken, revision);
  known.first = Math.min(known.first, written);
}

/**
 * Records that the store has this revision. `saved` where it is the item's highest durable one, else `superseded`;
 * `current` where it is of an earlier session and the live one has nothing newer, so that the live one must be shown it.
 */
export function noteDurable(
  sheet: AnswerSheet,
  item: number,
  revision: number,
  hash: string,
): 'saved' | 'superseded' | 'current' {
  sheet.pending.delete(revision);
  const known = sheet.known.get(item) ?? { taken: 0, durable: 0, durableHash: UNKNOWN, first: NEVER };
  sheet.known.set(item, known);
  known.first = Math.min(known.first, ownRevision(revision));
  if (revision < known.durable) return 'superseded';
  Object.assign(known, { taken: Math.max(revision, known.taken), durable: revision, durableHash: hash });
  return fenceOf(revision) < sheet.fence && known.taken === revision ? 'current' : 'saved';
}

/**
 * Records that the store holds this revision with another content. It counts as durable, so that a submit that names it
 * does not wait for ever; which content it has is not known here, so whoever sends it again learns that from the store.
 */
export function noteConflict(sheet: AnswerSheet, revision: number): void {
  const waiting = sheet.pending.get(revision);
  sheet.pending.delete(revision);
  const known = waiting && sheet.known.get(waiting.item);
  if (known !== undefined && revision > known.durable)
    Object.assign(known, { durable: revision, durableHash: UNKNOWN });
}

/** Records that this revision cannot be stored: it is not durable and not waited for, and a submit that names it is refused. */
export function noteFailed(sheet: AnswerSheet, revision: number): void {
  const waiting = sheet.pending.get(revision);
  sheet.pending.delete(revision);
  const known = waiting && sheet.known.get(waiting.item);
  if (known === undefined) return;
  known.taken = known.durable;
  for (const [other, { item }] of sheet.pending) if (item === waiting?.item) known.taken = Math.max(known.taken, other);
  if (known.taken === 0) known.first = NEVER;
}

/** What a submit that names these revisions comes to: not all arrived, wait for the store, or the sheet may end. */
export type SubmitVerdict = { readonly verdict: 'wait' | 'end' };

/** Decides about a submit. Refuses with the items whose named revision never arrived. */
export function decideSubmit(
  sheet: AnswerSheet,
  named: readonly ItemRevision[],
  window: SheetWindow,
  now: number,
): SubmitVerdict | Refusal {
  const closed = sheet.phase === 'submitting' ? undefined : closedFor(sheet, window, now);
  if (closed) return closed;
  const missing = named
    .filter(([item, revision]) => (sheet.known.get(item)?.taken ?? 0) < revision)
    .map(([item]) => item);
  if (missing.length > 0)
    return { ...refuse('SUBMIT_INCOMPLETE', `Missing items: ${missing.slice(0, 20).join(', ')}.`, 500), missing };
  return { verdict: holds(sheet, named) ? 'end' : 'wait' };
}

/** Whether the store has each named revision, or a higher one of its item. */
export function holds(sheet: AnswerSheet, named: readonly ItemRevision[]): boolean {
  return named.every(([item, revision]) => (sheet.known.get(item)?.durable ?? 0) >= revision);
}

/** [item, highest durable revision] in the order of items: what counts when the sheet ends now. */
export function vectorOf(sheet: AnswerSheet): [number, number][] {
  return [...sheet.known]
    .filter(([, known]) => known.durable > 0)
    .map(([item, known]): [number, number] => [item, known.durable])
    .sort(([a], [b]) => a - b);
}

/** Items with an answer, and of these the ones whose newest answer is durable. */
export function progressOf({ known }: AnswerSheet): { readonly answered: number; readonly saved: number } {
  let [answered, saved] = [0, 0];
  for (const { taken, durable } of known.values()) {
    if (taken > 0 || durable > 0) answered++;
    if (durable > 0 && durable >= taken) saved++;
  }
  return { answered, saved };
}

/** When the oldest answer was taken that is not durable yet, in epoch ms; 0 where there is none. */
export function pendingSince({ pending }: AnswerSheet): number {
  for (const { at } of pending.values()) return at;
  return 0;
}

/** How many items have a durable answer. */
export function savedCount(sheet: AnswerSheet): number {
  let count = 0;
  for (const known of sheet.known.values()) if (known.durable > 0) count++;
  return count;
}
