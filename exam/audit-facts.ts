// What is put into the chain: the facts of a control, a receipt, a sheet's end and a change of state, and the order in
// which those that wait are taken up. Pure; called by the aggregates of store/ in the write that decides.
import { hash } from 'node:crypto';
import type { AuditFacts, AuditValue } from '../schema/documents/audit.ts';
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import type { ProctorDocument } from '../schema/documents/people.ts';
import type { IdentityDecision } from '../schema/documents/room.ts';
import type { Incident } from '../schema/incidents.ts';
import type { Move } from '../schema/moves.ts';
import type { Seating } from '../schema/seats.ts';
import type { Role } from '../schema/states.ts';

/** Who asked for a change of state; nobody where it follows from time or from other changes. */
export type Actor = { readonly actorId: string; readonly actorRole: Role | 'system' };
export const SYSTEM: Actor = { actorId: '', actorRole: 'system' };

/** Everything that the control says, whatever members it has. */
export function controlFacts(control: ControlDocument): AuditFacts {
  const { _id, planId, roomId, actorId, actorRole, storedAt: at, ...said } = control;
  const data = { ...(JSON.parse(JSON.stringify(said)) as Record<string, AuditValue>) };
  const who = { actorId, actorRole };
  return { source: `control.${_id}`, at, ...who, kind: 'control.issued', subject: roomId || planId, roomId, data };
}

/** What a room made of a control, for ever. */
export function receiptFacts({ _id, controlId, roomId, state, code, at }: ReceiptDocument): AuditFacts {
  const data = { controlId, code };
  return { source: `receipt.${_id}`, at, ...SYSTEM, kind: `control.${state}`, subject: roomId, roomId, data };
}

/** A sheet's end; the digest of the vector says which revisions count, the receipt what they are. Where a control submitted it, it is named. */
export function sheetFacts(
  examineeId: string,
  to: 'submitted' | 'timed-out',
  vector: readonly (readonly [number, number])[],
  at: number,
  { controlId = '', receipt }: { readonly controlId?: string; readonly receipt?: string | undefined } = {},
): AuditFacts {
  const isOwn = to === 'submitted' && controlId === '';
  const actor: Actor = isOwn ? { actorId: examineeId, actorRole: 'examinee' } : SYSTEM;
  const vectorHash = hash('sha256', JSON.stringify(vector), 'base64url');
  const digest = { items: vector.length, vector: vectorHash, ...(receipt === undefined ? {} : { receipt }) };
  const data = controlId === '' ? digest : { ...digest, controlId };
  const source = `sheet.${examineeId}.${at}`;
  return { source, at, ...actor, kind: `sheet.${to}`, subject: examineeId, roomId: '', data };
}

/** A control brought an ended sheet back; what counted until then counts no more. */
export function reopenedFacts(examineeId: string, controlId: string, at: number): AuditFacts {
  const about = { subject: examineeId, roomId: '', data: { controlId } };
  return { source: `sheet.${examineeId}.${controlId}`, at, ...SYSTEM, kind: 'sheet.reopened', ...about };
}

/** Who somebody is was decided, by whom; the note stays with the examinee. */
export function identityFacts(
  examineeId: string,
  { by, byRole, at, confirmed, version }: IdentityDecision,
  before?: IdentityDecision,
): AuditFacts {
  const who = { actorId: by, actorRole: byRole, subject: examineeId, roomId: '' };
  const source = `identity.${examineeId}.${version}`;
  const was = before === undefined ? null : { confirmed: before.confirmed };
  const data = { before: was, after: { confirmed }, version };
  return { source, at, ...who, kind: 'identity.decided', data };
}

type RosterFields = { readonly label: string; readonly extraMs: number; readonly seat: string };

/** Somebody's row of the roster was edited; a name is never in the chain, only that it is another. */
export function rosterFacts(
  { _id: examineeId, ...before }: RosterFields & { readonly _id: string },
  { editedAt: at, ...after }: RosterFields & { readonly editedAt: number },
  actor: Actor,
): AuditFacts {
  const shown = ({ extraMs, seat }: RosterFields) => (before.seat === after.seat ? { extraMs } : { extraMs, seat });
  const data = {
    before: shown(before),
    after: shown(after),
    renamed: after.label !== before.label,
  };
  const about = { subject: examineeId, roomId: '', data };
  return { source: `roster.${examineeId}.${at}`, at, ...actor, kind: 'roster.edited', ...about };
}

