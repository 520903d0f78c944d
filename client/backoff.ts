// How long to wait before trying again. Pure: the random number is given. Called by enter, link, outbox and submission.

/** Uniform in [0, min(capMs, baseMs * 2^attempt)): "full jitter", which spreads a crowd best (Brooker, AWS 2015). */
export function fullJitterMs(attempt: number, baseMs: number, capMs: number, random: number): number {
  return Math.floor(random * ceilingMs(attempt, baseMs, capMs));
}

/** Uniform in the upper half of the same range: for waits that must not shrink to nothing. */
export function halfJitterMs(attempt: number, baseMs: number, capMs: number, random: number): number {
  const ceiling = ceilingMs(attempt, baseMs, capMs);
  return Math.floor(ceiling / 2 + (random * ceiling) / 2);
}

function ceilingMs(attempt: number, baseMs: number, capMs: number): number {
  return Math.min(capMs, baseMs * 2 ** Math.min(Math.max(attempt, 0), 30));
}
