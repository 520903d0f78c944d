// How many answers the server has, as far as this device knows. Pure.
import type { ShownAnswer } from './truth.ts';

/** An answer that was changed and not saved again counts with what was saved before; one that was taken back does not. */
export function savedCount(answers: readonly ShownAnswer[]): number {
  return answers.filter(
    ({ savedRevision, revision, response }) => savedRevision > 0 && !(savedRevision === revision && response === null),
  ).length;
}
