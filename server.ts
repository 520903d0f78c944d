// The composition root: one process of examhall with the roles that its settings name. Reads the settings, connects,
// puts the parts together, serves, and takes everything down in order. Nothing imports it.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { format } from 'node:util';
import { matchMaker } from '@colyseus/core';
import { WebSocketTransport } from '@colyseus/ws-transport';
import express from 'express';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { startAlarms } from './alarms/start.ts';
import { createApi } from './api/app.ts';
import { createLeaveTaking, type LeaveTaking } from './api/leave-taking.ts';
import { createSecureServer } from './certificate.ts';
import { type Config, ConfigError, examineConfig, readConfig } from './config.ts';
import { openInsidePages } from './inside-pages.ts';
import { followLogOrders, type LogOrders } from './log-orders.ts';
import { alone, countsOf, createMetrics, gaugeOf } from './metrics.ts';
import { requireWholeStore, weaknessesFound } from './operations.ts';
import { showProcess } from './process-figures.ts';
import { createProcessLog, type ProcessLog } from './process-log.ts';
import { startProcessReport } from './process-report.ts';
import { openQueueDoor, type QueueDoor } from './queue-door.ts';
import { openRedis } from './redis-connection.ts';
import { currentRequestId } from './request-id.ts';
import { openPresence } from './rooms/channels.ts';
import { createRoomDirectory, placeRoom } from './rooms/directory.ts';
import { createDurableAnswers } from './rooms/durable-answers.ts';
import { createHttpRoad } from './rooms/http-road.ts';
import { openIncidentQueue } from './rooms/incident-queue.ts';
import { createLiveSheets } from './rooms/live-sheets.ts';
import { type RoomsRole, startRooms } from './rooms/main.ts';
import { OwnedDriver } from './rooms/owned-driver.ts';
import { createPlanCatalogue } from './rooms/plan-catalogue.ts';
import { createRecorder } from './rooms/recorder.ts';
import { REDIS_PATIENCE } from './rooms/redis-patience.ts';
import { openSeatDesk } from './rooms/seat-desk.ts';
import { newId } from './schema/ids.ts';
import type { StatisticsJob } from './schema/jobs.ts';
import { LIMITS } from './schema/limits.ts';
import { startServerClock } from './server-clock.ts';
import type { BlobStore } from './store/blobs.ts';
import { openBlobs } from './store/open-blobs.ts';
import { openStore, type Store } from './store/open-store.ts';
import { nameQueries } from './store/query-sources.ts';
import { startTracing } from './tracing.ts';
import { VERSION } from './version.ts';
import { startWorkers } from './workers/main.ts';

/** Above a proxy's, so that no request meets a socket that is just closing. */
const KEEP_ALIVE_MS = 65_000;
const KEPT_FAILED = 100;

/** `renew`: on SIGHUP; `flip`: on SIGUSR2. */
type Part = { readonly name: string; stop(): Promise<void>; renew?(): void; flip?(): void };

type Serving = {
  readonly port: number;
  /** Hands over what other processes can have, while everything still serves. Bounded; twice does not help. */
  drain(): Promise<void>;
};

/** Starts the roles in order; each part that has started is stopped in the opposite order. */
async function serve(config: Config, processLog: ProcessLog, parts: Part[]): Promise<Serving> {
  const { log } = processLog;
  if (config.namesQueries) nameQueries();
  if (config.traces !== undefined) {
    const { roles, traces } = config;
    parts.push({ name: 'traces', ...startTracing({ ...traces, roles, version: VERSION, log }) });
  }
  const store = await openStore({ url: config.mongodbUrl, paperKey: config.paperKey });
  parts.push({ name: 'store', stop: () => store.close() });
  await requireWholeStore(store);
  await store.ensureIndexes();
  const blobs = openBlobs(config);
  const redis = connect(config, log);
  parts.push({ name: 'redis', stop: async () => redis.disconnect() });
  const clock = await startServerClock({ store, log, strict: config.roles.includes('rooms') });
  parts.push({ name: 'clock', stop: async () => clock.stop() });
  const { now } = clock;
  const mayTakeRooms = () => !clock.isOff();
  const processId = newId();
  const logOrders = followLogOrders({ redis, processId, processLog, now });
  parts.push({ name: 'log orders', stop: () => logOrders.stop(), flip: logOrders.flip });
  const connections: Connections = {
    ...{ store, redis, blobs, metrics: createMetrics(), now, mayTakeRooms },
    ...{ processId, logLevel: logOrders.current },
  };
  const { dataDir } = config;
  const { lines } = processLog;
  const figures = showProcess({ registry: connections.metrics, store, redis, dataDir, clock, lines, log });
  parts.push({ name: 'figures', stop: () => figures.stop() });
  const serving = await serveRoles(config, log, connections, parts);
  const { metrics: registry } = connections;
  const { alarms: settings, roles } = config;
  const alarms = await startAlarms({ settings, registry, redis, roles, version: VERSION, now, log });
  if (alarms !== undefined) parts.push({ name: 'alarms', stop: () => alarms.stop() });
  return serving;
}

