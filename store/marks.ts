// Marks: what people gave for answers that no key decides, a document for each answer, changed by compare-and-set on its
// version and for the audit chain too. Called by the api; read by the statistics worker.
import mongoose from 'mongoose';
import type { Actor } from '../exam/audit-facts.ts';
import type { Marks } from '../exam/marking.ts';
import { markFacts } from '../exam/score-facts.ts';
import type { MarkDocument } from '../schema/documents/mark.ts';
import { LISTS } from '../schema/lists.ts';
import { isDuplicate, withFaults } from './fault.ts';
import { carrying } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';

export type MarkStore = ReturnType<typeof markStore>;

/** Whose answer to which item of a plan. */
export type MarkedAnswer = Pick<MarkDocument, 'planId' | 'examineeId' | 'item'>;

export function markStore({ marks }: Models) {
  return withFaults('marks', {
    get: (examineeId: string, item: number): Promise<MarkDocument | null> =>
      marks
        .findOne({ _id: markId(examineeId, item) })
        .lean<MarkDocument>()
        .exec(),

    /** Of these people, in no order; by their `_id`s, which begin with the person's. */
    of: async (examineeIds: readonly string[]): Promise<MarkDocument[]> => {
      if (examineeIds.length === 0) return [];
      const theirs = examineeIds.map((id) => ({ _id: mongoose.trusted({ $gt: `${id}.`, $lt: `${id}/` }) }));
      return marks
        .find({ $or: theirs } as never)
        .lean<MarkDocument[]>()
        .exec();
    },

    byPlan: (planId: string, page: ListPage): Promise<MarkDocument[]> =>
      listed(marks, { planId }, LISTS.marks.sorts, page),

    /** When something was marked last, epoch ms; 0 for never. */
    async lastAt(planId: string): Promise<number> {
      const last = await marks.findOne({ planId }).sort({ at: -1 }).select({ at: 1 }).lean<MarkDocument>().exec();
      return last?.at ?? 0;
    },

    /** Stores the marks in the place of those that were decided from. False: somebody else was faster, and nothing has changed. */
    async put(
      { planId, examineeId, item }: MarkedAnswer,
      before: MarkDocument | null,
      { revision, marks: given, decision }: Marks,
      at: number,
      actor: Actor,
    ): Promise<boolean> {
      const _id = markId(examineeId, item);
      const version = (before?.version ?? 0) + 1;
      const document = { planId, examineeId, item, revision, marks: [...given], decision, version, at };
      const facts = markFacts({ _id, ...document }, before, actor);
      if (before === null) return created(carrying({ _id, ...document }, facts));
      const update = { $set: document, $push: { unchained: facts } };
      const { matchedCount } = await marks.updateOne({ _id, version: before.version }, update as object).exec();
      return matchedCount === 1;
    },
  });

  async function created(document: MarkDocument): Promise<boolean> {
    try {
      await marks.create(document);
      return true;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      return false;
    }
  }
}

export function markId(examineeId: string, item: number): string {
  return `${examineeId}.${String(item).padStart(4, '0')}`;
}
