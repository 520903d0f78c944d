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
import { later } from './later.ts';
import type { OwnedDriver } from './owned-driver.ts';
import { returning, roomsProcesses } from './processes.ts';
import { type SeatDesk, seatHere } from './seat-desk.ts';
import { createTakeovers, SILENT_MS } from './takeover.ts';

export const ROOM_TYPE = 'exam';

export type RoomDirectory = {
  /** A seat in the room, live for 60 s; ROOM_ELSEWHERE while the room is moving. All waiting for that goes through `aside`. */
  reserve(roomId: string, auth: SeatAuth, aside?: Aside): Promise<Reservation | Refusal>;
  /** Whether another device of this examinee may enter; the room's owner says. ROOM_ELSEWHERE while the room is moving. */
  mayChangeDevice(roomId: string, question: DeviceQuestion): Promise<DeviceVerdict | Refusal>;
  /** Answers of this examinee were kept that a device held: the room, where there is one, looks at them. Never throws. */
  hintHeld(roomId: string, examineeId: string): void;
  /** Asks the room's owner this, of its own methods; undefined where nobody answers within seconds. Never rejects. */
  ask<M extends AskedMethod>(roomId: string, method: M, args: Parameters<ExamRoom[M]>): Promise<Heard<M> | undefined>;
  /** Answers of this examinee became durable past whoever leads the room, who reads them then. Never throws. */
  hintWritten(examineeId: string): void;
  /** Tells all rooms processes that a control of this plan was stored. Never rejects: they look each second anyway. */
  hintControls(planId: string): Promise<void>;
  /** The same for who is assigned to rooms of this plan. */
  hintAssignments(planId: string): Promise<void>;
  /** The same of a roster that was edited. */
  hintPlan(planId: string): Promise<void>;
  /** How many rooms this process has taken from owners that did not answer. */
  takeoverCount(): number;
};

/** What an owner is asked over HTTP. */
type AskedMethod = 'takeAnswers' | 'takeSubmit' | 'standingOf' | 'sessionOf';
type Heard<M extends AskedMethod> = Awaited<ReturnType<ExamRoom[M]>>;

/** An owner that cannot be found so soon is not waited for, nor one that has not answered: it waits for the store itself. */
const FIND_MS = 1_500;
const HEAR_MS = 4_500;
/** Does this work, which is waiting alone: whoever counts what is busy counts it apart. */
export type Aside = <T>(wait: () => Promise<T>) => Promise<T>;
const AT_ONCE: Aside = (wait) => wait();

/** The owner of a room holds its lease, and nothing is heard of it. */
class OwnerSilent extends Error {
  override name = 'OwnerSilent';
  readonly owner: string;
  constructor(owner: string) {
    super('the owner does not answer, and its lease has not run out');
    this.owner = owner;
  }
}

/** Patience for a room that is moving: a little more than a lease lives. */
const PATIENCE_MS = 4_000;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 400;
const HEARD_MS = 250;
/** An owner that lives answers sooner, unless its machine is full. */
const SOON_MS = 250;
const MOST_OWNERS = 10_000;

