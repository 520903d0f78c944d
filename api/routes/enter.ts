// `enter`: a short code or a proctor's token → a seat in the live room, in one answer. Idempotent by `entryId`, outside
// Idempotency-Key, because the answer holds secrets that nobody may keep. Bounded: the door stays responsive in a storm.
import { admissionOf, entryRefused } from '../../exam/admission.ts';
import { isAnotherDevice } from '../../exam/device-change.ts';
import { deviceLabel } from '../../exam/device-label.ts';
import { lateEntryRefusal } from '../../exam/late-entry.ts';
import { isPaperReleased } from '../../exam/paper-release.ts';
import { clockOf, isHeld, roomTime, startForLate } from '../../exam/timeline.ts';
import { namedRequest } from '../../request-id.ts';
import { DEVICE_CHANGE } from '../../schema/device-change.ts';
import { noticesOf, type PlanDocument } from '../../schema/documents/plan.ts';
import type { ExamineeDocument, RoomDocument } from '../../schema/documents/room.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { type EnterReply, EnterReply as EnterReplySchema, ProctorEnterReply } from '../../schema/replies.ts';
import { EnterBody, NoParams, NoQuery, ProctorEnterBody } from '../../schema/requests.ts';
import { seatIn } from '../../schema/seats.ts';
import { roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import type { DetailedRefusal } from '../problems.ts';
import { publicRoute, type Route, route } from '../route.ts';
import { enteredPlan, enteredRoom } from '../views.ts';

/** How soon somebody who is too early looks again. */
const OPEN_RETRY_MS = 2_000;
/** And who was overtaken while entering. */
const DEVICE_RETRY_MS = 1_000;

type Entering = {
  readonly code: string;
  readonly deviceKey: string;
  readonly entryId: string;
  readonly fence?: number | undefined;
  readonly roomId?: string | undefined;
};

export function enterRoutes(parts: ApiParts): Route[] {
  return [
    publicRoute({
      method: 'post',
      path: '/enter',
      tag: 'enter',
      summary: 'Enters an examinee by the short code: a token, a seat in the live room, and the sheet as it stands.',
      params: NoParams,
      query: NoQuery,
      body: EnterBody,
      reply: { status: 200, type: 'application/json', schema: EnterReplySchema },
      repeat: 'keyless',
      uncounted: true,
      refusals: [
        'BUSY',
        'CODE_UNKNOWN',
        'TOO_MANY_TRIES',
        'ROOM_NOT_OPEN',
        'ROOM_OTHER',
        'ENTRY_TOO_LATE',
        'EXAM_ENDED',
        'EXAMINEE_REMOVED',
        'ENTRY_REFUSED',
        'ROOM_ELSEWHERE',
        'SESSION_FENCED',
        'DEVICE_WAITING',
      ],
      handle: ({ body, address, userAgent, now }) =>
        parts.entering.run(() => enter(parts, body, { address, device: deviceLabel(userAgent) }, now)),
    }),
    route({
      method: 'post',
      path: '/enter/proctor',
      tag: 'enter',
      summary: "A proctor's seat in one of the own rooms.",
      access: 'room.watch',
      params: NoParams,
      query: NoQuery,
      body: ProctorEnterBody,
      reply: { status: 200, type: 'application/json', schema: ProctorEnterReply },
      repeat: 'keyless',
      uncounted: true,
      refusals: ['BUSY', 'ROOM_UNKNOWN', 'ROOM_NOT_OPEN', 'ROOM_ELSEWHERE'],
      async target({ body }) {
        const room = await roomOf(parts, body.roomId);
        return isRefusal(room) ? room : { of: 'room', planId: room.planId, roomId: room._id };
      },
      async handle({ subject, body, now }) {
        if (subject.role !== 'proctor') return refuse('PERMISSION_DENIED');
        const room = await roomOf(parts, body.roomId);
        if (isRefusal(room)) return room;
        const plan = await parts.planSoon.get(room.planId);
        if (plan === null || !mayWatch(plan)) return refuse('ROOM_NOT_OPEN', undefined, OPEN_RETRY_MS);
        const { subjectId: proctorId, planId } = subject;
        const reservation = await parts.directory.reserve(room._id, { role: 'proctor', proctorId, planId });
        if (isRefusal(reservation)) return reservation;
        await parts.store.proctors.entered(proctorId, room._id, now);
        const who = { planId, roomId: room._id, stream: 'proctor', subject: proctorId } as const;
        parts.recorder.log({ ...who, kind: 'proctor.entered', at: now, data: {} });
        const { reasons = [] } = plan;
        return { notices: noticesOf(plan), reasons: [...reasons], reservation, room: enteredRoom(room), now };
      },
    }),
  ];
}

async function enter(
  parts: ApiParts,
  entering: Entering,
  { address, device }: { readonly address: string; readonly device: string },
  now: number,
): Promise<EnterReply | DetailedRefusal> {
  const examinee = await examineeByCode(parts, entering, address);
  if (isRefusal(examinee)) return examinee;
  const [plan, room] = await Promise.all([parts.planSoon.get(examinee.planId), parts.roomSoon.get(examinee.roomId)]);
  if (plan === null || room === null) return refuse('ROOM_UNKNOWN');
  const closed =
    elsewhereFor(room, examinee, entering) ?? closedFor(plan, room, examinee) ?? lateFor(plan, room, examinee, now);
  if (closed) return closed;
  if (isOvertaken(examinee, entering)) return refuse('SESSION_FENCED');
  const { entryId, deviceKey } = entering;
  const change = await deviceChangeFor(parts, plan, examinee, entering);
  if (isRefusal(change)) return change;
  const given = { fence: entering.fence, release: change.release };
  const entry = await parts.store.examinees.enterFound(examinee, entryId, deviceKey, given);
  // Another device was faster, by the same release too.
  if (entry === null) return entering.fence === undefined ? waitForDevice(DEVICE_RETRY_MS) : refuse('SESSION_FENCED');
  // Between the two reads a room may have ended the sheet, or a control removed the examinee.
  const ended = endedFor(entry.examinee);
  if (ended) return ended;
  const { fence, repeated } = entry;
  // The same enter again, whose answer was lost, is asked nothing any more: it came in by what is stored with it.
  const release = change.release === '' && repeated ? (entry.examinee.usedRelease ?? '') : change.release;
  const admission = admissionOf(plan, examinee, room.startsAt, now);
  const waiting = admission === 'admitted' ? {} : { admission };
  const fresh = fence === 1 && !repeated;
  const seat = { examineeId: examinee._id, planId: plan._id, roomId: room._id, fence };
  const auth = {
    role: 'examinee',
    ...seat,
    entryId: entering.entryId,
    fresh,
    readAt: now,
    deviceKey,
    device,
    ...namedRequest(),
    ...(release === '' ? {} : { release }),
  } as const;
  const [reservation, answers, paperKey, exportKey, hasPhoto] = await Promise.all([
    parts.directory.reserve(room._id, auth, parts.entering.aside),
    fresh ? [] : parts.store.answers.current(plan._id, examinee._id),
    isPaperReleased(room) && admission === 'admitted' ? parts.paperKeySoon.get(room._id) : null,
    parts.exportKeySoon.get(plan._id),
    hasPhotoOf(parts, examinee),
  ]);
  if (isRefusal(reservation)) return reservation;
  if (exportKey === null) return refuse('ROOM_UNKNOWN');
  parts.recorder.log({
    planId: plan._id,
    roomId: room._id,
    stream: 'examinee',
    subject: examinee._id,
    kind: 'examinee.entered',
    at: now,
    data: { fence, repeated, device, ...change.evidence },
  });
  return {
    token: parts.tokens.forExaminee({ ...seat, expiresAt: now + parts.config.sessionMs }),
    reservation,
    examinee: {
      examineeId: examinee._id,
      label: examinee.label,
      ...ownSeat(examinee),
      status: entry.examinee.status,
      fence,
      ...waiting,
      hasPhoto,
    },
    room: enteredRoom(room),
    plan: enteredPlan(plan),
    exportKey: { ...exportKey, proof: parts.tokens.exportProof(seat) },
    ...clockFor(plan, room, examinee),
    now: parts.now(),
    ...(paperKey === null ? {} : { paperKey }),
    sheet: {
      state: answers.length === 0 ? 'empty' : 'in-progress',
      answers: answers.map(({ item, revision, response }) => ({ item, revision, response })),
    },
  };
}

/** Most plans have no photos, and hundreds enter at once. */
async function hasPhotoOf({ hasPhotosSoon, store }: ApiParts, { _id, planId }: ExamineeDocument): Promise<boolean> {
  return (await hasPhotosSoon.get(planId)) && store.photos.has(_id);
}

function ownSeat(examinee: ExamineeDocument): { readonly seat?: string } {
  const seat = seatIn(examinee);
  return seat === '' ? {} : { seat };
}

/**
 * A right code always enters, whatever was typed before: nobody misses an exam by typing. Wrong ones are counted for the
 * device and for the code, each with the address, and answered with less and less (docs/decisions/0035-typing-a-code.md).
 */
async function examineeByCode(
  parts: ApiParts,
  entering: Entering,
  address: string,
): Promise<ExamineeDocument | Refusal> {
  const examinee = await parts.store.examinees.byCode(entering.code);
  if (examinee !== null) return examinee;
  const tried = [`device ${entering.deviceKey}`, `code ${entering.code}`];
  const tooMany = parts.tries.check('code', address, tried) ?? (await parts.tries.wrong('code', address, tried));
  return tooMany ?? refuse('CODE_UNKNOWN');
}

/** Who came to a room where another one's chairs are: nothing was entered, and where to go is said. */
function elsewhereFor(room: RoomDocument, examinee: ExamineeDocument, { roomId }: Entering): Refusal | undefined {
  if (roomId === undefined || roomId === room._id) return undefined;
  const place = { roomId: room._id, label: room.label, ...ownSeat(examinee) };
  const seat = place.seat === undefined ? '' : `, your seat ${place.seat}`;
  return { ...refuse('ROOM_OTHER', `Your room is ${room.label}${seat}.`), room: place };
}

function isLive({ status }: PlanDocument): boolean {
  return status === 'open' || status === 'running' || status === 'paused';
}

/** Also when time is over: late arrivals come in the grace, and whoever pressed End in the wrong room takes it back. */
function mayWatch(plan: PlanDocument): boolean {
  return isLive(plan) || plan.status === 'ended';
}

/** A device that was away while another took over must not take the session back by itself. */
function isOvertaken(examinee: ExamineeDocument, { fence, entryId }: Entering): boolean {
  return fence !== undefined && examinee.fence > fence && examinee.entryId !== entryId;
}

type DeviceChanged = { readonly release: string; readonly evidence: Readonly<Record<string, unknown>> };

/** Who comes first, or on the same device, is asked nothing more; another device is the room's matter. */
async function deviceChangeFor(
  parts: ApiParts,
  plan: PlanDocument,
  examinee: ExamineeDocument,
  entering: Entering,
): Promise<DeviceChanged | Refusal> {
  if (!isAnotherDevice(examinee, entering)) return { release: '', evidence: {} };
  const evidence = { anotherDevice: true };
  const { afterMs } = plan.deviceChange ?? DEVICE_CHANGE;
  if (afterMs === 0) return { release: '', evidence };
  const { _id: examineeId, roomId, usedRelease = '' } = examinee;
  const { deviceKey } = entering;
  const verdict = await parts.directory.mayChangeDevice(roomId, { examineeId, deviceKey, usedRelease });
  if (isRefusal(verdict)) return verdict;
  if (verdict.verdict === 'waits') return waitForDevice(verdict.retryAfterMs);
  const { release } = verdict;
  return { release, evidence: release === '' ? evidence : { ...evidence, controlId: release } };
}

function waitForDevice(retryAfterMs: number): Refusal {
  return refuse('DEVICE_WAITING', undefined, retryAfterMs);
}

function closedFor(plan: PlanDocument, room: RoomDocument, examinee: ExamineeDocument): DetailedRefusal | undefined {
  if (plan.status === 'draft' || plan.status === 'scheduled') return tooEarly(plan);
  const isOver = !isLive(plan) || room.status === 'ended';
  if (isOver && !mayBringMore(plan, room, examinee)) return { ...ended(plan, room), state: examinee.status };
  return endedFor(examinee);
}

function tooEarly({ plannedAt }: PlanDocument): Refusal {
  if (plannedAt === undefined) return refuse('ROOM_NOT_OPEN', undefined, OPEN_RETRY_MS);
  const detail = `The exam is planned for ${new Date(plannedAt).toISOString()}.`;
  return { ...refuse('ROOM_NOT_OPEN', detail, OPEN_RETRY_MS), at: plannedAt };
}

function ended(plan: PlanDocument, room: RoomDocument): Refusal {
  const at = room.endsAt || plan.endedAt;
  return at === 0
    ? refuse('EXAM_ENDED')
    : { ...refuse('EXAM_ENDED', `It ended at ${new Date(at).toISOString()}.`), at };
}

/** In the grace, until the room has settled, who was here before comes back with what the outbox holds. */
function mayBringMore(plan: PlanDocument, { settledAt }: RoomDocument, { fence }: ExamineeDocument): boolean {
  return (isLive(plan) || plan.status === 'ended') && settledAt === 0 && fence > 0;
}

function lateFor(
  plan: PlanDocument,
  room: RoomDocument,
  { fence, moved }: ExamineeDocument,
  now: number,
): Refusal | undefined {
  const { lateEntry = 'always' } = plan;
  const startsAt = startForLate(roomTime(room, plan), now);
  // Who was moved before coming in for the first time has the whole time for it from then on.
  const from = startsAt === 0 ? 0 : Math.max(startsAt, moved?.at ?? 0);
  return lateEntryRefusal(lateEntry, { startsAt: from, fence }, now);
}

function endedFor({ status, admission }: ExamineeDocument): DetailedRefusal | undefined {
  if (status === 'removed') return { ...refuse('EXAMINEE_REMOVED'), state: status };
  if (admission?.is === 'refused') return { ...entryRefused(admission.ground), state: status };
  if (status === 'submitted' || status === 'timed-out')
    return { ...refuse('EXAM_ENDED', `Your sheet is ${status}.`), state: status };
  return undefined;
}

/** As far as the store knows it; the live room says it again, and its word counts. */
function clockFor(plan: PlanDocument, room: RoomDocument, examinee: ExamineeDocument): Clock {
  const time = roomTime(room, plan);
  const clock = clockOf(time, examinee._id, examinee.extraMs);
  return { ...clock, locked: isHeld(time.holds, 'lock', examinee._id) };
}

type Clock = { deadlineAt: number; heldSince: number; locked: boolean };
