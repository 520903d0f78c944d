// The receipt as this device gives it to its person: the server's word on what counts, and whether this device, from what it
// shows itself, comes to the same. Called by session.
import { type Receipt, receiptHash } from '../exam/receipt.ts';
import { tallyEntry } from '../exam/tally.ts';
import type { ItemRevision } from '../schema/messages.ts';
import type { AnswerView } from './answer-views.ts';

/** `agrees`: what this device shows has the same hash; undefined where it does not show all that counts. */
export type OwnReceipt = Receipt & { readonly agrees: boolean | undefined };

/** What the server said of the end. `hash` is missing from a sheet that ended before there were receipts. */
export type SheetEnd = {
  readonly endedAt: number;
  readonly revisions: readonly ItemRevision[];
  readonly hash?: string | undefined;
};

/** The receipt of this end, next to what is shown. Where the server gives no hash it is the device's own, '' for none. */
export function ownReceipt({ endedAt, revisions, hash }: SheetEnd, views: ReadonlyMap<number, AnswerView>): OwnReceipt {
  const shown = revisions.flatMap(([item, revision]) => {
    const view = views.get(item);
    return view?.revision === revision ? [tallyEntry(view)] : [];
  });
  const own = shown.length === revisions.length ? receiptHash(shown) : undefined;
  const agrees = own === undefined || hash === undefined ? undefined : own === hash;
  return { count: revisions.length, at: endedAt, hash: hash ?? own ?? '', agrees };
}
