// results and statistics: what an exam came to. Results are per version of the key.

import { isRefusal, refuse } from '../../schema/refusals.ts';
import { FormFigures, ResultList, StatisticsDue, StatisticsReply } from '../../schema/replies.ts';
import { NoBody, NoQuery, PageQuery, PlanParams } from '../../schema/requests.ts';
import { aboutPlan, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { nextOf, resultView } from '../views.ts';

export function resultRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'get',
      path: '/plans/:planId/results',
      tag: 'results',
      summary: "Each examinee's points in thousandths, by the newest key that was scored.",
      access: 'result.read',
      params: PlanParams,
      query: PageQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ResultList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN', 'RESULT_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId }, query }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const statistics = await store.statistics.newest(planId);
        if (statistics === null) return refuse('RESULT_UNKNOWN');
        const results = await store.results.byPlan(planId, { ...query, keyVersion: statistics.keyVersion });
        return { results: results.map(resultView), next: nextOf(results, query.limit) };
      },
    }),
    route({
      method: 'get',
      path: '/plans/:planId/statistics',
      tag: 'results',
      summary: 'Figures of the form and of its items, by the newest key that was scored.',
      access: 'statistics.read',
      params: PlanParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: StatisticsReply },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN', 'RESULT_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const statistics = await store.statistics.newest(planId);
        if (statistics === null) return refuse('RESULT_UNKNOWN');
        const { keyVersion, examineeCount, at, figures } = statistics;
        return { planId, keyVersion, examineeCount, at: at.getTime(), figures: FormFigures.parse(figures) };
      },
    }),
    route({
      method: 'post',
      path: '/plans/:planId/statistics',
      tag: 'results',
      summary: 'Scores an ended plan again, with the newest key.',
      access: 'statistics.compute',
      params: PlanParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 202, type: 'application/json', schema: StatisticsDue },
      repeat: 'again',
      refusals: ['PLAN_UNKNOWN', 'TRANSITION_REFUSED'],
      target: aboutPlan,
      async handle({ params: { planId } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const mayScore = plan.status === 'ended' || plan.status === 'scored';
        if (!mayScore) return refuse('TRANSITION_REFUSED', `The plan is ${plan.status}; allowed once it has ended.`);
        await parts.queues.statistics({ planId });
        return { planId, state: 'pending' };
      },
    }),
  ];
}
