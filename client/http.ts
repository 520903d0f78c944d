// One HTTP exchange with the api, and what it comes to: a reply, a refusal, or "try again later". Tokens travel in the
// header alone, never in an address. Called by enter, session and proctor.
import { type OwnPlace, REFUSALS, type Refusal, type RefusalCode } from '../schema/refusals.ts';
import type { Problem } from '../schema/replies.ts';

const TIMEOUT_MS = 10_000;

/** Where the api is. `url` is its address without /v1. A browser's own `fetch` fails when it is called as a method: take it out first. */
export type Api = { readonly url: string; readonly fetch: typeof fetch };

const MOST_RETRY_MS = 60_000;

/** `later`: no reply, or one that asks to come again after `retryAfterMs` (0 = it named none). */
export type Outcome =
  | { readonly kind: 'reply'; readonly body: unknown }
  /** `state` is the state that was found, where the api names one. */
  | { readonly kind: 'refused'; readonly refusal: Refusal; readonly state?: string }
  | {
      readonly kind: 'later';
      readonly retryAfterMs: number;
      readonly reason: RefusalCode | 'NETWORK';
      /** What the api said, where it said something. */
      readonly refusal?: Refusal;
      readonly cause?: unknown;
    };

/** What is no wanted reply. */
export type Unwanted = Exclude<Outcome, { readonly kind: 'reply' }>;

export type Exchange = {
  readonly path: string;
  /** Where it is neither the GET of what has no body nor the POST of what has one. */
  readonly method?: 'POST' | 'PUT';
  /** The wanted reply is an image, and no JSON. */
  readonly as?: 'image';
  readonly body?: unknown;
  /** In the place of `body`: bytes as they are. */
  readonly bytes?: Blob;
  readonly token?: string | undefined;
  /** The Idempotency-Key, where the route takes one. */
  readonly key?: string;
  readonly signal?: AbortSignal;
};

/** POSTs where there is a body, else GETs. Never throws; anything that is not ours (a proxy's page) is `later`. */
export async function exchange(api: Api, request: Exchange): Promise<Outcome> {
  const { path, body, bytes, method = body === undefined ? 'GET' : 'POST', as, token, key, signal } = request;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const { fetch } = api;
  try {
    const response = await fetch(addressOf(api, path), {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bytes === undefined ? {} : { 'content-type': 'application/octet-stream' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(bytes === undefined ? {} : { body: bytes }),
      cache: 'no-store',
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    if (!response.ok) return await unwantedReply(response);
    if (response.status === 204) return { kind: 'reply', body: undefined };
    const reply: unknown = await (as === 'image' ? imageOf(response) : jsonOf(response));
    return reply === undefined ? unwanted(reply, retryAfterMsOf(response)) : { kind: 'reply', body: reply };
  } catch (cause) {
    return { kind: 'later', retryAfterMs: 0, reason: 'NETWORK', cause };
  }
}

/** Where this path of the api is. */
export function addressOf({ url }: Api, path: string): URL {
  return new URL(path, url.endsWith('/') ? url : `${url}/`);
}

/** What an answer that is not the wanted one comes to. */
export async function unwantedReply(response: Response): Promise<Unwanted> {
  return unwanted(await jsonOf(response), retryAfterMsOf(response));
}

/** Undefined where it is no JSON: it is not from us. */
function jsonOf(response: Response): Promise<unknown> {
  return response.json().catch(() => undefined);
}

/** Undefined where it is no image: it is not from us. */
async function imageOf(response: Response): Promise<Blob | undefined> {
  const blob = await response.blob();
  return blob.type.startsWith('image/') ? blob : undefined;
}

type Told = Partial<Record<keyof Problem, unknown>>;

function unwanted(reply: unknown, headerMs: number): Unwanted {
  const problem: Told = typeof reply === 'object' && reply !== null ? reply : {};
  // The header has whole seconds; what we ourselves say is to the millisecond.
  const ownMs = problem.retryAfterMs;
  const retryAfterMs = typeof ownMs === 'number' && ownMs >= 0 ? Math.min(ownMs, MOST_RETRY_MS) : headerMs;
  const code = isCode(problem.code) ? problem.code : undefined;
  if (code === undefined) return { kind: 'later', retryAfterMs, reason: 'NETWORK' };
  const { retry, sentence } = REFUSALS[code];
  const refusal = { refused: code, retry, message: messageOf(problem, sentence), ...toldBy(problem) };
  if (retry === 'later') return { kind: 'later', retryAfterMs, reason: code, refusal };
  return typeof problem.state === 'string'
    ? { kind: 'refused', refusal, state: problem.state }
    : { kind: 'refused', refusal };
}

function messageOf({ detail }: Told, sentence: string): string {
  return typeof detail === 'string' ? detail : sentence;
}

/** The instant, the room, the state and the items that a refusal is about, where it says so. */
function toldBy({ at, room, state, missing }: Told): Pick<Refusal, 'at' | 'room' | 'state' | 'missing'> {
  const place = room as Partial<OwnPlace> | null | undefined;
  const isPlace = typeof place?.roomId === 'string' && typeof place.label === 'string';
  return {
    ...(typeof at === 'number' ? { at } : {}),
    ...(isPlace ? { room: place as OwnPlace } : {}),
    ...(typeof state === 'string' ? { state } : {}),
    ...(Array.isArray(missing) ? { missing: missing.filter((item) => Number.isInteger(item)) } : {}),
  };
}

function isCode(code: unknown): code is RefusalCode {
  return typeof code === 'string' && Object.hasOwn(REFUSALS, code);
}

/** Seconds as ms. A date counts as one second: the device's clock may be wrong. */
function retryAfterMsOf({ headers }: Response): number {
  const header = headers.get('retry-after');
  if (header === null) return 0;
  return /^\d+$/.test(header) ? Math.min(Number(header) * 1_000, MOST_RETRY_MS) : 1_000;
}
