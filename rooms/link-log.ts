// Writes into an examinee's log that the link was lost, from when to when, once it is back: the evidence of minutes that
// somebody could not work in. Called at each beat, each join, and each request over HTTP.
import { DROPPED_MS } from '../exam/grace.ts';
import type { Seat } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** The examinee was heard over the socket. What was before this process had the room is not known here, and not written. */
export function noteSeen(context: RoomContext, seat: Seat, now: number): void {
  const from = lastHeardAt(seat);
  seat.lastSeenAt = now;
  noteLost(context, seat, from, now);
}

/** The same over HTTP: the link is as lost as it was, but who can answer loses no minutes by it. */
export function noteHeard(context: RoomContext, seat: Seat, now: number): void {
  const from = lastHeardAt(seat);
  seat.heardAt = now;
  noteLost(context, seat, from, now);
}

function lastHeardAt({ lastSeenAt, heardAt }: Seat): number {
  return Math.max(lastSeenAt, heardAt);
}

function noteLost({ room, services }: RoomContext, { examineeId, moved }: Seat, heardAt: number, now: number): void {
  if (heardAt < room.madeAt) return;
  // Of who comes from another room it is known only roughly when they were last heard there.
  const from = Math.max(heardAt, moved?.at ?? 0);
  if (now - from < DROPPED_MS) return;
  const { planId, roomId } = room;
  services.recorder.log({
    ...{ planId, roomId, stream: 'examinee', subject: examineeId, kind: 'link.lost', at: now },
    data: { from, to: now },
  });
}
