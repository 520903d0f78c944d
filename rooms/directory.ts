// Finds the live room of an exam room, or has it made, and reserves a seat in it. Given to the api, which knows no
// rooms; works in processes with and without the rooms role.
import { type IRoomCache, matchMaker } from '@colyseus/core';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { rendezvous } from '../exam/placement.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { Reservation, SeatAuth } from '../schema/reservations.ts';
import type { OwnedDriver } from './owned-driver.ts';

export const ROOM_TYPE = 'exam';

export type RoomDirectory = {
  /** A seat in the room, live for 60 s; ROOM_ELSEWHERE while the room is moving. */
  reserve(roomId: string, auth: SeatAuth): Promise<Reservation | Refusal>;
  /** Tells all rooms processes that a control of this plan was stored. Never rejects: they look each second anyway. */
  hintControls(planId: string): Promise<void>;
};

const TRIES = 6;
const FIRST_WAIT_MS = 50;

/** `redis` is an ordinary connection; `driver` the process's list of rooms. */
export function createRoomDirectory(redis: Redis, driver: OwnedDriver, log: Logger): RoomDirectory {
  const creating = new Map<string, Promise<IRoomCache>>();

  /** The row of a room whose owner lives. Removes the row of a process that is gone. */
  async function liveRow(roomId: string): Promise<IRoomCache | undefined> {
    const [row, holder] = await Promise.all([driver.findOne({ roomId }), redis.get(redisKeys.lease(roomId))]);
    if (row === undefined || holder === row.processId) return row;
    if (holder === null && (await roomsProcesses()).includes(row.processId)) return row;
    await driver.removeOf(roomId, row.processId);
    return undefined;
  }

  function create(roomId: string): Promise<IRoomCache> {
    const running = creating.get(roomId);
    if (running !== undefined) return running;
    const made = matchMaker.createRoom(ROOM_TYPE, { roomId }).finally(() => creating.delete(roomId));
    creating.set(roomId, made);
    return made;
  }

  return {
    async reserve(roomId, auth) {
      for (let attempt = 0; attempt < TRIES; attempt++) {
        try {
          const row = (await liveRow(roomId)) ?? (await create(roomId));
          return reservationOf(await matchMaker.reserveSeatFor(row, {}, auth));
        } catch (error) {
          log.debug({ err: error, roomId, attempt }, 'seat not reserved yet');
          await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random() / 2)));
        }
      }
      log.warn({ roomId }, 'no seat could be reserved');
      return refuse('ROOM_ELSEWHERE', undefined, 1_000);
    },
    async hintControls(planId) {
      try {
        await redis.publish(redisKeys.controls(), planId);
      } catch (error) {
        log.debug({ err: error, planId }, 'hint of a control was not published');
      }
    },
  };
}

function reservationOf({
  name,
  sessionId,
  roomId,
  processId,
  publicAddress,
}: matchMaker.ISeatReservation): Reservation {
  const reservation = { name, sessionId, roomId, processId: processId ?? '' };
  return publicAddress === undefined ? reservation : { ...reservation, publicAddress };
}

/**
 * The processes that take rooms now: those that listen for the framework's requests and keep a lease of their own id. One
 * that hangs goes on listening, and would hold up its rooms for as long. Where Redis has forgotten all leases: who listens.
 */
export async function roomsProcesses(): Promise<string[]> {
  const { presence } = matchMaker;
  const listening = (await presence.channels('p:*')).map((channel) => channel.slice(2));
  const leases = await Promise.all(listening.map((processId) => presence.get(redisKeys.lease(processId))));
  const awake = listening.filter((processId, index) => leases[index] === processId);
  return awake.length > 0 ? awake : listening;
}

/** Where a new room is made: everybody who sees the same processes names the same one. */
export async function placeRoom(_type: string, options: { roomId?: string }): Promise<string> {
  const place = rendezvous(options.roomId ?? '', await roomsProcesses());
  if (place === undefined) throw new Error('no process takes rooms');
  return place;
}
