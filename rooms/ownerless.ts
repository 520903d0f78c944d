// Looks each second for rooms that nobody owns, of plans that are not over or have rooms to end or to reopen, and makes those
// that placement gives to this process: a room whose only examinee is offline still starts, ends and settles. Ends plans
// whose rooms have all settled.
import { matchMaker } from '@colyseus/core';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { rendezvous } from '../exam/placement.ts';
import { valuesOf } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';
import type { UnfinishedRoom } from '../store/rooms.ts';
import { ROOM_TYPE } from './directory.ts';
import { KEEP_EVERY_MS } from './leases.ts';
import { returning, roomsProcesses } from './processes.ts';

/** A little more than a lease is kept, so that between two looks each living owner has kept its own. */
const LOOK_EVERY_MS = KEEP_EVERY_MS + 100;
const CREATED_AT_ONCE = 8;
/** So long after its expiry a reopening that a crash has left half done is still looked for. */
const REOPENED_WITHIN_MS = 24 * 3_600_000;

export type OwnerlessWatch = { stop(): Promise<void> };

/** Since when each room has been seen without an owner, and whether Redis has just come back. */
type Doubt = { since: Map<string, number>; isReturning(): boolean };

type Options = {
  readonly store: Pick<Store, 'plans' | 'rooms' | 'controls'>;
  readonly redis: Redis;
  readonly log: Logger;
  mayTakeRooms(): boolean;
  planMayHaveEnded(planId: string): Promise<void>;
};

/** Starts looking; `stop` waits for the look that is under way. */
export function watchOwnerless(options: Options): OwnerlessWatch {
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  const doubt: Doubt = { since: new Map(), isReturning: returning(options.redis) };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = look(options, doubt).finally(() => {
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
async function look(options: Options, doubt: Doubt): Promise<void> {
  const { store, redis, log, mayTakeRooms, planMayHaveEnded } = options;
  try {
    const plans = await store.plans.byStates(['open', 'running', 'paused', 'ended']);
    const reopened = await roomsToReopen(store);
    if (plans.length + reopened.length === 0) return;
    const checked = matchMaker.healthCheckAllProcesses(); // waits for those that are gone; their rooms must not
    checked.catch(() => undefined); // heard below, where the look comes so far
    const unfinished = await store.rooms.unfinished(plans.map((plan) => plan._id));
    const busyPlans = new Set(unfinished.map((room) => room.planId));
    for (const { _id, status } of plans) if (status !== 'ended' && !busyPlans.has(_id)) await planMayHaveEnded(_id);
    if (!mayTakeRooms()) return await checked;
    const all = new Map([...unfinished, ...reopened].map((room) => [room._id, room]));
    const mine = await ownerlessHere([...all.values()], redis, doubt);
    for (let from = 0; from < mine.length; from += CREATED_AT_ONCE) {
      await Promise.all(mine.slice(from, from + CREATED_AT_ONCE).map((roomId) => create(roomId, log)));
    }
    await checked;
  } catch (error) {
    log.warn({ err: error }, 'rooms without an owner could not be looked for');
  }
}

/** A control reopens them, and they have not taken it, or had no time to bring their plan back with them. */
async function roomsToReopen({ controls, rooms }: Options['store']): Promise<UnfinishedRoom[]> {
  const found: UnfinishedRoom[] = [];
  for (const { _id, planId, roomId } of await controls.reopenings(Date.now() - REOPENED_WITHIN_MS)) {
    const inScope = roomId === '' ? await rooms.byPlan(planId) : [await rooms.get(roomId)];
    for (const room of inScope)
      if (room !== null && (room.settledAt === 0 || !room.appliedControls.includes(_id))) found.push(room);
  }
  return found;
}

/** A room that had an owner is taken only after two looks in a row found none: Redis may just have forgotten the lease. */
async function ownerlessHere(rooms: readonly UnfinishedRoom[], redis: Redis, doubt: Doubt): Promise<string[]> {
  if (rooms.length === 0) return [];
  const processes = await roomsProcesses(); // may take a while; who holds what is looked at afterwards
  const holders = await valuesOf(
    redis,
    rooms.map((room) => redisKeys.lease(room._id)),
  );
  const ownerless = rooms.filter((_, index) => holders[index] === null);
  const now = performance.now();
  doubt.since = new Map(ownerless.map(({ _id }) => [_id, doubt.since.get(_id) ?? now]));
  return ownerless
    .filter(({ _id, epoch }) => epoch === 0 || isBelieved(doubt, _id, now))
    .map(({ _id }) => _id)
    .filter((roomId) => rendezvous(roomId, processes) === matchMaker.processId);
}

function isBelieved({ since, isReturning }: Doubt, roomId: string, now: number): boolean {
  return !isReturning() && now - (since.get(roomId) ?? now) >= KEEP_EVERY_MS;
}

async function create(roomId: string, log: Logger): Promise<void> {
  try {
    await matchMaker.createRoom(ROOM_TYPE, { roomId });
  } catch (error) {
    log.debug({ err: error, roomId }, 'room was not made; somebody else may have been faster');
  }
}
