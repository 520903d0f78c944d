// Erasing a person: the certificate comes first, then everything goes, the person's own row last, so that a crash in between
// is followed by the same request. Audit entries that were not taken up yet go along with the certificate: the chain loses
// none. Must never be called while the exam runs. Called by the api and the workers.
import mongoose, { type Model } from 'mongoose';
import { answerRange } from '../exam/answer-id.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { ErasureDocument } from '../schema/documents/erasure.ts';
import { LISTS } from '../schema/lists.ts';
import { forgetTexts } from './audit-texts.ts';
import { forgetWords } from './erased-words.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';

export type ErasureStore = ReturnType<typeof erasureStore>;

type Carrying = { readonly unchained?: AuditFacts[] };

export function erasureStore(models: Models) {
  const { erasures, examinees, sheets, imports, marks, answers, heldAnswers, calls, photos, results, files } = models;

  /** What these documents have still to tell the chain. */
  async function carriedBy({ _id, planId }: Pick<ErasureDocument, '_id' | 'planId'>): Promise<AuditFacts[]> {
    const rows: Carrying[] = [];
    for (const [model, filter] of [
      [examinees, { _id }],
      [sheets, { _id }],
      [marks, { _id: named(_id) }],
      [imports, { planId, examineeId: _id }],
    ] as const) {
      const found = await (model as unknown as Model<Carrying>)
        .find(filter as never)
        .select('unchained')
        .lean<Carrying[]>()
        .exec();
      rows.push(...found);
    }
    return rows.flatMap(({ unchained = [] }) => unchained);
  }

  return withFaults('erasures', {
    get: (examineeId: string): Promise<ErasureDocument | null> =>
      erasures.findOne({ _id: examineeId }).lean<ErasureDocument>().exec(),

    byPlan: (planId: string, page: ListPage): Promise<ErasureDocument[]> =>
      listed(erasures, { planId }, LISTS.erasures.sorts, page),

    /** Certificates of a plan whose erasing has not come to its end. */
    open: (planId: string, after: string, limit: number): Promise<ErasureDocument[]> =>
      erasures
        .find({ planId, doneAt: 0, _id: mongoose.trusted({ $gt: after }) })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<ErasureDocument[]>()
        .exec(),

    /** Decides it, for the audit chain too. One that was decided before stays as it is. */
    async begin(document: ErasureDocument, facts: AuditFacts): Promise<void> {
      const unchained = [...(await carriedBy(document)), facts];
      await createAll(erasures, [{ ...document, unchained } as ErasureDocument]);
    },

    /** Removes what the store has of the person. Done again, it removes what is left. Returns how many documents of each collection. */
    async remove({ _id, planId }: Pick<ErasureDocument, '_id' | 'planId'>): Promise<Record<string, number>> {
      const removed: Record<string, number> = {};
      const label =
        (await examinees.findOne({ _id }).select({ label: 1 }).lean<{ label: string }>().exec())?.label ?? '';
      const without = async (model: { readonly collection: Model<object>['collection'] }, filter: object) => {
        const { deletedCount } = await model.collection.deleteMany(filter as never);
        removed[model.collection.name] = deletedCount;
      };
      await without(answers, { _id: answerRange(planId, _id) });
      await without(heldAnswers, { examineeId: _id });
      await without(imports, { planId, examineeId: _id });
      await without(calls, { planId, examineeId: _id });
      await without(results, { _id: { $gt: `${_id}.`, $lt: `${_id}/` } });
      await without(marks, { _id: { $gt: `${_id}.`, $lt: `${_id}/` } });
      await without(files, { _id: `sheet.${_id}` });
      await without(photos, { _id });
      removed.incidents = await blankIncidents(models, planId, _id);
      removed['texts of others'] = await forgetWords(models, { planId, personId: _id, label });
      removed['texts of the audit chain'] = await forgetTexts(models, planId, _id, label);
      await without(sheets, { _id });
      await without(examinees, { _id });
      return removed;
    },

    /** Nothing is left; what was removed in an earlier try is counted, too. Null: it was done before. */
    done: (
      examineeId: string,
      removed: Readonly<Record<string, number>>,
      at: number,
    ): Promise<ErasureDocument | null> =>
      erasures
        .findOneAndUpdate(
          { _id: examineeId, doneAt: 0 },
          {
            $set: { doneAt: at },
            $inc: Object.fromEntries(Object.entries(removed).map(([name, count]) => [`removed.${name}`, count])),
          } as never,
          { returnDocument: 'after' },
        )
        .lean<ErasureDocument>()
        .exec(),
  });
}

/** That there was one stays, and what people decided; what they wrote about the person goes. Returns how many. */
async function blankIncidents({ incidents }: Models, planId: string, examineeId: string): Promise<number> {
  const { modifiedCount } = await incidents.collection.updateMany(
    { planId, examineeId } as never,
    { $set: { evidence: [], 'handling.$[].note': '' } } as never,
  );
  return modifiedCount;
}

function named(examineeId: string) {
  return mongoose.trusted({ $gt: `${examineeId}.`, $lt: `${examineeId}/` });
}
