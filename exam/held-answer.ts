// What becomes of an answer that a fenced device still held (S11): the rule alone. Nothing of an earlier session goes over
// what a later one has written. Pure. Called by rooms/.
import type { Answer, Item } from '../schema/answers.ts';
import { isRefusal } from '../schema/refusals.ts';
import type { AnswerSheet } from './answer-sheet.ts';
import { contentHash } from './content-hash.ts';
import { checkResponse } from './response.ts';
import { FENCE_STEP, fenceOf } from './revision.ts';

/** `wait`: the device is not fenced as far as this sheet knows. */
export type HeldFate = 'apply' | 'offer' | 'outdated' | 'refused' | 'wait';

/**
 * The fate of one held answer, given what the sheet knows of its item now. `isImported`: a file brought it, perhaps of the
 * session that is still the last one; then it counts as if its device had sent it.
 */
export function fateOfHeld(
  sheet: AnswerSheet,
  item: Item | undefined,
  { item: number, revision, response }: Answer,
  isImported = false,
): HeldFate {
  if (item === undefined || isRefusal(checkResponse(item, response))) return 'refused';
  const fence = fenceOf(revision);
  if (fence > sheet.fence || (fence === sheet.fence && !isImported)) return 'wait';
  const known = sheet.known.get(number);
  if (known === undefined || known.taken < revision) return 'apply';
  if (known.taken === revision || fenceOf(known.taken) === fenceOf(revision)) return 'outdated';
  return known.durable === known.taken && known.durableHash === contentHash(response) ? 'outdated' : 'offer';
}

/**
 * The revision under which a held answer of an earlier session becomes the live one's: the one below all that its client may
 * write, so that whatever the client writes goes over it. An item has one in each session.
 */
export function revisionOfApplied(fence: number): number {
  return fence * FENCE_STEP;
}

/** As which revision a held answer is applied: one of the live session itself keeps its own. */
export function appliedAs(held: number, fence: number): number {
  return fenceOf(held) === fence ? held : revisionOfApplied(fence);
}
