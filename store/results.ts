// Results and statistics: what a scoring came to, under its id, so that no version of the scores mixes with another.
// Which scoring counts says the plan (scorings.ts). Called by the statistics worker; read by the api.
import mongoose from 'mongoose';
import type { ResultDocument, StatisticsDocument } from '../schema/documents/sheet.ts';
import { LISTS } from '../schema/lists.ts';
import { withFaults } from './fault.ts';
import { putAll } from './insertion.ts';
import { given, type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

export type ResultStore = ReturnType<typeof resultStore>;
export type StatisticsStore = ReturnType<typeof statisticsStore>;

export type ResultFilter = { readonly roomId?: string | undefined; readonly isChanged?: boolean };

export function resultStore({ results }: Models) {
  return withFaults('results', {
    put: (documents: readonly ResultDocument[]): Promise<void> => putAll(results, documents),

    /** Of one scoring; of one room where it is named, and only what it changed where that is asked for. */
    byScoring: (
      planId: string,
      scoringId: string,
      { roomId, isChanged = false, ...page }: ListPage & ResultFilter,
    ): Promise<ResultDocument[]> => {
      const changed = { 'change.before': mongoose.trusted({ $gt: Number.MIN_SAFE_INTEGER }) };
      const scope = { planId, scoringId, ...given({ roomId }), ...(isChanged ? changed : {}) };
      return listed(results, scope, LISTS.results.sorts, page);
    },

    /** Of these people, in one scoring; who has none is left out. */
    of: (scoringId: string, examineeIds: readonly string[]): Promise<ResultDocument[]> =>
      results
        .find({ _id: anyOf(examineeIds.map((examineeId) => `${examineeId}.${scoringId}`)) })
        .lean<ResultDocument[]>()
        .exec(),
  });
}

export function statisticsStore({ statistics }: Models) {
  return withFaults('statistics', {
    put: (documents: readonly StatisticsDocument[]): Promise<void> => putAll(statistics, documents),

    /** Of one scoring, and of the plan or of one of its rooms. Null: there is none. */
    of: (planId: string, scoringId: string, roomId = ''): Promise<StatisticsDocument | null> =>
      statistics
        .findOne({ _id: statisticsId(planId, scoringId, roomId) })
        .lean<StatisticsDocument>()
        .exec(),
  });
}

/** `roomId` '' is the whole plan. */
export function statisticsId(planId: string, scoringId: string, roomId: string): string {
  return `${planId}.${scoringId}.${roomId}`;
}
