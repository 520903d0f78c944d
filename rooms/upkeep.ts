// What a room brings to the store beside answers, each second: statuses that followed from stored facts by time alone.
// It can be late; nothing of it is promised to anybody.

import { begunLate } from './late-start.ts';
import { releasePaper } from './paper-release.ts';
import type { RoomContext } from './room-context.ts';
import { isStillOwned } from './still-owned.ts';

/**
 * Stores what is behind, one write of a kind at a time: beside a slow store each second would begin the same writes again,
 * and make it slower. Throws where the store is away: it stays behind, and comes with the next upkeep.
 */
export async function storeStatuses(context: RoomContext): Promise<void> {
  const { room } = context;
  if (room.isStoringStatuses) return;
  room.isStoringStatuses = true;
  try {
    do await storeBehind(context);
    while (!room.lost && (room.storedStatus !== room.facts.status || room.begun.size > 0));
  } finally {
    room.isStoringStatuses = false;
  }
}

async function storeBehind(context: RoomContext): Promise<void> {
  const { room, services, fenced } = context;
  const { status } = room.facts;
  const isBehind = room.storedStatus !== status;
  if (isBehind) {
    const now = services.now();
    const set = { status, servedUntil: now, ...begunLate(room, now) };
    const stored = await services.store.rooms.change(room.roomId, room.epoch, set);
    if (stored === null) return fenced();
    room.storedStatus = status;
  }
  await releasePaper(context);
  if (room.begun.size === 0) return;
  if (!isBehind && !(await isStillOwned(context))) return; // else the epoch went with the room's status just now
  const begun = [...room.begun];
  const ids = begun.map(([{ examineeId }]) => examineeId);
  await services.store.examinees.beginAnswering(ids);
  await services.store.sheets.begin(ids);
  const { planId, roomId } = room;
  for (const [seat, at] of begun) {
    room.begun.delete(seat);
    const subject = seat.examineeId;
    services.recorder.log({ planId, roomId, stream: 'examinee', subject, kind: 'examinee.began', at, data: {} });
  }
}
