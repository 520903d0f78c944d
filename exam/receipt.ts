// The receipt of a sheet that has ended: how many answers count, since when, and a hash over which and what they are, so that
// a person, a file and the store can be compared without showing an answer. Pure, and the same on both sides.
import { sha256 } from '@noble/hashes/sha2.js'; // browsers have theirs only asynchronously, and on secure pages alone
import type { TallyEntry } from '../schema/messages.ts';

/** `at` is when the sheet ended, epoch ms of the server's clock; `hash` is receiptHash of what counts. */
export type Receipt = { readonly count: number; readonly at: number; readonly hash: string };

/**
 * SHA-256 in hexadecimal over the vector of a sheet, [item, revision, content hash] in the order of items, as JSON without
 * spaces. The content hash is contentHash's: 16 characters over the response as JSON.
 */
export function receiptHash(answers: readonly TallyEntry[]): string {
  const vector = answers
    .map(([item, revision, hash]): TallyEntry => [item, revision, hash])
    .sort(([one], [other]) => one - other);
  const bytes = sha256(new TextEncoder().encode(JSON.stringify(vector)));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The receipt of a sheet that ended then with these answers. */
export function receiptOf(answers: readonly TallyEntry[], at: number): Receipt {
  return { count: answers.length, at, hash: receiptHash(answers) };
}
