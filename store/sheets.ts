// Sheets: the state of each examinee's answer sheet, and, once it has ended, the vector that says which revisions
// count. Every change is a compare-and-set; a sheet ends once, and
// again only after a control has reopened it. Must never be ended by what is only queued. Called by rooms (begin, end,
// reopen), by the workers (files, scoring) and by the api.

import mongoose from 'mongoose';
import { reopenedFacts, sheetFacts } from '../exam/audit-facts.ts';
import { sourcesOf } from '../exam/transitions.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import { StoreFault, withFaults } from './fault.ts';
import { gatheredLists } from './gathering.ts';
import { createAll } from './insertion.ts';
import type { Models } from './models.ts';
import { anyOf, following, type Page } from './page.ts';

export type SheetStore = ReturnType<typeof sheetStore>;

/** `writtenPast`: as it was before the answers were read of which the vector is made. */
type EndGiven = {
  readonly controlId?: string | undefined;
  readonly receipt?: string;
  readonly writtenPast?: number;
  readonly epoch?: number;
};

const ENDED = sourcesOf('sheet', 'settled');
const LIVE = sourcesOf('sheet', 'timed-out');
const REOPENED = sourcesOf('sheet', 'in-progress', 'control.issue');

export function sheetStore({ sheets }: Models) {
  const native = sheets.collection.conn.collection<SheetDocument>(sheets.collection.name);

  return withFaults('sheets', {
    /** An empty sheet for each; one that is there stays as it is. */
    async create(rows: readonly { examineeId: string; planId: string; roomId: string }[]): Promise<void> {
      const documents = rows.map(({ examineeId, planId, roomId }): SheetDocument => {
        return { _id: examineeId, planId, roomId, state: 'empty', vector: null, endedAt: 0, filedAt: 0 };
      });
      await createAll(sheets, documents);
    },

    get: (examineeId: string): Promise<SheetDocument | null> =>
      sheets.findOne({ _id: examineeId }).lean<SheetDocument>().exec(),

    /** All sheets of a room, by `_id`. */
    async byRoom(roomId: string): Promise<SheetDocument[]> {
      const found = await sheets.find({ roomId }).lean<SheetDocument[]>().exec();
      return found.sort((a, b) => (a._id < b._id ? -1 : 1));
    },

    byPlan: (planId: string, { after, limit }: Page): Promise<SheetDocument[]> =>
      sheets
        .find({ planId, _id: following(after) })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<SheetDocument[]>()
        .exec(),

    /** The same, of their states alone; without mongoose in between, because it is read all the time. */
    statesByPlan: (planId: string, { after = '', limit }: Page): Promise<Pick<SheetDocument, '_id' | 'state'>[]> =>
      native
        .find({ planId, _id: { $gt: after } })
        .project<Pick<SheetDocument, '_id' | 'state'>>({ state: 1 })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray(),

    /** Empty sheets of these become in-progress, and others stay; of all rooms of a process together. */
    begin: gatheredLists((examineeIds: readonly string[]) => {
      const state = anyOf(sourcesOf('sheet', 'in-progress', 'system'));
      return sheets.updateMany({ _id: anyOf(examineeIds), state }, { $set: { state: 'in-progress' } }).exec();
    }),

    /** From now on no owner of this room before this epoch ends one of its sheets, however late it wakes. */
    async own(roomId: string, epoch: number): Promise<void> {
      await native.updateMany({ roomId }, { $max: { epoch } });
    },

    /**
     * Ends a live sheet with this vector, for the audit chain too, and returns it as stored. One that had ended before is returned as it is:
     * compare `state` and `vector` to learn whose end it was. `controlId` names the control that submits for the examinee, `receipt` is the hash of what counts. A live sheet into which more was written past its room
     * than `writtenPast` says is not ended, and returned with its vector null: read the answers again. The same where `epoch`, the owner's, is not the last one's. Throws STORE_MISSING where there is no such sheet.
     */
    async end(
      examineeId: string,
      to: 'submitted' | 'timed-out',
      vector: [number, number][],
      endedAt: number,
      { controlId = '', receipt, writtenPast = 0, epoch }: EndGiven = {},
    ): Promise<SheetDocument> {
      const unfenced = epoch === undefined ? {} : { epoch: mongoose.trusted({ $not: { $gt: epoch } }) };
      const ended = await sheets
        .findOneAndUpdate(
          {
            _id: examineeId,
            state: anyOf(sourcesOf('sheet', to)),
            writtenPast: writtenPast === 0 ? null : writtenPast,
            ...unfenced,
          } as never,
          {
            $set: { state: to, vector, endedAt, filedAt: 0, ...(receipt === undefined ? {} : { receipt }) },
            $push: { unchained: sheetFacts(examineeId, to, vector, endedAt, { controlId, receipt }) },
          } as object,
          { returnDocument: 'after' },
        )
        .lean<SheetDocument>()
        .exec();
      const stored = ended ?? (await sheets.findOne({ _id: examineeId }).lean<SheetDocument>().exec());
      if (stored === null) throw new StoreFault('STORE_MISSING', 'there is no such sheet');
      return stored;
    },

    /**
     * Answers were written past the room, and are durable: whoever ends the sheet from now on reads them. Returns it as it
     * is then: where it has ended, its vector says whether they count. Null where there is no such sheet.
     */
    async notePast(examineeId: string): Promise<SheetDocument | null> {
      const noted = await sheets
        .findOneAndUpdate(
          { _id: examineeId, state: anyOf(LIVE) },
          { $inc: { writtenPast: 1 } },
          { returnDocument: 'after' },
        )
        .lean<SheetDocument>()
        .exec();
      return noted ?? sheets.findOne({ _id: examineeId }).lean<SheetDocument>().exec();
    },

    /**
     * Another vector counts on a sheet that has ended so and is not settled, by a decision of an admin, for the audit chain
     * too; its file is to be written again. Null: it has been reopened, amended or settled since.
     */
    amend: (
      { _id, state, endedAt, vector }: SheetDocument,
      to: { readonly vector: [number, number][]; readonly receipt: string },
      facts: AuditFacts,
    ): Promise<SheetDocument | null> =>
      native.findOneAndUpdate(
        {
          _id,
          state: { $in: state === 'submitted' || state === 'timed-out' ? [state] : [] },
          endedAt,
          vector,
        } as never,
        { $set: { vector: to.vector, receipt: to.receipt, filedAt: 0 }, $push: { unchained: facts } } as object,
        { returnDocument: 'after', projection: { unchained: 0 } },
      ),

    /**
     * Those of these that have ended are in progress again, and their vectors count no more. Once for each control: done
     * again, by whomever and however late, it changes nothing, also where the sheet had not ended and has since.
     */
    async reopen(examineeIds: readonly string[], controlId: string, at: number): Promise<void> {
      if (examineeIds.length > 0)
        await native.bulkWrite(
          examineeIds.map((examineeId) => reopening(examineeId, controlId, at)),
          { ordered: false },
        );
    },

    /**
     * Those of these that are live are to end as submitted, by this control; once for each. Whoever owns the room ends them
     * when nothing of theirs is on its way any more.
     */
    async submitFor(examineeIds: readonly string[], controlId: string): Promise<void> {
      const state = { $in: sourcesOf('sheet', 'submitted') };
      await native.updateMany(
        { _id: { $in: [...examineeIds] }, state, turnedBy: { $ne: controlId } },
        { $set: { submittedFor: controlId }, $push: { turnedBy: controlId } },
      );
    },

    /** The sheets of these go along to another room; once for each control, however late it is done again. */
    async move(examineeIds: readonly string[], controlId: string, roomId: string): Promise<void> {
      const filter = { _id: { $in: [...examineeIds] }, turnedBy: { $ne: controlId } };
      // Epochs are a room's own.
      await native.updateMany(filter, { $set: { roomId }, $unset: { epoch: '' }, $push: { turnedBy: controlId } });
    },

    /** The ended sheets of a room become settled: nothing can change their vectors any more. Returns how many. */
    async settleRoom(roomId: string): Promise<number> {
      const result = await sheets.updateMany({ roomId, state: anyOf(ENDED) }, { $set: { state: 'settled' } }).exec();
      return result.modifiedCount;
    },

    /** Sheets that have ended and have no file yet. */
    unfiled: (limit: number): Promise<SheetDocument[]> =>
      sheets
        .find({ filedAt: 0, endedAt: mongoose.trusted({ $gt: 0 }) })
        .limit(limit)
        .lean<SheetDocument[]>()
        .exec(),

    /**
     * The file of this sheet, as it had ended by then, is on disk. A sheet that has ended again since needs another, and so
     * does one that was amended: where the hash of the receipt is given, it is still that one's.
     */
    async filed(examineeId: string, at: number, receipt?: string): Promise<void> {
      const same = receipt === undefined ? {} : { receipt };
      await sheets
        .updateOne(
          { _id: examineeId, endedAt: mongoose.trusted({ $gt: 0, $lte: at }), ...same },
          { $set: { filedAt: at } },
        )
        .exec();
    },

    /** The settled sheets of a plan become scored. */
    async scored(planId: string): Promise<void> {
      await sheets
        .updateMany({ planId, state: anyOf(sourcesOf('sheet', 'scored')) }, { $set: { state: 'scored' } })
        .exec();
    },
  });
}

/** One atomic write, that reads what it changes. */
function reopening(examineeId: string, controlId: string, at: number) {
  const ifEnded = (then: unknown, otherwise: unknown) => ({
    $cond: [{ $in: ['$state', REOPENED] }, then, otherwise],
  });
  const added = (field: string, value: unknown) => ({ $concatArrays: [{ $ifNull: [field, []] }, [value]] });
  const facts = { $literal: reopenedFacts(examineeId, controlId, at) };
  return {
    updateOne: {
      filter: { _id: examineeId, turnedBy: { $ne: controlId } },
      update: [
        {
          $set: {
            state: ifEnded('in-progress', '$state'),
            vector: ifEnded(null, '$vector'),
            endedAt: ifEnded(0, '$endedAt'),
            filedAt: ifEnded(0, '$filedAt'),
            receipt: ifEnded('$$REMOVE', { $ifNull: ['$receipt', '$$REMOVE'] }),
            submittedFor: '$$REMOVE',
            turnedBy: added('$turnedBy', { $literal: controlId }),
            unchained: ifEnded(added('$unchained', facts), { $ifNull: ['$unchained', '$$REMOVE'] }),
          },
        },
      ],
    },
  };
}
