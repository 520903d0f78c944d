// What the chain says of what people write beside an exam's course: plans, papers, keys, rooms, rosters, accounts,
// and of who entered and who confirmed. Of contents there is a digest, of names nothing. Pure; called by store/ in the
// write itself.
import { hash } from 'node:crypto';
import type { AuditFacts, AuditValue } from '../schema/documents/audit.ts';
import type { ReceiptDocument } from '../schema/documents/control.ts';
import type { ImportDocument } from '../schema/documents/held.ts';
import type { AdminDocument } from '../schema/documents/people.ts';
import type { KeyDocument, PaperDocument, PlanDocument } from '../schema/documents/plan.ts';
import type { RosterImportDocument } from '../schema/documents/roster-import.ts';
import type { Actor } from './audit-facts.ts';

/** An id in the place of a plan's: the chain of what belongs to no plan. */
export const INSTALLATION_CHAIN = 'installation0000';

/** Who wrote something, and when, epoch ms. */
export type Writer = { readonly actor: Actor; readonly at: number };

/** SHA-256 in base64url of this as JSON. */
function digestOf(value: unknown): string {
  return hash('sha256', JSON.stringify(value), 'base64url');
}

function facts(
  kind: string,
  subject: string,
  at: number,
  actor: Actor,
  data: Record<string, AuditValue>,
  source = `${kind}.${subject}`,
): AuditFacts {
  return { source, at, ...actor, kind, subject, roomId: '', data };
}

/** What is administered and when; of how, which is long, a digest. */
export function planFacts(
  { _id, paperId, durationMs, windowEndsAt, rehearsal, createdAt, ...plan }: PlanDocument,
  actor: Actor,
): AuditFacts {
  const { lateEntry, admission, deviceChange, incidentRules, lockStopsClock, warningsMs, graceMs } = plan;
  const times = [lateEntry, admission, deviceChange, incidentRules, lockStopsClock, warningsMs, graceMs];
  const policies = [...times, plan.navigation, plan.rules, plan.plannedAt];
  const data = { paperId, durationMs, windowEndsAt, rehearsal, policies: digestOf(policies), ...noticesIn(plan) };
  return facts('plan.created', _id, createdAt.getTime(), actor, data);
}

/** The same of a plan that was made as a copy of another. */
export function planCopyFacts(plan: PlanDocument, copiedFrom: string, actor: Actor): AuditFacts {
  const made = planFacts(plan, actor);
  return { ...made, data: { ...made.data, copiedFrom } };
}

/** Its set-up or policies were changed, as the plan's `version`: of each member what it was and what it is; of texts a digest. */
export function planEditFacts(
  before: PlanDocument,
  set: Partial<PlanDocument>,
  cleared: readonly (keyof PlanDocument)[],
  { actor, at }: Writer,
  reason: string,
): AuditFacts {
  const members = [...new Set([...(Object.keys(set) as (keyof PlanDocument)[]), ...cleared])];
  const shown = (plan: Partial<PlanDocument>) =>
    Object.fromEntries(members.map((name) => [name, shownMember(plan[name])]));
  const data = { before: shown(before), after: shown(set), reason };
  return facts('plan.changed', before._id, at, actor, data, `plan.changed.${before._id}.${before.version + 1}`);
}

/** Numbers and flags as they are; what people wrote, and what is long, as a digest. */
function shownMember(value: unknown): AuditValue {
  if (value === undefined) return null;
  return typeof value === 'number' || typeof value === 'boolean' ? value : digestOf(value);
}

/** A room has another name; a name is never in the chain, its digest says whether it is the same. */
export function renamedFacts(
  { _id: roomId, label: before }: { readonly _id: string; readonly label: string },
  after: string,
  { actor, at }: Writer,
  reason: string,
): AuditFacts {
  const shown = (label: string) => ({ label: shownMember(label) });
  const data = { before: shown(before), after: shown(after), reason };
  return { ...facts('room.renamed', roomId, at, actor, data, `room.renamed.${roomId}.${at}`), roomId };
}

type Notices = Pick<PlanDocument, 'noticeTemplates' | 'freeNotices'>;

/** What proctors may say was decided anew, as the plan's `version`. */
export function noticesFacts(
  { _id, version, ...before }: Pick<PlanDocument, '_id' | 'version'> & Notices,
  after: Notices,
  at: number,
  actor: Actor,
): AuditFacts {
  const data = { before: noticesIn(before), after: noticesIn(after) };
  return facts('plan.notices', _id, at, actor, data, `plan.notices.${_id}.${version + 1}`);
}

function noticesIn({ noticeTemplates = [], freeNotices = true }: Notices) {
  return { templates: noticeTemplates.length, texts: digestOf(noticeTemplates), freeNotices };
}

export function paperFacts({ _id, items, sections, pictures, createdAt }: PaperDocument, actor: Actor): AuditFacts {
  const content = sections === undefined && pictures === undefined ? items : [items, sections, pictures];
  return facts('paper.created', _id, createdAt.getTime(), actor, { items: items.length, digest: digestOf(content) });
}

