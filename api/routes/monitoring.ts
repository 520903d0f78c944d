// monitoring: how a plan stood, minute by minute, also long after it has ended.
import { isRefusal } from '../../schema/refusals.ts';
import { MonitoringList } from '../../schema/replies.ts';
import { NoBody, NumberQuery, PlanParams } from '../../schema/requests.ts';
import { aboutPlan, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { nextMinuteOf } from '../views.ts';

export function monitoringRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'get',
      path: '/plans/:planId/monitoring',
      tag: 'monitoring',
      summary:
        'Examinees by state and link, answers and open incidents of each minute; the cursor is the last minute seen.',
      access: 'monitoring.read',
      params: PlanParams,
      query: NumberQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: MonitoringList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId }, query: { after, limit } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const rows = await store.monitoring.byPlan(planId, after, limit);
        const minutes = rows.map(({ _id: _, planId: __, ...minute }) => minute);
        return { minutes, next: nextMinuteOf(rows, limit) };
      },
    }),
  ];
}
