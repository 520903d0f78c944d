// Revisions: one growing integer made of a session's fence and a counter that runs over the whole session, so that a
// later session's answers are always newer. Also used in browsers.

/** Answers of one session; the counter runs from 1 to one less. */
export const FENCE_STEP = 1_000_000;

/** The revision of the session's `counter`-th answer. Throws RangeError outside 0 < counter < 1,000,000 or fence < 1. */
export function revisionOf(fence: number, counter: number): number {
  if (!Number.isInteger(counter) || counter < 1 || counter >= FENCE_STEP) throw new RangeError(`counter ${counter}`);
  if (!Number.isInteger(fence) || fence < 1 || fence > MAX_FENCE) throw new RangeError(`fence ${fence}`);
  return fence * FENCE_STEP + counter;
}

const MAX_FENCE = Math.floor(Number.MAX_SAFE_INTEGER / FENCE_STEP) - 1;

/** The fence of the session that wrote this revision. */
export function fenceOf(revision: number): number {
  return Math.floor(revision / FENCE_STEP);
}

/** Whether a room itself wrote it (exam/held-answer.ts), not a session. */
export function isOfRoom(revision: number): boolean {
  return revision % FENCE_STEP === 0;
}

/** The place of this revision in its session, from 1. */
export function counterOf(revision: number): number {
  return revision % FENCE_STEP;
}
