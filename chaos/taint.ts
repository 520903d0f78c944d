// Whose bytes go to whom: whatever is somebody's own, and every question, carries a mark, and what the servers say is
// looked through for marks and ids of others, and for questions before the start. Called by exam.ts.
import { ID_LENGTH } from '../schema/ids.ts';
import type { Tap, Tapped } from './proxy.ts';

/** Stands in every question of the paper. */
export const QUESTION = '⟦q⟧';

/** A mark or an id was seen on its way to whoever has this ticket; '' for a connection without one. */
export type Seen = (ticket: string, mark: string) => void;

const OPENING = Buffer.from('⟦');
const CLOSING = Buffer.from('⟧');
/** Longer than any mark: what a chunk may end with of one. */
const MARK_BYTES = 16;
/** An id in a row of the synchronised state or in a message, behind the byte that says how long it is. */
const ROW_ID = new RegExp(`${String.fromCharCode(0xa0 + ID_LENGTH)}([0-9A-Za-z]{${ID_LENGTH}})`, 'g');

/** A tap that tells of each mark and each id, also of one that two chunks share. */
export function markTap(seen: Seen): Tap {
  const tails = new WeakMap<Tapped, Buffer>();
  return (connection, chunk) => {
    const tail = tails.get(connection);
    const bytes = tail === undefined ? chunk : Buffer.concat([tail, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(OPENING); at >= 0; at = bytes.indexOf(OPENING, from)) {
      const end = bytes.indexOf(CLOSING, at);
      from = end < 0 ? at : at + OPENING.length;
      if (end < 0) break; // its end may be in the next chunk
      if (end - at > MARK_BYTES) continue;
      seen(ticketOf(connection), bytes.toString('utf8', at + OPENING.length, end));
      from = end + CLOSING.length;
    }
    for (const [, id = ''] of bytes.toString('latin1').matchAll(ROW_ID)) seen(ticketOf(connection), id);
    const rest = bytes.subarray(Math.max(from, bytes.length - MARK_BYTES));
    tails.set(connection, Buffer.from(rest));
  };
}

/** Marks in a text. */
export function marksIn(text: string): string[] {
  return [...text.matchAll(/⟦([^⟧]{1,12})⟧/g)].map(([, mark = '']) => mark);
}

function ticketOf({ request }: Tapped): string {
  return /[?&]sessionId=([^&\s]+)/.exec(request)?.[1] ?? '';
}