/** `redis` is an ordinary connection; `driver` the process's list of rooms, `desk` its way to other processes' rooms. */
export function createRoomDirectory(
  redis: Redis,
  driver: OwnedDriver,
  desk: Pick<SeatDesk, 'ask'>,
  log: Logger,
): RoomDirectory {
  const listening = new Map<string, number>();
  const owners = new Map<string, { readonly processId: string; readonly at: number }>();
  const looking = new Map<string, Promise<string>>();
  const isReturning = returning(redis);
  const takeovers = createTakeovers(redis, log);

  /** The process that owns the room and lives. Removes the row of a process that is gone. Throws OwnerSilent. */
  async function liveOwner(roomId: string): Promise<string | undefined> {
    const [row, holder] = await Promise.all([driver.findOne({ roomId }), redis.get(redisKeys.lease(roomId))]);
    if (holder !== null && !(await isListening(holder))) throw new OwnerSilent(holder);
    if (row === undefined) return undefined;
    const { processId } = row;
    if (holder === processId) return processId;
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

  async function seatIn(roomId: string, auth: SeatAuth, aside: Aside): Promise<Reservation> {
    const here = await seatHere(roomId, auth);
    if (here !== null) return here;
    const owner = await ownerOf(roomId);
    const seat =
      owner === matchMaker.processId ? await seatHere(roomId, auth) : await seatAt(owner, roomId, auth, aside);
    if (seat === null) throw new Error('the room has just moved');
    return seat;
  }

  /** Who hears nothing for a moment waits aside: an owner that was stopped takes no places from those of other owners. */
  async function seatAt(owner: string, roomId: string, auth: SeatAuth, aside: Aside): Promise<Reservation | null> {
    const asked = desk.ask(owner, roomId, auth);
    asked.catch(() => undefined); // where the room is taken, nobody waits for it any more
    const soon = await Promise.race([asked, silence(SOON_MS)]);
    return soon === SILENCE ? aside(() => heardOrTaken(owner, roomId, asked)) : soon;
  }

  /** Of an owner that says nothing it is not waited for longer than for the takeover; a slow one has the desk's patience. */
  async function heardOrTaken(
    owner: string,
    roomId: string,
    asked: Promise<Reservation | null>,
  ): Promise<Reservation | null> {
    for (let patienceMs = SILENT_MS - SOON_MS; ; patienceMs = LONGEST_WAIT_MS) {
      const first = await Promise.race([asked, silence(patienceMs)]);
      if (first !== SILENCE) return first;
      if (await takeovers.takeOver(roomId, owner)) throw new Error('the room was taken from its owner');
    }
  }

  /** A room's people come together: what was found for one of them holds for a moment for the others. */
  async function ownerOf(roomId: string): Promise<string> {
    const known = owners.get(roomId);
    if (known !== undefined && performance.now() - known.at < HEARD_MS) return known.processId;
    const look = looking.get(roomId) ?? findOrCreate(roomId).finally(() => looking.delete(roomId));
    looking.set(roomId, look);
    return look;
  }

  async function findOrCreate(roomId: string): Promise<string> {
    const processId = (await liveOwner(roomId)) ?? (await create(roomId)).processId ?? '';
    if (owners.size >= MOST_OWNERS) owners.clear();
    owners.set(roomId, { processId, at: performance.now() });
    return processId;
  }

  function create(roomId: string): Promise<IRoomCache> {
    return matchMaker.createRoom(ROOM_TYPE, { roomId, without: takeovers.silent() });
  }

  async function hint(channel: string, about: string): Promise<void> {
    try {
      await redis.publish(channel, about);
    } catch (error) {
      log.debug({ err: error, channel, about }, 'hint was not published');
    }
  }

  /** Again and again while the room is moving, for as long as its patience lasts. */
  async function patiently<T>(roomId: string, ask: () => Promise<T>, aside = AT_ONCE): Promise<T | Refusal> {
    const since = performance.now();
    try {
      return await ask();
    } catch (error) {
      forget(roomId, since);
      return again(roomId, ask, since, error, aside);
    }
  }

  /** The owner as it was known at this instant; what another has found since may be right. */
  function forget(roomId: string, at: number): void {
    if ((owners.get(roomId)?.at ?? 0) <= at) owners.delete(roomId);
  }

  /** Only the waiting is aside: whoever asks has a place, or a crowd would ask at once when the room is there. */
  async function again<T>(
    roomId: string,
    ask: () => Promise<T>,
    since: number,
    first: unknown,
    aside: Aside,
  ): Promise<T | Refusal> {
    let error = first;
    for (let attempt = 0; performance.now() - since < PATIENCE_MS; attempt++) {
      log.debug({ err: error, roomId, attempt }, 'the room does not answer yet');
      if (!(await isFree(roomId, since, error))) await aside(() => later(waitMs(attempt)));
      const at = performance.now();
      try {
        return await ask();
      } catch (next) {
        error = next;
        forget(roomId, at);
      }
    }
    log.warn({ err: error, roomId }, 'the room did not answer');
    return refuse('ROOM_ELSEWHERE', undefined, 1_000);
  }

  /** Whether the room was taken just now from an owner of whom nothing was heard for long enough. Never rejects. */
  async function isFree(roomId: string, since: number, error: unknown): Promise<boolean> {
    if (!(error instanceof OwnerSilent) || performance.now() - since < SILENT_MS) return false;
    try {
      return await takeovers.takeOver(roomId, error.owner);
    } catch (cause) {
      log.debug({ err: cause, roomId }, 'the room could not be taken');
      return false;
    }
  }

  /** Resolves when somebody leads the room. Throws where nobody does so soon. */
  async function find(roomId: string): Promise<void> {
    const since = performance.now();
    for (let attempt = 0; matchMaker.getLocalRoomById(roomId) === undefined; attempt++) {
      try {
        await ownerOf(roomId);
        return;
      } catch (error) {
        forget(roomId, since);
        if (performance.now() - since > FIND_MS) throw error;
        log.debug({ err: error, roomId, attempt }, 'no owner is found yet');
        if (!(await isFree(roomId, since, error))) await later(waitMs(attempt));
      }
    }
  }

  async function ask<M extends AskedMethod>(
    roomId: string,
    method: M,
    args: Parameters<ExamRoom[M]>,
  ): Promise<Heard<M> | undefined> {
    const since = performance.now();
    try {
      await within(FIND_MS, find(roomId));
      return await within(HEAR_MS, matchMaker.remoteRoomCall<ExamRoom, M>(roomId, method, args as never, HEAR_MS));
    } catch {
      forget(roomId, since);
      log.debug({ roomId, method }, 'nobody answers for the room'); // the framework's error says what was asked: answers
      return undefined;
    }
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
    reserve: (roomId, auth, aside = AT_ONCE) => patiently(roomId, () => seatIn(roomId, auth, aside), aside),
    mayChangeDevice: (roomId, question) => patiently(roomId, () => askOwner(roomId, question)),
    ask,
    hintWritten: (examineeId) => void hint(redisKeys.orphans(), JSON.stringify({ examineeIds: [examineeId] })),
    hintControls: (planId) => hint(redisKeys.controls(), planId),
    hintPlan: (planId) => hint(redisKeys.planHints(), planId),
    hintAssignments: (planId) => hint(redisKeys.assignments(), planId),
    takeoverCount: takeovers.count,
  };
}

const SILENCE = Symbol('nothing was heard');

async function silence(ms: number): Promise<typeof SILENCE> {
  await later(ms);
  return SILENCE;
}

/** What a room is made with. */
type RoomWish = { readonly roomId?: string; readonly without?: readonly string[] };

/** Rejects where it takes longer; what was begun goes on. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`not within ${ms} ms`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Doubling up to a bound, between half and all of it at random. */
function waitMs(attempt: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + Math.random() / 2);
}

/** Where a new room is made: everybody who sees the same processes names the same one; none of those that it is not to be. */
export async function placeRoom(_type: string, { roomId = '', without = [] }: RoomWish): Promise<string> {
  const processes = await roomsProcesses();
  const place = rendezvous(
    roomId,
    processes.filter((processId) => !without.includes(processId)),
  );
  if (place === undefined) throw new Error('no process takes rooms');
  return place;
}
