// Held answers: what fenced devices brought. Each is inserted once and decided once. Must never touch the answers that
// count. Called by the api (upload, list) and by rooms (decisions).
import type { HeldAnswerDocument } from '../schema/documents/held.ts';
import { type HeldState, UNDECIDED } from '../schema/held-answers.ts';
import { LISTS } from '../schema/lists.ts';
import { withFaults } from './fault.ts';
import { insertOnce } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

/** What was decided about a held answer, by whom ('' for the rule), and as which revision it counts now (0 for none). */
export type HeldDecision = Pick<HeldAnswerDocument, 'state' | 'decidedAt' | 'by' | 'as'>;

/** That something was held, without its content. */
export type HeldTrace = Pick<HeldAnswerDocument, '_id' | 'examineeId' | 'item' | 'revision' | 'heldAt' | 'state'>;

/** Which one it is. */
type HeldName = Pick<HeldAnswerDocument, '_id' | 'item' | 'revision'>;

export type HeldAnswerStore = ReturnType<typeof heldAnswerStore>;

export function heldAnswerStore({ heldAnswers }: Models) {
  const native = heldAnswers.collection.conn.collection<HeldAnswerDocument>(heldAnswers.collection.name);
  return withFaults('heldAnswers', {
    /** Keeps these. One that is there before stays as it is; returns the places of those that it has with another content. */
    async keep(documents: HeldAnswerDocument[]): Promise<{ conflicts: number[] }> {
      const duplicates = await insertOnce(native, documents);
      if (duplicates.length === 0) return { conflicts: [] };
      const places = duplicates.map(({ index }) => index);
      const ids = places.map((index) => documents[index]?._id ?? '');
      const stored = await native.find({ _id: { $in: ids } }, { projection: { hash: 1 } }).toArray();
      const hashes = new Map(stored.map(({ _id, hash }) => [_id, hash]));
      return {
        conflicts: places.filter((index) => hashes.get(documents[index]?._id ?? '') !== documents[index]?.hash),
      };
    },

    get: (id: string): Promise<HeldAnswerDocument | null> =>
      heldAnswers.findOne({ _id: id }).lean<HeldAnswerDocument>().exec(),

    /** How many are kept of this examinee, decided or not. */
    count: (examineeId: string): Promise<number> => heldAnswers.countDocuments({ examineeId }).exec(),

    /** Which ones of this examinee nothing is decided about, by item and revision: they may be too many to be read at once. */
    async undecidedNames(examineeId: string): Promise<HeldName[]> {
      const found = await heldAnswers
        .find({ examineeId, state: anyOf(UNDECIDED) })
        .select({ item: 1, revision: 1 })
        .lean<HeldName[]>()
        .exec();
      return found.sort((one, other) => (one._id < other._id ? -1 : 1));
    },

    /** Those of this examinee of which nothing is decided, by item and revision; of `ids` alone where they are given. */
    undecided: (examineeId: string, ids?: readonly string[]): Promise<HeldAnswerDocument[]> =>
      heldAnswers
        .find({ examineeId, state: anyOf(UNDECIDED), ...(ids === undefined ? {} : { _id: anyOf(ids) }) })
        .sort({ _id: 1 })
        .lean<HeldAnswerDocument[]>()
        .exec(),

    /** The examinees of this room of whom something is undecided. Reads the index alone. */
    async undecidedIn(roomId: string): Promise<string[]> {
      const rows = await heldAnswers
        .find({ roomId, state: anyOf(UNDECIDED) })
        .select({ _id: 0, examineeId: 1 })
        .lean<{ examineeId: string }[]>()
        .exec();
      return [...new Set(rows.map(({ examineeId }) => examineeId))];
    },

    /** What was kept of this room's people, decided or not, without what they had answered. */
    inRoom: (roomId: string): Promise<HeldTrace[]> =>
      heldAnswers
        .find({ roomId })
        .select({ examineeId: 1, item: 1, revision: 1, heldAt: 1, state: 1 })
        .lean<HeldTrace[]>()
        .exec(),

    /** What is undecided of these is a matter of this room from now on. */
    async move(examineeIds: readonly string[], fromRoomId: string, roomId: string): Promise<void> {
      const filter = { roomId: fromRoomId, state: anyOf(UNDECIDED), examineeId: anyOf(examineeIds) };
      await heldAnswers.updateMany(filter, { $set: { roomId } }).exec();
    },

    /** Decides about one that is in one of these states. False: it was decided before. */
    async decide(id: string, from: readonly HeldState[], decision: HeldDecision): Promise<boolean> {
      const result = await heldAnswers.updateOne({ _id: id, state: anyOf(from) }, { $set: decision }).exec();
      return result.matchedCount > 0;
    },

    byPlan: (planId: string, page: ListPage): Promise<HeldAnswerDocument[]> =>
      listed(heldAnswers, { planId }, LISTS.heldAnswers.sorts, page),
  });
}