async function serveRoles(config: Config, log: Logger, connections: Connections, parts: Part[]): Promise<Serving> {
  if (config.roles.includes('workers')) await addWorkers(config, log, connections, parts);
  if (config.roles.length === 1 && config.roles[0] === 'workers') {
    parts.push(reporting(config, log, connections, undefined));
    const server = openServer(config, log, connections.metrics, parts).on('request', plainApp(connections.metrics));
    const port = await listen(server, config, parts);
    return { port, drain: async () => {} }; // jobs that are under way end in its stop
  }
  return serveExams(config, log, connections, parts);
}

type Connections = {
  readonly store: Store;
  readonly redis: Redis;
  readonly blobs: BlobStore;
  readonly metrics: Registry;
  now(): number;
  mayTakeRooms(): boolean;
  /** Under which monitors see this process, and what they see of its log. */
  readonly processId: string;
  readonly logLevel: LogOrders['current'];
};

/** What monitors show of this process. */
function reporting({ roles }: Config, log: Logger, connections: Connections, rooms: RoomsRole | undefined): Part {
  const { redis, now, processId, logLevel } = connections;
  const report = startProcessReport({ redis, roles, log, now, rooms, processId, logLevel });
  return { name: 'process report', stop: () => report.stop() };
}

async function addWorkers(
  config: Config,
  log: Logger,
  { store, metrics, now }: Connections,
  parts: Part[],
): Promise<void> {
  const { redisUrl, dataDir, bucket, virusHook, secret, workerConcurrency: concurrency } = config;
  const workers = await startWorkers({
    store,
    redisUrl,
    dataDir,
    bucket,
    virusHook,
    secret,
    concurrency,
    log: log.child({ role: 'workers' }),
    metrics,
    now,
  });
  parts.push({ name: 'workers', stop: () => workers.stop() });
}

/** The api and the rooms share the matchmaker; a process without the rooms role never takes one. */
async function serveExams(config: Config, log: Logger, connections: Connections, parts: Part[]): Promise<Serving> {
  const { store, redis, metrics, now, mayTakeRooms } = connections;
  const takesRooms = config.roles.includes('rooms');
  const driver = new OwnedDriver(redis, () => matchMaker.processId, log);
  await matchMaker.setup(openPresence(config.redisUrl), driver, config.publicAddress, placeRoom);
  const rooms = takesRooms
    ? await startRooms({
        store,
        redisUrl: config.redisUrl,
        log: log.child({ role: 'rooms' }),
        metrics,
        now,
        mayTakeRooms,
      })
    : undefined;
  const leaving = createLeaveTaking(config.leaveMs);
  const isApi = config.roles.includes('api');
  parts.push(reporting(config, log, connections, rooms));
  const app = isApi ? await addApi(config, log, { ...connections, ...leaving }, driver, parts) : plainApp(metrics);
  const server = openServer(config, log, metrics, parts).on('request', app);
  leaving.watch(server);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  if (takesRooms) acceptSockets(server, config);
  await matchMaker.accept(!takesRooms);
  const port = await listen(server, config, parts);
  if (rooms !== undefined) parts.push({ name: 'rooms', stop: () => rooms.stop() });
  parts.push({ name: 'matchmaker', stop: () => matchMaker.gracefullyShutdown() });
  if (isApi) parts.push({ name: 'api', stop: () => leaving.leave(server) });
  return {
    port,
    async drain() {
      if (rooms !== undefined && config.drainMs > 0) await drainRooms(rooms, config, log);
    },
  };
}

async function drainRooms(rooms: RoomsRole, { drainMs }: Config, log: Logger): Promise<void> {
  const from = performance.now();
  log.info({ rooms: rooms.roomCount(), clients: rooms.clientCount() }, 'draining');
  const drained = await rooms.drain(drainMs);
  log.info({ ...drained, ms: Math.round(performance.now() - from) }, 'drained');
}

