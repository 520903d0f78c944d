// The sheets in Redis are for display. What went past the queue is not in them, so they are dropped, as soon as Redis can
// be reached. One a process.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { unlinkAll } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';

export type LiveSheets = {
  /** Drops these sheets now, or when Redis is back. Never rejects. */
  drop(planId: string, examineeIds: readonly string[]): void;
  stop(): void;
};

const RETRY_MS = 1_000;

export function createLiveSheets(redis: Redis, log: Logger): LiveSheets {
  const stale = new Set<string>();
  let dropping = false;
  const timer = setInterval(() => void dropStale(), RETRY_MS);

  async function dropStale(): Promise<void> {
    if (dropping || stale.size === 0 || redis.status !== 'ready') return;
    dropping = true;
    const keys = [...stale];
    stale.clear(); // one that is named again meanwhile is dropped again
    const { left, error } = await unlinkAll(redis, keys); // never rejects
    dropping = false;
    for (const key of left) stale.add(key);
    if (error !== undefined) log.debug({ err: error }, 'live sheets could not be dropped yet');
  }

  return {
    drop(planId, examineeIds) {
      for (const examineeId of examineeIds) stale.add(redisKeys.sheet(planId, examineeId));
      void dropStale();
    },
    stop: () => clearInterval(timer),
  };
}
