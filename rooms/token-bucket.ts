// How much one client may send: a burst, and then a rate. Beyond it the room answers BUSY, and never closes.

export type TokenBucket = { tokens: number; at: number };

/** A full bucket. */
export function createBucket(burst: number, now: number): TokenBucket {
  return { tokens: burst, at: now };
}

/** Takes so many tokens, or none and says false. `now` in ms of a clock that never goes back, `rate` in tokens a second. */
export function takeTokens(bucket: TokenBucket, count: number, rate: number, burst: number, now: number): boolean {
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * rate) / 1_000);
  bucket.at = now;
  if (bucket.tokens < count) return false;
  bucket.tokens -= count;
  return true;
}