export function keyFacts({ _id, paperId, version, entries, createdAt }: KeyDocument, actor: Actor): AuditFacts {
  const data = { version, entries: entries.length, digest: digestOf(entries) };
  return facts('key.created', paperId, createdAt.getTime(), actor, data, `key.created.${_id}`);
}

/** Rooms, or examinees with their rooms, that were added in one request; `rows` is what the digest is of. */
export function importFacts(
  kind: 'rooms.created' | 'roster.imported',
  planId: string,
  rows: readonly (readonly [id: string, ...string[]])[],
  at: number,
  actor: Actor,
): AuditFacts {
  const data = { count: rows.length, digest: digestOf(rows) };
  return facts(kind, planId, at, actor, data, `${kind}.${rows[0]?.[0] ?? planId}`);
}

/** A roster came as a file: how many people, and how many rooms were made for them. Which they are, their rows say. */
export function rosterImportFacts(
  { _id, planId, people, newRooms, by, byRole }: RosterImportDocument,
  at: number,
): AuditFacts {
  const data = { importId: _id, count: people, rooms: newRooms };
  return facts('roster.imported', planId, at, { actorId: by, actorRole: byRole }, data, `roster.imported.${_id}`);
}

export function adminFacts({ _id, createdAt }: AdminDocument, actor: Actor): AuditFacts {
  return facts('admin.created', _id, createdAt.getTime(), actor, {});
}

/** Somebody who works here has another name, login or password: of the first two digests, of a password that it is another. */
export function staffEditFacts(
  kind: 'admin.changed' | 'proctor.changed',
  { before, after }: { readonly before: StaffMembers; readonly after: StaffMembers },
  id: string,
  { actor, at }: Writer,
  reason: string,
): AuditFacts {
  const shown = ({ label, login }: StaffMembers) => ({
    ...(after.label === undefined ? {} : { label: shownMember(label) }),
    ...(after.login === undefined ? {} : { login: shownMember(login) }),
  });
  const data = { before: shown(before), after: shown(after), password: after.passwordHash !== undefined, reason };
  return facts(kind, id, at, actor, data, `${kind}.${id}.${at}`);
}
export type StaffMembers = { readonly label?: string; readonly login?: string; readonly passwordHash?: string };

/** A proctor was given a seat in this room. */
export function watchingFacts(proctorId: string, roomId: string, at: number): AuditFacts {
  const actor: Actor = { actorId: proctorId, actorRole: 'proctor' };
  return { ...facts('proctor.entered', proctorId, at, actor, {}, `entered.${proctorId}.${roomId}.${at}`), roomId };
}

/** Who came in by this fence. The same fence is the same entering, however often it is asked for. */
export function enteredFacts(examineeId: string, fence: number, at: number): AuditFacts {
  const actor: Actor = { actorId: examineeId, actorRole: 'examinee' };
  return facts('examinee.entered', examineeId, at, actor, { fence }, `entered.${examineeId}.${fence}`);
}

/** What an admin writes in for a person: of which items, why, and by which session; never what. */
export type Registering = { readonly items: readonly number[]; readonly reason: string } & Writer;

/** An admin took the sheet's session from whoever had it, so that what was held there is not lost in silence. */
export function takenFacts(examineeId: string, fence: number, { items, reason, actor, at }: Registering): AuditFacts {
  const data = { before: { fence: fence - 1 }, after: { fence }, items: items.join(' '), reason };
  return facts('session.taken', examineeId, at, actor, data, `session.taken.${examineeId}.${fence}`);
}

type Counted = { readonly vector: readonly (readonly [number, number])[]; readonly receipt?: string | undefined };

/** Another vector counts on a sheet that had ended; digests alone, as with its end. */
export function amendedFacts(
  examineeId: string,
  fence: number,
  before: Counted,
  after: Counted,
  { items, reason, actor, at }: Registering,
): AuditFacts {
  const shown = ({ vector, receipt = '' }: Counted) => ({ items: vector.length, vector: digestOf(vector), receipt });
  const data = { before: shown(before), after: shown(after), items: items.join(' '), reason };
  return facts('sheet.amended', examineeId, at, actor, data, `sheet.amended.${examineeId}.${fence}`);
}

/** A sealed export was brought: by whom, of whom, and how many answers of it are kept; which file, its id says. */
export function importedFacts(document: ImportDocument): AuditFacts {
  const { _id, examineeId, roomId, fence, at, by: actorId, byRole: actorRole, kept, missing } = document;
  const data = { fence, kept: kept.length, missing: missing.length };
  return { ...facts('export.imported', examineeId, at, { actorId, actorRole }, data, `export.${_id}`), roomId };
}

/** Somebody has pressed that a notice was read. */
export function confirmedFacts(
  { _id, controlId, roomId }: Pick<ReceiptDocument, '_id' | 'controlId' | 'roomId'>,
  examineeId: string,
  at: number,
): AuditFacts {
  const actor: Actor = { actorId: examineeId, actorRole: 'examinee' };
  const source = `confirmed.${_id}.${examineeId}`;
  return { ...facts('control.confirmed', examineeId, at, actor, { controlId }, source), roomId };
}
