// The way of every request: who is it, may the role, the body, its shape, may it here, was it answered before, the work,
// the answer. Routes are declared in routes/ and know nothing of this. Every failure becomes a problem, exactly once.

import { hash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { isRefusal, type Refusal, type RefusalCode, refuse } from '../schema/refusals.ts';
import { tracedRequest } from '../tracing.ts';
import { checkRelation, relationFor } from './access.ts';
import { endWithJson } from './end-json.ts';
import { createRouteFinder, type MountedRoute } from './find-route.ts';
import { aboutOf, answerOnce, nameRequest, type Outcome } from './idempotency.ts';
import type { ApiParts } from './parts.ts';
import { type DetailedRefusal, refusalOfError, sendRefusal } from './problems.ts';
import { rateHeaders } from './rate-limits.ts';
import { bytesOfBody } from './raw-body.ts';
import { bodyOf } from './request-body.ts';
import type { GuardedRoute, PublicRoute, RawCall, Route, Sender } from './route.ts';
import { endOfTurn } from './turns.ts';
import { Versioned } from './versions.ts';
import { type Subject, whoIsIt } from './who-is-it.ts';

/** Serves these routes; what none of them is for goes on. */
export function mounted(routes: readonly MountedRoute[], parts: ApiParts): RequestHandler {
  const find = createRouteFinder(routes);
  return (request, response, next) => {
    const found = find(request.method, request.path);
    if (found === undefined) return next();
    request.params = { ...found.params };
    const { route, pattern } = found;
    const name = `${request.method} ${pattern}`;
    return tracedRequest(
      name,
      () => serve(route, pattern, parts, request, response),
      () => response.statusCode,
    );
  };
}

async function serve(
  route: Route,
  pattern: string,
  parts: ApiParts,
  request: Request,
  response: Response,
): Promise<void> {
  const startedAt = performance.now();
  try {
    const outcome = await outcomeOf(route, parts, request, response);
    await endOfTurn();
    if (isRefusal(outcome)) sendRefusal(response, outcome);
    else await send(response, outcome);
  } catch (error) {
    fail(pattern, parts, response, error);
  }
  const ms = performance.now() - startedAt;
  const { code } = response.locals;
  if (code !== undefined) parts.measures.refused(code as RefusalCode);
  parts.measures.answered(pattern, request.method, response.statusCode, ms / 1_000);
  parts.log.debug({ route: pattern, method: request.method, status: response.statusCode, ms }, 'request answered');
}

function outcomeOf(
  route: Route,
  parts: ApiParts,
  request: Request,
  response: Response,
): Promise<Outcome | DetailedRefusal> {
  return route.access === 'public'
    ? publicOutcome(route, parts, request, response)
    : guardedOutcome(route, parts, request, response);
}

async function publicOutcome(
  route: PublicRoute,
  parts: ApiParts,
  request: Request,
  response: Response,
): Promise<Outcome | DetailedRefusal> {
  const tooMany = counted(route, parts, request, response, undefined);
  if (tooMany) return tooMany;
  const body = await bodyOf(request, response, route.size);
  const prepared = route.prepare(rawCall(request, undefined, body, '', parts.now()));
  return isRefusal(prepared) ? prepared : work(route, prepared.handle);
}

async function guardedOutcome(
  route: GuardedRoute,
  parts: ApiParts,
  request: Request,
  response: Response,
): Promise<Outcome | DetailedRefusal> {
  const subject = await whoIsIt(parts, request.get('Authorization'), parts.now(), route.access === 'session.refresh');
  const tooMany = counted(route, parts, request, response, isRefusal(subject) ? undefined : subject);
  if (tooMany) return tooMany;
  if (isRefusal(subject)) return subject;
  const relation = relationFor(subject, route.access);
  if (isRefusal(relation)) return relation;
  const body = await takenBody(route, request, response);
  const name =
    route.repeat === 'keyless'
      ? undefined
      : nameRequest(parts.tokens, subject.subjectId, request.get('Idempotency-Key'), askedOf(request, body));
  if (isRefusal(name)) return name;
  const seed = name === undefined ? '' : parts.tokens.digest(`${name.id} ${name.hash}`).toString('base64url');
  const prepared = route.prepare(rawCall(request, subject, body, seed, parts.now()));
  if (isRefusal(prepared)) return prepared;
  const target = await prepared.target();
  if (isRefusal(target)) return target;
  const denied = checkRelation(subject, relation, target);
  if (denied) return denied;
  if (name === undefined || route.repeat === 'keyless') return work(route, prepared.handle);
  return answerOnce(parts, name, route.repeat, () => work(route, prepared.handle), aboutOf(target));
}

/** What a repeat has to be the same in. */
function askedOf({ method, path, query }: Request, body: unknown): unknown[] {
  return [method, path, query, body instanceof Uint8Array ? hashOf(body) : (body ?? null)];
}

/** In the place of bytes, which as JSON would be much longer. */
function hashOf(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'base64url');
}

