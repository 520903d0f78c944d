// How much one sender may send: each client of a room has a bucket, and so has each seat for what comes over HTTP. Beyond it
// the answer is BUSY, and nobody is kicked.
import { LIMITS } from '../schema/limits.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import { createBucket, type TokenBucket, takeTokens } from './token-bucket.ts';

/** Who is told BUSY has the next token long before. */
const BUSY_MS = 1_000;

const buckets = new WeakMap<object, TokenBucket>();

/** Takes so many tokens of this sender's, or none and says false. */
export function takeTokensOf(sender: object, count: number): boolean {
  const now = performance.now();
  const bucket = buckets.get(sender) ?? createBucket(LIMITS.messagesBurst, now);
  buckets.set(sender, bucket);
  return takeTokens(bucket, count, LIMITS.messagesPerSecond, LIMITS.messagesBurst, now);
}

/** What a sender without tokens is told. */
export function busy(): Refusal {
  return refuse('BUSY', 'Fewer messages a second, please.', BUSY_MS);
}
