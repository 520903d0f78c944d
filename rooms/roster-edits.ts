// Edits of the roster, in a room that is live: another label, or other extra time, which moves that examinee's deadline at
// once. The store decided about them (exam/roster-edit.ts); here they are shown. Called by the room's actor.
import { windowFor } from '../exam/exam-room.ts';
import type { RosterRow } from '../store/examinees.ts';
import { type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** Takes those of this room that are newer than what it has; true where there were some. Does not await. */
export function takeEdits(context: RoomContext, edited: readonly RosterRow[]): boolean {
  let isNews = false;
  for (const row of edited) {
    const seat = context.room.seats.get(row._id);
    if (seat === undefined || (row.editedAt ?? 0) <= seat.editedAt) continue;
    takeEdit(context, seat, row);
    isNews = true;
  }
  return isNews;
}

function takeEdit({ room, changed }: RoomContext, seat: Seat, { label, extraMs, editedAt = 0 }: RosterRow): void {
  const isLonger = extraMs !== seat.extraMs;
  Object.assign(seat, { label, extraMs, editedAt });
  seat.window = windowFor(room.facts, seat.examineeId, extraMs);
  changed(seat);
  if (isLonger && seat.client !== undefined) tell(seat.client, 'room.status', seat.window);
}