/** Another room has this examinee, by this control. */
export function movedFacts(
  examineeId: string,
  controlId: string,
  { fromRoomId, toRoomId, seat }: Move,
  at: number,
): AuditFacts {
  const where = { controlId, fromRoomId, toRoomId };
  const about = { subject: examineeId, roomId: toRoomId, data: seat === undefined ? where : { ...where, seat } };
  return { source: `moved.${examineeId}.${controlId}`, at, ...SYSTEM, kind: 'examinee.moved', ...about };
}

/** This examinee has another seat of the same room, by this control. */
export function seatedFacts(
  examineeId: string,
  controlId: string,
  { roomId, seat, from }: Seating,
  at: number,
): AuditFacts {
  const about = { subject: examineeId, roomId, data: { controlId, from, seat } };
  return { source: `seated.${examineeId}.${controlId}`, at, ...SYSTEM, kind: 'examinee.seated', ...about };
}

/** Which rooms a proctor has was decided; `before` where it was decided before. */
export function assignmentFacts(
  { _id, roomIds, chief, version }: Pick<ProctorDocument, '_id' | 'roomIds' | 'chief' | 'version'>,
  at: number,
  actor: Actor,
  before?: Pick<ProctorDocument, 'roomIds' | 'chief'>,
): AuditFacts {
  const was = before && { before: { roomIds: before.roomIds, chief: before.chief } };
  const data = { roomIds, chief, version, ...was };
  return {
    source: `assigned.${_id}.${version}`,
    at,
    ...actor,
    kind: 'proctor.assigned',
    subject: _id,
    roomId: '',
    data,
  };
}

/** An incident was raised, or somebody handled it; undefined where a report alone was counted. Notes stay with it. */
export function incidentFacts(before: Incident | undefined, after: Incident): AuditFacts | undefined {
  const { _id, kind, roomId, examineeId, severity, version } = after;
  const about = { subject: examineeId || roomId, roomId };
  const step = after.handling.at(-1);
  if (step !== undefined && after.handling.length > (before?.handling.length ?? 0)) {
    const { at, actorId, actorRole, to, controlId } = step;
    const data = { incidentId: _id, kind, severity, controlId };
    return { source: `incident.${_id}.${version}`, at, actorId, actorRole, ...about, kind: `incident.${to}`, data };
  }
  if (after.status !== 'raised' || before?.status === 'raised') return undefined;
  const data = { incidentId: _id, kind, severity, noticedBy: after.source };
  const actor = raiserOf(after);
  return { source: `incident.${_id}.raised`, at: after.raisedAt, ...actor, ...about, kind: 'incident.raised', data };
}

function raiserOf({ evidence, source }: Incident): Actor {
  const actorId = evidence.at(-1)?.actorId ?? '';
  return actorId === '' || source === 'rule' ? SYSTEM : { actorId, actorRole: source };
}

/** A plan or room has come to this state. */
export function stateFacts(
  of: 'plan' | 'room',
  id: string,
  to: string,
  source: string,
  at: number,
  actor: Actor = SYSTEM,
): AuditFacts {
  return { source, at, ...actor, kind: `${of}.${to}`, subject: id, roomId: of === 'room' ? id : '', data: {} };
}

/** Facts that wait for the chain; `sequence` is that of a plan's control. */
export type Waiting = { readonly facts: AuditFacts; readonly sequence?: number | undefined };

/**
 * In the order of time, but controls of a plan in that of their sequences, whatever their instants say, and a receipt
 * never before its control. What has one instant stays as it was given.
 */
export function inOrder(waiting: readonly Waiting[]): AuditFacts[] {
  const controls = waiting.filter(isControl).sort((a, b) => a.sequence - b.sequence);
  const instants = new Map<string, number>();
  let latest = 0;
  for (const { facts } of controls) {
    latest = Math.max(latest, facts.at);
    instants.set(facts.source, latest);
  }
  const others = waiting.filter((one) => !isControl(one)).map(({ facts }) => facts);
  const orderAt = (facts: AuditFacts): number => {
    const own = instants.get(facts.source) ?? facts.at;
    return Math.max(own, instants.get(`control.${String(facts.data.controlId)}`) ?? 0);
  };
  const all = [...controls.map(({ facts }) => facts), ...others];
  return all.sort((a, b) => orderAt(a) - orderAt(b));
}

function isControl(one: Waiting): one is Waiting & { readonly sequence: number } {
  return one.sequence !== undefined;
}
