// How an end begins in a simulated room, and what is known of the link around it. As rooms/last-seconds.ts has it.
import { type Grace, graceAfter, type LastBeats } from '../../exam/grace.ts';
import type { Room, Seat } from './room.ts';

export function beginClosing(room: Room, seat: Seat): void {
  if (seat.sheet !== undefined) seat.sheet.phase = 'closing';
  beginEnding(room, seat, { step: 'waiting', to: 'timed-out', named: [], notBefore: 0 });
}

export function beginEnding(room: Room, seat: Seat, ending: Seat['ending']): void {
  seat.ending = ending;
  room.ending.add(seat);
}

/** The beats around the end of this seat's time, as they are known now. */
export function beatsOf({ beats, beatsBy, connection }: Seat): LastBeats {
  return beatsBy === connection ? beats : { ...beats, isCut: true };
}

/** Who is held has a deadline that does not pass, and ends with the room. */
export function graceOf({ facts, madeAt, host }: Room, { window }: Seat): Grace {
  const isEnded = facts.endsAt !== 0 && (window.heldSince !== 0 || window.deadlineAt >= facts.endsAt);
  return graceAfter(isEnded ? facts.endsAt : window.deadlineAt, isEnded, madeAt, host.plan.graceMs);
}
