// Photos of examinees, one each. They lie here alone: never in Redis, in a room's state or in a log. Called by the api.
import type { PhotoDocument } from '../schema/documents/room.ts';
import { withFaults } from './fault.ts';
import { gathered } from './gathering.ts';
import { putAll } from './insertion.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';
import { bytesOf } from './sealing.ts';

export type PhotoStore = ReturnType<typeof photoStore>;

export function photoStore({ photos }: Models) {
  return withFaults('photos', {
    /** In the place of the one before. */
    put: (document: PhotoDocument): Promise<void> => putAll(photos, [document]),

    async get(examineeId: string): Promise<PhotoDocument | null> {
      const found = await photos.findOne({ _id: examineeId }).lean<PhotoDocument>().exec();
      return found === null ? null : { ...found, bytes: Buffer.from(bytesOf(found.bytes)) };
    },

    /** Whether there is one of this examinee. Reads the index alone, once for all who enter at the same time. */
    has: gathered(async (examineeIds: readonly string[]) => {
      const found = await photos
        .find({ _id: anyOf(examineeIds) })
        .select({ _id: 1 })
        .lean<{ _id: string }[]>()
        .exec();
      const known = new Set(found.map(({ _id }) => _id));
      return examineeIds.map((examineeId) => known.has(examineeId));
    }),

    /** Whether any examinee of this plan has one. */
    async hasAny(planId: string): Promise<boolean> {
      return (await photos.exists({ planId }).exec()) !== null;
    },

    async remove(examineeId: string): Promise<void> {
      await photos.deleteOne({ _id: examineeId }).exec();
    },
  });
}
