// The pure core of a room: what its controls and the passing of time do to it. (facts, control, now) → a change or a
// refusal. Knows no Colyseus, no Redis, no store, no clock. Called by rooms/ and by the model tests.
import type { Admission } from '../schema/admission.ts';
import type { Adjustment, ControlAction, ControlOrder, Hold, HoldKind } from '../schema/controls.ts';
import type { Release } from '../schema/device-change.ts';
import type { Turn } from '../schema/documents/room.ts';
import type { Moved } from '../schema/moves.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { ExamineeState, RoomState } from '../schema/states.ts';
import type { SheetWindow } from './answer-sheet.ts';
import { type ExamClock, hasRunOut, remainingOf } from './clock.ts';
import { released } from './device-change.ts';
import { decideMove, type MoveAsked } from './moving.ts';
import { decideAdmission, decideReadmission, decideRefusal, decideRemoval, decideSubmission } from './people.ts';
import { decideLateExtension, decideReopening } from './reopening.ts';
import { clockOf, endedFor, isHeld, type RoomTime } from './timeline.ts';
import { allowedFrom, transit } from './transitions.ts';

/** Time that is taken back leaves everybody at least this much. */
export const LEAST_LEFT_MS = 60_000;

/** What a room's decisions follow from. */
export type RoomFacts = RoomTime & {
  readonly status: RoomState;
  /** The control that ended the room; '' or missing for none. */
  readonly endedBy?: string;
  /** So long after the end of a clock more time still opens its sheet again; missing for not at all. */
  readonly graceMs?: number;
  readonly releases?: readonly Release[];
};

/** A stored control as a room sees it. `scope` says whether it was issued for the plan or for this room. */
export type RoomControl = Pick<ControlOrder, 'action' | 'extraMs' | 'time' | 'undoes' | 'ground'> & {
  readonly controlId: string;
  readonly scope: 'plan' | 'room';
  readonly at: number;
  readonly expiresAt: number;
  /** Those of this room whom it concerns; null means everybody. */
  readonly examineeIds: readonly string[] | null;
  /** Of a move. */
  readonly move?: MoveAsked;
};

/** What changes of a room's facts. */
export type FactsChange = Partial<
  Pick<RoomFacts, 'status' | 'startsAt' | 'endsAt' | 'endedBy' | 'holds' | 'adjustments' | 'releases'>
>;

/** What changes; the room stores it before it shows it. `turn` names people whose own state changes after it. */
export type RoomChange = FactsChange & { readonly settledAt?: 0; readonly turn?: Turn };

/** Who sits here, by examinee, and the extra time that the roster gives. */
export type Roster = ReadonlyMap<
  string,
  {
    readonly extraMs: number;
    readonly status: ExamineeState;
    readonly admission?: Admission;
    /** By which move they came here, and from where. */
    readonly moved?: Pick<Moved, 'controlId' | 'fromRoomId'> | undefined;
  }
>;

/** The states of an examinee whose part in the exam is over. */
export const FINAL_STATES: readonly ExamineeState[] = ['submitted', 'timed-out', 'removed', 'absent'];

/**
 * Decides about a stored control. Refused where it has expired or the state does not allow it. A hold begins when its
 * control was stored and ends when the room hears of it, so that no second is lost on the way.
 */
export function decideControl(
  given: RoomFacts,
  roster: Roster,
  control: RoomControl,
  now: number,
): RoomChange | Refusal {
  if (now > control.expiresAt) return refuse('CONTROL_EXPIRED');
  if (isForOthers(given, control)) return {};
  if (control.action === 'reopen') return reopen(given, roster, control, now);
  const late = decideLateExtension(given, roster, control, now);
  if (late !== undefined) return late;
  if (given.status === 'ended') return tooLate();
  if (isOver(roster, control)) return refuse('TRANSITION_REFUSED', 'Their exam is over; nothing was changed.');
  return decide(begun(given, now), roster, control, now);
}

/** It names people of other rooms alone. An extension is noted all the same, so that it can be taken back everywhere. */
function isForOthers({ status }: RoomFacts, { action, examineeIds }: RoomControl): boolean {
  if (examineeIds?.length !== 0 || action === 'move') return false;
  return action !== 'extend' || status === 'ended';
}

/** These say themselves whom they concern. */
export const TURNS: readonly ControlAction[] = ['reopen', 'readmit', 'admit', 'refuse', 'remove', 'move', 'submit'];

function isOver(roster: Roster, { action, examineeIds }: RoomControl): boolean {
  if (examineeIds === null || examineeIds.length === 0 || action === 'notice' || TURNS.includes(action)) return false;
  return examineeIds.every((examineeId) => FINAL_STATES.includes(roster.get(examineeId)?.status ?? 'removed'));
}

