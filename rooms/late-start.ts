// Gives the seconds back that a room lost before it could begin: nobody owned it, or its process hung. As a control of the
// room, stored once under an id that follows from the room, whoever stores it; applied, told and undone like any other.
import { hash } from 'node:crypto';
import { lostAtStart } from '../exam/late-start.ts';
import { orderFields } from '../schema/documents/control.ts';
import { ID_LENGTH } from '../schema/ids.ts';
import type { LiveRoom } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** As long as an exam may last: a room that comes back after hours still finds it. */
const LIFE_MS = 7 * 24 * 3_600_000;

/** The control that gives back what the room lost, the first time or after a crash on the way. */
export function lateStartId(roomId: string, time: number): string {
  return hash('sha256', `late start.${roomId}.${time}`, 'hex').slice(0, ID_LENGTH);
}

/** What would be lost if the room began now, in ms; 0 for nothing that counts. */
export function lateBy({ roomId, facts }: LiveRoom, now: number): number {
  return lostAtStart(facts, (time) => lateStartId(roomId, time), now).ms;
}

/** Stores a control that gives back what was lost by `to`, and has it taken. Throws where the store is away: it is tried again. */
export async function giveBackLateStart({ room, services }: RoomContext, to: number): Promise<void> {
  const { roomId, planId, facts } = room;
  const { ms, times } = lostAtStart(facts, (time) => lateStartId(roomId, time), to);
  if (ms === 0) return;
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
  await services.controls.lookFor(planId, roomId);
  services.recorder.log({
    ...{ planId, roomId, stream: 'system', subject: roomId, kind: 'room.began-late', at: to },
    data: { from, to },
  });
}
