// The paper keys of rooms: one random key a room, stored sealed under the key from the environment and bound to its plan and
// room. A key leaves here in two ways: to seal the room's paper, and, once the stored room has started, to be given to its
// examinees. Must never be opened for anything else. Called by the api and by rooms.

import mongoose from 'mongoose';
import { isPaperReleased } from '../exam/paper-release.ts';
import type { RoomDocument } from '../schema/documents/room.ts';
import { ofRoom } from '../schema/sealed-paper.ts';
import { StoreFault, withFaults } from './fault.ts';
import { gathered } from './gathering.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';
import { bytesOf, environmentKey, newPaperKey, seal, sealAlike, unseal } from './sealing.ts';

export type PaperKeyStore = ReturnType<typeof paperKeyStore>;

export function paperKeyStore({ rooms }: Models, environment: Uint8Array | undefined) {
  const get = (roomId: string): Promise<RoomDocument | null> =>
    rooms.findOne({ _id: roomId }).lean<RoomDocument>().exec();

  /** Asked by all rooms of a process when they start. */
  const startedRoom = gathered(async (roomIds: readonly string[]) => {
    const found = await rooms
      .find({ _id: anyOf(roomIds) })
      .lean<RoomDocument[]>()
      .exec();
    const started = new Map(found.filter(isPaperReleased).map((room) => [room._id, room]));
    return roomIds.map((roomId) => started.get(roomId));
  });

  /** Gives a key to each of these rooms that has none; what is there stays. */
  async function make(planId: string, roomIds: readonly string[]): Promise<void> {
    const writes = roomIds.map((roomId) => {
      const sealedKey = Buffer.from(seal(environmentKey(environment), newPaperKey(), ofRoom(planId, roomId)));
      const filter = { _id: roomId, planId, sealedKey: mongoose.trusted({ $exists: false }) };
      return { updateOne: { filter, update: { $set: { sealedKey } } } };
    });
    if (writes.length > 0) await rooms.bulkWrite(writes, { ordered: false });
  }

  /** The key of this room; a room from before there were keys gets one now. */
  async function keyOf({ _id, planId, sealedKey }: RoomDocument): Promise<Uint8Array> {
    if (sealedKey !== undefined) return unseal(environmentKey(environment), bytesOf(sealedKey), ofRoom(planId, _id));
    await make(planId, [_id]);
    const made = await get(_id);
    if (made?.sealedKey === undefined) throw new StoreFault('STORE_MISSING', 'a room has no paper key');
    return keyOf(made);
  }

  return withFaults('paperKeys', {
    make,

    /** The text sealed with the room's key, the same bytes each time. Null: there is no such room. */
    async seal(roomId: string, text: Uint8Array): Promise<Uint8Array | null> {
      const room = await get(roomId);
      return room === null ? null : sealAlike(await keyOf(room), text, ofRoom(room.planId, roomId));
    },

    /** The room's key where the stored room has started; null before, and where there is no such room. */
    async released(roomId: string): Promise<Uint8Array | null> {
      const room = await startedRoom(roomId);
      return room === undefined ? null : keyOf(room);
    },
  });
}
