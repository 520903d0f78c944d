// What the passing of time does to a room: its start, its end, everybody's deadline, and the settling after them. Driven by
// the room's tick; it looks at all seats only when something is due. Called by the room's actor.
import { decideTime, type RoomChange, roomEnd } from '../exam/exam-room.ts';
import { beginTimeouts, driveEndings, isSettleable, nextDueAt, settleRoom, underWay } from './endings.ts';
import { giveBackLateStart, owedBy } from './late-start.ts';
import type { RoomContext } from './room-context.ts';
import { storeStatuses } from './upkeep.ts';

export type Timekeeper = {
  /** Does what is due. Does not await; what it begins is never begun twice. */
  tick(): void;
  /** Something has changed that deadlines follow from: the next tick looks at everything again. */
  lookAgain(): void;
};

/** `apply` takes a change that follows from stored facts by time alone. */
export function createTimekeeper(context: RoomContext, apply: (change: RoomChange) => void): Timekeeper {
  const { room, services } = context;
  const underway = new Set<string>();
  let dueAt = nextDueAt(room);
  /** What was lost before the room began is given back; a process before may have died on the way to it. */
  let isGivenBack = room.begunLateAt === 0 || owedBy(room, room.begunLateAt) === 0;
  const wasOwedBefore = !isGivenBack;

  function once(name: string, work: () => Promise<void>): void {
    if (underway.has(name)) return;
    underway.add(name);
    context.effect(name, async () => {
      try {
        await work();
      } finally {
        underway.delete(name);
      }
    });
  }

  /** Nobody's time is over before all controls that were stored up to then are taken. */
  function passTime(now: number): void {
    if (room.isDeciding || !mayBegin(now)) return;
    const endsAt = roomEnd(room.facts, room.seats.values());
    const change = decideTime(room.facts, endsAt, now);
    if (change !== undefined && (change.status !== 'ended' || endsAt <= room.lookedAt)) {
      apply(change);
      context.effect('store statuses', () => storeStatuses(context));
    }
    beginTimeouts(room, now);
    dueAt = nextDueAt(room);
    if (now >= dueAt && room.lookedAt < dueAt) once('look before the end', () => look(now));
  }

  /** A room that is late for its start gives back what was lost before anything else follows from time. */
  function mayBegin(now: number): boolean {
    const { startsAt, status } = room.facts;
    if (startsAt === 0 || now < startsAt || status === 'ended') return true;
    if (wasOwedBefore && !isGivenBack) return false;
    if (room.hasBegun) return true;
    if (owedBy(room, now) === 0) room.hasBegun = true;
    // One that was here in time begins at once, however busy its process is: hundreds of them would wait for the store together.
    else if (room.madeAt < startsAt) begin(now);
    else once('give back a late start', giveBackAndBegin);
    return room.hasBegun;
  }

  async function giveBackAndBegin(): Promise<void> {
    await giveBackLateStart(context, services.now());
    begin(services.now()); // what storing it has taken is lost too
  }

  /** What was lost until now is given beside: a slow store must not keep the room from beginning, again and again. */
  function begin(now: number): void {
    room.hasBegun = true;
    room.begunLateAt = now;
    isGivenBack = false;
  }

  async function giveBack(): Promise<void> {
    const owed = owedBy(room, room.begunLateAt);
    const isTaken = await giveBackLateStart(context, room.begunLateAt);
    const left = owedBy(room, room.begunLateAt);
    isGivenBack = isTaken && (left === 0 || left === owed); // refused: nothing more comes of it
  }

  async function look(now: number): Promise<void> {
    const [hasControls, hasEdits] = await Promise.all([
      services.controls.lookFor(room.planId, room.roomId),
      services.planWatch.look(room.planId),
    ]);
    if (hasControls && hasEdits) room.lookedAt = now;
  }

  return {
    tick() {
      if (room.lost || room.isLeaving) return;
      const now = services.now();
      if (now >= dueAt || room.ending.size > 0) passTime(now);
      if (room.ending.size > 0) driveEndings(context, now);
      if (!isGivenBack && room.facts.status !== 'ended') once('give back a late start', giveBack);
      if (isSettleable(room)) once('settle', () => underWay(room, () => settleRoom(context)));
    },
    lookAgain() {
      dueAt = 0;
    },
  };
}
