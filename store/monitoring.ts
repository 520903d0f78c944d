// How a plan stood in each minute, counted from its examinees' display fields and its incidents. The first to write a
// minute has written it. Called by the workers' monitoring; read by the api.
import type { MonitoringDocument } from '../schema/documents/monitoring.ts';
import { LISTS } from '../schema/lists.ts';
import { EXAMINEE_STATES, type ExamineeState, LINK_STATES, type LinkState } from '../schema/states.ts';
import { withFaults } from './fault.ts';
import { createAll } from './insertion.ts';
import { type ListPage, listed } from './listing.ts';
import type { Models } from './models.ts';
import { anyOf } from './page.ts';

const MINUTE_MS = 60_000;

export type MonitoringStore = ReturnType<typeof monitoringStore>;

type Group = { _id: { status: ExamineeState; link: LinkState }; count: number; saved: number };

export function monitoringStore({ monitoring, examinees, incidents }: Models) {
  async function measure(planId: string): Promise<Omit<MonitoringDocument, '_id' | 'planId' | 'minute' | 'at'>> {
    const [groups, incidentsOpen] = await Promise.all([
      examinees
        .aggregate<Group>([
          { $match: { planId } },
          {
            $group: {
              _id: { status: '$status', link: '$display.link' },
              count: { $sum: 1 },
              saved: { $sum: '$display.savedCount' },
            },
          },
        ])
        .exec(),
      incidents.countDocuments({ planId, status: anyOf(['raised', 'acknowledged']) }).exec(),
    ]);
    const sum = (part: (group: Group) => number) => groups.reduce((total, group) => total + part(group), 0);
    return {
      examineeCount: sum(({ count }) => count),
      examinees: tally(EXAMINEE_STATES, (state) => sum(({ _id, count }) => (_id.status === state ? count : 0))),
      links: tally(LINK_STATES, (link) => sum(({ _id, count }) => (_id.link === link ? count : 0))),
      answersSaved: sum(({ saved }) => saved),
      incidentsOpen,
    };
  }

  return withFaults('monitoring', {
    /** Counts the plan and stores it for the minute of `now` (epoch ms), once: one that is there stays as it is. */
    async record(planId: string, now: number): Promise<void> {
      const minute = Math.floor(now / MINUTE_MS) * MINUTE_MS;
      const _id = `${planId}.${minute}`;
      if ((await monitoring.exists({ _id }).exec()) !== null) return;
      await createAll(monitoring, [{ _id, planId, minute, at: now, ...(await measure(planId)) }]);
    },

    /** Minutes in their order. */
    byPlan: (planId: string, page: ListPage): Promise<MonitoringDocument[]> =>
      listed(monitoring, { planId }, LISTS.minutes.sorts, page),
  });
}

function tally<S extends string>(states: readonly S[], count: (state: S) => number): Record<S, number> {
  return Object.fromEntries(states.map((state) => [state, count(state)])) as Record<S, number>;
}
