// calls: the hands that examinees raised, and what became of them. Raised and answered over the rooms' sockets alone.
import { callView } from '../../exam/call-view.ts';
import { CallList } from '../../schema/replies.ts';
import { planList } from '../list-route.ts';
import { aboutPlanOrRoom, listedRooms } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import type { Route } from '../route.ts';

export function callRoutes(parts: ApiParts): Route[] {
  return [
    planList(parts, 'calls', {
      path: '/plans/:planId/calls',
      tag: 'calls',
      summary: 'Calls of a plan, by the time at which the hand was raised; a proctor sees those of the own rooms.',
      access: 'call.read',
      schema: CallList,
      refusals: ['ROOM_UNKNOWN'],
      target: ({ params, query }) => aboutPlanOrRoom(parts, params.planId, query.roomId),
      read: (plan, { subject, query: { state, roomId, examineeId, ...page } }) => {
        const states = state === undefined ? {} : { states: [state] };
        return parts.store.calls.byPlan(plan._id, { ...states, ...listedRooms(subject, roomId), examineeId }, page);
      },
      view: callView,
    }),
  ];
}
