// Counts wrong codes and logins in Redis, each pair of an address and what was tried there. Never by the address alone:
// a whole school sits behind one. A right code is not held up by what was counted (routes/enter.ts). Names and codes are
// hashed before they become a key. Called by enter, by login and by the change of the own password.
import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { redisKeys } from '../schema/redis-keys.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';

const MOST = 10;
const WINDOW_S = 60;
/** Pairs that this process remembers; the one that was shut first goes first. */
const MOST_SHUT = 10_000;

type Kind = 'code' | 'login' | 'password';

export type Tries = {
  /** TOO_MANY_TRIES where this process knows that one of these pairs has had ten wrong tries in the last minute. */
  check(kind: Kind, address: string, tried: readonly string[]): Refusal | undefined;
  /** Counts a wrong try of each pair; TOO_MANY_TRIES where one of them has had ten before, at whichever process. */
  wrong(kind: Kind, address: string, tried: readonly string[]): Promise<Refusal | undefined>;
};

/**
 * Who tries nothing wrong costs Redis nothing: a process learns of a pair that is shut when it counts a wrong try. So
 * somebody who goes from process to process has one try more at each. While Redis is away nothing is counted and
 * everybody may try: codes have 49 bits and passwords cost 9 ms each, and nobody should miss an exam because a counter
 * is down.
 */
export function createTries(redis: Redis, log: Logger): Tries {
  /** Until when a pair is shut, by its key; performance.now(). */
  const shut = new Map<string, number>();

  async function count(key: string): Promise<boolean> {
    const replies = await redis.multi().set(key, 0, 'EX', WINDOW_S, 'NX').incr(key).pttl(key).exec();
    const [, [, tries] = [], [, leftMs] = []] = replies ?? [];
    if (Number(tries) >= MOST) {
      shut.delete(key);
      shut.set(key, performance.now() + Number(leftMs));
      for (const [oldest] of shut) if (shut.size > MOST_SHUT) shut.delete(oldest);
    }
    return Number(tries) > MOST;
  }

  return {
    check(kind, address, tried) {
      if (shut.size === 0) return undefined;
      const now = performance.now();
      return keysOf(kind, address, tried).some((key) => (shut.get(key) ?? 0) > now) ? tooMany() : undefined;
    },
    async wrong(kind, address, tried) {
      try {
        const counted = await Promise.all(keysOf(kind, address, tried).map(count));
        return counted.includes(true) ? tooMany() : undefined;
      } catch (error) {
        log.warn({ err: error }, 'a wrong try was not counted');
        return undefined;
      }
    },
  };
}

function keysOf(kind: Kind, address: string, tried: readonly string[]): string[] {
  return tried.map((what) => redisKeys.tries(kind, hash('sha256', `${address} ${what}`, 'base64url').slice(0, 22)));
}

function tooMany(): Refusal {
  return refuse('TOO_MANY_TRIES', undefined, WINDOW_S * 1_000);
}
