// Edits of the roster, in a room that is live: another label or seat, or other extra time, which moves that examinee's deadline at
// once. The store decided about them (exam/roster-edit.ts); here they are shown. Called by the room's actor.
import { windowFor } from '../exam/exam-room.ts';
import { seatIn } from '../schema/seats.ts';
import type { RosterRow } from '../store/examinees.ts';
import { takeIn } from './arrivals.ts';
import { letGo } from './departures.ts';
import { type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** Takes those of this room that are newer than what it has; true where there were some. Does not await. */
export function takeEdits(context: RoomContext, edited: readonly RosterRow[]): boolean {
  let isNews = false;
  for (const row of edited) {
    const seat = context.room.seats.get(row._id);
    if (seat === undefined) takeArrival(context, row);
    if (seat === undefined || (row.editedAt ?? 0) <= seat.editedAt) continue;
    if (row.roomId !== context.room.roomId) {
      letGo(context, seat, row.roomId);
      continue;
    }
    takeEdit(context, seat, row);
    isNews = true;
  }
  return isNews;
}

/** Was moved here, by whichever process. */
function takeArrival(context: RoomContext, { _id, roomId }: RosterRow): void {
  if (roomId === context.room.roomId) context.effect('take in', async () => void (await takeIn(context, _id)));
}

function takeEdit({ room, changed }: RoomContext, seat: Seat, row: RosterRow): void {
  const { label, extraMs, editedAt = 0 } = row;
  const isLonger = extraMs !== seat.extraMs;
  Object.assign(seat, { label, extraMs, editedAt, seat: seatIn(row) });
  seat.window = windowFor(room.facts, seat.examineeId, extraMs);
  changed(seat);
  if (isLonger && seat.client !== undefined) tell(seat.client, 'room.status', seat.window);
}
