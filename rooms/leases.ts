// Who owns a room: one lease a room in Redis, kept by its owner, taken by another process only after it has run out. The
// fencing epoch grows in MongoDB at each taking (store.rooms.take). A lease that Redis lost is taken again before
// anybody is disconnected. One a process.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { together, whenBack } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';

export const LEASE_MS = 3_000;
export const KEEP_EVERY_MS = 1_000;

export type Leases = {
  /**
   * True where nobody held the lease and this process does now; it is kept until `drop`. `lost` is called when another
   * process owns the room, `retaken` when Redis had forgotten the lease, or may have. Throws while Redis is away.
   */
  take(roomId: string, events: LeaseEvents): Promise<boolean>;
  /** Never rejects: a lease that cannot be deleted runs out. */
  drop(roomId: string): Promise<void>;
  stop(): void;
};

export type LeaseEvents = { lost(): void; retaken(): void };

/** Told of these rooms while their leases could not be kept for longer than they last: somebody may own them by now. */
export type UnkeptListener = (roomIds: readonly string[]) => Promise<void>;

/** KEYS[1] lease; ARGV owner, ms. Returns 1 kept, 2 taken again, 0 another's. */
const KEEP = `
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return 1 end
if holder then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 2`;

/** KEYS[1] lease; ARGV owner. Deletes the lease where it is the owner's. */
const DROP = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Starts keeping; the interval ends with `stop`. */
export function createLeases(redis: Redis, processId: string, log: Logger, unkept: UnkeptListener): Leases {
  const held = new Map<string, LeaseEvents>();
  /** Of these nobody knows what came of the last keeping: one that was given up may have taken the lease again later. */
  const unsure = new Set<string>();
  let keeping = false;
  let keptAt = performance.now();
  const timer = setInterval(() => void keepAll(), KEEP_EVERY_MS);
  const keepNoMore = whenBack(redis, () => void keepAll());

  /** Never rejects. Redis may be away for this process alone, so the store is asked who owns what could not be kept. */
  async function keepAll(): Promise<void> {
    if (keeping || held.size === 0) return;
    keeping = true;
    const roomIds = [...held.keys()];
    try {
      await keep(roomIds);
      keptAt = performance.now();
    } catch (error) {
      log.warn({ err: error }, 'leases could not be kept');
      if (performance.now() - keptAt > LEASE_MS) await askStore(roomIds);
    } finally {
      keeping = false;
    }
  }

  /** Throws the first error, after all others were reported. */
  async function keep(roomIds: readonly string[]): Promise<void> {
    const results = await together(
      redis,
      roomIds.map((roomId) => ['eval', KEEP, 1, redisKeys.lease(roomId), processId, LEASE_MS]),
    );
    let failure: Error | undefined;
    results.forEach(([error, result], index) => {
      const roomId = roomIds[index] ?? '';
      if (error) {
        unsure.add(roomId);
        failure ??= error;
      } else report(roomId, result);
    });
    if (failure !== undefined) throw failure;
  }

  async function askStore(roomIds: readonly string[]): Promise<void> {
    try {
      await unkept(roomIds);
    } catch (error) {
      log.warn({ err: error }, 'neither redis nor the store says who owns the rooms');
    }
  }

  function report(roomId: string, result: unknown): void {
    const wasUnsure = unsure.delete(roomId);
    const events = held.get(roomId);
    if (events === undefined) return;
    if (result === 2 || (result === 1 && wasUnsure)) events.retaken();
    if (result !== 0) return;
    held.delete(roomId);
    events.lost();
  }

  return {
    async take(roomId, events) {
      if (held.has(roomId)) return false; // also where Redis has forgotten it: the next keeping takes it again
      const kept = await redis.eval(KEEP, 1, redisKeys.lease(roomId), processId, LEASE_MS);
      // Kept and yet nobody's here: a taking that was given up, and that Redis did all the same.
      const taken = kept !== 0 && !held.has(roomId);
      if (!taken) return false;
      if (held.size === 0) keptAt = performance.now();
      held.set(roomId, events);
      return true;
    },
    async drop(roomId) {
      held.delete(roomId);
      unsure.delete(roomId);
      try {
        await redis.eval(DROP, 1, redisKeys.lease(roomId), processId);
      } catch (error) {
        log.debug({ err: error, roomId }, 'lease was not dropped; it runs out');
      }
    },
    stop() {
      clearInterval(timer);
      keepNoMore();
    },
  };
}
