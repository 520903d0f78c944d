// Controls and receipts: a control is stored, with its place among its plan's, before anybody hears of it; each room
// stores once what it made of it, of which only the ledger grows. Both carry their entry of the audit chain from this
// first write. Must never change either otherwise. Called by the api and by rooms.

import mongoose from 'mongoose';
import { controlFacts, receiptFacts } from '../exam/audit-facts.ts';
import { confirmedFacts } from '../exam/audit-writes.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { ControlDocument, Delivery, ReceiptDocument } from '../schema/documents/control.ts';
import { isDuplicate, StoreFault, withFaults } from './fault.ts';
import type { Models } from './models.ts';

/** How often a place that somebody else took in between is tried anew. */
const TRIES = 100;

export type ControlStore = ReturnType<typeof controlStore>;

export function controlStore({ controls, receipts }: Models) {
  const get = (controlId: string): Promise<ControlDocument | null> =>
    controls.findOne({ _id: controlId }).lean<ControlDocument>().exec();

  async function nextSequence(planId: string): Promise<number> {
    const last = await controls
      .findOne({ planId })
      .sort({ sequence: -1 })
      .select({ sequence: 1 })
      .lean<{ sequence: number }>()
      .exec();
    return (last?.sequence ?? 0) + 1;
  }

  return withFaults('controls', {
    /**
     * Stores a control with the next sequence of its plan, from 1 and without gaps. The same id again returns the stored
     * one as `repeated`: compare it, since the id may have been used for another control.
     */
    async issue(control: Omit<ControlDocument, 'sequence'>): Promise<{ control: ControlDocument; repeated: boolean }> {
      for (let tries = 0; tries < TRIES; tries++) {
        const stored = await get(control._id);
        if (stored) return { control: stored, repeated: true };
        const document = { ...control, sequence: await nextSequence(control.planId) };
        try {
          await controls.create({ ...document, unchained: [controlFacts(document)] } as ControlDocument);
          return { control: document, repeated: false };
        } catch (error) {
          if (!isDuplicate(error)) throw error;
        }
      }
      throw new StoreFault('STORE_UNAVAILABLE', 'others keep storing controls of this plan');
    },

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
      try {
        await receipts.create({ ...document, unchained: [receiptFacts(document)] } as ReceiptDocument);
        return document;
      } catch (error) {
        if (!isDuplicate(error)) throw error;
      }
      const stored = await receipts.findOne({ _id: document._id }).lean<ReceiptDocument>().exec();
      if (stored === null) throw new StoreFault('STORE_UNAVAILABLE', 'a repeated receipt cannot be read yet');
      return stored;
    },

    /** What this room made of controls, as far as it is stored. */
    receiptsOfRoom: (roomId: string): Promise<ReceiptDocument[]> =>
      receipts.find({ roomId }).sort({ _id: 1 }).lean<ReceiptDocument[]>().exec(),

    /** Notes how far a control has come with these examinees; what is not named stays. Confirmations go into the chain. */
    async noteDelivery(receiptId: string, changes: ReadonlyMap<string, Partial<Delivery>>): Promise<void> {
      const $set: Record<string, number> = {};
      for (const [examineeId, change] of changes)
        for (const [field, at] of Object.entries(change)) $set[`ledger.${examineeId}.${field}`] = at;
      if (Object.keys($set).length === 0) return;
      const confirmed = confirmations(receiptId, changes);
      const carried = confirmed.length === 0 ? {} : { $push: { unchained: { $each: confirmed } } };
      await receipts.updateOne({ _id: receiptId }, { $set, ...carried } as object).exec();
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