/** Counts it for who asks; what is left stands in the answer's headers. A right token is never held up by its address. */
function counted(
  route: Route,
  parts: ApiParts,
  request: Request,
  response: Response,
  subject: Subject | undefined,
): Refusal | undefined {
  if (route.uncounted) return undefined;
  const now = parts.now();
  const rate =
    subject === undefined
      ? parts.rates.take('address', request.ip ?? '', now)
      : parts.rates.take('person', `${subject.role} ${subject.subjectId}`, now);
  for (const [name, value] of rateHeaders(rate)) response.setHeader(name, value);
  return rate.isOver ? refuse('RATE_EXCEEDED', undefined, rate.resetS * 1_000) : undefined;
}

/** What comes as a stream is not read here: the handler does, after it was asked who may. */
function takenBody(route: GuardedRoute, request: Request, response: Response): Promise<unknown> | Request {
  if (route.takes === 'stream') return request;
  return route.takes === undefined
    ? bodyOf(request, response, route.size)
    : bytesOfBody(request, response, route.takes);
}

function rawCall<Who>(request: Request, subject: Who, body: unknown, seed: string, now: number): RawCall<Who> {
  const { params, query, ip: address = '' } = request;
  const userAgent = request.get('User-Agent') ?? '';
  const lastEventId = request.get('Last-Event-ID') ?? '';
  const origin = `${request.protocol}://${request.get('Host') ?? ''}`;
  const ifMatch = request.get('If-Match');
  return {
    subject,
    params: { ...params },
    query: { ...query },
    body,
    seed,
    address,
    origin,
    userAgent,
    ifMatch,
    lastEventId,
    now,
  };
}

async function work(route: Route, handle: () => Promise<unknown>): Promise<Outcome | Refusal> {
  const result = await handle();
  return isRefusal(result) ? result : { status: route.reply.status, result };
}

async function send(response: Response, { status, result }: Outcome): Promise<void> {
  response.status(status);
  if (isSender(result)) await result(response);
  else if (status === 204) response.end();
  else if (result instanceof Versioned) endWithJson(response.set('ETag', result.etag), JSON.stringify(result.view));
  else endWithJson(response, JSON.stringify(result));
}

function isSender(result: unknown): result is Sender {
  return typeof result === 'function';
}

/** A fault is logged under the request's id, and the answer says the id and nothing else. */
export function fail(
  pattern: string,
  parts: Pick<ApiParts, 'log' | 'measures'>,
  response: Response,
  error: unknown,
): void {
  const { refusal, isFault } = refusalOfError(error);
  if (isFault) {
    parts.measures.failed(pattern);
    parts.log.error({ err: error, route: pattern }, 'request failed');
  }
  if (response.headersSent) response.destroy();
  else sendRefusal(response, refusal, isFault);
}
