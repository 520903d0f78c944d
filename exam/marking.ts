// What counts of what people gave for an answer that no key decides. One mark counts. A second one, by somebody else, is
// kept beside it: where both give the same, that counts; where they differ, nothing does until an admin decides.
// Pure: no clock, no I/O. Called by the api for each mark, and by whoever scores.
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { Actor } from './audit-facts.ts';

/** `points` in thousandths; `at` epoch ms. */
export type Mark = {
  readonly points: number;
  readonly reason: string;
  readonly by: string;
  readonly byRole: Actor['actorRole'];
  readonly at: number;
};

/** At most two, by different people, for one revision of one answer; and the decision where they differ. */
export type Marks = { readonly revision: number; readonly marks: readonly Mark[]; readonly decision: Mark | null };

/** `waiting`: nobody has marked it; `contested`: two differ, and nobody has decided. */
export type MarkState = 'waiting' | 'marked' | 'contested';

const MOST = 2;

/** The points that count for this revision, in thousandths; null where nothing counts yet. A mark of another revision is none. */
export function pointsOf(marked: Marks | undefined, revision: number): number | null {
  if (marked === undefined || marked.revision !== revision) return null;
  if (marked.decision !== null) return marked.decision.points;
  const [first, second] = marked.marks;
  if (first === undefined) return null;
  return second === undefined || second.points === first.points ? first.points : null;
}

/** Where it stands for this revision. */
export function markState(marked: Marks | undefined, revision: number): MarkState {
  if (marked === undefined || marked.revision !== revision || marked.marks.length === 0) return 'waiting';
  return pointsOf(marked, revision) === null ? 'contested' : 'marked';
}

/**
 * The marks with this one: the first, the second by another person, or the own one corrected, which takes back a decision
 * that was made between the two as they were. Marks of another revision are let go of. MARK_REFUSED for a third person.
 */
export function marked(before: Marks | undefined, revision: number, mark: Mark): Marks | Refusal {
  const marks = before?.revision === revision ? before.marks : [];
  const own = marks.findIndex(({ by }) => by === mark.by);
  if (own !== -1) return { revision, marks: marks.with(own, mark), decision: null };
  if (marks.length === MOST)
    return refuse('MARK_REFUSED', 'Two people have marked it; an admin decides where they differ.');
  return { revision, marks: [...marks, mark], decision: null };
}

/** The marks with an admin's decision between two that differ; another decision takes its place. MARK_REFUSED where there is nothing to decide. */
export function decided(before: Marks | undefined, revision: number, mark: Mark): Marks | Refusal {
  if (before === undefined || before.revision !== revision || before.marks.length < MOST)
    return refuse('MARK_REFUSED', 'There are no two marks of it that differ.');
  const [first, second] = before.marks;
  if (first?.points === second?.points) return refuse('MARK_REFUSED', 'Its two marks are the same.');
  return { ...before, decision: mark };
}
