// The api on a free port, over a real store and Redis, with a stand-in only for the directory of rooms. Every answer
// that comes through `call` is compared with what the route has declared. Called by the tests of api/.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';
import { createApi, createParts } from '../../api/app.ts';
import type { ApiConfig, HttpRoad, RoomDirectory } from '../../api/parts.ts';
import type { Route } from '../../api/route.ts';
import { apiRoutes, plainRoutes } from '../../api/routes.ts';
import { hashOfToken, newSecretToken } from '../../api/tokens.ts';
import { namedRequest } from '../../request-id.ts';
import type { DeviceQuestion } from '../../schema/device-change.ts';
import type { SessionDocument } from '../../schema/documents/people.ts';
import { newId } from '../../schema/ids.ts';
import type { LogEntry } from '../../schema/jobs.ts';
import type { RefusalCode } from '../../schema/refusals.ts';
import { Problem } from '../../schema/replies.ts';
import type { SeatAuth } from '../../schema/reservations.ts';
import type { Bucket } from '../../store/bucket-blobs.ts';
import { openBlobs } from '../../store/open-blobs.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

export type Sent = {
  token?: string | undefined;
  /** Text and bytes go as they are, everything else as JSON. */
  body?: unknown;
  /** The Idempotency-Key; a new one where it is left out, none where it is null. */
  key?: string | null;
  headers?: Record<string, string>;
};
export type Answered = { status: number; headers: Headers; body: never; text: string };
export type Question = { roomId: string; question: DeviceQuestion };
export type Seat = { roomId: string; auth: SeatAuth };

export type RunningApi = {
  readonly url: string;
  readonly store: Store;
  /** Of the store's own database, for who looks into it past the store. */
  readonly storeUrl: string;
  readonly redis: Redis;
  readonly redisUrl: string;
  readonly config: ApiConfig;
  readonly routes: readonly { readonly prefix: string; readonly route: Route }[];
  /** What the stand-in directory was asked. */
  readonly seats: Seat[];
  readonly questions: Question[];
  readonly hints: string[];
  /** What the stand-in road was given. */
  readonly travelled: unknown[];
  readonly logs: Omit<LogEntry, 'logId'>[];
  readonly statistics: string[];
  /** Incidents of which the rooms were told, by their ids. */
  readonly changedIncidents: string[];
  readonly logged: Record<string, unknown>[];
  call(method: string, path: string, sent?: Sent): Promise<Answered>;
  /** A bearer token of a staff session made for it. */
  session(given: Partial<SessionDocument>): Promise<string>;
  adminToken(): Promise<string>;
  stop(): Promise<void>;
};

/** `reserve` replaces the stand-in's seat, `mayChangeDevice` its word about another device, which is that it waits; `decorate` may break the store on purpose; `now` is another clock. */
export type ApiGiven = {
  config?: Partial<ApiConfig>;
  reserve?: RoomDirectory['reserve'];
  mayChangeDevice?: RoomDirectory['mayChangeDevice'];
  /** Replaces parts of the stand-in road, on which everything is well. */
  road?: Partial<HttpRoad>;
  decorate?: (store: Store) => Store;
  now?: () => number;
  isLeaving?: () => boolean;
  monitorEveryMs?: number;
  /** The least that is collected; warnings unless it is said. */
  logLevel?: 'debug' | 'warn';
  monitorStreams?: number;
  /** Where uploads lie, if not in the folder. */
  bucket?: Bucket;
  /** Another one that runs: this is a second process of the api beside it, on the same stores. */
  beside?: RunningApi;
};

