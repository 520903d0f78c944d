// A file as an answer: announced, brought in pieces from wherever the server has got to, and then named by a response that is
// an answer like all others. A broken link, and a server that dies, cost what was under way; the same file chosen again, after
// a reload too, goes on where it was. Called by session.
import { namedFile } from '../schema/answer-files.ts';
import { RefusalError, refuse } from '../schema/refusals.ts';
import type { UploadView } from '../schema/uploads.ts';
import { fullJitterMs } from './backoff.ts';
import { pause } from './clock.ts';
import { RETRY_WAITS } from './enter.ts';
import { ClientFault } from './faults.ts';
import type { FetchEffects } from './fetch-until.ts';
import { type Exchange, exchange } from './http.ts';

/** So much at once: within the time of a request over a slow link, and not a request for each few bytes over a fast one. */
const PIECE_BYTES = 256 * 1024;
const LOOK_AGAIN_MS = 1_000;

export type BringOptions = {
  /** Told of how many bytes the server has. */
  readonly progress?: (offset: number) => void;
  readonly signal?: AbortSignal;
};

type Place = { readonly planId: string; readonly item: number };
type Known = Pick<UploadView, 'uploadId' | 'name' | 'bytes' | 'offset' | 'state'> & { readonly response?: string };

/**
 * Brings this file and returns the response that names it. Goes on trying while there is no link. Throws RefusalError where
 * it is not taken, ClientFault LEFT when the signal aborts.
 */
export async function bringFile(
  effects: FetchEffects,
  { planId, item }: Place,
  file: Blob,
  name: string,
  { progress = () => undefined }: BringOptions = {},
): Promise<string> {
  const sha256 = await sha256Of(await file.arrayBuffer());
  const body = { use: 'answer', item, name, bytes: file.size, sha256 };
  // The same file for the same item is the same upload, whoever asks, and whatever came in between.
  const key = (await sha256Of(new TextEncoder().encode(JSON.stringify([item, sha256, name])))).slice(0, 32);
  let upload = await asked(effects, { path: `v1/plans/${planId}/uploads`, body, key });
  const path = `v1/uploads/${upload.uploadId}`;
  for (let failures = 0; upload.state === 'uploading'; ) {
    progress(upload.offset);
    const { offset } = upload;
    const bytes = file.slice(offset, offset + PIECE_BYTES);
    const sent = await tried(effects, { path: `${path}/bytes?offset=${offset}`, method: 'PUT', bytes });
    if ('upload' in sent) failures = 0;
    else await pauseAfter(effects, sent.retryAfterMs, failures++);
    upload = 'upload' in sent ? sent.upload : await asked(effects, { path });
  }
  progress(upload.offset);
  for (; upload.state === 'checking'; upload = await asked(effects, { path }))
    await pause(effects.clock, LOOK_AGAIN_MS, effects.signal);
  if (upload.state !== 'ready' || upload.response === undefined) throw new RefusalError(refuse('UPLOAD_REFUSED'));
  return upload.response;
}

/** What the file that this response names is called and how large it is; undefined where that is not known. */
export async function fileOf(
  effects: FetchEffects,
  response: string,
): Promise<Pick<Known, 'name' | 'bytes'> | undefined> {
  const named = namedFile(response);
  if (named === undefined) return undefined;
  try {
    return await asked(effects, { path: `v1/uploads/${named.uploadId}` });
  } catch (cause) {
    if (cause instanceof RefusalError || cause instanceof ClientFault) return undefined;
    throw cause;
  }
}

/** Asks until there is an answer. */
async function asked(effects: FetchEffects, request: Exchange): Promise<Known> {
  for (let failures = 0; ; failures++) {
    const sent = await tried(effects, request);
    if ('upload' in sent) return sent.upload;
    await pauseAfter(effects, sent.retryAfterMs, failures);
  }
}

async function tried(
  { api, token, signal }: FetchEffects,
  request: Exchange,
): Promise<{ readonly upload: Known } | { readonly retryAfterMs: number }> {
  if (signal.aborted) throw new ClientFault('LEFT', 'the file was not brought to its end');
  const outcome = await exchange(api, { ...request, token: token(), signal });
  if (outcome.kind === 'refused') throw new RefusalError(outcome.refusal);
  if (outcome.kind === 'later') return { retryAfterMs: outcome.retryAfterMs };
  return isUpload(outcome.body) ? { upload: outcome.body } : { retryAfterMs: 0 };
}

function isUpload(body: unknown): body is Known {
  const { uploadId, offset, state } = (body ?? {}) as Partial<Known>;
  return typeof uploadId === 'string' && typeof offset === 'number' && typeof state === 'string';
}

async function pauseAfter({ clock, random, signal }: FetchEffects, retryAfterMs: number, failures: number) {
  const jitterMs = fullJitterMs(failures, RETRY_WAITS.baseMs, RETRY_WAITS.mostMs, random());
  await pause(clock, retryAfterMs + jitterMs, signal);
}

async function sha256Of(bytes: BufferSource): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
