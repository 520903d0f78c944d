// Uploads: the rows of files that somebody brings. A row is there before the first byte and goes after the last one, so no
// byte lies anywhere without a row that leads to it. A piece counts once the row has it, by compare-and-set of where it
// begins: of any number of senders, in any number of processes, one goes on. Called by the api and the workers.
import mongoose from 'mongoose';
import type { Piece, UploadDocument } from '../schema/documents/upload.ts';
import { LISTS } from '../schema/lists.ts';
import { type RefusalCode, RefusalError, refuse } from '../schema/refusals.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';
import { bytesOf, environmentKey, newPaperKey, seal, unseal } from './sealing.ts';

/** Sealed as it lies in the row of this file. */
export const newFileKey = (paperKey: Uint8Array | undefined, id: string): Buffer =>
  Buffer.from(seal(environmentKey(paperKey), newPaperKey(), `upload.${id}`));

export type UploadStore = ReturnType<typeof uploadStore>;
/** What may lie there in all, in bytes: of a plan, and of what one person brought to it. */
export type Quota = { readonly planBytes: number; readonly personBytes: number };
type NewUpload = Omit<
  UploadDocument,
  'sealedKey' | 'state' | 'type' | 'touchedAt' | 'attempt' | 'offset' | 'pieces' | 'checkAt'
>;

/** In the place of a member that says whose it was. */
const NOTHING = {
  $unset: {
    planId: 1,
    use: 1,
    roomId: 1,
    incidentId: 1,
    item: 1,
    types: 1,
    by: 1,
    name: 1,
    sha256: 1,
    sealedKey: 1,
    pieces: 1,
    order: 1,
    expiresAt: 1,
  },
};
/** What is written into a row to remove it. */
export const REMOVED = { $set: { state: 'removed' as const }, ...NOTHING };

export function uploadStore({ uploads, incidents }: Models, paperKey: Uint8Array | undefined) {
  async function bytesWhere(filter: { planId: string; by?: string }): Promise<number> {
    const [sum] = await uploads
      .aggregate<{ bytes: number }>([
        { $match: { ...filter, state: { $ne: 'refused' }, use: { $ne: 'export' } } },
        { $group: { _id: null, bytes: { $sum: '$bytes' } } },
      ])
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
      const state = 'uploading' as const;
      const nothing = { type: '', state, attempt: 0, offset: 0, pieces: [], touchedAt: upload.at };
      const document = { ...upload, ...nothing, sealedKey: newFileKey(paperKey, _id) };
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

    /** This piece goes on where the row's end was seen. False where it is elsewhere by now: the piece is of no file. */
    async add(
      { _id, offset, attempt }: Pick<UploadDocument, '_id' | 'offset' | 'attempt'>,
      piece: Piece,
      now: number,
    ): Promise<boolean> {
      const { matchedCount } = await uploads
        .updateOne(
          { _id, state: 'uploading', offset, attempt },
          { $push: { pieces: piece }, $inc: { offset: piece.bytes }, $set: { touchedAt: now } },
        )
        .exec();
      return matchedCount === 1;
    },

    /** None of its bytes is what it should be: it begins anew, under another key. False where it has done so already. */
    async restart({ _id, attempt }: Pick<UploadDocument, '_id' | 'attempt'>): Promise<boolean> {
      const anew = { attempt: attempt + 1, offset: 0, pieces: [], sealedKey: newFileKey(paperKey, _id) };
      const { matchedCount } = await uploads.updateOne({ _id, state: 'uploading', attempt }, { $set: anew }).exec();
      return matchedCount === 1;
    },

    /** All of it is there and is what it should be. Null where it was removed meanwhile; the same again is harmless. */
    async whole(
      { _id, attempt }: Pick<UploadDocument, '_id' | 'attempt'>,
      next: Pick<UploadDocument, 'type'> & ({ state: 'ready' } | { state: 'checking'; checkAt: number }),
    ): Promise<UploadDocument | null> {
      await uploads.updateOne({ _id, state: 'uploading', attempt }, { $set: next }).exec();
      return get(_id);
    },

    /** One that is to be looked through, for whoever asks first; nobody else gets it before `until`. */
    toCheck: (now: number, until: number): Promise<UploadDocument | null> =>
      uploads
        .findOneAndUpdate({ state: 'checking', checkAt: mongoose.trusted({ $lte: now }) }, { $set: { checkAt: until } })
        .sort({ checkAt: 1 })
        .lean<UploadDocument>()
        .exec(),

    /** It could not be looked through, and is to be again. */
    async checkLater(_id: string, at: number): Promise<void> {
      await uploads.updateOne({ _id, state: 'checking' }, { $set: { checkAt: at } }).exec();
    },

    /** What was found in it. Where something was, its key goes, and with it whatever could be read. */
    async checked(_id: string, verdict: 'clean' | 'found'): Promise<void> {
      const update =
        verdict === 'clean'
          ? { $set: { state: 'ready' as const }, $unset: { checkAt: 1 as const } }
          : {
              $set: { state: 'refused' as const },
              $unset: { checkAt: 1 as const, sealedKey: 1 as const, pieces: 1 as const },
            };
      await uploads.updateOne({ _id, state: 'checking' }, update).exec();
    },

    byPlan: (planId: string, rooms: readonly string[] | undefined, page: ListPage): Promise<UploadDocument[]> => {
      const brought = { use: mongoose.trusted({ $ne: 'export' }) };
      const scope = { planId, ...brought, ...(rooms === undefined ? {} : { roomId: anyOf(rooms) }) };
      return listed(uploads, scope, LISTS.uploads.sorts, page);
    },

    /** Nobody can read it from here on, also who has the disk: its key is gone. The sweep does the rest. */
    async remove(uploadId: string): Promise<void> {
      await uploads.updateOne({ _id: uploadId }, REMOVED).exec();
    },

    /**
     * The same for everything that this person brought, of an examinee or of staff, and for the evidence of incidents that
     * are about this examinee. Returns the ids; what a try before this one removed is not among them.
     */
    async removeOf(personId: string, planId: string): Promise<string[]> {
      const about = await incidents.find({ planId, examineeId: personId }).select({ _id: 1 }).lean<{ _id: string }[]>();
      const theirs = [{ by: personId }, { planId, incidentId: anyOf(about.map(({ _id }) => _id)) }];
      const ids: string[] = [];
      for (const filter of theirs) {
        const found = await uploads.find(filter).select({ _id: 1 }).lean<{ _id: string }[]>();
        ids.push(...found.map(({ _id }) => _id));
        await uploads.updateMany({ _id: anyOf(ids) }, REMOVED).exec();
      }
      return ids;
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
