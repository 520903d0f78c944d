// Rooms: the stored part of a live room. Its owner has an epoch, and a write that carries an older one changes
// nothing: that owner was replaced. Must never be written without an epoch once it is live. Called by rooms and the api.

import mongoose from 'mongoose';
import { importFacts, type Writer } from '../exam/audit-writes.ts';
import type { Charge } from '../schema/charge.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { RoomDocument } from '../schema/documents/room.ts';
import { newId } from '../schema/ids.ts';
import { LISTS } from '../schema/lists.ts';
import { RefusalError, refuse } from '../schema/refusals.ts';
import { cursorAfter, orderOf } from '../schema/sorting.ts';
import { countingOf, fullPage } from './counting.ts';
import { isDuplicate, withFaults } from './fault.ts';
import { gathered } from './gathering.ts';
import { carrying, createAll } from './insertion.ts';
import { given, type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';
import { carried, roomControls } from './room-controls.ts';

/** A room that is not settled; an epoch of 0 says that it never had an owner. */
export type UnfinishedRoom = Pick<RoomDocument, '_id' | 'planId' | 'epoch'>;

/** Until when an owner has served its room. */
export type Served = { readonly roomId: string; readonly epoch: number; readonly servedUntil: number };

export type RoomFilter = {
  readonly roomIds?: readonly string[] | undefined;
  readonly status?: RoomDocument['status'] | undefined;
};

export type RoomStore = ReturnType<typeof roomStore>;

export function roomStore(models: Models) {
  const { rooms } = models;
  const counting = countingOf(models);
  const applied = roomControls(models);
  const epochs = (roomIds: readonly string[]): Promise<{ _id: string; epoch: number }[]> =>
    rooms
      .find({ _id: anyOf(roomIds) })
      .select({ _id: 1, epoch: 1 })
      .lean<{ _id: string; epoch: number }[]>()
      .exec();

  return withFaults('rooms', {
    /** Inserts these, with a writer for the audit chain too. Throws RefusalError NAME_TAKEN where a label is taken in its plan, and then inserts none. */
    create([first, ...others]: RoomDocument[], writer?: Writer): Promise<void> {
      if (first === undefined) return Promise.resolve();
      const { planId } = first;
      const ids = [first, ...others].map(({ _id }) => [_id] as const);
      const facts = writer && importFacts('rooms.created', planId, ids, writer.at, writer.actor);
      return createAll(rooms, [carrying(first, facts), ...others], { planId_1_label_1: 'NAME_TAKEN' });
    },

    /**
     * Names a room that never had an owner anew, for the audit chain too. Null: it was renamed since, or has gone live.
     * Throws RefusalError NAME_TAKEN where the label is taken in its plan.
     */
    async rename({ _id, label: before }: RoomDocument, label: string, facts: AuditFacts): Promise<RoomDocument | null> {
      const update = { $set: { label }, $push: { unchained: facts } } as never;
      try {
        return await rooms
          .findOneAndUpdate({ _id, label: before, epoch: 0 }, update, { returnDocument: 'after' })
          .lean<RoomDocument>()
          .exec();
      } catch (error) {
        throw isDuplicate(error) ? new RefusalError(refuse('NAME_TAKEN')) : error;
      }
    },

    /** Removes a room that never had an owner, as it was found. False: it was renamed since, or has gone live. */
    async remove({ _id, label }: RoomDocument): Promise<boolean> {
      return (await rooms.deleteOne({ _id, label, epoch: 0 }).exec()).deletedCount === 1;
    },

    get: (roomId: string): Promise<RoomDocument | null> =>
      counting(async (counts) => {
        const found = await rooms.findOne({ _id: roomId }).lean<RoomDocument>().exec();
        return found !== null && counts(found) ? found : null;
      }),

    byPlan: (planId: string): Promise<RoomDocument[]> =>
      counting(async (counts) =>
        (await rooms.find({ planId }).sort({ _id: 1 }).lean<RoomDocument[]>().exec()).filter(counts),
      ),

    /** A page of them; of these rooms and in this state, where that is asked for. */
    list: (planId: string, { roomIds, status, ...page }: ListPage & RoomFilter): Promise<RoomDocument[]> => {
      const scope = { planId, ...given({ status }), ...(roomIds === undefined ? {} : { _id: anyOf(roomIds) }) };
      const { sorts } = LISTS.rooms;
      const keyOf = (row: RoomDocument) => cursorAfter(orderOf(sorts, page.sort), row);
      return counting((counts) =>
        fullPage(counts, page, keyOf, (after) => listed<RoomDocument>(rooms, scope, sorts, { ...page, after })),
      );
    },

    /** The ids of a plan's rooms, those of an import that is not committed with them. Reads the index alone. */
    async idsOf(planId: string): Promise<string[]> {
      const rows = await rooms.find({ planId }).select({ planId: 1 }).lean<{ _id: string }[]>().exec();
      return rows.map(({ _id }) => _id);
    },

    /** Raises the epoch: whoever owned the room before can write no more. Null: there is no such room. */
    take: (roomId: string): Promise<RoomDocument | null> =>
      rooms
        .findOneAndUpdate({ _id: roomId }, { $inc: { epoch: 1 } }, { returnDocument: 'after' })
        .lean<RoomDocument>()
        .exec(),

    /**
     * Sets these fields while the stored epoch is this one; a state that the room was not in goes into the audit chain.
     * Null: fenced, another owner has taken the room.
     */
    async change(roomId: string, epoch: number, set: Partial<RoomDocument>): Promise<RoomDocument | null> {
      const update = (filter: object, more: object): Promise<RoomDocument | null> =>
        rooms
          .findOneAndUpdate({ _id: roomId, epoch, ...filter }, { $set: set, ...more }, { returnDocument: 'after' })
          .lean<RoomDocument>()
          .exec();
      const isElsewhere = elsewhere(set);
      const moved = isElsewhere && (await update(isElsewhere, carried(roomId, set, newId())));
      return moved ?? update({}, {});
    },

    /**
     * The same, for what a control comes to: the control's id is stored with the fields, in one write, and a control
     * that was applied before changes nothing. Gathered with those of other rooms. False: fenced.
     */
    applied: (roomId: string, epoch: number, controlId: string, set: Partial<RoomDocument>): Promise<boolean> =>
      applied({ roomId, epoch, controlId, set }),

    /** What this control has made of people is stored with them, and needs no repeat; of another owner's room nothing changes. */
    async carriedOut(roomId: string, epoch: number, controlId: string): Promise<void> {
      const filter = { _id: roomId, epoch, 'turn.controlId': controlId };
      await rooms.updateOne(filter, { $unset: { turn: 1 } }).exec();
    },

    /** Stores until when these rooms were served, each while its epoch is stored; of one with another owner nothing is. */
    async served(rows: readonly Served[]): Promise<void> {
      if (rows.length === 0) return;
      const updates = rows.map(({ roomId, epoch, servedUntil }) => ({
        updateOne: { filter: { _id: roomId, epoch }, update: { $set: { servedUntil } } },
      }));
      await rooms.collection.conn
        .collection<RoomDocument>(rooms.collection.name)
        .bulkWrite(updates, { ordered: false });
    },

    /**
     * Stores who is in charge, with its entry of the audit chain, while the epoch is this one and the version before is
     * stored. False: somebody else was faster, or another owner has taken the room.
     */
    async charge(roomId: string, epoch: number, charge: Charge, facts: AuditFacts): Promise<boolean> {
      const before = charge.version - 1;
      const seen = { 'charge.version': before === 0 ? mongoose.trusted({ $exists: false }) : before };
      const update = { $set: { charge }, $push: { unchained: facts } };
      const { matchedCount } = await rooms.updateOne({ _id: roomId, epoch, ...seen } as never, update as never).exec();
      return matchedCount === 1;
    },

    /** The stored epochs of these rooms: who reads a higher one than the own has been replaced. */
    epochs,

    /** The stored epoch of one room, read after this call; undefined: there is no such room. */
    epoch: gathered(async (roomIds: readonly string[]) => {
      const stored = new Map((await epochs(roomIds)).map(({ _id, epoch }) => [_id, epoch]));
      return roomIds.map((roomId) => stored.get(roomId));
    }),

    /** The rooms of these plans that are not settled: somebody has to own each. Reads the index alone. */
    unfinished: (planIds: readonly string[]): Promise<UnfinishedRoom[]> =>
      rooms
        .find({ planId: anyOf(planIds), settledAt: 0 })
        .select({ _id: 1, planId: 1, epoch: 1 })
        .lean<UnfinishedRoom[]>()
        .exec(),
  });
}

/** The filter for a room that these fields bring to another state; undefined where they name none. */
function elsewhere({ status, settledAt = 0 }: Partial<RoomDocument>): object | undefined {
  if (settledAt > 0) return { settledAt: 0 };
  return status === undefined ? undefined : { status: mongoose.trusted({ $ne: status }) };
}
