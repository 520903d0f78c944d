// copies of plans: another exam of the same kind, as a draft.
import { PlanCopyBody } from '../../schema/plan-copies.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { PlanView } from '../../schema/replies.ts';
import { NoQuery, PlanParams } from '../../schema/requests.ts';
import { aboutPlan, paperOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { copyPlan } from '../plan-copying.ts';
import { type Route, route } from '../route.ts';
import { planView } from '../views.ts';

export function planCopyRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'post',
      path: '/plans/:planId/copies',
      tag: 'plans',
      summary: 'A draft like this plan: policies, rooms, the same paper, and its people where they are asked for.',
      access: 'plan.write',
      params: PlanParams,
      query: NoQuery,
      body: PlanCopyBody,
      reply: { status: 201, type: 'application/json', schema: PlanView },
      repeat: 'once',
      refusals: ['PLAN_UNKNOWN', 'PAPER_UNKNOWN'],
      target: aboutPlan,
      async handle({ subject, params: { planId }, body, seed }) {
        const copy = await copyPlan(parts, { planId, ...body, seed, subject });
        if (isRefusal(copy)) return copy;
        // A rehearsal that was removed meanwhile took along a paper that it believed to be its own.
        const paper = await paperOf(parts, copy.paperId);
        if (!isRefusal(paper)) return planView(copy);
        await parts.store.plans.remove(copy._id);
        return paper;
      },
    }),
  ];
}
