// calls: the hands that examinees raised, and what became of them. Raised and answered over the rooms' sockets alone.
import { callView } from '../../exam/call-view.ts';
import { isRefusal, refuse } from '../../schema/refusals.ts';
import { CallList } from '../../schema/replies.ts';
import { CallsQuery, NoBody, PlanParams } from '../../schema/requests.ts';
import { aboutPlan, planOf, roomOf } from '../lookups.ts';
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
      async target({ params, query }) {
        if (query.roomId === undefined) return aboutPlan({ params });
        const room = await roomOf(parts, query.roomId);
        if (isRefusal(room)) return room;
        const { planId, _id: roomId } = room;
        return planId === params.planId ? { of: 'room', planId, roomId } : refuse('ROOM_UNKNOWN');
      },
      async handle({ subject, params, query: { after, limit, state, roomId } }) {
        const plan = await planOf(parts, params.planId);
        if (isRefusal(plan)) return plan;
        const own = subject.role === 'proctor' ? subject.roomIds : undefined;
        const roomIds = roomId === undefined ? own : [roomId];
        const filter = {
          ...(state === undefined ? {} : { states: [state] }),
          ...(roomIds === undefined ? {} : { roomIds }),
        };
        const calls = await parts.store.calls.byPlan(plan._id, filter, { after, limit });
        return { calls: calls.map(callView), next: nextOf(calls, limit) };
      },
    }),
  ];
}
