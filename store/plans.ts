// Plans: an exam as it is administered. Its status changes by compare-and-set alone. Must never remove a plan that is
// neither a draft nor a rehearsal. Called by the api, by rooms (which plans are live) and by the statistics worker.

import mongoose from 'mongoose';
import { answerRange } from '../exam/answer-id.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import { RefusalError, refuse } from '../schema/refusals.ts';
import type { PlanState } from '../schema/states.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import type { Models } from './models.ts';
import { anyOf, following, type Page } from './page.ts';

export type PlanStore = ReturnType<typeof planStore>;

export function planStore(models: Models) {
  const { plans } = models;
  return withFaults('plans', {
    create: (document: PlanDocument): Promise<void> => createAll(plans, [document]),

    get: (planId: string): Promise<PlanDocument | null> => plans.findOne({ _id: planId }).lean<PlanDocument>().exec(),

    list: ({ after, limit }: Page): Promise<PlanDocument[]> =>
      plans
        .find({ _id: following(after) })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<PlanDocument[]>()
        .exec(),

    byStates: (states: readonly PlanState[]): Promise<PlanDocument[]> =>
      plans
        .find({ status: anyOf(states) })
        .lean<PlanDocument[]>()
        .exec(),

    /** Sets these fields while the status is one of `from`, and raises the version. Null: it was another, or no such plan. */
    change: (planId: string, from: readonly PlanState[], set: Partial<PlanDocument>): Promise<PlanDocument | null> =>
      plans
        .findOneAndUpdate(
          { _id: planId, status: anyOf(from) },
          { $set: set, $inc: { version: 1 } },
          { returnDocument: 'after' },
        )
        .lean<PlanDocument>()
        .exec(),

    /**
     * Removes a draft or a rehearsal with everything of it, papers and keys excepted: other plans may use them.
     * May be called again after a crash in between. Throws RefusalError PLAN_NOT_DRAFT for any other plan.
     */
    async remove(planId: string): Promise<void> {
      // Marked first: nobody takes it for a live plan from here on, and a second call may finish what a first began.
      const marked = await plans
        .findOneAndUpdate(
          { _id: planId, ...mongoose.trusted({ $or: [{ rehearsal: true }, { status: 'draft' }] }) },
          { $set: { status: 'archived', rehearsal: true }, $inc: { version: 1 } },
        )
        .lean()
        .exec();
      if (marked === null) {
        if (await plans.exists({ _id: planId }).exec()) throw new RefusalError(refuse('PLAN_NOT_DRAFT'));
        return;
      }
      await removeAnswers(models, planId);
      await removeRows(models, planId);
      await plans.deleteOne({ _id: planId }).exec();
    },
  });
}

/** One examinee at a time: a delete of millions in one operation would hold a connection for minutes. */
async function removeAnswers({ examinees, answers }: Models, planId: string): Promise<void> {
  const rows = await examinees.find({ planId }).select({ _id: 1 }).lean<{ _id: string }[]>().exec();
  for (const { _id } of rows) await answers.deleteMany({ _id: mongoose.trusted(answerRange(planId, _id)) }).exec();
}

async function removeRows(models: Models, planId: string): Promise<void> {
  const proctors = await models.proctors.find({ planId }).select({ _id: 1 }).lean<{ _id: string }[]>().exec();
  await models.sessions.deleteMany({ subjectId: anyOf(proctors.map(({ _id }) => _id)) }).exec();
  const ofPlan = [models.files, models.results, models.statistics, models.sheets, models.receipts, models.controls];
  for (const model of [...ofPlan, models.logs, models.incidents, models.proctors])
    await model.collection.deleteMany({ planId });
  await models.rooms.deleteMany({ planId }).exec();
  // Last of the rows: their ids are what finds the answers when this is done a second time.
  await models.examinees.deleteMany({ planId }).exec();
}
