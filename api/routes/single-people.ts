// one person of the roster, one proctor, one admin: read and removed. Who has entered an exam is not removed by this, and
// somebody is always left who runs the installation.
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import type { AdminDocument, ProctorDocument } from '../../schema/documents/people.ts';
import type { ExamineeDocument } from '../../schema/documents/room.ts';
import { AdminEntry, AdminList, AdminParams, ReasonQuery } from '../../schema/office.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { ExamineeView, ProctorView } from '../../schema/replies.ts';
import { ExamineeParams, NoBody, NoParams, NoQuery, ProctorParams } from '../../schema/requests.ts';
import { seatIn } from '../../schema/seats.ts';
import { noteDecision } from '../decisions.ts';
import { listRoute } from '../list-route.ts';
import { aboutPlan, aboutRoomOf, draftOf, examineeOf, INSTALLATION } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { changed, changedSince, tagOf, Versioned } from '../versions.ts';
import { examineeView, proctorView } from '../views.ts';
import type { Subject } from '../who-is-it.ts';

/** Who removes what, why, and of which version. */
type Removal = {
  readonly subject: Subject;
  readonly reason: string;
  readonly ifMatch: string | undefined;
  readonly at: number;
};

/** The answer of what leaves nothing. */
export const GONE = { status: 204, type: 'nothing', schema: null } as const;

export function singlePersonRoutes(parts: ApiParts): Route[] {
  return [...examineeRoutes(parts), ...proctorRoutes(parts), ...adminRoutes(parts)];
}

function examineeRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'get',
      path: '/examinees/:examineeId',
      tag: 'examinees',
      summary: 'An examinee.',
      access: 'roster.read',
      params: ExamineeParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ExamineeView },
      repeat: 'keyless',
      version: 'shown',
      refusals: ['EXAMINEE_UNKNOWN'],
      target: ({ params }) => aboutRoomOf(parts, params.examineeId),
      async handle({ params }) {
        const examinee = await examineeOf(parts, params.examineeId);
        return isRefusal(examinee) ? examinee : versionOfExaminee(parts, examinee);
      },
    }),
    route({
      method: 'delete',
      path: '/examinees/:examineeId',
      tag: 'examinees',
      summary: 'Removes an examinee from a draft, with photo and empty sheet.',
      access: 'roster.write',
      params: ExamineeParams,
      query: ReasonQuery,
      body: NoBody,
      reply: GONE,
      repeat: 'keyless',
      version: 'asked',
      refusals: ['EXAMINEE_UNKNOWN', 'PLAN_UNKNOWN', 'PLAN_NOT_DRAFT'],
      target: ({ params }) => aboutRoomOf(parts, params.examineeId),
      handle: ({ subject, params, query: { reason }, ifMatch, now: at }) =>
        removeExaminee(parts, params.examineeId, { subject, reason, ifMatch, at }),
    }),
  ];
}

function proctorRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'get',
      path: '/plans/:planId/proctors/:proctorId',
      tag: 'proctors',
      summary: 'A proctor, and where the proctor is.',
      access: 'proctor.read',
      params: ProctorParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ProctorView },
      repeat: 'keyless',
      version: 'shown',
      refusals: ['PROCTOR_UNKNOWN'],
      target: aboutPlan,
      async handle({ params }) {
        const proctor = await proctorOf(parts, params);
        return isRefusal(proctor) ? proctor : versionOfProctor(proctor);
      },
    }),
    route({
      method: 'delete',
      path: '/plans/:planId/proctors/:proctorId',
      tag: 'proctors',
      summary: 'Removes a proctor who answers for no room; ends the sessions at once.',
      access: 'proctor.write',
      params: ProctorParams,
      query: ReasonQuery,
      body: NoBody,
      reply: GONE,
      repeat: 'keyless',
      version: 'asked',
      refusals: ['PROCTOR_UNKNOWN', 'PROCTOR_IN_CHARGE'],
      target: aboutPlan,
      handle: ({ subject, params, query: { reason }, ifMatch, now: at }) =>
        removeProctor(parts, params, { subject, reason, ifMatch, at }),
    }),
  ];
}

function adminRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    listRoute('admins', {
      path: '/admins',
      tag: 'admins',
      summary: 'Admins.',
      access: 'admin.read',
      params: NoParams,
      schema: AdminList,
      refusals: [],
      target: () => INSTALLATION,
      read: ({ query }) => store.admins.list(query),
      view: adminEntry,
    }),
    route({
      method: 'get',
      path: '/admins/:adminId',
      tag: 'admins',
      summary: 'An admin.',
      access: 'admin.read',
      params: AdminParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: AdminEntry },
      repeat: 'keyless',
      version: 'shown',
      refusals: ['ADMIN_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ params }) {
        const admin = await store.admins.get(params.adminId);
        return admin === null ? refuse('ADMIN_UNKNOWN') : versionOfAdmin(admin);
      },
    }),
    route({
      method: 'delete',
      path: '/admins/:adminId',
      tag: 'admins',
      summary: 'Removes an admin, never the last one; ends the sessions at once.',
      access: 'admin.write',
      params: AdminParams,
      query: ReasonQuery,
      body: NoBody,
      reply: GONE,
      repeat: 'keyless',
      version: 'asked',
      refusals: ['ADMIN_UNKNOWN', 'ADMIN_LAST'],
      target: () => INSTALLATION,
      handle: ({ subject, params, query: { reason }, ifMatch, now: at }) =>
        removeAdmin(parts, params.adminId, { subject, reason, ifMatch, at }),
    }),
  ];
}

