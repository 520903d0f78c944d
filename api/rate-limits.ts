// How much one person, or one address of whom we know nobody, may ask in a minute, at all processes of the api together.
// Never of entering and of saving answers: a whole hall stands behind one address, and nobody misses an exam by a counter.
// Nobody waits for it: each process counts in memory and exchanges sums with the others through Redis a little later; while
// Redis is away each counts for itself (docs/decisions/0063-rate-limits.md). Called by serve.ts.
import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { together } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';

/** `person`: somebody with a token; `address`: everybody without one. */
export type RatePolicy = 'person' | 'address';

/** How it stands with this policy after a request; `used` counts it. */
export type Rate = {
  readonly policy: RatePolicy;
  readonly quota: number;
  readonly remaining: number;
  /** Until there is a whole quota again, in seconds; at least 1. */
  readonly resetS: number;
  readonly isOver: boolean;
};

export type RateLimits = {
  /** Counts one request of this person or address. Never waits, never throws. */
  take(policy: RatePolicy, who: string, now: number): Rate;
  stop(): void;
};

export const WINDOW_S = 60;
/** So long after a request the other processes hear of it, and this one of theirs. */
const EXCHANGE_MS = 250;
/** In one process; beyond it the oldest are forgotten, which Redis is not. */
const MOST_COUNTED = 50_000;

type Count = {
  /** What Redis knew when it was last asked. */
  known: number;
  /** What it has not been told of. */
  own: number;
  readonly key: string;
};

/** `quotas`: requests a minute. `now` of `take` is the store's time, so that all processes begin a minute together. */
export function createRateLimits(redis: Redis, quotas: Readonly<Record<RatePolicy, number>>, log: Logger): RateLimits {
  let minute = 0;
  let counts = new Map<string, Count>();
  let untold = new Set<Count>();
  let timer: NodeJS.Timeout | undefined;

  async function exchange(): Promise<void> {
    const told = [...untold];
    untold = new Set();
    timer = undefined;
    const sent = told.map((count) => ({ count, own: count.own }));
    try {
      const replies = await together(
        redis,
        sent.flatMap(({ count, own }) => [
          ['incrby', count.key, own],
          ['expire', count.key, 2 * WINDOW_S],
        ]),
      );
      for (const [index, { count, own }] of sent.entries()) {
        const [error, sum] = replies[2 * index] ?? [new Error('no reply')];
        if (error) throw error;
        count.known = Number(sum);
        count.own -= own;
      }
    } catch (error) {
      // What was not told stays its own, and is told with the next request of the same sender.
      log.debug({ err: error }, 'requests are counted by each process for itself');
    }
  }

  function countOf(policy: RatePolicy, who: string, now: number): Count {
    const current = Math.floor(now / (WINDOW_S * 1_000));
    if (current !== minute) {
      minute = current;
      counts = new Map();
    }
    const name = `${policy} ${who}`;
    const found = counts.get(name);
    if (found !== undefined) return found;
    const made = { known: 0, own: 0, key: redisKeys.rate(policy, nameOf(who), minute) };
    counts.set(name, made);
    const [oldest] = counts.keys();
    if (counts.size > MOST_COUNTED && oldest !== undefined) counts.delete(oldest);
    return made;
  }

  return {
    take(policy, who, now) {
      const count = countOf(policy, policy === 'address' ? networkOf(who) : who, now);
      count.own++;
      untold.add(count);
      timer ??= setTimeout(() => void exchange(), EXCHANGE_MS).unref(); // it never rejects
      const quota = quotas[policy];
      const used = count.known + count.own;
      const resetS = Math.max(1, WINDOW_S - Math.floor((now / 1_000) % WINDOW_S));
      return { policy, quota, remaining: Math.max(0, quota - used), resetS, isOver: used > quota };
    },
    stop() {
      clearTimeout(timer);
    },
  };
}

/** The headers of draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it. */
export function rateHeaders({ policy, quota, remaining, resetS }: Rate): [name: string, value: string][] {
  return [
    ['RateLimit-Policy', `"${policy}";q=${quota};w=${WINDOW_S}`],
    ['RateLimit', `"${policy}";r=${remaining};t=${resetS}`],
  ];
}

/** An IPv6 host has 2^64 addresses of its own: those of one network count together. IPv4 in IPv6 is IPv4. */
export function networkOf(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(bare)) return bare;
  const [head = '', tail] = (bare.split('%')[0] ?? '').split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const missing = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0');
  const groups = [...first, ...missing, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}

function nameOf(who: string): string {
  return hash('sha256', who, 'base64url').slice(0, 22);
}
