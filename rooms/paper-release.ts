// Gives the room's paper key to its examinees, once the store says that the room has started; also after a rebuild, and to
// each who joins later. Must never show it before, nor put it into the synchronised state. Called by the room's actor.
import { isPaperReleased } from '../exam/paper-release.ts';
import { type LiveRoom, type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** Opens the key where it is due and not open yet, and tells everybody who is in. Throws where the store is away. */
export async function releasePaper({ room, services }: RoomContext): Promise<void> {
  if (room.paperKey !== undefined || !isPaperReleased({ ...room.facts, status: room.storedStatus })) return;
  const key = await services.store.paperKeys.released(room.roomId);
  if (key === null || room.paperKey !== undefined) return;
  room.paperKey = Buffer.from(key).toString('base64url');
  for (const seat of room.seats.values()) tellPaperKey(room, seat);
}

/** Tells the key to an examinee's client, where it is open and the examinee has been let in. */
export function tellPaperKey({ paperKey }: LiveRoom, { client, admission }: Seat): void {
  if (client !== undefined && paperKey !== undefined && admission === 'admitted')
    tell(client, 'paper.key', { key: paperKey });
}