async function addApi(
  config: Config,
  log: Logger,
  { store, redis, blobs, metrics, now, mayTakeRooms, isLeaving }: Connections & Pick<LeaveTaking, 'isLeaving'>,
  driver: OwnedDriver,
  parts: Part[],
): Promise<express.Application> {
  const desk = await openSeatDesk(redis, config.redisUrl, matchMaker.processId, log);
  const statistics = openQueueDoor('statistics', redis, log);
  const recorder = createRecorder(config.redisUrl, store, `${matchMaker.processId}-api`, log);
  const incidents = openIncidentQueue(redis, `${matchMaker.processId}-api`, log);
  parts.push(
    { name: 'seat desk', stop: async () => desk.stop() },
    { name: 'recorder', stop: () => recorder.stop() },
    { name: 'statistics queue', stop: () => statistics.close() },
    { name: 'incidents queue', stop: () => incidents.stop() },
  );
  const directory = createRoomDirectory(redis, driver, desk, log);
  countsOf(metrics, 'examhall_takeovers_total', () => alone(directory.takeoverCount()));
  const liveSheets = createLiveSheets(redis, log);
  parts.push({ name: 'live sheets', stop: async () => liveSheets.stop() });
  const durable = createDurableAnswers({
    store,
    catalogue: createPlanCatalogue(store),
    now,
    isClockSure: mayTakeRooms,
    written(planId, examineeId) {
      liveSheets.drop(planId, [examineeId]);
      directory.hintWritten(examineeId);
    },
  });
  const inside = config.hasInsidePages ? await openInsidePages(config.redisUrl, log) : undefined;
  if (inside !== undefined) parts.push({ name: 'inside pages', stop: inside.stop });
  return createApi({
    store,
    directory,
    road: createHttpRoad(directory, durable),
    redis,
    blobs,
    recorder,
    incidents,
    queues: { statistics: (job) => addStatistics(statistics, job) },
    config,
    ...(inside === undefined ? {} : { insidePages: inside.pages }),
    isLeaving,
    now,
    log: log.child({ role: 'api' }),
    metrics,
  });
}

async function addStatistics(door: QueueDoor, job: StatisticsJob): Promise<void> {
  const requestId = currentRequestId();
  const requested = requestId === undefined ? job : { ...job, requestIds: [requestId] };
  const queue = await door.opened();
  await queue.add('statistics', requested, { removeOnComplete: true, removeOnFail: { count: KEPT_FAILED } });
}

/** The app of a process without the api: whether it lives, and its figures. */
function plainApp(metrics: Registry): express.Application {
  const app = express();
  app.disable('x-powered-by');
  app.get('/health', (_request, response) => void response.json({ status: 'ok' }));
  app.get(
    '/metrics',
    async (_request, response) => void response.type(metrics.contentType).send(await metrics.metrics()),
  );
  return app;
}

/** Of https where this process has a certificate, else of http. */
function openServer({ tls }: Config, log: Logger, metrics: Registry, parts: Part[]): Server {
  if (tls === undefined) return createServer();
  const { server, reload, leftSeconds, stop } = createSecureServer(tls, log);
  gaugeOf(metrics, 'examhall_certificate_left_seconds', () => alone(leftSeconds()));
  parts.push({ name: 'certificate', stop: async () => stop(), renew: reload });
  return server;
}

/** The rooms' sockets. Pings are off: the rooms have a heartbeat of their own, which does not stall the loop. */
function acceptSockets(server: Server, config: Config): void {
  const allowed = [...config.origins, ...(URL.canParse(config.publicUrl) ? [new URL(config.publicUrl).origin] : [])];
  const verifyClient = ({ req }: { req: IncomingMessage }) =>
    isAllowedOrigin(req.headers.origin, req.headers.host, allowed);
  server.prependListener('upgrade', (_request, socket) => joinFirstFrames(socket));
  new WebSocketTransport({ server, maxPayload: LIMITS.messageBytes, pingInterval: 0, verifyClient });
}

/** The upgrade's answer and what the room says in the same turn of the loop go in one write: each costs as much as a join's rest. */
function joinFirstFrames(socket: Duplex): void {
  socket.cork();
  setImmediate(() => socket.uncork());
}

