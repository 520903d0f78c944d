// Controls and receipts: a control is stored, with its place among its plan's, before anybody hears of it; each room
// stores once what it made of it, of which only the ledger grows. Both carry their entry of the audit chain from this
// first write. Must never change either otherwise. Called by the api and by rooms.

import mongoose from 'mongoose';
import { receiptFacts } from '../exam/audit-facts.ts';
import { confirmedFacts } from '../exam/audit-writes.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { ControlDocument, Delivery, ReceiptDocument } from '../schema/documents/control.ts';
import { controlPlaces } from './control-places.ts';
import { StoreFault, withFaults } from './fault.ts';
import { gathered, gatheredLists } from './gathering.ts';
import { carrying, type Insertable, insertOnce, validated } from './insertion.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

export type ControlStore = ReturnType<typeof controlStore>;

export function controlStore(models: Models) {
  const { controls, receipts } = models;
  const get = (controlId: string): Promise<ControlDocument | null> =>
    controls.findOne({ _id: controlId }).lean<ControlDocument>().exec();

  /** What all rooms of a process make of one control comes in the same moment. */
  const keep = gathered(async (documents: readonly ReceiptDocument[]) => {
    const before = await insertOnce(receipts.collection as unknown as Insertable<ReceiptDocument>, [...documents]);
    const ids = before.flatMap(({ index }) => documents[index]?._id ?? []);
    const stored = new Map((await receiptsBy(ids)).map((receipt) => [receipt._id, receipt]));
    const isBefore = new Set(before.map(({ index }) => index));
    return documents.map(({ _id }, index) => {
      if (isBefore.has(index) && !stored.has(_id))
        throw new StoreFault('STORE_UNAVAILABLE', 'a repeated receipt cannot be read yet');
      return isBefore.has(index) ? stored.get(_id) : undefined;
    });
  });
  const receiptsBy = async (ids: readonly string[]): Promise<ReceiptDocument[]> =>
    ids.length === 0
      ? []
      : receipts
          .find({ _id: anyOf(ids) })
          .lean<ReceiptDocument[]>()
          .exec();
  const update = gatheredLists((writes: readonly object[]) =>
    receipts.collection.bulkWrite([...writes] as never[], { ordered: false }),
  );

  return withFaults('controls', {
    /**
     * Stores a control with the next sequence of its plan, from 1 and without gaps. The same id again returns the stored
     * one as `repeated`: compare it, since the id may have been used for another control.
     */
    issue: controlPlaces(models),

    get,

    /** The plan's controls after this sequence (0: all), in their order. */
    forPlan: (planId: string, afterSequence: number): Promise<ControlDocument[]> =>
      controls
        .find({ planId, sequence: mongoose.trusted({ $gt: afterSequence }) })
        .sort({ sequence: 1 })
        .lean<ControlDocument[]>()
        .exec(),

    /** Those that reopen rooms and have not expired by then, of all plans. */
    reopenings: (since: number): Promise<ControlDocument[]> =>
      controls
        .find({ action: 'reopen', expiresAt: mongoose.trusted({ $gt: since }) })
        .lean<ControlDocument[]>()
        .exec(),

    /** Stores what a room made of a control, once; returns what is stored, which may be what came before. */
    async receipt(document: ReceiptDocument): Promise<ReceiptDocument> {
      const before = await keep(await validated(receipts, carrying(document, receiptFacts(document))));
      return before ?? document;
    },

    /** Of these controls, those which this room has refused. */
    async refusedIn(roomId: string, controlIds: readonly string[]): Promise<string[]> {
      if (controlIds.length === 0) return [];
      const found = await receipts
        .find({ _id: anyOf(controlIds.map((controlId) => `${controlId}.${roomId}`)) })
        .select({ controlId: 1, state: 1 })
        .lean<Pick<ReceiptDocument, 'controlId' | 'state'>[]>()
        .exec();
      return found.filter(({ state }) => state === 'failed').map(({ controlId }) => controlId);
    },

    /** What this room made of controls, as far as it is stored. */
    receiptsOfRoom: (roomId: string): Promise<ReceiptDocument[]> =>
      receipts.find({ roomId }).sort({ _id: 1 }).lean<ReceiptDocument[]>().exec(),

    /** The same of some rooms, each with this examinee's part of the ledger alone. */
    receiptsFor: (roomIds: readonly string[], examineeId: string): Promise<ReceiptDocument[]> =>
      receipts
        .find({ roomId: anyOf(roomIds) })
        .select({
          controlId: 1,
          roomId: 1,
          planId: 1,
          state: 1,
          code: 1,
          message: 1,
          at: 1,
          [`ledger.${examineeId}`]: 1,
        })
        .lean<ReceiptDocument[]>()
        .exec(),

    byIds: (controlIds: readonly string[]): Promise<ControlDocument[]> =>
      controls
        .find({ _id: anyOf(controlIds) })
        .lean<ControlDocument[]>()
        .exec(),

    /** Notes how far a control has come with these examinees; what is not named stays. Confirmations go into the chain. */
    async noteDelivery(receiptId: string, changes: ReadonlyMap<string, Partial<Delivery>>): Promise<void> {
      const $set: Record<string, number> = {};
      for (const [examineeId, change] of changes)
        for (const [field, at] of Object.entries(change)) $set[`ledger.${examineeId}.${field}`] = at;
      if (Object.keys($set).length === 0) return;
      const confirmed = confirmations(receiptId, changes);
      const carried = confirmed.length === 0 ? {} : { $push: { unchained: { $each: confirmed } } };
      await update([{ updateOne: { filter: { _id: receiptId }, update: { $set, ...carried } } }]);
    },

    /** What the rooms made of this control so far. */
    receipts: (controlId: string): Promise<ReceiptDocument[]> =>
      receipts.find({ controlId }).sort({ _id: 1 }).lean<ReceiptDocument[]>().exec(),
  });
}

/** `receiptId` is `controlId.roomId`. */
function confirmations(receiptId: string, changes: ReadonlyMap<string, Partial<Delivery>>): AuditFacts[] {
  const [controlId = '', roomId = ''] = receiptId.split('.');
  const receipt = { _id: receiptId, controlId, roomId };
  return [...changes].flatMap(([examineeId, { confirmedAt = 0 }]) =>
    confirmedAt === 0 ? [] : [confirmedFacts(receipt, examineeId, confirmedAt)],
  );
}