/** A start whose instant has passed holds for what comes after it, also before the room's next look at the time. */
function begun(room: RoomFacts, now: number): RoomFacts {
  const isBegun = room.status === 'open' && room.startsAt !== 0 && now >= room.startsAt;
  return isBegun ? { ...room, status: 'running' } : room;
}

function decide(room: RoomFacts, roster: Roster, control: RoomControl, now: number): RoomChange | Refusal {
  switch (control.action) {
    case 'open':
      return statusChange(room, 'open');
    case 'start':
      return decideStart(room, control.at);
    case 'end':
      return decideEnd(room, control, now);
    case 'reopen':
      return reopen(room, roster, control, now);
    case 'readmit':
      return decideReadmission(room, roster, control, now);
    case 'admit':
      return decideAdmission(roster, control, now);
    case 'refuse':
      return decideRefusal(roster, control, now);
    case 'remove':
      return decideRemoval(room, roster, control, now);
    case 'move':
      return decideMove(room, roster, control, now);
    case 'submit':
      return decideSubmission(room, roster, control, now);
    case 'pause':
      return decidePause(room, control, now);
    case 'resume':
      return decideResume(room, control, now);
    case 'lock':
      return openHold(room, 'lock', control, now);
    case 'unlock':
      return closeHold(room, 'lock', control.examineeIds, now);
    case 'extend':
      return decideExtension(room, roster, control, now);
    case 'release':
      return decideRelease(room, control, now);
    case 'notice':
    case 'call':
      return {};
  }
}

function statusChange(room: RoomFacts, to: RoomState): RoomChange | Refusal {
  const status = transit('room', room.status, to);
  return typeof status === 'string' ? { status } : status;
}

function tooLate(): Refusal {
  return refuse('ROOM_ENDED', 'Allowed: reopen.');
}

function decideStart(room: RoomFacts, at: number): RoomChange | Refusal {
  if (room.startsAt !== 0) return refuse('TRANSITION_REFUSED', 'The room has its start already; allowed: end.');
  const change = statusChange(room, 'running');
  return 'refused' in change ? change : { startsAt: at };
}

function decideEnd(room: RoomFacts, { at, controlId }: RoomControl, now: number): RoomChange | Refusal {
  const change = statusChange(room, 'ended');
  if ('refused' in change) return change;
  const end = { endsAt: at, endedBy: controlId };
  return at <= now ? { ...end, status: 'ended' } : end;
}

function reopen(room: RoomFacts, roster: Roster, control: RoomControl, now: number): RoomChange | Refusal {
  const seats = [...roster].map(([id, { extraMs, status }]) => ({ status, window: windowFor(room, id, extraMs) }));
  return decideReopening(room, roster, control, roomEnd(room, seats), now);
}

function decidePause(room: RoomFacts, control: RoomControl, now: number): RoomChange | Refusal {
  if (room.status !== 'running' && room.status !== 'paused') return notRunning(room, 'paused');
  const kind = holdOf(control);
  const change = openHold(room, kind, control, now);
  const isSame = kind === 'person' || room.status === 'paused';
  return isRefusal(change) || isSame ? change : { ...change, status: 'paused' };
}

function decideResume(room: RoomFacts, control: RoomControl, now: number): RoomChange | Refusal {
  const kind = holdOf(control);
  const change = closeHold(room, kind, control.examineeIds, now);
  if (isRefusal(change) || kind === 'person' || room.status !== 'paused') return change;
  const holds = change.holds ?? [];
  return isHeld(holds, 'plan') || isHeld(holds, 'room') ? change : { ...change, status: 'running' };
}

function notRunning(room: RoomFacts, to: RoomState): Refusal {
  const allowed = allowedFrom('room', room.status).join(', ') || 'nothing';
  return refuse('TRANSITION_REFUSED', `A room that is ${room.status} cannot become ${to}; allowed: ${allowed}.`);
}

function holdOf({ examineeIds, scope }: RoomControl): HoldKind {
  return examineeIds === null ? scope : 'person';
}

/** Holds whom no hold of this kind holds yet; refused where there is nobody left. */
function openHold(
  { holds, status }: RoomFacts,
  kind: HoldKind,
  { at, examineeIds }: RoomControl,
  now: number,
): { holds: Hold[] } | Refusal {
  if (isHeld(holds, kind)) return alreadyHeld(kind, status);
  const hold = { kind, from: Math.min(at, now), to: 0 };
  if (examineeIds === null) return { holds: [...holds, { ...hold, examineeIds }] };
  const free = examineeIds.filter((examineeId) => !isHeld(holds, kind, examineeId));
  return free.length === 0 ? alreadyHeld(kind, status) : { holds: [...holds, { ...hold, examineeIds: free }] };
}

function alreadyHeld(kind: HoldKind, status: RoomState): Refusal {
  const next = kind === 'lock' ? 'unlock' : 'resume';
  return refuse('TRANSITION_REFUSED', `Already ${heldBy(kind)}, the room is ${status}; allowed: ${next}.`);
}