/** Programmes send no origin; pages must come from this host, from the public address, or from an allowed one. */
function isAllowedOrigin(origin: string | undefined, host: string | undefined, allowed: readonly string[]): boolean {
  if (origin === undefined || allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function listen(server: Server, config: Config, parts: Part[]): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, () => {
      parts.push({ name: 'http', stop: () => closeServer(server) });
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : config.port);
    });
  });
}

/** Takes no new requests; kept-alive sockets are not waited for. */
async function closeServer(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
}

function connect(config: Config, log: Logger): Redis {
  const redis = openRedis(config.redisUrl, {
    maxRetriesPerRequest: 1,
    ...REDIS_PATIENCE,
    enableAutoPipelining: true, // what one request asks in one turn goes in one write
    retryStrategy: (tries) => Math.min(50 * tries, 500),
  });
  redis.on('error', (error) => log.debug({ err: error.message }, 'redis connection error'));
  return redis;
}

/** Stops what has started, the last first. A part that fails to stop does not keep the others. */
async function stopAll(parts: Part[], log: Logger): Promise<void> {
  for (const part of parts.splice(0).reverse()) {
    try {
      await part.stop();
    } catch (error) {
      log.error({ err: error, part: part.name }, 'part did not stop');
    }
  }
}

/** Answers of a Redis that starts, follows another one, is full, or cannot write to its disk. */
const REDIS_AWAY = /^ReplyError (?:LOADING|READONLY|OOM|MISCONF|MASTERDOWN|BUSY|TRYAGAIN|CLUSTERDOWN|NOREPLICAS) /;

function isInfrastructure(reason: unknown): boolean {
  const text = reason instanceof Error ? `${reason.name} ${reason.message}` : String(reason);
  if (REDIS_AWAY.test(text)) return true;
  return /MaxRetriesPerRequest|Connection is closed|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|None of startup nodes|Failed to refresh slots|Too many Cluster redirections|Cluster isn't ready|writeable|ipc_timeout|ETIMEDOUT|Command timed out|Socket timeout/.test(
    text,
  );
}

const CONSOLE_CHARACTERS = 500;

/** The framework writes to the console; in a process of ours that goes to the log, bounded. */
function captureConsole(log: Logger): void {
  const into =
    (level: 'debug' | 'warn') =>
    (...args: unknown[]) =>
      log[level]({ text: format(...args).slice(0, CONSOLE_CHARACTERS) }, 'framework');
  Object.assign(console, {
    debug: into('debug'),
    log: into('debug'),
    info: into('debug'),
    warn: into('warn'),
    error: into('warn'),
  });
}

async function main(): Promise<void> {
  const config = readConfig(process.env, await weaknessesFound(examineConfig(process.env).settings));
  const processLog = createProcessLog(config.logLevel);
  const { log } = processLog;
  captureConsole(log);
  const parts: Part[] = [];
  let stopping = false;
  let serving: Serving | undefined;
  let isDraining = false;
  const stop = async (reason: string, code: number) => {
    if (stopping) return;
    stopping = true;
    log.info({ reason }, 'stopping');
    await stopAll(parts, log);
    process.exit(code);
  };
  /** The first SIGTERM hands over what others can have and then stops; a second one stops at once. */
  const drainAndStop = async () => {
    if (serving === undefined || isDraining) return stop('SIGTERM', 0);
    isDraining = true;
    try {
      await serving.drain();
    } catch (error) {
      log.error({ err: error }, 'not everything was handed over');
    }
    await stop('SIGTERM', 0);
  };
  process.on('SIGTERM', () => void drainAndStop());
  process.on('SIGINT', () => void stop('SIGINT', 0));
  process.on('SIGHUP', () => {
    for (const part of parts) part.renew?.();
  });
  process.on('SIGUSR2', () => {
    for (const part of parts) part.flip?.();
  });
  if (process.send !== undefined) process.on('disconnect', () => void stop('launcher is gone', 0));
  // The framework lets some calls of its presence float; they fail while Redis is away, and that must not end the rooms.
  process.on('unhandledRejection', (reason) => {
    log[isInfrastructure(reason) ? 'warn' : 'fatal']({ err: reason }, 'unhandled rejection');
    if (!isInfrastructure(reason)) void stop('a bug', 1);
  });
  try {
    serving = await serve(config, processLog, parts);
    const { port } = serving;
    log.info({ port, roles: config.roles, version: VERSION }, 'serving');
    process.send?.({ type: 'ready', port });
  } catch (error) {
    log.fatal({ err: error }, 'start failed');
    await stop('start failed', 1);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof ConfigError ? error.message : String(error)}\n`);
  process.exit(1);
});
