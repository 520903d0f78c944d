// A refusal or a fault → RFC 9457 problem+json. A refusal says what is wrong and when to try again; a fault says nothing
// but the request's id, under which the log has the rest. Nothing of a stack, a query or a path ever leaves. Called by serve.ts.
import type { Response } from 'express';
import { allowedBy, allowing, isRefusal, REFUSALS, type Refusal, RefusalError, refuse } from '../schema/refusals.ts';
import type { Problem } from '../schema/replies.ts';
import { StoreFault } from '../store/fault.ts';
import { REQUEST_ID_HEADER } from './edge.ts';

/** A refusal with what only HTTP shows: the members that were wrong. */
export type DetailedRefusal = Refusal & {
  readonly errors?: readonly { path: string; message: string; allowed?: Record<string, unknown> }[];
  /** What is there instead of the version that was named, and its tag. */
  readonly current?: unknown;
  readonly etag?: string;
};

const TYPE = 'urn:examhall:refusal:';
const INSTANCE = 'urn:examhall:request:';
const DEFAULT_RETRY_MS = 1_000;

/** The problem that a refusal is shown as; `isFault`: nobody's request is wrong, and the log has more. */
export function problemOf(refusal: DetailedRefusal, requestId: string, isFault = false): Problem {
  const { status, sentence } = REFUSALS[refusal.refused];
  const allowed = refusal.allowed ?? allowedBy(refusal.refused);
  return {
    type: `${TYPE}${refusal.refused}`,
    title: sentence,
    status,
    detail: refusal.message,
    instance: `${INSTANCE}${requestId}`,
    code: refusal.refused,
    retry: refusal.retry,
    ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
    ...(refusal.state === undefined ? {} : { state: refusal.state }),
    ...(refusal.at === undefined ? {} : { at: refusal.at }),
    ...(refusal.room === undefined ? {} : { room: refusal.room }),
    ...(allowed === undefined ? {} : { allowed: [...allowed] }),
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors.map((error) => ({ ...error })) }),
    ...(refusal.missing === undefined ? {} : { missing: [...refusal.missing] }),
    ...(refusal.current === undefined ? {} : { current: refusal.current }),
    ...(isFault ? { id: requestId } : {}),
  };
}

/** Sends a refusal, with Retry-After where coming back makes sense. */
export function sendRefusal(response: Response, refusal: DetailedRefusal, isFault = false): void {
  const problem = problemOf(refusal, String(response.getHeader(REQUEST_ID_HEADER) ?? ''), isFault);
  response.locals.code = problem.code; // for the figures
  response.status(problem.status).set('Cache-Control', 'no-store');
  if (problem.retry === 'later')
    response.set('Retry-After', String(secondsOf(refusal.retryAfterMs ?? DEFAULT_RETRY_MS)));
  if (refusal.etag !== undefined) response.set('ETag', refusal.etag);
  if (refusal.refused === 'METHOD_REFUSED') response.set('Allow', problem.allowed?.join(', ') ?? '');
  if (problem.status === 401) response.set('WWW-Authenticate', 'Bearer');
  response.type('application/problem+json').send(JSON.stringify(problem));
}

function secondsOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

/**
 * What an error that was thrown is shown as: a refusal that was carried, a bad body, STORE_AWAY where the store does not answer,
 * or INTERNAL. The last two are faults, for the log.
 */
export function refusalOfError(error: unknown): { readonly refusal: DetailedRefusal; readonly isFault: boolean } {
  if (error instanceof RefusalError) return { refusal: error.refusal, isFault: false };
  if (isRefusal(error)) return { refusal: error, isFault: false };
  const refusal = refusalOfBadRequest(error);
  if (isStoreAway(error)) return { refusal: refuse('STORE_AWAY'), isFault: true };
  return refusal === undefined ? { refusal: refuse('INTERNAL'), isFault: true } : { refusal, isFault: false };
}

function isStoreAway(error: unknown): boolean {
  return error instanceof StoreFault && error.code === 'STORE_UNAVAILABLE';
}

/** Errors of Express and its body parser are the sender's: they carry a status below 500. */
function refusalOfBadRequest(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  if (error.status === 413) {
    const most = 'limit' in error ? [`at most ${error.limit} bytes`] : undefined;
    return most === undefined ? refuse('REQUEST_TOO_LARGE') : allowing(most, refuse('REQUEST_TOO_LARGE'));
  }
  return error.status >= 400 && error.status < 500
    ? allowing(['JSON in UTF-8'], refuse('REQUEST_INVALID', 'It could not be read as JSON in UTF-8.'))
    : undefined;
}
