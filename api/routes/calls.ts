// calls: the hands that examinees raised, and what became of them. Raised and answered over the rooms' sockets alone.
import { callView } from '../../exam/call-view.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { CallList } from '../../schema/replies.ts';
import { CallsQuery, NoBody, PlanParams } from '../../schema/requests.ts';
import { aboutPlanOrRoom, listedRooms, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { nextOf } from '../views.ts';

export function callRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'get',
      path: '/plans/:planId/calls',
      tag: 'calls',
      summary: 'Calls of a plan, by the time at which the hand was raised; a proctor sees those of the own rooms.',
      access: 'call.read',
      params: PlanParams,
      query: CallsQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: CallList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN', 'ROOM_UNKNOWN'],
      target: ({ params, query }) => aboutPlanOrRoom(parts, params.planId, query.roomId),
      async handle({ subject, params, query: { after, limit, state, roomId } }) {
        const plan = await planOf(parts, params.planId);
        if (isRefusal(plan)) return plan;
        const filter = { ...(state === undefined ? {} : { states: [state] }), ...listedRooms(subject, roomId) };
        const calls = await parts.store.calls.byPlan(plan._id, filter, { after, limit });
        return { calls: calls.map(callView), next: nextOf(calls, limit) };
      },
    }),
  ];
}
