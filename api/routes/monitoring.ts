// monitoring: how a plan stood, minute by minute, also long after it has ended.
import { MonitoringList } from '../../schema/replies.ts';
import { planList } from '../list-route.ts';
import type { ApiParts } from '../parts.ts';
import type { Route } from '../route.ts';

export function monitoringRoutes(parts: ApiParts): Route[] {
  return [
    planList(parts, 'minutes', {
      path: '/plans/:planId/monitoring',
      tag: 'monitoring',
      summary: 'Examinees by state and link, answers and open incidents of each minute.',
      access: 'monitoring.read',
      schema: MonitoringList,
      read: (plan, { query }) => parts.store.monitoring.byPlan(plan._id, query),
      view: ({ _id: _, planId: __, ...minute }) => minute,
    }),
  ];
}
