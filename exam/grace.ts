// The last seconds: what a room still takes when an examinee's time is over. Until the grace ends it takes what provably
// waited when time ran out, and everything from a link that was down then. Pure. Called by the room at each answer that
// comes in the grace, and by its tick, which ends a sheet as soon as nothing can come any more.
import type { Tally, TallyEntry } from '../schema/messages.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { AnswerSheet } from './answer-sheet.ts';
import { NOTHING_WAITS, opens } from './tally.ts';

/** Without a heartbeat for this long a link counts as dropped. */
export const DROPPED_MS = 4_000;
/** A room that was made anew gives its people at least this long to come back, but never more than the grace. */
export const COME_BACK_MS = 15_000;
/** Who hears of an end that nobody could foresee has this long to say what waited then. */
export const TOLD_MS = 3_000;
const AGAIN_MS = 500;

/** What is known of one link around the end. Instants epoch ms of the server's clock, 0 for none. */
export type LastBeats = {
  /** The last beat before time was over, and what it said to wait. `at` 0: none is known, as the room was made anew. */
  readonly at: number;
  readonly tally: Tally;
  /** The first beat after it over the same socket. */
  readonly afterAt: number;
  /** That socket is gone, or another has taken its place. */
  readonly isCut: boolean;
  /** What the last tally turned out to stand for, by revision; undefined until the client has opened it. */
  readonly opened: ReadonlyMap<number, TallyEntry> | undefined;
  /** The client has said that it knows that time is over, and what waited then. */
  readonly isTold: boolean;
  /** It has said so, and that nothing waits. */
  readonly isDone: boolean;
};

export const NO_BEATS: LastBeats = {
  at: 0,
  tally: NOTHING_WAITS,
  afterAt: 0,
  isCut: false,
  opened: undefined,
  isTold: false,
  isDone: false,
};

/**
 * The grace of one sheet: its time was over at `from`, and nothing is taken from `until` on. `isSudden`: a control ended it,
 * so that no client could hurry before it.
 */
export type Grace = { readonly from: number; readonly until: number; readonly isSudden: boolean };

/** The grace after `from`. A room that was made later goes on with it, and leaves people the time to come back. */
export function graceAfter(from: number, isSudden: boolean, madeAt: number, graceMs: number): Grace {
  return { from, until: Math.max(from + graceMs, madeAt + Math.min(graceMs, COME_BACK_MS)), isSudden };
}

/** A beat as it came; `over` is what it said, `isSame`: over the socket of the last beat before the end. */
export type Beat = { readonly at: number; readonly tally: Tally; readonly over: boolean; readonly isSame: boolean };

/**
 * The beats with one that came after the end. Where a control ended the time, what waited when the client heard of it counts
 * as its last tally, if it says so soon: it could not have known a moment before.
 */
export function withBeat(beats: LastBeats, { from, isSudden }: Grace, { at, tally, over, isSame }: Beat): LastBeats {
  const afterAt = isSame && beats.afterAt === 0 ? at : beats.afterAt;
  const isLastTally = isSudden && over && isSame && !beats.isTold && at - from < TOLD_MS;
  const last = isLastTally ? { tally, opened: undefined } : {};
  const isDone = beats.isDone || (over && tally.count === 0);
  return { ...beats, ...last, afterAt, isTold: beats.isTold || over, isDone };
}

/**
 * The link when time was over. Beats on both sides of that instant, over one socket and less than DROPPED_MS apart, prove
 * that it was up; a longer silence, or a socket that was never heard again, that it was down. Until one of them is the
 * case nobody knows. Where no beat is known it counts as down: the examinee cannot help that the room was made anew.
 */
export function linkAtEnd({ at, afterAt, isCut }: LastBeats, { from }: Grace, now: number): 'up' | 'down' | 'unknown' {
  if (at === 0 || from - at >= DROPPED_MS) return 'down';
  if (afterAt !== 0) return afterAt - at < DROPPED_MS ? 'up' : 'down';
  return isCut || now - at >= DROPPED_MS ? 'down' : 'unknown';
}

/** `late`: to be marked as a late arrival. */
export type GraceVerdict = { readonly late: boolean };

/** Whether an answer that is new to the room is taken in the grace. */
export function decideInGrace(beats: LastBeats, grace: Grace, answer: TallyEntry, now: number): GraceVerdict | Refusal {
  if (now >= grace.until) return refuse('ANSWER_LATE');
  if (isNamed(beats.opened, answer)) return { late: false };
  const link = linkAtEnd(beats, grace, now);
  if (link === 'down') return { late: true };
  if (link === 'unknown') return refuse('BUSY', 'It is looked whether your link was up when time was over.', AGAIN_MS);
  if (isUntold(beats, grace, now)) return refuse('BUSY', 'Your device has not said what waited.', AGAIN_MS);
  return isAskedFor(beats, grace, now)
    ? refuse('BUSY', 'Your last tally is being asked for.', AGAIN_MS)
    : refuse('ANSWER_LATE', 'It did not wait when time was over.');
}

/** Whether the client has to say what its last tally stood for. */
export function isAskedFor(beats: LastBeats, grace: Grace, now: number): boolean {
  const isOpen = beats.tally.count > 0 && beats.opened === undefined && !isUntold(beats, grace, now);
  return isOpen && linkAtEnd(beats, grace, now) === 'up';
}

/** A sudden end, and the client may still say what waited when it heard of it. */
function isUntold({ isTold }: LastBeats, { from, isSudden }: Grace, now: number): boolean {
  return isSudden && !isTold && now - from < TOLD_MS;
}

function isNamed(opened: LastBeats['opened'], [item, revision, hash]: TallyEntry): boolean {
  const named = opened?.get(revision);
  return named?.[0] === item && named[2] === hash;
}

/** The beats with the client's opening of the last tally; as they were where it opens something else. */
export function openedBy(beats: LastBeats, entries: readonly TallyEntry[]): LastBeats {
  if (!opens(beats.tally, entries)) return beats;
  return { ...beats, opened: new Map(entries.map((entry) => [entry[1], entry])) };
}

/** Whether nothing more can come that would be taken: time is up, nothing waits, or all that waited is here. */
export function isGraceOver(beats: LastBeats, grace: Grace, sheet: AnswerSheet | undefined, now: number): boolean {
  if (now >= grace.until || beats.isDone) return true;
  if (isUntold(beats, grace, now) || linkAtEnd(beats, grace, now) !== 'up') return false;
  if (beats.tally.count === 0) return true;
  if (beats.opened === undefined) return false;
  return [...beats.opened.values()].every(([item, revision]) => (sheet?.known.get(item)?.taken ?? 0) >= revision);
}
