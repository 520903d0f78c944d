// Writes into an examinee's log that the link was lost, from when to when, once it is back: the evidence of minutes that
// somebody could not work in. Called at each beat and each join.
import { DROPPED_MS } from '../exam/grace.ts';
import type { Seat } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** The examinee was heard. What was before this process had the room is not known here, and not written. */
export function noteSeen({ room, services }: RoomContext, seat: Seat, now: number): void {
  const { lastSeenAt: from, examineeId } = seat;
  seat.lastSeenAt = now;
  if (from < room.madeAt || now - from < DROPPED_MS) return;
  const { planId, roomId } = room;
  services.recorder.log({
    ...{ planId, roomId, stream: 'examinee', subject: examineeId, kind: 'link.lost', at: now },
    data: { from, to: now },
  });
}
