// rooms of a plan: where people sit. What a room does is its own business; this only makes and shows it.
import { isRefusal } from '../../schema/refusals.ts';
import { RoomList, RoomsReply } from '../../schema/replies.ts';
import { NoBody, NoQuery, PlanParams, RoomsBody, RoomsQuery } from '../../schema/requests.ts';
import { derivedId } from '../derived-id.ts';
import { aboutPlan, draftOf, planOf } from '../lookups.ts';
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
    route({
      method: 'get',
      path: '/plans/:planId/rooms',
      tag: 'rooms',
      summary: 'Rooms of a plan, in one state where it is named; a proctor sees the own ones.',
      access: 'room.read',
      params: PlanParams,
      query: RoomsQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: RoomList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ subject, params, query: { after = '', limit, status } }) {
        const plan = await planOf(parts, params.planId);
        if (isRefusal(plan)) return plan;
        const all = await store.rooms.byPlan(params.planId);
        const own = subject.role === 'proctor' ? all.filter((room) => subject.roomIds.includes(room._id)) : all;
        const wanted = status === undefined ? own : own.filter((room) => room.status === status);
        const rest = wanted.filter((room) => room._id > after);
        const page = rest.slice(0, limit);
        return { rooms: page.map(roomView), next: rest.length > limit ? (page.at(-1)?._id ?? null) : null };
      },
    }),
  ];
}
