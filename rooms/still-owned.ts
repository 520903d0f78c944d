// For what a room writes about people and their sheets: their documents know no epoch, so the room's is read right before. An
// owner that slept wakes with writes in its hands, and finds here that another has the room. Called by whatever stores so.
import type { RoomContext } from './room-context.ts';

/** False where another process has taken the room: it is given up then, and nothing may be written. Throws where the store is away. */
export async function isStillOwned({ room, services, fenced }: RoomContext): Promise<boolean> {
  if (room.lost) return false;
  const stored = (await services.store.rooms.epoch(room.roomId)) ?? room.epoch;
  if (stored === room.epoch) return true;
  fenced();
  return false;
}
