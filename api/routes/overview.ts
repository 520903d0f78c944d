// overview: how all rooms of a plan stand at this moment, who needs a proctor first. Counts alone: no name, no answer.
import { isRefusal } from '../../schema/refusals.ts';
import { OverviewReply } from '../../schema/replies.ts';
import { NoBody, NoQuery, PlanParams } from '../../schema/requests.ts';
import { createCachedJson } from '../cached-json.ts';
import { aboutPlan, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { overviewOf } from '../plan-overview.ts';
import { type Route, route } from '../route.ts';
import { createShortCache } from '../short-cache.ts';

/** However many look on, it is read this often. */
const LIFE_MS = 1_000;

export function overviewRoutes(parts: ApiParts): Route[] {
  const soon = createShortCache(async (planId) => {
    const plan = await planOf(parts, planId);
    return isRefusal(plan) ? plan : overviewOf(parts, plan, parts.now());
  }, LIFE_MS);
  const sent = createCachedJson();
  return [
    route({
      method: 'get',
      path: '/plans/:planId/overview',
      tag: 'progress',
      summary:
        'All rooms with counts by state and link, what is unsaved, incidents, who was not reached; neediest first.',
      access: 'overview.read',
      params: PlanParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: OverviewReply },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params }) {
        const found = await soon.get(params.planId);
        return isRefusal(found) ? found : sent(found);
      },
    }),
  ];
}
