// me: who somebody is who works here, and which rooms are the own ones now. A page asks it first. Never says anything of
// another person.

import { compareLabels } from '../../exam/attention-order.ts';
import type { PlanDocument } from '../../schema/documents/plan.ts';
import type { RoomDocument } from '../../schema/documents/room.ts';
import { type Refusal, refuse } from '../../schema/refusals.ts';
import { MeReply } from '../../schema/replies.ts';
import { NoBody, NoParams, NoQuery } from '../../schema/requests.ts';
import { LIST } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import type { Subject } from '../who-is-it.ts';

type Proctor = Extract<Subject, { readonly role: 'proctor' }>;
type OwnRoom = MeReply['rooms'][number];

export function meRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'get',
      path: '/me',
      tag: 'sessions',
      summary: 'Who a proctor or an admin is, and which rooms the proctor is assigned to.',
      access: 'self.read',
      params: NoParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: MeReply },
      repeat: 'keyless',
      refusals: [],
      target: () => LIST,
      async handle({ subject, now }) {
        const known = subject.role === 'proctor' ? await proctor(parts, subject) : await admin(parts, subject);
        return 'refused' in known ? known : { ...known, now };
      },
    }),
  ];
}

type Known = Omit<MeReply, 'now'>;

async function admin({ store }: ApiParts, { subjectId, role }: Subject): Promise<Known | Refusal> {
  if (role !== 'admin') return refuse('PERMISSION_DENIED');
  const label = (await store.admins.get(subjectId))?.login ?? '';
  return { subjectId, role, label, chief: false, rooms: [] };
}

async function proctor({ store }: ApiParts, { subjectId, role, planId, roomIds, chief }: Proctor): Promise<Known> {
  const [own, plan, all] = await Promise.all([
    store.proctors.get(subjectId),
    store.plans.get(planId),
    store.rooms.byPlan(planId),
  ]);
  const rooms = plan === null ? [] : all.filter(({ _id }) => roomIds.includes(_id)).map((room) => ownRoom(plan, room));
  return {
    subjectId,
    role,
    label: own?.label ?? '',
    chief,
    rooms: rooms.sort((one, other) => compareLabels(one.label, other.label)),
  };
}

function ownRoom({ _id: planId, name: planName, status: planStatus }: PlanDocument, room: RoomDocument): OwnRoom {
  const { _id: roomId, label, status, startsAt } = room;
  return { planId, planName, planStatus, roomId, label, status, startsAt };
}
