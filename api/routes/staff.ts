// proctors and admins: who watches which rooms, and who runs the installation. No answer ever has a password or a hash.

import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { AdminView, ProctorList, ProctorView } from '../../schema/replies.ts';
import { AccountBody, NoBody, NoParams, NoQuery, PageQuery, PlanParams, ProctorBody } from '../../schema/requests.ts';
import { createAdmin } from '../accounts.ts';
import { derivedId } from '../derived-id.ts';
import { aboutPlan, INSTALLATION, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { proctorView } from '../views.ts';

type NewProctor = {
  readonly label: string;
  readonly login: string;
  readonly password: string;
  readonly roomIds: string[];
};

export function staffRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'post',
      path: '/plans/:planId/proctors',
      tag: 'proctors',
      summary: 'A proctor for some rooms of a plan.',
      access: 'proctor.write',
      params: PlanParams,
      query: NoQuery,
      body: ProctorBody,
      reply: { status: 201, type: 'application/json', schema: ProctorView },
      repeat: 'once',
      refusals: ['BUSY', 'PLAN_UNKNOWN', 'ROOM_UNKNOWN', 'NAME_TAKEN'],
      target: aboutPlan,
      handle: ({ params, body, seed, now }) => createProctor(parts, derivedId(seed), params.planId, body, now),
    }),
    route({
      method: 'get',
      path: '/plans/:planId/proctors',
      tag: 'proctors',
      summary: 'Proctors of a plan.',
      access: 'proctor.read',
      params: PlanParams,
      query: PageQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ProctorList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params, query: { after = '', limit } }) {
        const plan = await planOf(parts, params.planId);
        if (isRefusal(plan)) return plan;
        const rest = (await store.proctors.byPlan(plan._id)).filter(({ _id }) => _id > after);
        const page = rest.slice(0, limit);
        return { proctors: page.map(proctorView), next: rest.length > limit ? (page.at(-1)?._id ?? null) : null };
      },
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
      handle: ({ body, seed, now }) => createAdmin(parts, derivedId(seed), body, now),
    }),
  ];
}

async function createProctor(
  parts: ApiParts,
  proctorId: string,
  planId: string,
  proctor: NewProctor,
  now: number,
): Promise<ProctorView | Refusal> {
  const { store, passwords } = parts;
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const known = new Set((await store.rooms.byPlan(planId)).map((room) => room._id));
  const unknown = proctor.roomIds.find((roomId) => !known.has(roomId));
  if (unknown !== undefined) return refuse('ROOM_UNKNOWN', `The plan has no room ${unknown}.`);
  if ((await store.admins.byLogin(proctor.login)) !== null) return refuse('NAME_TAKEN');
  const passwordHash = await passwords.hashOf(proctor.password);
  if (isRefusal(passwordHash)) return passwordHash;
  const { label, login } = proctor;
  const roomIds = [...new Set(proctor.roomIds)];
  const document = {
    _id: proctorId,
    planId,
    roomIds,
    login,
    label,
    passwordHash,
    createdAt: new Date(now),
  };
  await store.proctors.create(document);
  return proctorView(document);
}
