// Takes a room from an owner that does not answer, before its lease has run out: one that hangs or is dead. Only where the
// lease has missed its keeping and another process can have the room; at most once a room in five seconds, so that a storm
// of enters feeds nothing. It ends the lease alone: who makes the room then raises its epoch. Called by the directory.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { redisKeys } from '../schema/redis-keys.ts';
import { LEASE_MS } from './leases.ts';
import { roomsProcesses } from './processes.ts';

/** An owner that says nothing for so long, to somebody who waits at the door, does not answer. */
export const SILENT_MS = 1_000;
/** A lease is kept each second; one that was not for so long has missed it. */
export const UNKEPT_MS = 1_500;
/** A room is taken from an owner at most once in so long. */
export const TAKEOVER_EVERY_MS = 5_000;

/**
 * KEYS[1] lease, KEYS[2] note of the last takeover; ARGV owner, the most that may be left of its lease, ms for which the
 * note holds. Returns 1 where the lease was ended. In one script, because the owner may keep its lease at any moment.
 */
const TAKE_OVER = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('PTTL', KEYS[1]) > tonumber(ARGV[2]) then return 0 end
if not redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[3]) then return 0 end
return redis.call('DEL', KEYS[1])`;

export type Takeovers = {
  /** True where this owner's lease was ended just now: the room is to be made elsewhere. Rejects while Redis is away. */
  takeOver(roomId: string, owner: string): Promise<boolean>;
  /** Processes that did not answer a moment ago: no room is placed on them, also while they still hold a lease of their own. */
  silent(): string[];
  /** How many rooms this process has taken from owners. */
  count(): number;
};

/** One a process. */
export function createTakeovers(redis: Redis, log: Logger): Takeovers {
  const heardSilent = new Map<string, number>();
  const trying = new Map<string, Promise<boolean>>();
  let count = 0;

  function silent(): string[] {
    const now = performance.now();
    for (const [processId, at] of heardSilent) if (now - at > LEASE_MS) heardSilent.delete(processId);
    return [...heardSilent.keys()];
  }

  async function attempt(roomId: string, owner: string): Promise<boolean> {
    if ((await redis.pttl(redisKeys.lease(roomId))) > LEASE_MS - UNKEPT_MS) return false; // asked often, so cheaply first
    const others = (await roomsProcesses()).filter((processId) => processId !== owner);
    if (others.length === 0) return false; // nobody could have it: the owner may come back
    const keys = [redisKeys.lease(roomId), redisKeys.takeover(roomId)];
    const ended = await redis.eval(TAKE_OVER, 2, ...keys, owner, LEASE_MS - UNKEPT_MS, TAKEOVER_EVERY_MS);
    if (ended !== 1) return false;
    heardSilent.set(owner, performance.now());
    count++;
    log.warn({ roomId, owner }, 'a room is taken from an owner that does not answer');
    return true;
  }

  return {
    takeOver(roomId, owner) {
      const tried = trying.get(roomId) ?? attempt(roomId, owner).finally(() => trying.delete(roomId));
      trying.set(roomId, tried);
      return tried;
    },
    silent,
    count: () => count,
  };
}
