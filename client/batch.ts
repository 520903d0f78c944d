// Which answers go into the next message: in the order of their revisions, bounded by count and bytes. Pure.
import type { Answer } from '../schema/answers.ts';
import { LIMITS } from '../schema/limits.ts';
import type { SentAnswer } from '../schema/messages.ts';
import { messageBytes } from './message-size.ts';

/** What the message takes around its answers. */
const ENVELOPE_BYTES = 64;

/** An answer that waits, its bytes on the wire, and whether it must travel alone since its batch was refused as a whole. */
export type Parcel = { readonly answer: Answer; readonly bytes: number; readonly travels: 'together' | 'alone' };

/** An upper bound of the bytes that this answer takes in a batch. */
export function answerBytes({ item, revision, response, written }: SentAnswer): number {
  return messageBytes(written === undefined ? { item, revision, response } : { item, revision, response, written });
}

/**
 * The longest beginning of `waiting` (sorted by revision) that has at most 100 answers and 48 KiB; one larger answer, or
 * one that must travel alone, is a batch of its own. Empty only where nothing waits.
 */
export function pickBatch<P extends Parcel>(waiting: readonly P[]): P[] {
  const batch: P[] = [];
  let bytes = ENVELOPE_BYTES;
  for (const parcel of waiting) {
    if (batch.length === 0 && parcel.travels === 'alone') return [parcel];
    bytes += parcel.bytes;
    const isFull = batch.length === LIMITS.batchAnswers || bytes > LIMITS.batchBytes || parcel.travels === 'alone';
    if (isFull && batch.length > 0) return batch;
    batch.push(parcel);
    if (isFull) return batch;
  }
  return batch;
}
