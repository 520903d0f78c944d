// The lease that a rooms process keeps of its own id, by which others know that it is awake and takes rooms. While it may
// take none, it gives the lease back, so that nobody places a room here. One a process. Called by main.ts.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { redisKeys } from '../schema/redis-keys.ts';
import { LEASE_MS, type Leases } from './leases.ts';

const LOOK_EVERY_MS = 500;
/** In the lease of a process that gives its rooms away. */
export const LEAVING = 'leaving';

export type Wakefulness = {
  /** Says from now on that this process takes no rooms and gives its own away: nobody has to wait whether it wakes. */
  leave(): Promise<void>;
  stop(): Promise<void>;
};

/** Takes the lease before it returns where the process may take rooms, and then keeps up with whether it may. */
export async function keepAwake(
  leases: Pick<Leases, 'take' | 'drop'>,
  redis: Pick<Redis, 'set'>,
  processId: string,
  mayTakeRooms: () => boolean,
  log: Logger,
): Promise<Wakefulness> {
  let isAwake = false;
  let isLeaving = false;
  let running: Promise<void> = Promise.resolve();

  async function keepUp(): Promise<void> {
    if (isLeaving) return void (await redis.set(redisKeys.lease(processId), LEAVING, 'PX', LEASE_MS));
    if (mayTakeRooms() === isAwake) return;
    if (isAwake) await leases.drop(processId);
    else await leases.take(processId, { lost() {}, retaken() {} }); // nobody else takes it
    isAwake = !isAwake;
  }

  /** Never rejects: what Redis did not take is tried again. */
  async function keepUpQuietly(): Promise<void> {
    try {
      await keepUp();
    } catch (error) {
      log.debug({ err: error }, 'whether this process takes rooms could not be said');
    }
  }

  await keepUp();
  const timer = setInterval(() => {
    running = running.then(keepUpQuietly);
  }, LOOK_EVERY_MS);
  return {
    async leave() {
      isLeaving = true;
      await leases.drop(processId);
      await keepUpQuietly();
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
