// When the paper of a room may be read: from the room's start on, and never where the room did not start. Reads no clock.
// Called by store/ before it opens a room's paper key, and by the api before it hands the paper out.
import type { RoomState } from '../schema/states.ts';

/** Instants epoch ms, 0 = not set. */
type Start = { readonly startsAt: number; readonly endsAt: number };

/** Whether the room's key may be opened, by what is stored of the room: it runs, or has run. */
export function isPaperReleased(room: Start & { readonly status: RoomState }): boolean {
  switch (room.status) {
    case 'closed':
    case 'open':
      return false;
    case 'running':
    case 'paused':
      return true;
    case 'ended':
      return hasStart(room);
  }
}

/** Whether the instant of the start has passed: the room's stored status follows it by a moment. */
export function hasStarted(room: Start, now: number): boolean {
  return hasStart(room) && now >= room.startsAt;
}

/** A room that was ended before its start has none. */
function hasStart({ startsAt, endsAt }: Start): boolean {
  return startsAt !== 0 && (endsAt === 0 || startsAt < endsAt);
}
