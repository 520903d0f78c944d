// Looks each second for rooms of open and running plans that nobody owns, and makes those that placement gives to this
// process: a room whose only examinee is offline still starts, ends and settles. Ends plans whose rooms have all settled.
import { matchMaker } from '@colyseus/core';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { rendezvous } from '../exam/placement.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';
import { ROOM_TYPE, roomsProcesses } from './directory.ts';

const LOOK_EVERY_MS = 1_000;
const CREATED_AT_ONCE = 8;

export type OwnerlessWatch = { stop(): Promise<void> };

type Options = {
  readonly store: Pick<Store, 'plans' | 'rooms'>;
  readonly redis: Redis;
  readonly log: Logger;
  planMayHaveEnded(planId: string): Promise<void>;
};

/** Starts looking; `stop` waits for the look that is under way. */
export function watchOwnerless(options: Options): OwnerlessWatch {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = look(options).finally(() => {
      busy = false;
    });
  }, LOOK_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Never rejects. */
async function look({ store, redis, log, planMayHaveEnded }: Options): Promise<void> {
  try {
    const plans = await store.plans.byStates(['open', 'running', 'paused']);
    if (plans.length === 0) return;
    await matchMaker.healthCheckAllProcesses();
    const unfinished = await store.rooms.unfinished(plans.map((plan) => plan._id));
    const busyPlans = new Set(unfinished.map((room) => room.planId));
    for (const plan of plans) if (!busyPlans.has(plan._id)) await planMayHaveEnded(plan._id);
    const mine = await ownerlessHere(
      unfinished.map((room) => room._id),
      redis,
    );
    for (let from = 0; from < mine.length; from += CREATED_AT_ONCE) {
      await Promise.all(mine.slice(from, from + CREATED_AT_ONCE).map((roomId) => create(roomId, log)));
    }
  } catch (error) {
    log.warn({ err: error }, 'rooms without an owner could not be looked for');
  }
}

async function ownerlessHere(roomIds: string[], redis: Redis): Promise<string[]> {
  if (roomIds.length === 0) return [];
  const [holders, processes] = await Promise.all([redis.mget(roomIds.map(redisKeys.lease)), roomsProcesses()]);
  return roomIds.filter(
    (roomId, index) => holders[index] === null && rendezvous(roomId, processes) === matchMaker.processId,
  );
}

async function create(roomId: string, log: Logger): Promise<void> {
  try {
    await matchMaker.createRoom(ROOM_TYPE, { roomId });
  } catch (error) {
    log.debug({ err: error, roomId }, 'room was not made; somebody else may have been faster');
  }
}