function heldBy(kind: HoldKind): string {
  return kind === 'lock' ? 'locked' : `paused (${kind})`;
}

/** Ends the open holds of this kind for these; who shares one with them stays held. */
function closeHold(
  { holds, status }: RoomFacts,
  kind: HoldKind,
  examineeIds: readonly string[] | null,
  now: number,
): { holds: Hold[] } | Refusal {
  if (examineeIds !== null && isHeld(holds, kind))
    return refuse('TRANSITION_REFUSED', `The whole room is ${heldBy(kind)}, nobody by name; allowed: for the room.`);
  const closed = holds.flatMap((hold) => endedFor(hold, kind, examineeIds, now));
  const isSame = closed.length === holds.length && closed.every((hold, index) => hold === holds[index]);
  if (!isSame) return { holds: closed };
  return refuse('TRANSITION_REFUSED', `Nobody of them is ${heldBy(kind)}, the room is ${status}; nothing was changed.`);
}

function decideExtension(
  room: RoomFacts,
  roster: Roster,
  { scope, controlId, extraMs = 0, time = 'planned', examineeIds, undoes = '' }: RoomControl,
  now: number,
): RoomChange | Refusal {
  if (undoes === '') return { adjustments: [...room.adjustments, { controlId, extraMs, time, examineeIds, undoes }] };
  const undone = room.adjustments.find((one) => one.controlId === undoes);
  // A reopening of the whole plan has given nothing to a room that had not ended: there is nothing to take back.
  if (undone === undefined)
    return scope === 'plan' ? {} : refuse('UNDO_REFUSED', 'The room has no extension of that control.');
  if (room.adjustments.some((one) => one.undoes === undoes)) return refuse('UNDO_REFUSED', 'It was taken back before.');
  const back: Adjustment = { ...undone, controlId, extraMs: -undone.extraMs, undoes };
  const adjustments = [...room.adjustments, back];
  const isTooShort = [...roster].some(([examineeId, { extraMs, status }]) => {
    if (FINAL_STATES.includes(status) && status !== 'removed') return false; // who is out may come back
    const before = clockOf(room, examineeId, extraMs);
    const after = clockOf({ ...room, adjustments }, examineeId, extraMs);
    const isShorter = before.deadlineAt !== after.deadlineAt && !hasRunOut(before, now);
    return isShorter && remainingOf(after, now) < LEAST_LEFT_MS;
  });
  return isTooShort
    ? refuse('UNDO_REFUSED', `It would leave somebody less than ${LEAST_LEFT_MS / 1_000} s; nothing was changed.`)
    : { adjustments };
}

function decideRelease({ releases = [] }: RoomFacts, { controlId, examineeIds }: RoomControl, now: number): RoomChange {
  return { releases: released(releases, { controlId, examineeIds: examineeIds ?? [] }, now) };
}

/** What the passing of time alone changes at `now`; `endsAt` is the room's end (roomEnd). Undefined for nothing. */
export function decideTime(room: RoomFacts, endsAt: number, now: number): RoomChange | undefined {
  if (room.status === 'ended') return undefined;
  if (endsAt !== 0 && now >= endsAt) return { status: 'ended' };
  if (room.status === 'open' && room.startsAt !== 0 && now >= room.startsAt) return { status: 'running' };
  return undefined;
}

/** A place as time sees it. */
export type TimedSeat = { readonly window: ExamClock; readonly status: ExamineeState };

/** The window in which this examinee may answer. */
export function windowFor(room: RoomFacts, examineeId: string, extraMs: number): SheetWindow {
  const { status, startsAt, holds } = room;
  return { status, startsAt, ...clockOf(room, examineeId, extraMs), locked: isHeld(holds, 'lock', examineeId) };
}

/** The instant at which the room ends: its end control, or when the last clock runs out; 0 while neither is known. */
export function roomEnd(room: RoomFacts, seats: Iterable<TimedSeat>): number {
  let last = 0;
  for (const { window, status } of seats) {
    if (window.heldSince !== 0 && !FINAL_STATES.includes(status)) return room.endsAt;
    last = Math.max(last, window.deadlineAt);
  }
  return last === 0 ? emptyRoomEnd(room) : last;
}

/** A room without examinees ends by its plan. */
function emptyRoomEnd(room: RoomFacts): number {
  const { deadlineAt, heldSince } = clockOf(room, '', 0);
  return heldSince !== 0 || deadlineAt === 0 ? room.endsAt : deadlineAt;
}

/** The room's clock as proctors see it: the last deadline, and since when the whole room stands. */
export function roomClock(room: RoomFacts, seats: Iterable<TimedSeat>): ExamClock {
  const { deadlineAt, heldSince } = clockOf(room, '', 0);
  let last = 0;
  for (const { window } of seats) last = Math.max(last, window.deadlineAt);
  return { deadlineAt: last === 0 ? deadlineAt || room.endsAt : last, heldSince };
}
