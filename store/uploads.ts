// Uploads: the rows of files that somebody brings. A row is there before the first byte and goes after the last one, so no
// byte lies anywhere without a row that leads to it. Called by the api and by the sweep of the workers.
import mongoose from 'mongoose';
import type { UploadDocument } from '../schema/documents/upload.ts';
import { type RefusalCode, RefusalError, refuse } from '../schema/refusals.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import type { Models } from './models.ts';
import { following, type Page } from './page.ts';
import { bytesOf, environmentKey, newPaperKey, seal, unseal } from './sealing.ts';

export type UploadStore = ReturnType<typeof uploadStore>;
/** What may lie there in all, in bytes: of a plan, and of what one person brought to it. */
export type Quota = { readonly planBytes: number; readonly personBytes: number };
type NewUpload = Omit<UploadDocument, 'sealedKey' | 'state' | 'type' | 'touchedAt'>;

/** In the place of a member that says whose it was. */
const NOTHING = { $unset: { planId: 1, use: 1, roomId: 1, incidentId: 1, by: 1, name: 1, sha256: 1, sealedKey: 1 } };
/** What is written into a row to remove it. */
export const REMOVED = { $set: { state: 'removed' as const }, ...NOTHING };

export function uploadStore({ uploads }: Models, paperKey: Uint8Array | undefined) {
  async function bytesWhere(filter: { planId: string; by?: string }): Promise<number> {
    const [sum] = await uploads
      .aggregate<{ bytes: number }>([{ $match: filter }, { $group: { _id: null, bytes: { $sum: '$bytes' } } }])
      .exec();
    return sum?.bytes ?? 0;
  }

  const get = (uploadId: string): Promise<UploadDocument | null> =>
    uploads
      .findOne({ _id: uploadId, state: mongoose.trusted({ $ne: 'removed' }) })
      .lean<UploadDocument>()
      .exec();

  return withFaults('uploads', {
    get,

    /**
     * Counted after the row is there: of two who come at once neither can have more than is left. The same again is one.
     * Throws RefusalError FILE_QUOTA where the plan's or the person's share is used up.
     */
    async create(upload: NewUpload, quota: Quota): Promise<UploadDocument> {
      const { _id, planId, by } = upload;
      const sealedKey = Buffer.from(seal(environmentKey(paperKey), newPaperKey(), `upload.${_id}`));
      const document = { ...upload, sealedKey, type: '', state: 'uploading' as const, touchedAt: upload.at };
      await createAll(uploads, [document]);
      const over: RefusalCode | undefined =
        (await bytesWhere({ planId })) > quota.planBytes || (await bytesWhere({ planId, by })) > quota.personBytes
          ? 'FILE_QUOTA'
          : undefined;
      if (over === undefined) return (await get(_id)) ?? document;
      await uploads.deleteOne({ _id, state: 'uploading', touchedAt: upload.at }).exec();
      throw new RefusalError(refuse(over));
    },

    /** The key of its bytes. Throws StoreFault STORE_KEY where another environment sealed it. */
    keyOf: async ({ _id, sealedKey }: UploadDocument): Promise<Uint8Array> =>
      unseal(environmentKey(paperKey), bytesOf(sealedKey), `upload.${_id}`),

    /** Bytes came: it is not swept for now. */
    async touch(uploadId: string, now: number): Promise<void> {
      await uploads.updateOne({ _id: uploadId, state: 'uploading' }, { $set: { touchedAt: now } }).exec();
    },

    /** All of it is there and is what it should be. Null where it was removed meanwhile; the same again is harmless. */
    async ready(uploadId: string, type: string): Promise<UploadDocument | null> {
      await uploads.updateOne({ _id: uploadId, state: 'uploading' }, { $set: { state: 'ready', type } }).exec();
      return get(uploadId);
    },

    byPlan: (planId: string, rooms: readonly string[] | undefined, { after, limit }: Page): Promise<UploadDocument[]> =>
      uploads
        .find({
          planId,
          _id: following(after),
          ...(rooms === undefined ? {} : { roomId: mongoose.trusted({ $in: [...rooms] }) }),
        })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<UploadDocument[]>()
        .exec(),

    /** Nobody can read it from here on, also who has the disk: its key is gone. The sweep does the rest. */
    async remove(uploadId: string): Promise<void> {
      await uploads.updateOne({ _id: uploadId }, REMOVED).exec();
    },

    /** The same for everything that this person brought: of an examinee or of staff. */
    async removeOf(personId: string): Promise<void> {
      await uploads.updateMany({ by: personId }, REMOVED).exec();
    },

    /** Uploads that nobody went on with since `before` (epoch ms) are removed as by `remove`. */
    async removeIdle(before: number): Promise<void> {
      await uploads.updateMany({ state: 'uploading', touchedAt: mongoose.trusted({ $lt: before }) }, REMOVED).exec();
    },

    /** Ids of removed ones whose bytes may still lie there. */
    async removed(limit: number): Promise<string[]> {
      const found = await uploads.find({ state: 'removed' }).select({ _id: 1 }).limit(limit).lean<{ _id: string }[]>();
      return found.map(({ _id }) => _id);
    },

    /** Its bytes are gone. */
    async forget(uploadId: string): Promise<void> {
      await uploads.deleteOne({ _id: uploadId, state: 'removed' }).exec();
    },
  });
}
