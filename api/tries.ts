// Counts wrong codes and logins in Redis, each pair of an address and what was tried there. Never by the address alone:
// a whole school sits behind one. Names and codes are hashed before they become a key. Called by enter and login.
import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { redisKeys } from '../schema/redis-keys.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';

const MOST = 10;
const WINDOW_S = 60;

export type Tries = {
  /** TOO_MANY_TRIES where one of these pairs has had ten wrong tries in the last minute. */
  check(kind: 'code' | 'login', address: string, tried: readonly string[]): Promise<Refusal | undefined>;
  /** Counts a wrong try of each pair. */
  wrong(kind: 'code' | 'login', address: string, tried: readonly string[]): Promise<void>;
};

/**
 * While Redis is away nothing is counted and everybody may try: codes have 49 bits and passwords cost 9 ms each, and
 * nobody should miss an exam because a counter is down.
 */
export function createTries(redis: Redis, log: Logger): Tries {
  const keysOf = (kind: 'code' | 'login', address: string, tried: readonly string[]): string[] =>
    tried.map((what) => redisKeys.tries(kind, hash('sha256', `${address} ${what}`, 'base64url').slice(0, 22)));
  return {
    async check(kind, address, tried) {
      try {
        const counts = await Promise.all(keysOf(kind, address, tried).map((key) => redis.get(key)));
        const tooMany = counts.some((count) => Number(count) >= MOST);
        return tooMany ? refuse('TOO_MANY_TRIES', undefined, WINDOW_S * 1_000) : undefined;
      } catch (error) {
        log.warn({ err: error }, 'tries could not be read');
        return undefined;
      }
    },
    async wrong(kind, address, tried) {
      try {
        await Promise.all(
          keysOf(kind, address, tried).map((key) => redis.multi().set(key, 0, 'EX', WINDOW_S, 'NX').incr(key).exec()),
        );
      } catch (error) {
        log.warn({ err: error }, 'a wrong try was not counted');
      }
    },
  };
}
