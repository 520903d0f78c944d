// What controls come to in rooms, stored together: one for a plan comes to hundreds of rooms in the same moment. Each write
// carries its room's epoch and the control's id, so a room that was taken by another, and a repeat, change nothing. Must
// never say of a room that another one owns that it is stored. Called by rooms.ts.
import { stateFacts } from '../exam/audit-facts.ts';
import type { RoomDocument } from '../schema/documents/room.ts';
import { gathered } from './gathering.ts';
import type { Models } from './models.ts';

type Applied = {
  readonly roomId: string;
  readonly epoch: number;
  readonly controlId: string;
  readonly set: Partial<RoomDocument>;
};

/** True where it is stored, by this write or by one before; false where the room has another epoch. */
export function roomControls({ rooms }: Pick<Models, 'rooms'>): (applied: Applied) => Promise<boolean> {
  const native = rooms.collection.conn.collection<RoomDocument>(rooms.collection.name);
  return gathered(async (all: readonly Applied[]): Promise<boolean[]> => {
    const writes = all.map(appliedWrite) as never[];
    const { matchedCount } = await native.bulkWrite(writes, { ordered: false, ignoreUndefined: true });
    if (matchedCount === all.length) return all.map(() => true);
    const ids = all.map(({ roomId }) => roomId);
    const stored = await native.find({ _id: { $in: ids } }, { projection: { epoch: 1 } }).toArray();
    const epochs = new Map(stored.map(({ _id, epoch }) => [_id, epoch]));
    return all.map(({ roomId, epoch }) => epochs.get(roomId) === epoch);
  });
}

/** Written past mongoose, which takes longer than the server: what is set has the schema's own type. */
function appliedWrite({ roomId, epoch, controlId, set }: Applied) {
  const filter = { _id: roomId, epoch, appliedControls: { $ne: controlId } };
  const $push = { appliedControls: controlId, ...carried(roomId, set, controlId).$push };
  const change = Object.keys(set).length === 0 ? {} : { $set: set };
  return { updateOne: { filter, update: { ...change, $push } } };
}

/** What the write of a state gives the room to carry into the chain; `by` makes its source one of its own. */
export function carried(
  roomId: string,
  { status, settledAt = 0 }: Partial<RoomDocument>,
  by: string,
): { $push?: object } {
  const to = settledAt > 0 ? 'settled' : status;
  if (to === undefined) return {};
  return { $push: { unchained: stateFacts('room', roomId, to, `room.${roomId}.${by}`, Date.now()) } };
}
