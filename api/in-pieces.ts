// Cuts what somebody sends into pieces, each large enough to be worth a write and never waited for long: what came is kept
// also when the rest does not come, or this process dies. Called by uploading.ts.
import { setTimeout as wait } from 'node:timers/promises';

/** As much as a store takes in one go without it being felt, and what this process holds of an upload at most. */
const PIECE_BYTES = 5 * 1024 * 1024;
/** Bytes of a slow sender are written after so long, and the first of each request sooner. */
const PIECE_MS = 2_000;
const FIRST_PIECE_MS = 500;

/** The same bytes. Where the sender fails, what came before is given first, and the failure thrown then. */
export async function* inPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]();
  const waitedFor: Waited = { next: undefined };
  try {
    for (let patienceMs = FIRST_PIECE_MS; ; patienceMs = PIECE_MS) {
      const { piece, end } = await gather(source, waitedFor, patienceMs);
      if (piece.length > 0) yield piece;
      if (end !== undefined && 'failure' in end) throw end.failure;
      if (end !== undefined) return;
    }
  } finally {
    // Not awaited: it comes after a chunk that is waited for, which may never come.
    void source.return?.().catch(() => undefined);
  }
}

type Waited = { next: Promise<Next> | undefined };

/** Until it is a piece, or the time is up, or nothing more comes. */
async function gather(
  source: AsyncIterator<Uint8Array>,
  waitedFor: Waited,
  patienceMs: number,
): Promise<{ piece: Uint8Array; end?: Exclude<Next, IteratorYieldResult<Uint8Array>> }> {
  const held: Uint8Array[] = [];
  const until = performance.now() + patienceMs;
  for (let bytes = 0; bytes < PIECE_BYTES; ) {
    waitedFor.next ??= firstFailing(source.next());
    const got = bytes === 0 ? await waitedFor.next : await within(waitedFor.next, until - performance.now());
    if (got === undefined) break;
    waitedFor.next = undefined;
    if ('failure' in got || got.done === true) return { piece: Buffer.concat(held), end: got };
    held.push(got.value);
    bytes += got.value.length;
  }
  return { piece: Buffer.concat(held) };
}

type Next = IteratorResult<Uint8Array> | { readonly failure: unknown };

/** A failure is a value until it is its turn. */
function firstFailing(next: Promise<IteratorResult<Uint8Array>>): Promise<Next> {
  return next.catch((failure: unknown) => ({ failure }));
}

/** Undefined where it takes longer. */
async function within(next: Promise<Next>, ms: number): Promise<Next | undefined> {
  if (ms <= 0) return undefined;
  const enough = new AbortController();
  try {
    return await Promise.race([next, wait(ms, undefined, { signal: enough.signal })]);
  } finally {
    enough.abort();
  }
}
