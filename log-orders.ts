// The level of a process's log, changed while it runs, for a time: by an admin, whose order lies in Redis until the process has
// read it, or by SIGUSR2 on its machine. It goes back by itself. Must never lower what is logged for good: that is the
// settings' matter. Orders are given by the api; the composition root lets each process follow its own.
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { LogLevel, ProcessLog } from './process-log.ts';
import { ORDERED_LEVELS } from './schema/monitor.ts';
import { redisKeys } from './schema/redis-keys.ts';

const EVERY_MS = 2_000;
/** Orders of processes that are gone go with the last one. */
const KEPT_S = 86_400;
/** What SIGUSR2 brings, and for how long. */
const BY_SIGNAL: Order['level'] = 'debug';
const BY_SIGNAL_MS = 10 * 60_000;

const Order = z.strictObject({ level: z.enum(ORDERED_LEVELS), until: z.number() });
/** `until`: epoch ms of the store's time; an instant that has passed takes back what was ordered before. */
export type Order = z.infer<typeof Order>;

/** Orders this of these processes; each follows within two seconds. Rejects while Redis is away. */
export async function orderLogLevel(redis: Redis, processIds: readonly string[], order: Order): Promise<void> {
  if (processIds.length === 0) return;
  const orders = Object.fromEntries(processIds.map((processId) => [processId, JSON.stringify(order)]));
  await redis.multi().hset(redisKeys.logLevels(), orders).expire(redisKeys.logLevels(), KEPT_S).exec();
}

export type LogOrdersOptions = {
  readonly redis: Redis;
  readonly processId: string;
  readonly processLog: Pick<ProcessLog, 'log' | 'level' | 'setLevel'>;
  /** The store's time, epoch ms. */
  now(): number;
  /** Another length is for tests. */
  readonly everyMs?: number;
};

export type LogOrders = {
  /** The level as it is, and until when; 0 where it is that of the settings. */
  current(): { readonly logLevel: LogLevel; readonly logLevelUntil: number };
  /** Debug for ten minutes; where a level was ordered, back at once. */
  flip(): void;
  stop(): Promise<void>;
};

/** Starts following orders. */
export function followLogOrders(options: LogOrdersOptions): LogOrders {
  const { redis, processId, processLog, now, everyMs = EVERY_MS } = options;
  const own = processLog.level();
  let until = 0;
  let followed = '';
  let running: Promise<void> = Promise.resolve();

  /** Said at the lower of both levels, so that no change is missed in the log. */
  function change(level: LogLevel, by: string): void {
    const said = { code: 'LOG_LEVEL', level, until, by };
    if (processLog.level() !== level) processLog.log.warn(said, 'level of the log changes');
    processLog.setLevel(level);
    processLog.log.warn(said, 'level of the log has changed');
  }

  function follow({ level, until: end }: Order, by: string): void {
    const isOver = end <= now();
    until = isOver ? 0 : end;
    change(isOver ? own : level, by);
  }

  /** Never rejects. */
  async function look(): Promise<void> {
    if (until > 0 && now() >= until) follow({ level: BY_SIGNAL, until: 0 }, 'time');
    try {
      const text = await redis.hget(redisKeys.logLevels(), processId);
      if (text === null || text === followed) return;
      followed = text;
      follow(Order.parse(JSON.parse(text)), 'order');
    } catch (error) {
      processLog.log.debug({ err: error }, 'orders of levels were not read');
    }
  }

  const timer = setInterval(() => {
    running = look();
  }, everyMs);
  return {
    current: () => ({ logLevel: processLog.level(), logLevelUntil: until }),
    flip: () => follow({ level: BY_SIGNAL, until: until > 0 ? 0 : now() + BY_SIGNAL_MS }, 'signal'),
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
