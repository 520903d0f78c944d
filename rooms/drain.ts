// Hands the rooms of a process that is about to stop over to the others, a few at a time: each comes to rest, sends its
// people away to come back, gives up its lease, and is made elsewhere at once. Bounded: what is left when the time is over
// stops as without a drain. Called by main.ts.
import { matchMaker } from '@colyseus/core';
import type { Logger } from 'pino';
import { later } from './later.ts';
import { roomsProcesses } from './processes.ts';

/** A room as this sees it. */
export type Leaving = {
  readonly roomId: string;
  readonly clientCount: number;
  /** Takes nothing more, brings what it has taken to the store, sends everybody away and gives the lease up. */
  handOver(): Promise<void>;
  /** It has settled: nobody has to have it. */
  readonly isOver: boolean;
};

export type Drained = {
  readonly handedOver: number;
  readonly left: number;
  /** No other process takes rooms: nothing was handed over. */
  readonly isAlone: boolean;
};

/** Processes that are stopped together have all said so by then, and hand nothing to each other. */
const TOGETHER_MS = 150;
const AT_ONCE = 4;
/** So many people a second are sent away where there is time for it; each of them comes back within a second. */
const PEOPLE_A_SECOND = 100;
/** What of the limit the sending away may take; the rest is for the last of them. */
const PART_OF_LIMIT = 0.7;
/** A room that has not left by then is left behind: the next one's turn. */
const ROOM_LIMIT_MS = 5_000;

/** `make` makes the room on another process. Never rejects. */
export async function drainRooms(
  rooms: () => readonly Leaving[],
  make: (roomId: string) => Promise<unknown>,
  limitMs: number,
  log: Logger,
): Promise<Drained> {
  const until = performance.now() + limitMs;
  await later(Math.min(TOGETHER_MS, limitMs));
  const all = rooms();
  if (!(await hasOthers(log))) return { handedOver: 0, left: all.length, isAlone: true };
  const pace = paceFor(all, limitMs);
  const waiting = [...all];
  let handedOver = 0;
  let nextAt = performance.now();

  async function handOn(): Promise<void> {
    for (let room = waiting.shift(); room !== undefined; room = waiting.shift()) {
      const at = Math.max(nextAt, performance.now());
      nextAt = at + (room.clientCount / pace) * 1_000;
      await later(Math.min(at, until) - performance.now());
      if (performance.now() >= until) return;
      if (await handOverOne(room, make, log)) handedOver++;
    }
  }
  await Promise.race([Promise.all(Array.from({ length: AT_ONCE }, handOn)), later(until - performance.now())]);
  return { handedOver, left: rooms().length, isAlone: false };
}

/** People a second. */
function paceFor(rooms: readonly Leaving[], limitMs: number): number {
  const people = rooms.reduce((sum, { clientCount }) => sum + clientCount, 0);
  return Math.max(PEOPLE_A_SECOND, people / ((limitMs / 1_000) * PART_OF_LIMIT));
}

async function hasOthers(log: Logger): Promise<boolean> {
  try {
    return (await roomsProcesses()).some((processId) => processId !== matchMaker.processId);
  } catch (error) {
    log.warn({ err: error }, 'nobody knows which processes take rooms, so none are handed over');
    return false;
  }
}

/** Never rejects. False where it did not leave in time. */
async function handOverOne(room: Leaving, make: (roomId: string) => Promise<unknown>, log: Logger): Promise<boolean> {
  const { roomId, clientCount } = room;
  const from = performance.now();
  try {
    const isOver = await Promise.race([room.handOver().then(() => true), later(ROOM_LIMIT_MS).then(() => false)]);
    if (!isOver) log.warn({ roomId }, 'a room did not leave in time');
    if (isOver && !room.isOver) await make(roomId);
    log.info({ roomId, clients: clientCount, ms: Math.round(performance.now() - from) }, 'room handed over');
    return isOver;
  } catch (error) {
    log.warn({ err: error, roomId }, 'a room was not made elsewhere; whoever enters it makes it');
    return true;
  }
}
