// Documents of the store → what the api shows of them. A member that is not named here never leaves: no hash, no key,
// no entry id. Called by routes/.
import { presenceIn } from '../exam/presence.ts';
import { DEVICE_CHANGE } from '../schema/device-change.ts';
import type { AuditDocument } from '../schema/documents/audit.ts';
import type { ProctorDocument } from '../schema/documents/people.ts';
import { noticesOf, type PaperDocument, type PlanDocument, rulesOf, signalsOf } from '../schema/documents/plan.ts';
import type { LogDocument } from '../schema/documents/record.ts';
import type { ExamineeDocument, RoomDocument } from '../schema/documents/room.ts';
import type { FileDocument, ResultDocument } from '../schema/documents/sheet.ts';
import { GRACE_MS, OFFLINE_MS, WARNINGS_MS } from '../schema/limits.ts';
import type {
  AuditView,
  EnterReply,
  ExamineeView,
  PaperReply,
  PlanView,
  ProctorView,
  ResultView,
  RoomView,
} from '../schema/replies.ts';
import { seatIn } from '../schema/seats.ts';
import type { ShownTexts } from '../store/audit-texts.ts';

export function planView(plan: PlanDocument): PlanView {
  const { _id: planId, name, paperId, status, durationMs, windowEndsAt, rehearsal, startsAt, endedAt } = plan;
  const {
    lateEntry = 'always',
    admission = 'open',
    deviceChange = DEVICE_CHANGE,
    navigation = 'free',
    rules: accepted = '',
    plannedAt = null,
    lockStopsClock = false,
    warningsMs = WARNINGS_MS,
    graceMs = GRACE_MS,
    offlineMs = OFFLINE_MS,
    reasons = [],
    retentionDays = null,
    archivedAt = null,
    eraseAt = null,
    erasingAt = null,
    erasedAt = null,
  } = plan;
  const rules = {
    lateEntry,
    admission,
    deviceChange,
    incidentRules: rulesOf(plan),
    navigation,
    rules: accepted,
    plannedAt,
    lockStopsClock,
    warningsMs: [...warningsMs],
    notices: noticesOf(plan),
    reasons: [...reasons],
    graceMs,
    offlineMs,
  };
  const kept = { retentionDays, archivedAt, eraseAt, erasingAt, erasedAt };
  return { planId, name, paperId, status, durationMs, windowEndsAt, rehearsal, startsAt, endedAt, ...rules, ...kept };
}

export function paperView({ _id: paperId, name, items, sections = [], pictures = [] }: PaperDocument): PaperReply {
  return { paperId, name, items, sections, pictures };
}

export function roomView({ _id: roomId, label, status, startsAt, endsAt, charge }: RoomDocument): RoomView {
  return { roomId, label, inCharge: charge?.proctorId || null, status, startsAt, endsAt };
}

/** What somebody who enters sees of the room. */
export function enteredRoom({ _id: roomId, label, status, startsAt }: RoomDocument) {
  return { roomId, label, status, startsAt };
}

/** What an examinee who enters sees of the plan. */
export function enteredPlan(plan: PlanDocument): EnterReply['plan'] {
  const { _id: planId, name, durationMs, warningsMs = WARNINGS_MS, navigation = 'free', rules = '' } = plan;
  const policies = { warningsMs: [...warningsMs], navigation, rules, signals: signalsOf(plan) };
  return {
    planId,
    name,
    durationMs,
    ...policies,
    ...(plan.plannedAt === undefined ? {} : { plannedAt: plan.plannedAt }),
  };
}

export function rosterRow(examinee: ExamineeDocument) {
  const { _id: examineeId, label, roomId, code } = examinee;
  return { examineeId, label, roomId, seat: seatIn(examinee) || null, code };
}

export function examineeView(examinee: ExamineeDocument, hasPhoto: boolean): ExamineeView {
  const { link, savedCount, lastSeenAt } = examinee.display;
  const { status, extraMs, identity = null } = examinee;
  return { ...rosterRow(examinee), status, extraMs, link, savedCount, lastSeenAt, identity, hasPhoto };
}

export function proctorView(proctor: ProctorDocument): ProctorView {
  const { _id: proctorId, label, login, roomIds, chief = false, version = 1, presence = {} } = proctor;
  const rooms = [...new Set([...roomIds, ...Object.keys(presence)])].map((roomId) => {
    const { state, at } = presence[roomId] ?? { state: 'assigned', at: 0 };
    return { roomId, state, at };
  });
  return {
    proctorId,
    label,
    login,
    roomIds,
    chief,
    version,
    status: presenceIn(rooms.map(({ state }) => state)),
    rooms,
  };
}

export function fileView({ _id: fileId, planId, kind, subjectId, bytes, sha256, at }: FileDocument) {
  return { fileId, planId, kind, subjectId, bytes, sha256, at: at.getTime() };
}

export function resultView(
  { examineeId, roomId, keyVersion, points, itemPoints, change, at }: ResultDocument,
  version: number,
): ResultView {
  return { examineeId, roomId, version, keyVersion, points, itemPoints, change: change ?? null, at: at.getTime() };
}

export function logView({ _id: logId, roomId, stream, subject, kind, at, data }: LogDocument) {
  return { logId, roomId: roomId === '' ? null : roomId, stream, subject, kind, at, data };
}

export function auditView({
  _id: source,
  planId: _,
  actorId,
  roomId,
  ...entry
}: AuditDocument & { readonly texts: ShownTexts }): AuditView {
  return { source, actorId: actorId || null, roomId: roomId || null, ...entry };
}