export async function startApi(name: string, given: ApiGiven = {}): Promise<RunningApi> {
  const storeUrl = given.beside?.storeUrl ?? (await mongodbUrl(`${name}-${newId()}`));
  const store = await openStore({ url: storeUrl, autoIndex: true, paperKey: TEST_PAPER_KEY });
  const sharedRedis = given.beside?.redisUrl ?? (await redisUrl());
  const redis = new Redis(sharedRedis, { maxRetriesPerRequest: 1 });
  const seats: Seat[] = [];
  const questions: Question[] = [];
  const hints: string[] = [];
  const travelled: unknown[] = [];
  const logs: Omit<LogEntry, 'logId'>[] = [];
  const statistics: string[] = [];
  const changedIncidents: string[] = [];
  const logged: Record<string, unknown>[] = [];
  const config = await configOf(given.config);
  const options = {
    store: given.decorate?.(store) ?? store,
    redis,
    blobs: openBlobs({ dataDir: config.dataDir, bucket: given.bucket }),
    config,
    directory: standIn(seats, questions, hints, given),
    road: { ...standInRoad(travelled), ...given.road },
    recorder: { log: (entry: Omit<LogEntry, 'logId'>) => void logs.push(entry) },
    incidents: { changed: ({ _id }: { _id: string }) => void changedIncidents.push(_id) },
    queues: { statistics: async ({ planId }: { planId: string }) => void statistics.push(planId) },
    isLeaving: given.isLeaving ?? (() => false),
    ...(given.monitorEveryMs === undefined ? {} : { monitorEveryMs: given.monitorEveryMs }),
    ...(given.monitorStreams === undefined ? {} : { monitorStreams: given.monitorStreams }),
    now: given.now ?? Date.now,
    log: collecting(logged, given.logLevel),
  };
  const server = createServer(createApi({ ...options, metrics: new Registry() }));
  const parts = createParts({ ...options, metrics: new Registry() });
  const routes = [
    ...apiRoutes(parts).map((route) => ({ prefix: '/v1', route })),
    ...plainRoutes(parts).map((route) => ({ prefix: '', route })),
  ];
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const session = async (fields: Partial<SessionDocument>): Promise<string> => {
    const token = newSecretToken();
    const base = { kind: 'session', role: 'admin', subjectId: newId() } as const;
    const times = { expiresAt: options.now() + 600_000, createdAt: new Date() };
    await store.sessions.create({ ...base, ...times, ...fields, _id: hashOfToken(token) });
    return token;
  };
  return {
    ...{
      url,
      store,
      storeUrl,
      redis,
      redisUrl: sharedRedis,
      config,
      routes,
      seats,
      questions,
      hints,
      travelled,
      logs,
      statistics,
      changedIncidents,
      logged,
      session,
    },
    adminToken: () => session({}),
    call: async (method, path, sent = {}) => checked(routes, method, path, await call(url, method, path, sent)),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      redis.disconnect();
      await store.close();
    },
  };
}

async function configOf(given: Partial<ApiConfig> | undefined): Promise<ApiConfig> {
  return {
    secret: 'a secret of a test, long enough for it',
    publicUrl: '',
    secure: false,
    roomAddresses: [],
    origins: ['https://exam.example'],
    trustedProxies: ['loopback'],
    enterInFlight: 64,
    sessionMs: 3_600_000,
    startAheadMs: 3_000,
    dataDir: await testFolder(),
    rates: { person: 1_000_000, address: 1_000_000 },
    virusHook: undefined,
    fileQuota: { planBytes: 1_000_000, personBytes: 500_000 },
    ...given,
  };
}

function standIn(
  seats: Seat[],
  questions: Question[],
  hints: string[],
  { reserve, mayChangeDevice }: Pick<ApiGiven, 'reserve' | 'mayChangeDevice'>,
): RoomDirectory {
  return {
    async reserve(roomId, auth) {
      seats.push({ roomId, auth });
      return reserve?.(roomId, auth) ?? { name: 'exam', sessionId: newId(), roomId, processId: 'p1' };
    },
    hintHeld(roomId, examineeId) {
      hints.push(`held ${roomId} ${examineeId}`);
    },
    async mayChangeDevice(roomId, question) {
      questions.push({ roomId, question });
      return mayChangeDevice?.(roomId, question) ?? { verdict: 'waits', retryAfterMs: 3_000 };
    },
    async hintControls(planId) {
      hints.push(planId);
    },
    async hintAssignments(planId) {
      hints.push(planId);
    },
    async hintPlan(planId) {
      hints.push(planId);
    },
  };
}

function standInRoad(travelled: unknown[]): HttpRoad {
  const nothing = { superseded: [], pending: [], refusals: [], retryAfterMs: 2_000 };
  const clock = { startsAt: 1, deadlineAt: 2, heldSince: 0, locked: false };
  return {
    async answers(...given) {
      travelled.push(['answers', ...given]);
      return { saved: given[2].map(({ item, revision }) => [item, revision]), ...nothing };
    },
    async submit(...given) {
      travelled.push(['submit', ...given]);
      return { submittedAt: 1, revisions: given[2].map(([item, revision]) => [item, revision]) };
    },
    async session(...given) {
      travelled.push(['session', ...given]);
      return { liveForMs: 0 };
    },
    written(...given) {
      travelled.push(['written', ...given]);
    },
    async standing(...given) {
      travelled.push(['standing', ...given]);
      return { status: 'answering', admission: 'admitted', room: { status: 'running', ...clock }, controls: [] };
    },
  };
}

function collecting(logged: Record<string, unknown>[], level = 'warn'): Logger {
  return pino(
    { level, mixin: () => ({ ...namedRequest() }) },
    { write: (line: string) => void logged.push(JSON.parse(line)) },
  );
}