function adminEntry({ _id: adminId, login, createdAt }: AdminDocument) {
  return { adminId, login, createdAt: createdAt.getTime() };
}

export function versionOfAdmin(admin: AdminDocument): Versioned {
  const entry = adminEntry(admin);
  return new Versioned(entry, tagOf(entry));
}

/** Of what may be edited: how somebody is doing changes all the time. */
export async function versionOfExaminee(
  { store }: Pick<ApiParts, 'store'>,
  examinee: ExamineeDocument,
): Promise<Versioned> {
  const { _id, roomId, label, extraMs } = examinee;
  const view = examineeView(examinee, await store.photos.has(_id));
  return new Versioned(view, tagOf(_id, roomId, label, extraMs, seatIn(examinee)));
}

export function versionOfProctor(proctor: ProctorDocument): Versioned {
  return new Versioned(proctorView(proctor), tagOf(proctor._id, proctor.version ?? 1));
}

/** The plan's proctor of this id. */
export async function proctorOf(
  { store }: ApiParts,
  { planId, proctorId }: { readonly planId: string; readonly proctorId: string },
): Promise<ProctorDocument | Refusal> {
  const proctor = await store.proctors.get(proctorId);
  return proctor?.planId === planId ? proctor : refuse('PROCTOR_UNKNOWN');
}

async function removeExaminee(
  parts: ApiParts,
  examineeId: string,
  { subject, reason, ifMatch, at }: Removal,
): Promise<Refusal | undefined> {
  const examinee = await examineeOf(parts, examineeId);
  if (isRefusal(examinee)) return examinee;
  const { planId, roomId, extraMs } = examinee;
  const plan = await draftOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const other = changedSince(ifMatch, await versionOfExaminee(parts, examinee));
  if (other) return other;
  const data = { roomId, extraMs, reason };
  const decision = { planId, source: `examinee.removed.${examineeId}`, kind: 'examinee.removed', at, data };
  await noteDecision(parts, decision, subject, examineeId);
  if (await parts.store.examinees.remove(examinee)) return undefined;
  const now = await examineeOf(parts, examineeId);
  return isRefusal(now) ? now : changed(await versionOfExaminee(parts, now));
}

async function removeProctor(
  parts: ApiParts,
  ids: { readonly planId: string; readonly proctorId: string },
  { subject, reason, ifMatch, at }: Removal,
): Promise<Refusal | undefined> {
  const { store } = parts;
  const { planId, proctorId } = ids;
  const proctor = await proctorOf(parts, ids);
  if (isRefusal(proctor)) return proctor;
  const other = changedSince(ifMatch, versionOfProctor(proctor));
  if (other) return other;
  const rooms = await store.rooms.byPlan(planId);
  const held = rooms.filter(({ charge, status }) => charge?.proctorId === proctorId && status !== 'ended');
  if (held.length > 0) return refuse('PROCTOR_IN_CHARGE', `Rooms: ${held.map(({ _id }) => _id).join(', ')}.`);
  const data = { rooms: proctor.roomIds.join(' '), chief: proctor.chief ?? false, reason };
  const decision = { planId, source: `proctor.removed.${proctorId}`, kind: 'proctor.removed', at, data };
  await noteDecision(parts, decision, subject, proctorId);
  if (!(await store.proctors.remove(proctor))) {
    const now = await proctorOf(parts, ids);
    return isRefusal(now) ? now : changed(versionOfProctor(now));
  }
  await store.sessions.removeOf(proctorId, 'proctor');
  await parts.directory.hintAssignments(planId);
  return undefined;
}

async function removeAdmin(
  parts: ApiParts,
  adminId: string,
  { subject, reason, ifMatch, at }: Removal,
): Promise<Refusal | undefined> {
  const { store } = parts;
  const admin = await store.admins.get(adminId);
  if (admin === null) return refuse('ADMIN_UNKNOWN');
  const other = changedSince(ifMatch, versionOfAdmin(admin));
  if (other) return other;
  const source = `admin.removed.${adminId}.${at}`;
  const decision = { planId: INSTALLATION_CHAIN, source, kind: 'admin.removed', at, data: { reason } };
  if ((await store.admins.count()) === 1) return refuse('ADMIN_LAST');
  await noteDecision(parts, decision, subject, adminId);
  if (!(await store.admins.remove(adminId))) return refuse('ADMIN_LAST');
  await store.sessions.removeOf(adminId, 'admin');
  return undefined;
}
