// changes of people who work here: another name, login or password by If-Match, and the end of all their sessions. Whoever
// gets another password has no session left that began with the one before.
import type { StaffMembers } from '../../exam/audit-writes.ts';
import { INSTALLATION_CHAIN, staffEditFacts } from '../../exam/audit-writes.ts';
import { AdminEditBody, AdminEntry, AdminParams, ProctorEditBody, ReasonQuery } from '../../schema/office.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { ProctorView } from '../../schema/replies.ts';
import { NoBody, NoQuery, ProctorParams } from '../../schema/requests.ts';
import { noteDecision } from '../decisions.ts';
import { aboutPlan, INSTALLATION } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { changed, mustMatch, type Versioned } from '../versions.ts';
import { actorOf, type Subject } from '../who-is-it.ts';
import { GONE, proctorOf, versionOfAdmin, versionOfProctor } from './single-people.ts';

type Wish = {
  readonly reason: string;
  readonly label?: string | undefined;
  readonly login?: string | undefined;
  readonly password?: string | undefined;
};
type Edit = {
  readonly subject: Subject;
  readonly wish: Wish;
  readonly ifMatch: string | undefined;
  readonly at: number;
};

export function staffEditRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'patch',
      path: '/admins/:adminId',
      tag: 'admins',
      summary: 'Another login or password of an admin; a new password ends the sessions.',
      access: 'admin.write',
      params: AdminParams,
      query: NoQuery,
      body: AdminEditBody,
      reply: { status: 200, type: 'application/json', schema: AdminEntry },
      repeat: 'keyless',
      version: 'needed',
      refusals: ['ADMIN_UNKNOWN', 'NAME_TAKEN', 'BUSY'],
      target: () => INSTALLATION,
      handle: ({ subject, params, body: wish, ifMatch, now: at }) =>
        editAdmin(parts, params.adminId, { subject, wish, ifMatch, at }),
    }),
    route({
      method: 'delete',
      path: '/admins/:adminId/sessions',
      tag: 'admins',
      summary: 'Ends all sessions of an admin, on every device, at once.',
      access: 'admin.write',
      params: AdminParams,
      query: ReasonQuery,
      body: NoBody,
      reply: GONE,
      repeat: 'keyless',
      refusals: ['ADMIN_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ subject, params: { adminId }, query: { reason }, now: at }) {
        if ((await store.admins.get(adminId)) === null) return refuse('ADMIN_UNKNOWN');
        const source = `sessions.ended.${adminId}.${at}`;
        const ended = { planId: INSTALLATION_CHAIN, source, kind: 'sessions.ended', at, data: { reason } };
        await noteDecision(parts, ended, subject, adminId);
        return store.sessions.removeOf(adminId, 'admin');
      },
    }),
    route({
      method: 'patch',
      path: '/plans/:planId/proctors/:proctorId',
      tag: 'proctors',
      summary: 'Another name, login or password of a proctor; a new password ends the sessions.',
      access: 'proctor.write',
      params: ProctorParams,
      query: NoQuery,
      body: ProctorEditBody,
      reply: { status: 200, type: 'application/json', schema: ProctorView },
      repeat: 'keyless',
      version: 'needed',
      refusals: ['PROCTOR_UNKNOWN', 'NAME_TAKEN', 'BUSY'],
      target: aboutPlan,
      handle: ({ subject, params, body: wish, ifMatch, now: at }) =>
        editProctor(parts, params, { subject, wish, ifMatch, at }),
    }),
    route({
      method: 'delete',
      path: '/plans/:planId/proctors/:proctorId/sessions',
      tag: 'proctors',
      summary: 'Ends all sessions of a proctor, on every device, at once.',
      access: 'proctor.write',
      params: ProctorParams,
      query: ReasonQuery,
      body: NoBody,
      reply: GONE,
      repeat: 'keyless',
      refusals: ['PROCTOR_UNKNOWN'],
      target: aboutPlan,
      async handle({ subject, params, query: { reason }, now: at }) {
        const proctor = await proctorOf(parts, params);
        if (isRefusal(proctor)) return proctor;
        const { planId, proctorId } = params;
        const source = `sessions.ended.${proctorId}.${at}`;
        await noteDecision(parts, { planId, source, kind: 'sessions.ended', at, data: { reason } }, subject, proctorId);
        return store.sessions.removeOf(proctorId, 'proctor');
      },
    }),
  ];
}

async function editAdmin(
  parts: ApiParts,
  adminId: string,
  { subject, wish, ifMatch, at }: Edit,
): Promise<Versioned | Refusal> {
  const { store } = parts;
  const found = await store.admins.get(adminId);
  if (found === null) return refuse('ADMIN_UNKNOWN');
  const other = mustMatch(ifMatch, versionOfAdmin(found));
  if (other) return other;
  if (wish.login !== undefined && (await store.proctors.byLogin(wish.login)) !== null) return refuse('NAME_TAKEN');
  const after = await membersOf(parts, wish);
  if (isRefusal(after)) return after;
  const before = { login: found.login };
  const facts = staffEditFacts(
    'admin.changed',
    { before, after },
    adminId,
    { actor: actorOf(subject), at },
    wish.reason,
  );
  const edited = await store.admins.edit(found, after, facts);
  if (edited === null) {
    const now = await store.admins.get(adminId);
    return now === null ? refuse('ADMIN_UNKNOWN') : changed(versionOfAdmin(now));
  }
  if (after.passwordHash !== undefined) await store.sessions.removeOf(adminId, 'admin');
  return versionOfAdmin(edited);
}

async function editProctor(
  parts: ApiParts,
  ids: { readonly planId: string; readonly proctorId: string },
  { subject, wish, ifMatch, at }: Edit,
): Promise<Versioned | Refusal> {
  const { store } = parts;
  const found = await proctorOf(parts, ids);
  if (isRefusal(found)) return found;
  const other = mustMatch(ifMatch, versionOfProctor(found));
  if (other) return other;
  if (wish.login !== undefined && (await store.admins.byLogin(wish.login)) !== null) return refuse('NAME_TAKEN');
  const after = await membersOf(parts, wish);
  if (isRefusal(after)) return after;
  const before = { label: found.label, login: found.login };
  const writer = { actor: actorOf(subject), at };
  const facts = staffEditFacts('proctor.changed', { before, after }, ids.proctorId, writer, wish.reason);
  const edited = await store.proctors.edit(found, after, facts);
  if (edited === null) {
    const now = await proctorOf(parts, ids);
    return isRefusal(now) ? now : changed(versionOfProctor(now));
  }
  if (after.passwordHash !== undefined) await store.sessions.removeOf(ids.proctorId, 'proctor');
  await parts.directory.hintAssignments(ids.planId);
  return versionOfProctor(edited);
}

/** What is to be set; of a password its hash. */
async function membersOf({ passwords }: ApiParts, { label, login, password }: Wish): Promise<StaffMembers | Refusal> {
  const passwordHash = password === undefined ? undefined : await passwords.hashOf(password);
  if (isRefusal(passwordHash)) return passwordHash;
  return {
    ...(label === undefined ? {} : { label }),
    ...(login === undefined ? {} : { login }),
    ...(passwordHash === undefined ? {} : { passwordHash }),
  };
}