async function call(url: string, method: string, path: string, sent: Sent): Promise<Answered> {
  const headers: Record<string, string> = { ...sent.headers };
  if (sent.token !== undefined) headers.authorization = `Bearer ${sent.token}`;
  if (method === 'POST' && sent.key !== null) headers['idempotency-key'] ??= sent.key ?? newId();
  if (sent.body !== undefined) headers['content-type'] ??= 'application/json';
  const isWritten = typeof sent.body === 'string' || sent.body instanceof Uint8Array;
  const body = (isWritten ? sent.body : JSON.stringify(sent.body)) as string | Uint8Array<ArrayBuffer>;
  const response = await fetch(url + path, { method, headers, ...(sent.body === undefined ? {} : { body }) });
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (isStream) await response.body?.cancel(); // it has no end
  const text = isStream ? '' : await response.text();
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (isJson ? JSON.parse(text) : undefined) as never,
  };
}

/** What any guarded or bodied route may refuse without naming it. */
const ALWAYS: RefusalCode[] = [
  'REQUEST_INVALID',
  'REQUEST_TOO_LARGE',
  'STORE_AWAY',
  'INTERNAL',
  'ROUTE_UNKNOWN',
  'METHOD_REFUSED',
];
/** Statuses of refusals of what was sent, whatever state things are in. */
const ABOUT_INPUT = [400, 405, 413, 415, 416, 422, 428];
const GUARDED: RefusalCode[] = ['LOGIN_REQUIRED', 'PERMISSION_DENIED'];
const VERSIONED: RefusalCode[] = ['VERSION_CHANGED', 'IF_MATCH_MISSING'];
const KEYED: RefusalCode[] = ['KEY_MISSING', 'KEY_REUSED', 'BUSY'];

function checked(routes: RunningApi['routes'], method: string, path: string, answered: Answered): Answered {
  const found = routes.find(({ prefix, route }) => matches(prefix, route, method, path.split('?')[0] ?? ''));
  if (answered.status >= 400 && found?.route.path !== '/ready') checkProblem(found?.route, answered);
  else if (found) checkReply(found.route, answered);
  return answered;
}

function matches(prefix: string, { method, path }: Route, asked: string, askedPath: string): boolean {
  if (method.toUpperCase() !== asked) return false;
  return new RegExp(`^${prefix}${path.replace(/:\w+/g, '[^/]+')}$`).test(askedPath);
}

function checkProblem(route: Route | undefined, { status, headers, body }: Answered): void {
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json/);
  const problem = Problem.parse(body);
  assert.equal(problem.status, status);
  assert.equal(problem.instance, `urn:examhall:request:${headers.get('x-request-id')}`);
  const declared = [
    ...ALWAYS,
    ...(route?.access === 'public' ? [] : GUARDED),
    ...(route?.repeat === 'keyless' ? [] : KEYED),
    ...(route?.version === 'asked' || route?.version === 'needed' ? VERSIONED : []),
    ...(route?.uncounted ? [] : (['RATE_EXCEEDED'] as const)),
    ...(route?.refusals ?? []),
  ];
  assert.ok(declared.includes(problem.code), `${route?.path} does not declare that it refuses ${problem.code}`);
  assert.equal(headers.has('retry-after'), problem.retry === 'later');
  if (ABOUT_INPUT.includes(status)) checkAllowed(problem);
}

/** Whoever sent what is not taken is told what is: in general, or at each wrong place. */
function checkAllowed({ code, allowed = [], errors = [] }: Problem): void {
  const isTold = allowed.length > 0 || (errors.length > 0 && errors.every((error) => isSaid(error.allowed)));
  assert.ok(isTold, `${code} does not say what is allowed: ${JSON.stringify(errors)}`);
}

function isSaid(allowed: Record<string, unknown> | undefined): boolean {
  return allowed !== undefined && Object.keys(allowed).length > 0;
}

function checkReply(route: Route, { status, headers, body, text }: Answered): void {
  if (route.path === '/ready') return;
  assert.equal(status, route.reply.status, text);
  if (route.version !== undefined && text !== '') assert.match(headers.get('etag') ?? '', /^"[\w-]{22}"$/, route.path);
  if (route.reply.type === 'nothing') assert.equal(text, '');
  else
    assert.ok(
      route.reply.type === '*/*' || headers.get('content-type')?.startsWith(route.reply.type.replace('*', '')),
      `${route.path}: ${headers.get('content-type')}`,
    );
  if (route.reply.schema !== null) route.reply.schema.parse(body);
}
