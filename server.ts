// The composition root: one process of examhall with the roles that its settings name. Reads the settings, connects,
// puts the parts together, serves, and takes everything down in order. Nothing imports it.
import { format } from 'node:util';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { startAlarms } from './alarms/start.ts';
import { type Config, ConfigError, examineConfig, readConfig } from './config.ts';
import { followLogOrders } from './log-orders.ts';
import { createMetrics } from './metrics.ts';
import { requireWholeStore, weaknessesFound } from './operations.ts';
import { showProcess } from './process-figures.ts';
import { createProcessLog, type ProcessLog } from './process-log.ts';
import { openRedis, type RedisConnectionOptions } from './redis-connection.ts';
import { listen, openServer, plainApp } from './roles/http.ts';
import type { Connections, Part, Serving } from './roles/parts.ts';
import { reporting } from './roles/reporting.ts';
import { REDIS_PATIENCE } from './rooms/redis-patience.ts';
import { newId } from './schema/ids.ts';
import { startServerClock } from './server-clock.ts';
import { openBlobs } from './store/open-blobs.ts';
import { openStore } from './store/open-store.ts';
import { nameQueries } from './store/query-sources.ts';
import { startTracing } from './tracing.ts';
import { VERSION } from './version.ts';

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
  const redis = connect(config, log, { enableAutoPipelining: true }); // what one request asks in one turn goes in one write
  parts.push({ name: 'redis', stop: async () => redis.disconnect() });
  const queueRedis = connect(config, log, { enableAutoPipelining: false });
  parts.push({ name: 'queue redis', stop: async () => queueRedis.disconnect() });
  const clock = await startServerClock({ store, log, strict: config.roles.includes('rooms') });
  parts.push({ name: 'clock', stop: async () => clock.stop() });
  const { now } = clock;
  const mayTakeRooms = () => !clock.isOff();
  const processId = newId();
  const logOrders = followLogOrders({ redis, processId, processLog, now });
  parts.push({ name: 'log orders', stop: () => logOrders.stop(), flip: logOrders.flip });
  const connections: Connections = {
    ...{ store, redis, queueRedis, blobs, metrics: createMetrics(), now, mayTakeRooms },
    ...{ processId, logLevel: logOrders.current },
  };
  const { dataDir } = config;
  const { lines } = processLog;
  const figures = showProcess({ registry: connections.metrics, store, redis, queueRedis, dataDir, clock, lines, log });
  parts.push({ name: 'figures', stop: () => figures.stop() });
  const serving = await serveRoles(config, log, connections, parts);
  const { metrics: registry } = connections;
  const { alarms: settings, roles } = config;
  const alarms = await startAlarms({ settings, registry, redis, roles, version: VERSION, now, log });
  if (alarms !== undefined) parts.push({ name: 'alarms', stop: () => alarms.stop() });
  return serving;
}

/** What a role needs is loaded where the process has it: a third of the code, and of a start, is of the roles that it has not. */
async function serveRoles(config: Config, log: Logger, connections: Connections, parts: Part[]): Promise<Serving> {
  if (config.roles.includes('workers')) {
    const { addWorkers } = await import('./roles/workers.ts');
    await addWorkers(config, log, connections, parts);
  }
  if (config.roles.length === 1 && config.roles[0] === 'workers') {
    parts.push(reporting(config, log, connections, undefined));
    const server = openServer(config, log, connections.metrics, parts).on('request', plainApp(connections.metrics));
    const port = await listen(server, config, parts);
    return { port, drain: async () => {} }; // jobs that are under way end in its stop
  }
  const { serveExams } = await import('./roles/exams.ts');
  return serveExams(config, log, connections, parts);
}

function connect(config: Config, log: Logger, options: RedisConnectionOptions): Redis {
  const redis = openRedis(config.redisUrl, {
    maxRetriesPerRequest: 1,
    ...REDIS_PATIENCE,
    ...options,
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
