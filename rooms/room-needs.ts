// What the examinees of a room need of proctors, in a few numbers: the overview of a whole exam is made of these, so that
// nobody has to look at every row. Called by upkeep.
import type { RoomNeeds } from '../schema/jobs.ts';
import { standingOf } from './board.ts';
import type { LiveRoom } from './live-room.ts';
import { summaryOf } from './open-incidents.ts';

/** As it is now. Incidents of the room itself, which concern nobody in particular, are among the open ones. */
export function needsOf(room: LiveRoom, now: number): RoomNeeds {
  const own = summaryOf(room.openIncidents, '');
  const needs = { unsaved: 0, openIncidents: own.count, worstSeverity: own.worst, notReached: 0 };
  let [needing, untaken, attention] = [0, 0, 0];
  for (const seat of room.seats.values()) {
    const { unsaved, incidents, told, attention: own } = standingOf(room, seat, now);
    if (unsaved.count > 0) needs.unsaved++;
    if (told.unreachedCount > 0) needs.notReached++;
    needs.openIncidents += incidents.count;
    needs.worstSeverity = Math.max(needs.worstSeverity, incidents.worst);
    attention = Math.max(attention, own.score);
    if (own.score === 0) continue;
    needing++;
    if (seat.takenBy === '') untaken++;
  }
  return { ...needs, needing, untaken, attention };
}
