// Downloads bytes that never change, and goes on where a broken connection stopped, for ever until it has them, is refused for
// good, or is told to give up. Called by sealed-paper.ts.
import type { Refusal } from '../schema/refusals.ts';
import { fullJitterMs } from './backoff.ts';
import { type ClientClock, pause } from './clock.ts';
import { RETRY_WAITS } from './enter.ts';
import { type Api, addressOf, type Unwanted, unwantedReply } from './http.ts';

/** A connection that brings nothing for this long is given up, and gone on with by another one. */
const STALLED_MS = 15_000;

export type Download =
  | { readonly kind: 'whole'; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'left' };

export type DownloadEffects = {
  readonly api: Api;
  readonly clock: ClientClock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** The newest token. */
  token(): string;
};

/** What has come so far, and of which version. */
type Progress = { chunks: Uint8Array[]; bytes: number; tag: string | null };

/** Never rejects. */
export async function download(path: string, effects: DownloadEffects): Promise<Download> {
  const { clock, random, signal } = effects;
  const progress: Progress = { chunks: [], bytes: 0, tag: null };
  for (let tries = 0; !signal.aborted; tries++) {
    const outcome = await once(path, progress, effects);
    if (outcome === 'whole') return { kind: 'whole', bytes: joined(progress) };
    if (outcome !== 'broken' && outcome.kind === 'refused') return { kind: 'refused', refusal: outcome.refusal };
    const retryAfterMs = outcome === 'broken' ? 0 : outcome.retryAfterMs;
    await pause(clock, retryAfterMs + fullJitterMs(tries, RETRY_WAITS.baseMs, RETRY_WAITS.mostMs, random()), signal);
  }
  return { kind: 'left' };
}

/** One connection: from where the last one stopped, where it left something of a version that can be named. */
async function once(
  path: string,
  progress: Progress,
  { api, clock, signal, token }: DownloadEffects,
): Promise<'whole' | 'broken' | Unwanted> {
  const stalled = new AbortController();
  const { fetch } = api; // a browser's own fails as a method
  let cancel = clock.after(STALLED_MS, () => stalled.abort());
  try {
    const response = await fetch(addressOf(api, path), {
      headers: { authorization: `Bearer ${token()}`, ...resuming(progress) },
      signal: AbortSignal.any([stalled.signal, signal]),
    });
    if (!response.ok) return await refusedPart(response, progress);
    if (response.status !== 206) restart(progress);
    progress.tag = response.headers.get('etag');
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      cancel();
      cancel = clock.after(STALLED_MS, () => stalled.abort());
      progress.chunks.push(part.value);
      progress.bytes += part.value.length;
    }
    return progress.bytes >= totalOf(response) ? 'whole' : 'broken';
  } catch {
    return 'broken'; // no network, or it stalled: what came stays, and the next connection goes on from there
  } finally {
    cancel();
  }
}

function resuming({ bytes, tag }: Progress): Record<string, string> {
  return bytes === 0 || tag === null ? {} : { range: `bytes=${bytes}-`, 'if-range': tag };
}

/** A range that is refused belongs to another version than the one that is there. */
async function refusedPart(response: Response, progress: Progress): Promise<'broken' | Unwanted> {
  if (response.status !== 416) return unwantedReply(response);
  restart(progress);
  return 'broken';
}

function restart(progress: Progress): void {
  progress.chunks = [];
  progress.bytes = 0;
}

/** How many bytes the whole has, as a range says; an answer that is no range and has come to its end is the whole. */
function totalOf({ headers }: Response): number {
  return Number(/\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1] ?? 0);
}

function joined({ chunks, bytes }: Progress): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
