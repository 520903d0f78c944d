// What each process says of itself every two seconds, in Redis, for monitors: roles, load, event-loop lag, memory, rooms.
// For display alone: a report that does not get through is the next one's. Called by the composition root.
import { hostname } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { ProcessRole } from './config.ts';
import { newId } from './schema/ids.ts';
import type { MonitorServer } from './schema/monitor.ts';
import { redisKeys } from './schema/redis-keys.ts';
import { VERSION } from './version.ts';

const EVERY_MS = 2_000;
/** The hash goes with the last process; of processes that died, each report removes what is older. */
const EXPIRY_MS = 60_000;
const NS_A_MS = 1e6;
const RESOLUTION_MS = 20;

export type ProcessReportOptions = {
  /** Under which monitors see it; another each start. */
  readonly processId?: string;
  readonly redis: Redis;
  readonly roles: readonly ProcessRole[];
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** What the rooms role knows. */
  readonly rooms?: { roomCount(): number; clientCount(): number } | undefined;
  /** What is logged, and until when. */
  readonly logLevel?: () => Pick<MonitorServer, 'logLevel' | 'logLevelUntil'>;
};

/** Starts reporting. */
export function startProcessReport({ redis, roles, log, now, rooms, logLevel, ...named }: ProcessReportOptions) {
  const { processId = newId() } = named;
  const about = { processId, host: hostname(), pid: process.pid, version: VERSION, roles: [...roles] };
  const startedAt = now();
  const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  lag.enable();
  let before = { at: performance.now(), cpu: process.cpuUsage() };
  let running: Promise<void> = Promise.resolve();

  function look(): MonitorServer {
    const at = performance.now();
    const { user, system } = process.cpuUsage(before.cpu);
    const cpu = (user + system) / 1_000 / Math.max(1, at - before.at);
    before = { at, cpu: process.cpuUsage() };
    const lagP99Ms = Math.max(0, lag.percentile(99) / NS_A_MS - RESOLUTION_MS);
    lag.reset();
    return {
      ...{ ...about, startedAt, at: Math.round(now()), cpu: round(cpu), lagP99Ms: round(lagP99Ms) },
      memoryBytes: process.memoryUsage.rss(),
      ...{ rooms: rooms?.roomCount() ?? 0, clients: rooms?.clientCount() ?? 0 },
      ...logLevel?.(),
    };
  }

  /** Never rejects. */
  async function report(): Promise<void> {
    try {
      const key = redisKeys.processes();
      await redis.multi().hset(key, processId, JSON.stringify(look())).pexpire(key, EXPIRY_MS).exec();
      const all = await redis.hgetall(key);
      const old = Object.entries(all).filter(([, text]) => isOlder(text, now() - EXPIRY_MS));
      if (old.length > 0) await redis.hdel(key, ...old.map(([id]) => id));
    } catch (error) {
      log.debug({ err: error }, 'this process could not say how it is');
    }
  }

  void report();
  const timer = setInterval(() => {
    running = report();
  }, EVERY_MS);
  return {
    async stop(): Promise<void> {
      clearInterval(timer);
      lag.disable();
      await running;
      if (redis.status === 'ready') await redis.hdel(redisKeys.processes(), processId);
    },
  };
}

/** What the processes have said last, also those that are gone without a word, for a minute. Rejects while Redis is away. */
export async function reportedProcesses(redis: Pick<Redis, 'hgetall'>): Promise<MonitorServer[]> {
  const all = await redis.hgetall(redisKeys.processes());
  return Object.values(all).map((text) => JSON.parse(text) as MonitorServer);
}

function isOlder(text: string, than: number): boolean {
  const { at } = JSON.parse(text) as MonitorServer;
  return at < than;
}

function round(number: number): number {
  return Math.round(number * 1_000) / 1_000;
}
