// Finds the live room of an exam room, or has it made, and reserves a seat in it. Given to the api, which knows no
// rooms; works in processes with and without the rooms role.
import { type IRoomCache, matchMaker } from '@colyseus/core';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { rendezvous } from '../exam/placement.ts';
import type { DeviceQuestion, DeviceVerdict } from '../schema/device-change.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { Reservation, SeatAuth } from '../schema/reservations.ts';
import type { ExamRoom } from './exam-room.ts';
import type { OwnedDriver } from './owned-driver.ts';
import { returning, roomsProcesses } from './processes.ts';
import { type SeatDesk, seatHere } from './seat-desk.ts';

export const ROOM_TYPE = 'exam';

export type RoomDirectory = {
  /** A seat in the room, live for 60 s; ROOM_ELSEWHERE while the room is moving. */
  reserve(roomId: string, auth: SeatAuth): Promise<Reservation | Refusal>;
  /** Whether another device of this examinee may enter; the room's owner says. ROOM_ELSEWHERE while the room is moving. */
  mayChangeDevice(roomId: string, question: DeviceQuestion): Promise<DeviceVerdict | Refusal>;
  /** Answers of this examinee were kept that a device held: the room, where there is one, looks at them. Never throws. */
  hintHeld(roomId: string, examineeId: string): void;
  /** Tells all rooms processes that a control of this plan was stored. Never rejects: they look each second anyway. */
  hintControls(planId: string): Promise<void>;
  /** The same for who is assigned to rooms of this plan. */
  hintAssignments(planId: string): Promise<void>;
  /** The same of a roster that was edited. */
  hintPlan(planId: string): Promise<void>;
};

/** Patience for a room that is moving: a little more than a lease lives. */
const PATIENCE_MS = 4_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 400;
const HEARD_MS = 250;
const MOST_OWNERS = 10_000;

/** `redis` is an ordinary connection; `driver` the process's list of rooms, `desk` its way to other processes' rooms. */
export function createRoomDirectory(
  redis: Redis,
  driver: OwnedDriver,
  desk: Pick<SeatDesk, 'ask'>,
  log: Logger,
): RoomDirectory {
  const creating = new Map<string, Promise<IRoomCache>>();
  const listening = new Map<string, number>();
  const owners = new Map<string, { readonly processId: string; readonly at: number }>();
  const isReturning = returning(redis);

  /** The process that owns the room and lives. Removes the row of a process that is gone. */
  async function liveOwner(roomId: string): Promise<string | undefined> {
    const [row, holder] = await Promise.all([driver.findOne({ roomId }), redis.get(redisKeys.lease(roomId))]);
    if (row === undefined) return undefined;
    const { processId } = row;
    if (holder === processId && (await isListening(processId))) return processId;
    if (holder === processId) throw new Error('the owner is gone, and its lease has not run out');
    if (holder === null && (await roomsProcesses()).includes(processId)) return processId;
    if (holder === null && isReturning()) throw new Error('the owner may take its lease again');
    await driver.removeOf(roomId, processId);
    return undefined;
  }

  /** Asked first, because a process that is gone would be waited for. What was heard holds for a moment. */
  async function isListening(processId: string): Promise<boolean> {
    const heardAt = listening.get(processId) ?? 0;
    if (performance.now() - heardAt < HEARD_MS) return true;
    const [, listeners] = (await redis.pubsub('NUMSUB', redisKeys.seats(processId))) as [string, number];
    if (Number(listeners) > 0) listening.set(processId, performance.now());
    else listening.delete(processId);
    return Number(listeners) > 0;
  }

  async function seatIn(roomId: string, auth: SeatAuth): Promise<Reservation> {
    const here = await seatHere(roomId, auth);
    if (here !== null) return here;
    const owner = await ownerOf(roomId);
    const seat = owner === matchMaker.processId ? await seatHere(roomId, auth) : await desk.ask(owner, roomId, auth);
    if (seat === null) throw new Error('the room has just moved');
    return seat;
  }

  /** A room's people come together: what was found for one of them holds for a moment for the others. */
  async function ownerOf(roomId: string): Promise<string> {
    const known = owners.get(roomId);
    if (known !== undefined && performance.now() - known.at < HEARD_MS) return known.processId;
    const processId = (await liveOwner(roomId)) ?? (await create(roomId)).processId ?? '';
    if (owners.size >= MOST_OWNERS) owners.clear();
    owners.set(roomId, { processId, at: performance.now() });
    return processId;
  }

  function create(roomId: string): Promise<IRoomCache> {
    const running = creating.get(roomId);
    if (running !== undefined) return running;
    const made = matchMaker.createRoom(ROOM_TYPE, { roomId }).finally(() => creating.delete(roomId));
    creating.set(roomId, made);
    return made;
  }

  async function hint(channel: string, planId: string): Promise<void> {
    try {
      await redis.publish(channel, planId);
    } catch (error) {
      log.debug({ err: error, channel, planId }, 'hint was not published');
    }
  }

  /** Again and again while the room is moving, for as long as its patience lasts. */
  async function patiently<T>(roomId: string, ask: () => Promise<T>): Promise<T | Refusal> {
    const until = performance.now() + PATIENCE_MS;
    for (let attempt = 0; attempt === 0 || performance.now() < until; attempt++) {
      try {
        return await ask();
      } catch (error) {
        log.debug({ err: error, roomId, attempt }, 'the room does not answer yet');
        owners.delete(roomId);
        await new Promise((resolve) => setTimeout(resolve, waitMs(attempt)));
      }
    }
    log.warn({ roomId }, 'the room did not answer');
    return refuse('ROOM_ELSEWHERE', undefined, 1_000);
  }

  /** Seldom asked, so the framework's own call will do, with its channel for each question. */
  async function askOwner(roomId: string, question: DeviceQuestion): Promise<DeviceVerdict> {
    if (matchMaker.getLocalRoomById(roomId) === undefined) await ownerOf(roomId);
    return matchMaker.remoteRoomCall<ExamRoom, 'askForDevice'>(roomId, 'askForDevice', [question]);
  }

  async function askToLook(roomId: string, examineeId: string): Promise<void> {
    if ((await driver.findOne({ roomId })) === undefined) return; // whoever makes it looks
    await matchMaker.remoteRoomCall<ExamRoom, 'lookAtHeld'>(roomId, 'lookAtHeld', [examineeId]);
  }

  return {
    hintHeld: (roomId, examineeId) => void patiently(roomId, () => askToLook(roomId, examineeId)), // it never rejects
    reserve: (roomId, auth) => patiently(roomId, () => seatIn(roomId, auth)),
    mayChangeDevice: (roomId, question) => patiently(roomId, () => askOwner(roomId, question)),
    hintControls: (planId) => hint(redisKeys.controls(), planId),
    hintPlan: (planId) => hint(redisKeys.planHints(), planId),
    hintAssignments: (planId) => hint(redisKeys.assignments(), planId),
  };
}

/** Doubling up to a bound, between half and all of it at random. */
function waitMs(attempt: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
}

/** Where a new room is made: everybody who sees the same processes names the same one. */
export async function placeRoom(_type: string, options: { roomId?: string }): Promise<string> {
  const place = rendezvous(options.roomId ?? '', await roomsProcesses());
  if (place === undefined) throw new Error('no process takes rooms');
  return place;
}
