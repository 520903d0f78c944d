// one room: read, and while the plan is a draft renamed or removed. What a live room does is a control's business.
import { renamedFacts } from '../../exam/audit-writes.ts';
import type { RoomDocument } from '../../schema/documents/room.ts';
import { LIMITS } from '../../schema/limits.ts';
import { ReasonQuery, RoomEditBody } from '../../schema/office.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { RoomView } from '../../schema/replies.ts';
import { NoBody, NoQuery, RoomParams } from '../../schema/requests.ts';
import type { Target } from '../access.ts';
import { noteDecision } from '../decisions.ts';
import { draftOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { changed, changedSince, mustMatch, tagOf, Versioned } from '../versions.ts';
import { roomView } from '../views.ts';
import { actorOf, type Subject } from '../who-is-it.ts';

const NAMED = 5;

export function singleRoomRoutes(parts: ApiParts): Route[] {
  const target = async ({ params }: { readonly params: { readonly roomId: string } }): Promise<Target | Refusal> => {
    const room = await roomOf(parts, params.roomId);
    return isRefusal(room) ? room : { of: 'room', planId: room.planId, roomId: room._id };
  };
  return [
    route({
      method: 'get',
      path: '/rooms/:roomId',
      tag: 'rooms',
      summary: 'A room.',
      access: 'room.read',
      params: RoomParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: RoomView },
      repeat: 'keyless',
      version: 'shown',
      refusals: ['ROOM_UNKNOWN'],
      target,
      async handle({ params }) {
        const room = await roomOf(parts, params.roomId);
        return isRefusal(room) ? room : versionOf(room);
      },
    }),
    route({
      method: 'patch',
      path: '/rooms/:roomId',
      tag: 'rooms',
      summary: 'Names a room of a draft anew.',
      access: 'room.write',
      params: RoomParams,
      query: NoQuery,
      body: RoomEditBody,
      reply: { status: 200, type: 'application/json', schema: RoomView },
      repeat: 'keyless',
      version: 'needed',
      refusals: ['ROOM_UNKNOWN', 'PLAN_UNKNOWN', 'PLAN_NOT_DRAFT', 'NAME_TAKEN'],
      target,
      async handle({ subject, params, body, ifMatch, now: at }) {
        const room = await draftRoom(parts, params.roomId);
        if (isRefusal(room)) return room;
        const refused = mustMatch(ifMatch, versionOf(room));
        if (refused) return refused;
        const facts = renamedFacts(room, body.label, { actor: actorOf(subject), at }, body.reason);
        const renamed = await parts.store.rooms.rename(room, body.label, facts);
        return renamed === null ? faster(parts, room._id) : versionOf(renamed);
      },
    }),
    route({
      method: 'delete',
      path: '/rooms/:roomId',
      tag: 'rooms',
      summary: 'Removes a room of a draft, where nobody is assigned to it.',
      access: 'room.write',
      params: RoomParams,
      query: ReasonQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'keyless',
      version: 'asked',
      refusals: ['ROOM_UNKNOWN', 'PLAN_UNKNOWN', 'PLAN_NOT_DRAFT', 'ROOM_IN_USE'],
      target,
      handle: ({ subject, params, query, ifMatch, now }) =>
        remove(parts, subject, params.roomId, query.reason, ifMatch, now),
    }),
  ];
}

/** Of what may be changed: status and clock are the room's own. */
function versionOf(room: RoomDocument): Versioned {
  return new Versioned(roomView(room), tagOf(room._id, room.label));
}

async function draftRoom(parts: ApiParts, roomId: string): Promise<RoomDocument | Refusal> {
  const room = await roomOf(parts, roomId);
  if (isRefusal(room)) return room;
  const plan = await draftOf(parts, room.planId);
  return isRefusal(plan) ? plan : room;
}

async function faster(parts: ApiParts, roomId: string): Promise<Refusal> {
  const room = await roomOf(parts, roomId);
  return isRefusal(room) ? room : changed(versionOf(room));
}

/** A roster that is imported meanwhile looks for its rooms again after its rows are there, and we for people after the room is not. */
async function remove(
  parts: ApiParts,
  subject: Subject,
  roomId: string,
  reason: string,
  ifMatch: string | undefined,
  at: number,
): Promise<Refusal | undefined> {
  const { store } = parts;
  const room = await draftRoom(parts, roomId);
  if (isRefusal(room)) return room;
  const refused = changedSince(ifMatch, versionOf(room)) ?? (await inTheWay(parts, room));
  if (refused) return refused;
  const source = `room.removed.${roomId}`;
  await noteDecision(
    parts,
    { planId: room.planId, source, kind: 'room.removed', at, data: { reason } },
    subject,
    roomId,
  );
  if (!(await store.rooms.remove(room))) return faster(parts, roomId);
  const late = await inTheWay(parts, room);
  if (late) await store.rooms.create([room]);
  return late;
}

async function inTheWay({ store }: ApiParts, { _id, planId }: RoomDocument): Promise<Refusal | undefined> {
  const [people, proctors] = await Promise.all([
    store.examinees.idsIn(_id, LIMITS.examinees),
    store.proctors.ofRoom(planId, _id),
  ]);
  const own = proctors.filter(({ roomIds }) => roomIds.includes(_id));
  if (people.length + own.length === 0) return undefined;
  const ids = [...people, ...own.map((one) => one._id)].slice(0, NAMED);
  return refuse('ROOM_IN_USE', `${people.length} examinees and ${own.length} proctors: ${ids.join(', ')}.`);
}
