// logs: what happened in a plan, by whom and when, and how much of it in each minute.
import { LogList, LogStatistics } from '../../schema/replies.ts';
import { planList } from '../list-route.ts';
import type { ApiParts } from '../parts.ts';
import type { Route } from '../route.ts';
import { logView } from '../views.ts';

export function logRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    planList(parts, 'logs', {
      path: '/plans/:planId/logs',
      tag: 'logs',
      summary: 'What happened in a plan, in the order of time; of one subject, room, kind or stream where it is named.',
      access: 'log.read',
      schema: LogList,
      read: (plan, { query }) => store.logs.byPlan(plan._id, query),
      view: logView,
    }),
    planList(parts, 'minutes', {
      path: '/plans/:planId/logs/statistics',
      tag: 'logs',
      summary: 'How many log entries each minute has, by stream and kind.',
      access: 'log.read',
      schema: LogStatistics,
      read: (plan, { query }) => store.logs.countsByMinute(plan._id, query),
      view: ({ minute, total, counts }) => ({ minute, total, counts }),
    }),
  ];
}
