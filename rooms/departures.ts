// Who goes to another room: once the store says so, nothing of them stays in the one that they leave, and the device is told
// where to go. Called by turns.ts, and where the room hears of it from the store.
import { CLOSE } from '../schema/close-codes.ts';
import { clientsOf } from './attendance.ts';
import { tellOpenCallIds } from './calls.ts';
import { dropFromLedgers } from './deliveries.ts';
import { tellOpenIncidentIds } from './incident-messages.ts';
import { type Seat, tell } from './live-room.ts';
import { forgetCallsOf } from './open-calls.ts';
import { forgetIncidentsOf } from './open-incidents.ts';
import type { RoomContext } from './room-context.ts';

/** Another room has this person, as it is stored: nothing of them stays here, and the device is told where to go. */
export function letGo(context: RoomContext, seat: Seat, toRoomId: string): void {
  const { room, services } = context;
  const { examineeId, client } = seat;
  if (room.seats.get(examineeId) !== seat) return;
  room.seats.delete(examineeId);
  room.ending.delete(seat);
  room.begun.delete(seat);
  seat.client = undefined;
  dropFromLedgers(room, examineeId);
  forgetCallsOf(room, examineeId);
  forgetIncidentsOf(room, examineeId);
  for (const attendant of room.attendants.values()) if (attendant.watching === examineeId) attendant.watching = '';
  context.gone(seat);
  for (const proctor of clientsOf(room)) {
    tellOpenCallIds(room, proctor);
    tellOpenIncidentIds(room, proctor);
  }
  const { planId, roomId } = room;
  services.recorder.log({
    ...{ planId, roomId, stream: 'examinee', subject: examineeId, kind: 'examinee.moved', at: services.now() },
    data: { toRoomId },
  });
  if (client === undefined) return;
  tell(client, 'examinee.moved', { roomId: toRoomId });
  client.leave(CLOSE.moved);
}
