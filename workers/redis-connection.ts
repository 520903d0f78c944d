// The workers' connection to Redis: it waits for Redis without end, because a worker has nothing better to do.
// Called by main.ts.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { openRedis } from '../redis-connection.ts';

/** Connects; commands given while Redis is away are sent when it is back. Says once that it is away, and that it is back. */
export function connectRedis(redisUrl: string, name: string, log: Logger): Redis {
  const redis = openRedis(redisUrl, {
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => Math.min(50 * tries, 500),
  });
  let away = false;
  redis.on('error', (error) => {
    if (!away) log.warn({ err: error, connection: name }, 'redis is away');
    away = true;
  });
  redis.on('ready', () => {
    if (away) log.info({ connection: name }, 'redis is back');
    away = false;
  });
  return redis;
}
