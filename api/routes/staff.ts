// proctors and admins: who watches which rooms, and who runs the installation. No answer ever has a password or a hash.

import type { Actor } from '../../exam/audit-facts.ts';
import { LISTS } from '../../schema/lists.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { AdminView, ProctorList, ProctorView } from '../../schema/replies.ts';
import {
  AccountBody,
  AssignmentBody,
  NoParams,
  NoQuery,
  PlanParams,
  ProctorBody,
  ProctorParams,
} from '../../schema/requests.ts';
import { createAdmin } from '../accounts.ts';
import { derivedId } from '../derived-id.ts';
import { pageAmong, planList } from '../list-route.ts';
import { aboutPlan, INSTALLATION, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { proctorView } from '../views.ts';
import { actorOf } from '../who-is-it.ts';

type NewProctor = {
  readonly proctorId: string;
  readonly planId: string;
  readonly label: string;
  readonly login: string;
  readonly password: string;
  readonly roomIds: string[];
  readonly chief: boolean;
};

export function staffRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'post',
      path: '/plans/:planId/proctors',
      tag: 'proctors',
      summary: 'A proctor for some rooms of a plan, or a chief proctor for all of them.',
      access: 'proctor.write',
      params: PlanParams,
      query: NoQuery,
      body: ProctorBody,
      reply: { status: 201, type: 'application/json', schema: ProctorView },
      repeat: 'once',
      refusals: ['BUSY', 'PLAN_UNKNOWN', 'ROOM_UNKNOWN', 'NAME_TAKEN'],
      target: aboutPlan,
      handle: ({ subject, params, body, seed, now }) =>
        createProctor(parts, { ...body, proctorId: derivedId(seed), planId: params.planId }, actorOf(subject), now),
    }),
    route({
      method: 'put',
      path: '/plans/:planId/proctors/:proctorId/assignment',
      tag: 'proctors',
      summary: 'Gives a proctor these rooms, or all of them as a chief. It holds at once, also for who is connected.',
      access: 'proctor.write',
      params: ProctorParams,
      query: NoQuery,
      body: AssignmentBody,
      reply: { status: 200, type: 'application/json', schema: ProctorView },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN', 'PROCTOR_UNKNOWN', 'ROOM_UNKNOWN', 'ASSIGNMENT_CHANGED'],
      target: aboutPlan,
      handle: ({ subject, params, body, now }) => assign(parts, params, body, actorOf(subject), now),
    }),
    planList(parts, 'proctors', {
      path: '/plans/:planId/proctors',
      tag: 'proctors',
      summary:
        'Proctors of a plan, of one room or the chiefs alone where that is asked for, and where each of them is.',
      access: 'proctor.read',
      schema: ProctorList,
      async read(plan, { query: { roomId, chief, ...page } }) {
        const found = (await store.proctors.byPlan(plan._id)).filter(
          (one) =>
            (roomId === undefined || one.roomIds.includes(roomId)) &&
            (chief === undefined || String(one.chief) === chief),
        );
        return pageAmong(LISTS.proctors.sorts, page, found);
      },
      view: proctorView,
    }),
    route({
      method: 'post',
      path: '/admins',
      tag: 'admins',
      summary: 'Another admin.',
      access: 'admin.write',
      params: NoParams,
      query: NoQuery,
      body: AccountBody,
      reply: { status: 201, type: 'application/json', schema: AdminView },
      repeat: 'once',
      refusals: ['BUSY', 'NAME_TAKEN'],
      target: () => INSTALLATION,
      handle: ({ subject, body, seed, now }) => createAdmin(parts, derivedId(seed), body, now, actorOf(subject)),
    }),
  ];
}

/** The plan, or the rooms, that there are not. */
async function strangeRoom(parts: ApiParts, planId: string, roomIds: readonly string[]): Promise<Refusal | undefined> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const known = new Set(await parts.store.rooms.idsOf(planId));
  const unknown = roomIds.find((roomId) => !known.has(roomId));
  return unknown === undefined ? undefined : refuse('ROOM_UNKNOWN', `The plan has no room ${unknown}.`);
}

async function assign(
  parts: ApiParts,
  { planId, proctorId }: { readonly planId: string; readonly proctorId: string },
  {
    roomIds = [],
    chief,
    version,
  }: { readonly roomIds?: string[] | undefined; readonly chief: boolean; readonly version?: number | undefined },
  actor: Actor,
  now: number,
): Promise<ProctorView | Refusal> {
  const { store, directory, recorder } = parts;
  const strange = await strangeRoom(parts, planId, roomIds);
  if (strange) return strange;
  const proctor = await store.proctors.get(proctorId);
  if (proctor === null || proctor.planId !== planId) return refuse('PROCTOR_UNKNOWN');
  if (version !== undefined && version !== proctor.version) return refuse('ASSIGNMENT_CHANGED');
  const wanted = { roomIds: [...new Set(roomIds)], chief };
  const assigned = await store.proctors.assign(proctor, wanted, now, actor);
  if (assigned === null) return refuse('ASSIGNMENT_CHANGED');
  await directory.hintAssignments(planId);
  const data = { chief: wanted.chief, rooms: wanted.roomIds.length, by: actor.actorId };
  recorder.log({ planId, stream: 'proctor', subject: proctorId, kind: 'proctor.assigned', at: now, data });
  return proctorView(assigned);
}

async function createProctor(
  parts: ApiParts,
  { proctorId, planId, ...proctor }: NewProctor,
  actor: Actor,
  now: number,
): Promise<ProctorView | Refusal> {
  const { store, passwords } = parts;
  const strange = await strangeRoom(parts, planId, proctor.roomIds);
  if (strange) return strange;
  if ((await store.admins.byLogin(proctor.login)) !== null) return refuse('NAME_TAKEN');
  const passwordHash = await passwords.hashOf(proctor.password);
  if (isRefusal(passwordHash)) return passwordHash;
  const { label, login, chief } = proctor;
  const roomIds = [...new Set(proctor.roomIds)];
  const document = {
    _id: proctorId,
    planId,
    roomIds,
    chief,
    version: 1,
    login,
    label,
    passwordHash,
    createdAt: new Date(now),
  };
  await store.proctors.create(document, actor);
  await parts.directory.hintAssignments(planId);
  return proctorView(document);
}
