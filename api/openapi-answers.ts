// What a route answers, as OpenAPI writes it: its reply, and each problem that it may answer with, by status with the codes
// that are possible there. Called by openapi.ts.
import { REFUSALS, type RefusalCode } from '../schema/refusals.ts';
import { Problem } from '../schema/replies.ts';
import { type Json, referenceTo } from './openapi-schemas.ts';
import type { Route } from './route.ts';

/** What any route may refuse that asks who it is, or takes a body. */
const GUARDED: readonly RefusalCode[] = ['LOGIN_REQUIRED', 'PERMISSION_DENIED'];
const ALWAYS: readonly RefusalCode[] = ['REQUEST_INVALID', 'STORE_AWAY', 'INTERNAL'];
const KEYED: readonly RefusalCode[] = ['KEY_MISSING', 'KEY_REUSED', 'BUSY'];

/** Every status that the route may answer with. */
export function responsesOf(route: Route): Json {
  const { status, type, schema } = route.reply;
  const content =
    type === 'nothing'
      ? {}
      : { content: { [type]: { schema: schema === null ? withoutJson(type) : referenceTo(schema) } } };
  const partly = route.ranged
    ? { 206: { description: 'The range that was asked for.', ...content }, 304: { description: 'Not changed.' } }
    : {};
  return { [status]: { description: route.summary, ...headersOf(route), ...content }, ...partly, ...problemsOf(route) };
}

/** What is not JSON is text or bytes; a stream is described by one of its events. */
function withoutJson(type: string): Json {
  if (type !== 'text/event-stream') return { type: 'string' };
  const text = { type: 'string' };
  const properties = { id: text, event: text, data: { ...text, description: 'JSON' } };
  return { type: 'object', description: 'Each event.', properties, required: ['event', 'data'] };
}

const RATE_HEADERS = ['RateLimit', 'RateLimit-Policy'];

/** Headers of every answer, and of those that are counted. */
export const HEADERS = {
  'X-Request-Id': header('under which the logs of all processes have this request'),
  'RateLimit-Policy': header('the policy by which the request was counted: "person" or "address", q a minute'),
  RateLimit: header('of that policy: r are left, and t seconds later there are all again'),
};

function header(description: string): Json {
  return { description, schema: { type: 'string' } };
}

function headersOf(route: Route): Json {
  const names = ['X-Request-Id', ...(route.uncounted ? [] : RATE_HEADERS)];
  return { headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])) };
}

/** All that the route may refuse with, those that it does not name itself too. */
export function refusalsOf(route: Route): ReadonlySet<RefusalCode> {
  const codes = new Set<RefusalCode>([...ALWAYS, ...(route.access === 'public' ? [] : GUARDED), ...route.refusals]);
  if (route.repeat !== 'keyless') for (const code of KEYED) codes.add(code);
  if (route.version === 'asked' || route.version === 'needed') codes.add('VERSION_CHANGED');
  if (route.version === 'needed') codes.add('IF_MATCH_MISSING');
  if (!route.uncounted) codes.add('RATE_EXCEEDED');
  if (route.method !== 'get') codes.add('REQUEST_TOO_LARGE');
  return codes;
}

function problemsOf(route: Route): Json {
  const named = problemsByStatus(route).map(([status, codes]) => [
    status,
    { $ref: `#/components/responses/${nameOf(codes)}` },
  ]);
  return Object.fromEntries(named);
}

function problemsByStatus(route: Route): [number, RefusalCode[]][] {
  return [...Map.groupBy(refusalsOf(route), (code) => REFUSALS[code].status)];
}

function nameOf(codes: readonly RefusalCode[]): string {
  return codes.join('.');
}

/** The problems of all routes, each set of codes that come with one status once. */
export function namedProblems(routes: readonly Route[]): Json {
  const found = routes.flatMap(problemsByStatus).map(([status, codes]) => [nameOf(codes), problem(status, codes)]);
  return Object.fromEntries(found);
}

/** The one shape of all problems, with the codes that are possible here. */
function problem(status: number, codes: readonly RefusalCode[]): Json {
  const here = { properties: { status: { const: status }, code: { enum: codes } } };
  const content = { 'application/problem+json': { schema: { ...referenceTo(Problem), ...here } } };
  return { description: codes.join(', '), content };
}
