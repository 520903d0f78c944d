// Scorings of a plan: one is under way at a time, and one write of the plan makes it the one that counts, so that nobody
// sees half of it. Who began and died is followed after a while; what it wrote can never count, and is swept away.
// Called by the statistics worker (scoring) and by the api (release).
import mongoose from 'mongoose';
import type { Actor } from '../exam/audit-facts.ts';
import { releasedFacts, scoredFacts } from '../exam/score-facts.ts';
import { sourcesOf } from '../exam/transitions.ts';
import type { CurrentScoring, PlanDocument, Scoring } from '../schema/documents/plan.ts';
import { newId } from '../schema/ids.ts';
import { withFaults } from './fault.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

/** A scoring that has said nothing for so long is taken for dead; it says something with each page of sheets. */
export const SCORING_LEASE_MS = 30_000;

export type ScoringStore = ReturnType<typeof scoringStore>;

export function scoringStore({ plans, results, statistics }: Models) {
  const mine = (planId: string, scoringId: string) => ({ _id: planId, 'scoringBy.scoringId': scoringId }) as never;

  return withFaults('scorings', {
    /** Begins a scoring of a plan that may be scored, and returns its id. Null: another is under way, or the plan may not be. */
    async begin(planId: string, now: number, leaseMs = SCORING_LEASE_MS): Promise<string | null> {
      const scoringId = newId();
      const isFree = [{ scoringBy: null }, { 'scoringBy.at': mongoose.trusted({ $lt: now - leaseMs }) }];
      const { matchedCount } = await plans
        .updateOne({ _id: planId, status: anyOf(sourcesOf('plan', 'scored')), $or: isFree } as never, {
          $set: { scoringBy: { scoringId, at: now } },
        })
        .exec();
      return matchedCount === 1 ? scoringId : null;
    },

    /** This scoring is alive. False: another has followed it, and it can never count. */
    async stillMine(planId: string, scoringId: string, now: number): Promise<boolean> {
      const { matchedCount } = await plans
        .updateOne(mine(planId, scoringId), { $set: { 'scoringBy.at': now } } as never)
        .exec();
      return matchedCount === 1;
    },

    /** It ends without a result. */
    async abandon(planId: string, scoringId: string): Promise<void> {
      await plans.updateOne(mine(planId, scoringId), { $unset: { scoringBy: '' } } as never).exec();
    },

    /**
     * Makes it the one that counts, and the plan scored, in one write, for the audit chain too. Null: another has followed
     * it, has been made current since, or the plan may not be scored any more; then nothing has changed.
     */
    async makeCurrent(
      plan: Pick<PlanDocument, '_id' | 'scoring'>,
      made: Omit<Scoring, 'version'>,
      changedCount: number,
    ): Promise<PlanDocument | null> {
      const last = plan.scoring;
      const earlier = last === undefined ? [] : [...last.earlier, withoutEarlier(last)];
      const scoring: CurrentScoring = { ...made, version: (last?.version ?? 0) + 1, earlier };
      return plans
        .findOneAndUpdate(
          {
            _id: plan._id,
            status: anyOf(sourcesOf('plan', 'scored')),
            'scoringBy.scoringId': made.scoringId,
            ...(last === undefined ? { scoring: null } : { 'scoring.scoringId': last.scoringId }),
          } as never,
          {
            $set: { status: 'scored', scoring },
            $unset: { scoringBy: '' },
            $inc: { version: 1 },
            $push: { unchained: scoredFacts(plan._id, scoring, changedCount) },
          } as never,
          { returnDocument: 'after' },
        )
        .lean<PlanDocument>()
        .exec();
    },

    /** Removes what scorings of this plan wrote that neither count nor counted, but for this one. Returns how many rows. */
    async sweep(plan: Pick<PlanDocument, '_id' | 'scoring'>, scoringId: string): Promise<number> {
      const { scoring } = plan;
      const kept = scoring ? [scoring, ...scoring.earlier].map((one) => one.scoringId) : [];
      const others = { planId: plan._id, scoringId: mongoose.trusted({ $nin: [...kept, scoringId] }) };
      const removed = [await results.deleteMany(others).exec(), await statistics.deleteMany(others).exec()];
      return removed.reduce((sum, { deletedCount }) => sum + deletedCount, 0);
    },

    /** From now on others than admins read the version that counts, for the audit chain too. Null: there is none, or it is another than this by now. */
    release: (
      planId: string,
      { version, scoringId, keyVersion }: Scoring,
      at: number,
      actor: Actor,
    ): Promise<PlanDocument | null> =>
      plans
        .findOneAndUpdate(
          { _id: planId, 'scoring.scoringId': scoringId } as never,
          {
            $set: { released: { version, scoringId, keyVersion, at, by: actor.actorId } },
            $inc: { version: 1 },
            $push: { unchained: releasedFacts(planId, version, at, actor) },
          } as never,
          { returnDocument: 'after' },
        )
        .lean<PlanDocument>()
        .exec(),
  });
}

function withoutEarlier({ version, scoringId, keyVersion, at }: CurrentScoring): Scoring {
  return { version, scoringId, keyVersion, at };
}
