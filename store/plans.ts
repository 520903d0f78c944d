// Plans: an exam as it is administered. Its status changes by compare-and-set alone. Must never remove a plan that is
// neither a draft nor a rehearsal. Called by the api, by rooms (which plans are live) and by the statistics worker.

import mongoose from 'mongoose';
import { answerRange, rootRange } from '../exam/answer-id.ts';
import { type Actor, SYSTEM, stateFacts } from '../exam/audit-facts.ts';
import { noticesFacts, planFacts } from '../exam/audit-writes.ts';
import { retentionFacts } from '../exam/erasing-facts.ts';
import type { AuditFacts } from '../schema/documents/audit.ts';
import type { ControlDocument } from '../schema/documents/control.ts';
import type { PlanDocument, StoredPaperDocument } from '../schema/documents/plan.ts';
import { newId } from '../schema/ids.ts';
import { LISTS } from '../schema/lists.ts';
import { type Refusal, RefusalError, refuse } from '../schema/refusals.ts';
import type { PlanState } from '../schema/states.ts';
import { withFaults } from './fault.ts';
import { gathered } from './gathering.ts';
import { carrying, createAll } from './insertion.ts';
import { given, type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';
import { REMOVED } from './uploads.ts';

/** In the place of a paper's id, which is longer: a draft that is being removed has let go of its paper. */
const NO_PAPER = 'none';
const IMPORT_RETRY_MS = 2_000;
const OVER: readonly PlanState[] = ['ended', 'scored'];
const NOT_OPEN: readonly PlanState[] = ['draft', 'scheduled'];
const NOT_IMPORTING = { importing: mongoose.trusted({ $exists: false }) };
/** A rehearsal is removed in these alone: nobody sits in it. */
const REMOVABLE: readonly PlanState[] = ['draft', 'scheduled', 'ended', 'scored', 'archived'];

export type PlanFilter = { readonly status?: PlanState | undefined; readonly paperId?: string | undefined };

export type PlanStore = ReturnType<typeof planStore>;

type Reviving = {
  readonly control: Pick<ControlDocument, 'planId' | 'sequence'> & Actor;
  readonly status: PlanState;
};

export function planStore(models: Models) {
  const { plans } = models;

  const reviveOnce = ({ control, status }: Reviving): Promise<PlanDocument | null> => {
    const { planId, sequence, actorId, actorRole } = control;
    const isNotMovedSince = { movedBy: mongoose.trusted({ $not: { $gt: sequence } }) };
    return plans
      .findOneAndUpdate(
        { _id: planId, status: anyOf(OVER), ...isNotMovedSince },
        {
          $set: { status, endedAt: 0, movedBy: sequence },
          $inc: { version: 1 },
          ...carried(planId, status, { actorId, actorRole }),
        },
        { returnDocument: 'after' },
      )
      .lean<PlanDocument>()
      .exec();
  };

  const revive = gathered(async (asked: readonly Reviving[]) => {
    const nameOf = ({ control: { planId, sequence }, status }: Reviving) => `${planId}.${sequence}.${status}`;
    const first = new Map(asked.map((one) => [nameOf(one), one]));
    const written = await Promise.all([...first].map(async ([name, one]) => [name, await reviveOnce(one)] as const));
    const results = new Map(written);
    return asked.map((one) => results.get(nameOf(one)) ?? null);
  });

  return withFaults('plans', {
    /** With an actor, for the audit chain too. */
    create: (document: PlanDocument, actor?: Actor): Promise<void> =>
      createAll(plans, [carrying(document, actor && planFacts(document, actor))]),

    get: (planId: string): Promise<PlanDocument | null> => plans.findOne({ _id: planId }).lean<PlanDocument>().exec(),

    /** In this state and of this paper, where they are named. */
    list: ({ status, paperId, ...page }: ListPage & PlanFilter): Promise<PlanDocument[]> =>
      listed(plans, given({ status, paperId }), LISTS.plans.sorts, page),

    byStates: (states: readonly PlanState[]): Promise<PlanDocument[]> =>
      plans
        .find({ status: anyOf(states) })
        .lean<PlanDocument[]>()
        .exec(),

    /**
     * Sets these fields while the status is one of `from`, and raises the version; a status goes into the audit chain
     * under its actor. With a `version` only while it is that one. Null: it was another, or no such plan; or a roster is
     * written into it, and it is to leave the draft.
     */
    change: (
      planId: string,
      from: readonly PlanState[],
      set: Partial<PlanDocument>,
      actor?: Actor & { readonly reason?: string },
      version?: number,
    ): Promise<PlanDocument | null> =>
      plans
        .findOneAndUpdate(
          {
            ...{ _id: planId, status: anyOf(from), ...(set.status === undefined ? {} : NOT_IMPORTING) },
            ...(version === undefined ? {} : { version }),
          },
          { $set: set, $inc: { version: 1 }, ...carried(planId, set.status, actor) },
          { returnDocument: 'after' },
        )
        .lean<PlanDocument>()
        .exec(),

    /** Sets these fields while nothing has changed since it was found, for the audit chain too. Null: something has. */
    edit: (
      { _id, status, version }: PlanDocument,
      set: Partial<PlanDocument>,
      clear: readonly (keyof PlanDocument)[],
      facts: AuditFacts,
    ): Promise<PlanDocument | null> => {
      const update = {
        $set: set,
        ...(clear.length === 0 ? {} : { $unset: Object.fromEntries(clear.map((name) => [name, 1])) }),
        $inc: { version: 1 },
        $push: { unchained: facts },
      };
      return plans
        .findOneAndUpdate({ _id, status, version }, update as never, { returnDocument: 'after' })
        .lean<PlanDocument>()
        .exec();
    },

    /** Archived plans whose people are to be erased by this instant, or are being erased: the longest overdue first. */
    toErase: (now: number, limit: number): Promise<PlanDocument[]> =>
      plans
        .find({ eraseAt: mongoose.trusted({ $gt: 0, $lte: now }) })
        .sort({ eraseAt: 1, _id: 1 })
        .limit(limit)
        .lean<PlanDocument[]>()
        .exec(),

    /**
     * Begins to erase its people, for the audit chain too: from here on the date does not move. Begun before: as it is.
     * Null: it is not archived, its time has not come, or it has changed since it was found.
     */
    beginErasing: async (found: PlanDocument, now: number): Promise<PlanDocument | null> => {
      if (found.erasingAt !== undefined) return found;
      const { _id, version } = found;
      const isDue = { status: 'archived' as const, eraseAt: mongoose.trusted({ $gt: 0, $lte: now }) };
      return plans
        .findOneAndUpdate(
          { _id, version, ...isDue },
          {
            $set: { erasingAt: now },
            $inc: { version: 1 },
            $push: { unchained: retentionFacts('plan.erasing', found, now) },
          } as object,
          { returnDocument: 'after' },
        )
        .lean<PlanDocument>()
        .exec();
    },

    /** Nobody of it is left, for the audit chain too. Said once. */
    async erased(found: PlanDocument, now: number): Promise<void> {
      const update = {
        $set: { erasedAt: now },
        $unset: { eraseAt: 1 },
        $inc: { version: 1 },
        $push: { unchained: retentionFacts('plan.erased', found, now) },
      };
      const isBegun = { erasingAt: mongoose.trusted({ $gt: 0 }), erasedAt: mongoose.trusted({ $exists: false }) };
      await plans.updateOne({ _id: found._id, ...isBegun }, update as object).exec();
    },

    /** From now on this import alone writes into the draft. False: another does, or it is no draft. */
    async beginImport(planId: string, importId: string): Promise<boolean> {
      const isFree = { $or: [{ importing: mongoose.trusted({ $exists: false }) }, { importing: importId }] };
      const filter = { _id: planId, status: 'draft' as const, ...isFree };
      return (await plans.updateOne(filter, { $set: { importing: importId } }).exec()).matchedCount === 1;
    },

    /** Up to some of the plans that name this paper. */
    namesOf: (paperId: string, limit: number): Promise<Pick<PlanDocument, '_id' | 'status'>[]> =>
      plans.find({ paperId }).select({ status: 1 }).limit(limit).lean<Pick<PlanDocument, '_id' | 'status'>[]>().exec(),

    /**
     * The same for what a control comes to, under its actor: only where no later one has moved the plan. Null: it was in
     * another state, or a later control has moved it.
     */
    move: (
      { planId, sequence, actorId, actorRole }: Pick<ControlDocument, 'planId' | 'sequence'> & Actor,
      from: readonly PlanState[],
      set: Partial<PlanDocument>,
    ): Promise<PlanDocument | null> =>
      plans
        .findOneAndUpdate(
          { _id: planId, status: anyOf(from), movedBy: mongoose.trusted({ $not: { $gte: sequence } }) },
          {
            $set: { ...set, movedBy: sequence },
            $inc: { version: 1 },
            ...carried(planId, set.status, { actorId, actorRole }),
          },
          { returnDocument: 'after' },
        )
        .lean<PlanDocument>()
        .exec(),

    /**
     * A plan that has ended, or was scored, goes on because a control has reopened a room of it. Null: it has not ended, or
     * a later control has moved it. Each room that a control has reopened says so: who says the same meanwhile shares a write.
     */
    revive: (control: Reviving['control'], status: PlanState): Promise<PlanDocument | null> =>
      revive({ control, status }),

    /**
     * What proctors may say, while the plan is not open and nobody has changed it since it was found so; for the audit
     * chain too. Null: it is in another state, or has changed.
     */
    sayNotices: (
      found: PlanDocument,
      notices: Required<Pick<PlanDocument, 'noticeTemplates' | 'freeNotices'>>,
      at: number,
      actor: Actor,
    ): Promise<PlanDocument | null> =>
      plans
        .findOneAndUpdate(
          { _id: found._id, version: found.version, status: anyOf(NOT_OPEN) },
          {
            $set: notices,
            $inc: { version: 1 },
            $push: { unchained: noticesFacts(found, notices, at, actor) },
          } as object,
          { returnDocument: 'after' },
        )
        .lean<PlanDocument>()
        .exec(),

    /**
     * Removes everything of a draft, or of a rehearsal that nobody sits in, but its own row, which stays archived until
     * `remove`. A rehearsal takes along the paper that was made for rehearsals, and its key, unless another plan names it;
     * a draft leaves them, they may be of an exam to come. May be called again after a crash in between. Throws
     * RefusalError TRANSITION_REFUSED for a rehearsal in which somebody may sit, PLAN_NOT_DRAFT for any other plan, BUSY
     * while a roster is written into it.
     */
    empty: (planId: string): Promise<void> => empty(models, planId),

    /** Empties it, and then removes its row. May be called again after a crash in between. Throws as `empty`. */
    async remove(planId: string): Promise<void> {
      await empty(models, planId);
      await plans.deleteOne({ _id: planId }).exec();
    },
  });
}

/** A draft stays one until the roster that comes as a file is there, or gone again. */
export function importUnderWay(): Refusal {
  return refuse('BUSY', 'A roster is written into the plan at this moment.', IMPORT_RETRY_MS);
}

async function empty(models: Models, planId: string): Promise<void> {
  const marked = await mark(models, planId);
  if (marked === null) {
    const shown = { rehearsal: 1, importing: 1 };
    const kept = await models.plans.findOne({ _id: planId }).select(shown).lean<PlanDocument>().exec();
    if (kept === null) return;
    if (kept.importing !== undefined) throw new RefusalError(importUnderWay());
    throw new RefusalError(refuse(kept.rehearsal ? 'TRANSITION_REFUSED' : 'PLAN_NOT_DRAFT'));
  }
  await removeAnswers(models, planId);
  await removeRows(models, planId);
  if (marked.paperId !== NO_PAPER) await removePaper(models, planId, marked.paperId);
}

/**
 * Marked first: nobody takes it for a live plan from here on, and a second call may finish what a first began. A draft
 * becomes a rehearsal without a paper, so that also the second call knows that the paper is not its own. Null: neither.
 */
async function mark({ plans }: Models, planId: string): Promise<PlanDocument | null> {
  const markedAs = (filter: object, set: Partial<PlanDocument>) =>
    plans
      .findOneAndUpdate(
        { _id: planId, ...filter, ...NOT_IMPORTING },
        { $set: set, $inc: { version: 1 } },
        { returnDocument: 'after' },
      )
      .lean<PlanDocument>()
      .exec();
  return (
    (await markedAs({ rehearsal: true, status: anyOf(REMOVABLE) }, { status: 'archived' })) ??
    (await markedAs({ status: 'draft' }, { status: 'archived', rehearsal: true, paperId: NO_PAPER }))
  );
}

/** The plan's row is still there, so that after a crash in between a second call comes here again. */
async function removePaper({ plans, papers, keys }: Models, planId: string, paperId: string): Promise<void> {
  const isShared = () => plans.exists({ paperId, _id: mongoose.trusted({ $ne: planId }) }).exec();
  if (await isShared()) return;
  const paper = await papers.findOneAndDelete({ _id: paperId, rehearsal: true }).lean<StoredPaperDocument>().exec();
  // Somebody has put it on by hand: no rehearsal made it, and none takes it along.
  if (paper === null && (await papers.exists({ _id: paperId }).exec())) return;
  // A plan that was made meanwhile looks for its paper again after its row is there, and we for it after the paper is not.
  if (paper !== null && (await isShared())) return createAll(papers, [paper]);
  await keys.deleteMany({ paperId }).exec();
}

/** What the write of a status gives the plan to carry into the chain. */
function carried(
  planId: string,
  to: PlanState | undefined,
  actor: (Actor & { readonly reason?: string }) | undefined,
): object {
  if (to === undefined) return {};
  const { reason, ...by } = actor ?? { ...SYSTEM, reason: undefined };
  const facts = stateFacts('plan', planId, to, `plan.${planId}.${newId()}`, Date.now(), by);
  return { $push: { unchained: reason === undefined ? facts : { ...facts, data: { ...facts.data, reason } } } };
}

/** One examinee at a time: a delete of millions in one operation would hold a connection for minutes. */
async function removeAnswers({ examinees, answers }: Models, planId: string): Promise<void> {
  const rows = await examinees.find({ planId }).select({ _id: 1 }).lean<{ _id: string }[]>().exec();
  for (const { _id } of rows) await answers.deleteMany({ _id: mongoose.trusted(answerRange(planId, _id)) }).exec();
  await answers.deleteMany({ _id: mongoose.trusted(rootRange(planId)) }).exec();
}

async function removeRows(models: Models, planId: string): Promise<void> {
  const proctors = await models.proctors.find({ planId }).select({ _id: 1 }).lean<{ _id: string }[]>().exec();
  await models.sessions.deleteMany({ subjectId: anyOf(proctors.map(({ _id }) => _id)) }).exec();
  const { files, results, statistics, marks, erasures, sheets, receipts, controls, calls, incidents } = models;
  const { rosterImports } = models;
  const { logs, logCounts, audit, auditTexts, heads, monitoring, photos, heldAnswers, imports, countedReports } =
    models;
  const ofPlan = [
    imports,
    rosterImports,
    files,
    results,
    statistics,
    marks,
    erasures,
    sheets,
    receipts,
    controls,
    calls,
    incidents,
    models.proctors,
  ];
  for (const model of [
    ...ofPlan,
    logs,
    logCounts,
    audit,
    auditTexts,
    heads,
    monitoring,
    photos,
    heldAnswers,
    countedReports,
  ])
    await model.collection.deleteMany({ planId });
  // Their bytes lie elsewhere: the sweep takes them, by the rows.
  await models.uploads.updateMany({ planId }, REMOVED).exec();
  await models.rooms.deleteMany({ planId }).exec();
  // Last of the rows: their ids are what finds the answers when this is done a second time.
  await models.examinees.deleteMany({ planId }).exec();
}
