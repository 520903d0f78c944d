// Forward alone: in a plan that says so, an answer to an item is refused where a later one was answered before it. Judged by
// revisions, never by arrival, so that what comes late or twice meets the same verdict. Pure. Called by rooms/.
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { AnswerSheet } from './answer-sheet.ts';
import { fenceOf } from './revision.ts';

/** `written`: under which revision a device first wrote what it sends anew in a session that came after. */
type Sent = { readonly item: number; readonly revision: number; readonly written?: number | undefined };

/** What counts as the moment of writing. Only what an earlier session wrote may say another one than its own revision. */
export function writtenAs({ revision, written = revision }: Sent): number {
  return fenceOf(written) < fenceOf(revision) ? written : revision;
}

/** ITEM_CLOSED where the sheet knows an answer to a later item that was written before this one; undefined where it may be. */
export function closedBy({ known }: AnswerSheet, sent: Sent): Refusal | undefined {
  const moment = writtenAs(sent);
  for (const [item, { first }] of known)
    if (item > sent.item && first < moment) return refuse('ITEM_CLOSED', `Item ${item} was answered before.`);
  return undefined;
}
