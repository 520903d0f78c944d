// Results and statistics: what scoring came to, by version of the key. Written whole and again by the same id, so that
// scoring twice is scoring once. Called by the statistics worker; read by the api.
import type { ResultDocument, StatisticsDocument } from '../schema/documents/sheet.ts';
import { withFaults } from './fault.ts';
import { putAll } from './insertion.ts';
import type { Models } from './models.ts';
import { following, type Page } from './page.ts';

export type ResultStore = ReturnType<typeof resultStore>;
export type StatisticsStore = ReturnType<typeof statisticsStore>;

export function resultStore({ results }: Models) {
  return withFaults('results', {
    put: (documents: readonly ResultDocument[]): Promise<void> => putAll(results, documents),

    /** By `_id`; of one version of the key where it is named, else of all. */
    byPlan: (planId: string, { after, limit, keyVersion }: Page & { keyVersion?: number }): Promise<ResultDocument[]> =>
      results
        .find({ planId, ...(keyVersion === undefined ? {} : { keyVersion }), _id: following(after) })
        .sort({ _id: 1 })
        .limit(limit)
        .lean<ResultDocument[]>()
        .exec(),
  });
}

export function statisticsStore({ statistics }: Models) {
  return withFaults('statistics', {
    put: (document: StatisticsDocument): Promise<void> => putAll(statistics, [document]),

    /** Of the newest version of the key. Null before scoring. */
    newest: (planId: string): Promise<StatisticsDocument | null> =>
      statistics.findOne({ planId }).sort({ keyVersion: -1 }).lean<StatisticsDocument>().exec(),
  });
}
