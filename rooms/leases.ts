// Who owns a room: one lease a room in Redis, kept by its owner, taken by another process only after it has run out. The
// fencing epoch grows in MongoDB at each taking (store.rooms.take). A lease that Redis lost is taken again before
// anybody is disconnected. One a process.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { redisKeys } from '../schema/redis-keys.ts';

export const LEASE_MS = 3_000;
export const KEEP_EVERY_MS = 1_000;

export type Leases = {
  /**
   * True where nobody held the lease and this process does now; it is kept until `drop`. `lost` is called when another
   * process owns the room, `retaken` when Redis had forgotten the lease, or may have. Throws while Redis is away.
   */
  take(roomId: string, events: LeaseEvents): Promise<boolean>;
  drop(roomId: string): Promise<void>;
  stop(): void;
};

export type LeaseEvents = { lost(): void; retaken(): void };

/** KEYS[1] lease; ARGV owner, ms. Returns 1 kept, 2 taken again, 0 another's. */
const KEEP = `
local holder = redis.call('GET', KEYS[1])
if holder == ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) return 1 end
if holder then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) return 2`;

/** KEYS[1] lease; ARGV owner. Deletes the lease where it is the owner's. */
const DROP = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;

/** Starts keeping; the interval ends with `stop`. */
export function createLeases(redis: Redis, processId: string, log: Logger): Leases {
  const held = new Map<string, LeaseEvents>();
  /** Of these nobody knows what came of the last keeping: one that was given up may have taken the lease again later. */
  const unsure = new Set<string>();
  let keeping = false;
  const timer = setInterval(() => void keepAll(), KEEP_EVERY_MS);
  const keepSoon = () => void keepAll();
  redis.on('ready', keepSoon);

  /** Never rejects: while Redis is away nobody else can take a lease either. */
  async function keepAll(): Promise<void> {
    if (keeping || held.size === 0) return;
    keeping = true;
    try {
      const pipeline = redis.pipeline();
      const roomIds = [...held.keys()];
      for (const roomId of roomIds) pipeline.eval(KEEP, 1, redisKeys.lease(roomId), processId, LEASE_MS);
      const results = (await pipeline.exec()) ?? [];
      results.forEach(([error, result], index) => {
        const roomId = roomIds[index] ?? '';
        if (error) unsure.add(roomId);
        else report(roomId, result);
      });
    } catch (error) {
      log.warn({ err: error }, 'leases could not be kept');
    } finally {
      keeping = false;
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
      if (taken) held.set(roomId, events);
      return taken;
    },
    async drop(roomId) {
      held.delete(roomId);
      unsure.delete(roomId);
      await redis.eval(DROP, 1, redisKeys.lease(roomId), processId);
    },
    stop() {
      clearInterval(timer);
      redis.off('ready', keepSoon);
    },
  };
}
