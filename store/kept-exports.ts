// Kept exports: rows of files that the workers make. A row is the order, the job and the file: who makes it holds it by
// `checkAt`, and where nobody does it is made again under another key, from its first byte. Must never be `ready` before all of
// it is there. Called by the api, the workers and store/erasing.ts.
import mongoose from 'mongoose';
import type { Piece, UploadDocument } from '../schema/documents/upload.ts';
import { MOST_KEPT_EXPORTS } from '../schema/kept-exports.ts';
import { LISTS } from '../schema/lists.ts';
import { type RefusalCode, RefusalError, refuse } from '../schema/refusals.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';
import { newFileKey, REMOVED } from './uploads.ts';

type NewExport = Pick<UploadDocument, '_id' | 'planId' | 'by' | 'name' | 'type' | 'at'> & {
  readonly order: NonNullable<UploadDocument['order']>;
  readonly expiresAt: number;
};
/** One making of it. */
type Making = Pick<UploadDocument, '_id' | 'attempt'>;

const USE = 'export' as const;

export function keptExportStore({ uploads }: Models, paperKey: Uint8Array | undefined) {
  const get = (_id: string): Promise<UploadDocument | null> =>
    uploads
      .findOne({ _id, use: USE, state: mongoose.trusted({ $ne: 'removed' }) })
      .lean<UploadDocument>()
      .exec();

  const inHand = ({ _id, attempt }: Making) => ({ _id, attempt, state: 'making' as const });

  async function change(filter: object, update: object): Promise<boolean> {
    const { matchedCount } = await uploads.updateOne(filter as never, update as never).exec();
    return matchedCount === 1;
  }

  return withFaults('keptExports', {
    get,

    /** The same again is one. Counted after it is there; throws RefusalError FILE_QUOTA where the plan has too many. */
    async order(row: NewExport): Promise<UploadDocument> {
      const { _id, planId, at } = row;
      const nothing = { bytes: 0, sha256: '', attempt: 0, offset: 0, pieces: [], rows: 0, madeAt: 0, flaw: '' };
      const times = { touchedAt: at, checkAt: at };
      const sealedKey = newFileKey(paperKey, _id);
      const document: UploadDocument = { ...row, ...nothing, ...times, sealedKey, use: USE, state: 'making' };
      await createAll(uploads, [document]);
      if ((await uploads.countDocuments({ planId, use: USE }).exec()) <= MOST_KEPT_EXPORTS)
        return (await get(_id)) ?? document;
      await uploads.deleteOne({ _id, attempt: 0, state: 'making' }).exec();
      throw new RefusalError(refuse('FILE_QUOTA', `A plan has at most ${MOST_KEPT_EXPORTS} exports: remove some.`));
    },

    byPlan: (planId: string, page: ListPage): Promise<UploadDocument[]> =>
      listed(uploads, { planId, use: USE }, LISTS.keptExports.sorts, page),

    /** One that is to be made, from its first byte on, for whoever asks first; nobody else gets it before `until`. */
    async take(now: number, until: number): Promise<UploadDocument | null> {
      for (;;) {
        const found = await uploads
          .findOne({ state: 'making', checkAt: mongoose.trusted({ $lte: now }) })
          .sort({ checkAt: 1 })
          .lean<UploadDocument>()
          .exec();
        if (found === null) return null;
        const { _id, attempt, checkAt = 0 } = found;
        // Another key: other bytes under the same key and at the same place would give both away.
        const anew = { offset: 0, bytes: 0, pieces: [], rows: 0, sealedKey: newFileKey(paperKey, _id), checkAt: until };
        const taken = await uploads
          .findOneAndUpdate(
            { ...inHand(found), checkAt },
            { $set: { ...anew, attempt: attempt + 1 } },
            { returnDocument: 'after' },
          )
          .lean<UploadDocument>()
          .exec();
        if (taken !== null) return taken;
      }
    },

    /** Still in hand, and how far it is. False where it is another's by now, or was removed. */
    hold: (making: Making, rows: number, until: number): Promise<boolean> =>
      change(inHand(making), { $set: { checkAt: until, rows } }),

    /** The next piece. False as of `hold`: the piece is of no file. */
    add: (making: Making & Pick<UploadDocument, 'offset'>, piece: Piece, until: number): Promise<boolean> =>
      change(
        { ...inHand(making), offset: making.offset },
        { $push: { pieces: piece }, $inc: { offset: piece.bytes, bytes: piece.bytes }, $set: { checkAt: until } },
      ),

    /** All of it is there. False as of `hold`. */
    made: (
      making: Making & Pick<UploadDocument, 'offset'>,
      whole: { readonly sha256: string; readonly rows: number; readonly madeAt: number },
    ): Promise<boolean> =>
      change(
        { ...inHand(making), offset: making.offset },
        { $set: { ...whole, state: 'ready' as const }, $unset: { checkAt: 1 } },
      ),

    /** Whoever asks from this instant on makes it. `isExcused`: this making does not count among those that failed. */
    async later(making: Making, at: number, isExcused: boolean): Promise<void> {
      await change(inHand(making), { $set: { checkAt: at }, $inc: { excused: isExcused ? 1 : 0 } });
    },

    /** It will not be made; what there is of it cannot be read any more. */
    async fail(making: Making, flaw: RefusalCode): Promise<void> {
      const nothing = { bytes: 0, offset: 0, rows: 0, pieces: [] };
      await change(inHand(making), {
        $set: { ...nothing, state: 'failed' as const, flaw },
        $unset: { checkAt: 1, sealedKey: 1 },
      });
    },

    /** Bytes of all exports of a plan. */
    async bytesOf(planId: string): Promise<number> {
      const [sum] = await uploads
        .aggregate<{ bytes: number }>([
          { $match: { planId, use: USE } },
          { $group: { _id: null, bytes: { $sum: '$bytes' } } },
        ])
        .exec();
      return sum?.bytes ?? 0;
    },

    /** Removes those whose time is up, as uploads are removed. */
    async removeExpired(now: number): Promise<void> {
      await uploads.updateMany({ expiresAt: mongoose.trusted({ $lte: now }) }, REMOVED).exec();
    },

    /** Removes all of a plan, also those in the making, whoever may be in them. Returns the ids. */
    async removeOfPlan(planId: string): Promise<string[]> {
      const found = await uploads.find({ planId, use: USE }).select({ _id: 1 }).lean<{ _id: string }[]>();
      const ids = found.map(({ _id }) => _id);
      await uploads.updateMany({ _id: anyOf(ids) }, REMOVED).exec();
      return ids;
    },
  });
}
