// Gives the seconds back that a room lost before it could begin: nobody owned it, or its process hung. As a control of the
// room, stored once under an id that follows from the room, whoever stores it; applied, told and undone like any other.
import { hash } from 'node:crypto';
import { lostAtStart } from '../exam/late-start.ts';
import { orderFields } from '../schema/documents/control.ts';
import type { RoomDocument } from '../schema/documents/room.ts';
import { ID_LENGTH } from '../schema/ids.ts';
import type { LiveRoom } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** As long as an exam may last: a room that comes back after hours still finds it. */
const LIFE_MS = 7 * 24 * 3_600_000;

/** The control that gives back what the room lost, the first time or after a crash on the way. */
export function lateStartId(roomId: string, time: number): string {
  return hash('sha256', `late start.${roomId}.${time}`, 'hex').slice(0, ID_LENGTH);
}

/** What was lost by `to` and is not given back, in ms; 0 for nothing that counts. */
export function owedBy({ roomId, facts }: LiveRoom, to: number): number {
  return lostAtStart(facts, (time) => lateStartId(roomId, time), to).ms;
}

/**
 * What is stored with a status by which the room has begun, so that whoever makes it anew knows what is owed: a process may
 * die before the control that gives it back is stored.
 */
export function begunLate(room: LiveRoom, now: number): Pick<RoomDocument, 'begunLateAt'> {
  if (room.begunLateAt !== 0) return { begunLateAt: room.begunLateAt };
  const isOwed = !room.hasBegun && room.facts.startsAt !== 0 && owedBy(room, now) > 0;
  return isOwed ? { begunLateAt: now } : {};
}

/**
 * Stores a control that gives back what was lost by `to`, and has it taken. False where it is not taken yet. Throws where the
 * store is away: it is tried again.
 */
export async function giveBackLateStart({ room, services }: RoomContext, to: number): Promise<boolean> {
  const { roomId, planId, facts } = room;
  const { ms, times } = lostAtStart(facts, (time) => lateStartId(roomId, time), to);
  if (ms === 0) return true;
  const from = to - ms;
  const reason = `The room began late: nobody led it from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}.`;
  await services.store.controls.issue({
    ...orderFields({ action: 'extend', extraMs: Math.round(ms), time: 'incident', reason }),
    _id: lateStartId(roomId, times),
    planId,
    roomId,
    at: to,
    actorId: 'examhall',
    actorRole: 'service',
    storedAt: to,
    expiresAt: to + LIFE_MS,
  });
  const isTaken = await services.controls.lookFor(planId, roomId);
  services.recorder.log({
    ...{ planId, roomId, stream: 'system', subject: roomId, kind: 'room.began-late', at: to },
    data: { from, to },
  });
  return isTaken;
}
