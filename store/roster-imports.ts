// Rosters that come as files. The import's document is there first; its rows carry its id and count for nobody until one
// compare-and-set says `committed` (counting.ts). Until then everything can be taken back, from then on only gone on with,
// by whoever finds it: each step may be done again. Must never hold a name. Called by the api and by the sweep.
import mongoose from 'mongoose';
import { rosterImportFacts } from '../exam/audit-writes.ts';
import type { ExamineeDocument, RoomDocument } from '../schema/documents/room.ts';
import type { RosterImportDocument } from '../schema/documents/roster-import.ts';
import { LISTS } from '../schema/lists.ts';
import { RefusalError, refuse } from '../schema/refusals.ts';
import { withFaults } from './fault.ts';
import { carrying, createAll, type Duplicate, type Insertable, insertOnce } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import type { PaperKeyStore } from './paper-keys.ts';
import type { SheetStore } from './sheets.ts';

/** Sheets that are made in one write. */
const SHEETS_A_STEP = 1_000;

export type RosterImportStore = ReturnType<typeof rosterImportStore>;
type Beside = { readonly sheets: Pick<SheetStore, 'create'>; readonly paperKeys: Pick<PaperKeyStore, 'make'> };
type Named = Pick<RosterImportDocument, '_id' | 'planId'>;

export function rosterImportStore({ rosterImports, rooms, examinees, plans }: Models, beside: Beside) {
  /** While it is being written. False: it was given up meanwhile. */
  async function move(importId: string, update: object, more: object = {}): Promise<boolean> {
    const result = await rosterImports.updateOne({ _id: importId, state: 'writing', ...more }, update as never).exec();
    return result.matchedCount === 1;
  }

  async function end({ _id, planId }: Named, now: number): Promise<void> {
    await plans.updateOne({ _id: planId, importing: _id }, { $unset: { importing: 1 } }).exec();
    await rosterImports.updateOne({ _id, endedAt: 0 }, { $set: { endedAt: now }, $unset: { copy: 1 } } as never).exec();
  }

  return withFaults('rosterImports', {
    get: (importId: string): Promise<RosterImportDocument | null> =>
      rosterImports.findOne({ _id: importId }).lean<RosterImportDocument>().exec(),

    byPlan: (planId: string, page: ListPage): Promise<RosterImportDocument[]> =>
      listed(rosterImports, { planId }, LISTS.rosterImports.sorts, page),

    /** Nothing of it is there yet. One with the same id stays as it is. */
    create: (document: RosterImportDocument): Promise<void> => createAll(rosterImports, [document]),

    /** Its rooms, with their keys. Throws RefusalError NAME_TAKEN where the plan has such a room by now. */
    async addRooms(planId: string, added: readonly RoomDocument[]): Promise<void> {
      refuseTaken(await insertOnce(rooms.collection as unknown as Insertable<RoomDocument>, [...added]));
      await beside.paperKeys.make(
        planId,
        added.map(({ _id }) => _id),
      );
    },

    /** Some of its people. Throws RefusalError NAME_TAKEN or SEAT_TAKEN where somebody came first. False: it was given up. */
    async addPeople(importId: string, added: readonly ExamineeDocument[], now: number): Promise<boolean> {
      refuseTaken(await insertOnce(examinees.collection as unknown as Insertable<ExamineeDocument>, [...added]));
      return move(importId, { $inc: { written: added.length }, $set: { touchedAt: now } });
    },

    /** From here on all of it counts, with its entry for the audit chain. False: it was given up. */
    commit: (document: RosterImportDocument, now: number): Promise<boolean> =>
      move(document._id, {
        $set: { state: 'committed', touchedAt: now, people: document.people, newRooms: document.newRooms },
        $push: { unchained: rosterImportFacts(document, now) },
      }),

    /**
     * It comes to nothing; what it has written is to be removed. False: it is committed, was given up before, or somebody
     * works on it again.
     */
    giveUp: (
      { _id, touchedAt }: Pick<RosterImportDocument, '_id' | 'touchedAt'>,
      whose: 'own' | 'of another',
      now: number,
    ): Promise<boolean> => {
      const set = { state: 'failed', touchedAt: now, ...(whose === 'own' ? {} : { abandoned: true }) };
      return move(_id, { $set: set }, { touchedAt: mongoose.trusted({ $lte: touchedAt }) });
    },

    /** What is left to do after it was committed: the plan of a copy, a sheet for each, and the draft is free again. */
    async finish({ _id, planId, copy }: Named & Pick<RosterImportDocument, 'copy'>, now: number): Promise<void> {
      if (copy !== undefined) await createAll(plans, [carrying(copy.plan, copy.facts)]);
      for (let after = ''; ; ) {
        const people = await examinees.collection
          .find({ planId, _id: { $gt: after as never }, importId: _id })
          .project<{ _id: string; roomId: string }>({ roomId: 1 })
          .sort({ _id: 1 })
          .limit(SHEETS_A_STEP)
          .toArray();
        await beside.sheets.create(people.map(({ _id: examineeId, roomId }) => ({ examineeId, planId, roomId })));
        const last = people.at(-1);
        if (last === undefined || people.length < SHEETS_A_STEP) break;
        after = last._id;
      }
      await end({ _id, planId }, now);
    },

    /** Removes what an import that was given up has written. Done again, it removes what came later. */
    async remove({ _id, planId }: Named, now: number): Promise<void> {
      await examinees.collection.deleteMany({ planId, importId: _id });
      await rooms.collection.deleteMany({ planId, importId: _id });
      await end({ _id, planId }, now);
    },

    /** Imports with something left to do on which nobody has worked since `before` (epoch ms). */
    stale: (before: number, limit: number): Promise<RosterImportDocument[]> =>
      rosterImports
        .find({ endedAt: 0, touchedAt: mongoose.trusted({ $lt: before }) })
        .limit(limit)
        .lean<RosterImportDocument[]>()
        .exec(),

    /** Imports of others that were given up and removed since this instant: who wrote them may have slept. */
    goneSince: (since: number, limit: number): Promise<RosterImportDocument[]> =>
      rosterImports
        .find({ abandoned: true, endedAt: mongoose.trusted({ $gt: since }) })
        .limit(limit)
        .lean<RosterImportDocument[]>()
        .exec(),
  });
}

/** A row of ours that is there already came by the same import before. */
function refuseTaken(duplicates: readonly Duplicate[]): void {
  const taken = duplicates.find(({ key }) => key !== '_id_');
  if (taken === undefined) return;
  throw new RefusalError(refuse(taken.key.startsWith('seats.') ? 'SEAT_TAKEN' : 'NAME_TAKEN'));
}
