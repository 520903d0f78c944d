// The sheets in Redis are for display. What went past the queue is not in them, so they are dropped, as soon as Redis can
// be reached. One a process.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { together } from '../redis-connection.ts';
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
    try {
      const commands = keys.map((key) => ['unlink', key] as const);
      const replies = await together(redis, commands);
      const refused = replies.find(([error]) => error !== null)?.[0]; // as where Redis has no disk to write to
      keys.forEach((key, index) => {
        if (replies[index]?.[0] === null) stale.delete(key);
      });
      if (refused) throw refused;
    } catch (error) {
      log.debug({ err: error }, 'live sheets could not be dropped yet');
    } finally {
      dropping = false;
    }
  }

  return {
    drop(planId, examineeIds) {
      for (const examineeId of examineeIds) stale.add(redisKeys.sheet(planId, examineeId));
      void dropStale();
    },
    stop: () => clearInterval(timer),
  };
}
