// rooms of a plan: where people sit. What a room does is its own business; this only makes and shows it.
import { isRefusal } from '../../schema/refusals.ts';
import { RoomList, RoomsReply } from '../../schema/replies.ts';
import { NoQuery, PlanParams, RoomsBody } from '../../schema/requests.ts';
import { derivedId } from '../derived-id.ts';
import { planList } from '../list-route.ts';
import { aboutPlan, draftOf } from '../lookups.ts';
import { newRoom } from '../new-rows.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { roomView } from '../views.ts';
import { actorOf } from '../who-is-it.ts';

export function roomRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'post',
      path: '/plans/:planId/rooms',
      tag: 'rooms',
      summary: 'Adds rooms to a draft, all or none.',
      access: 'room.write',
      params: PlanParams,
      query: NoQuery,
      body: RoomsBody,
      size: 'import',
      reply: { status: 201, type: 'application/json', schema: RoomsReply },
      repeat: 'once',
      refusals: ['PLAN_UNKNOWN', 'PLAN_NOT_DRAFT', 'NAME_TAKEN'],
      target: aboutPlan,
      async handle({ subject, params, body, seed, now }) {
        const plan = await draftOf(parts, params.planId);
        if (isRefusal(plan)) return plan;
        const rooms = body.rooms.map(({ label }, index) => newRoom(derivedId(seed, index), plan._id, label));
        await store.rooms.create(rooms, { actor: actorOf(subject), at: now });
        await store.paperKeys.make(
          plan._id,
          rooms.map(({ _id }) => _id),
        );
        return { rooms: rooms.map(({ _id: roomId, label }) => ({ roomId, label })) };
      },
    }),
    planList(parts, 'rooms', {
      path: '/plans/:planId/rooms',
      tag: 'rooms',
      summary: 'Rooms of a plan, in one state where it is named; a proctor sees the own ones.',
      access: 'room.read',
      schema: RoomList,
      read: (plan, { subject, query }) =>
        store.rooms.list(plan._id, { ...query, ...(subject.role === 'proctor' ? { roomIds: subject.roomIds } : {}) }),
      view: roomView,
    }),
  ];
}
