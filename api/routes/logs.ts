// logs: what happened in a plan, by whom and when, and how much of it in each minute.
import { isRefusal } from '../../schema/refusals.ts';
import { LogList, LogStatistics } from '../../schema/replies.ts';
import { LogQuery, NoBody, NumberQuery, PlanParams } from '../../schema/requests.ts';
import { aboutPlan, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { logView, nextMinuteOf, nextOf } from '../views.ts';

export function logRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'get',
      path: '/plans/:planId/logs',
      tag: 'logs',
      summary: 'What happened in a plan, in the order of time; of one subject, room, kind or stream where it is named.',
      access: 'log.read',
      params: PlanParams,
      query: LogQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: LogList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId }, query }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const logs = await store.logs.byPlan(planId, query);
        return { logs: logs.map(logView), next: nextOf(logs, query.limit) };
      },
    }),
    route({
      method: 'get',
      path: '/plans/:planId/logs/statistics',
      tag: 'logs',
      summary: 'How many log entries each minute has, by stream and kind; the cursor is the last minute seen.',
      access: 'log.read',
      params: PlanParams,
      query: NumberQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: LogStatistics },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId }, query: { after, limit } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const rows = await store.logs.countsByMinute(planId, after, limit);
        const minutes = rows.map(({ minute, total, counts }) => ({ minute, total, counts }));
        return { minutes, next: nextMinuteOf(rows, limit) };
      },
    }),
  ];
}
