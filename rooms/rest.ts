// How a room comes to rest before it is handed to another process: it takes nothing new, and what it has taken is brought
// to the store. What does not come to an end in time is left to the new owner, which finds it there, or gets it again.
import { storeDeliveries } from './deliveries.ts';
import { later } from './later.ts';
import { inTurn, type LiveRoom } from './live-room.ts';
import type { RoomContext } from './room-context.ts';
import { storeStatuses } from './upkeep.ts';

/** A worker that answers needs a fraction of it. */
const REST_MS = 1_000;
const LOOK_MS = 10;

/** From now on the room takes nothing; resolves when nothing of it is under way, or patience has ended. Never rejects. */
export async function comeToRest(context: RoomContext): Promise<void> {
  context.room.isLeaving = true;
  await Promise.race([rest(context), later(REST_MS)]);
}

async function rest(context: RoomContext): Promise<void> {
  const { room, services } = context;
  try {
    await inTurn(room, async () => {}); // a control that is just being carried out
    while (!room.lost && isBusy(room)) await later(LOOK_MS);
    await storeStatuses(context);
    await storeDeliveries(context);
  } catch (error) {
    services.log.debug({ err: error, roomId: room.roomId }, 'not everything of a room that leaves was stored');
  }
}

function isBusy({ storing, isDeciding, isStoringStatuses, seats }: LiveRoom): boolean {
  if (storing.size > 0 || isDeciding || isStoringStatuses) return true;
  for (const { sheet } of seats.values()) if (sheet !== undefined && sheet.pending.size > 0) return true;
  return false;
}
