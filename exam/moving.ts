// A move to another room of the plan, or to another seat: who may go where, what of a person's time goes along, and how the
// new room's own time goes on for who has come. Nobody loses a second by it. Pure; part of what exam-room.ts decides, and
// called by rooms/ for those who arrive.
import type { Adjustment, Hold } from '../schema/controls.ts';
import { LIMITS } from '../schema/limits.ts';
import { CARRIED_HOLDS, type Carried, type Moved } from '../schema/moves.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { Seated } from '../schema/seats.ts';
import type { RoomState } from '../schema/states.ts';
import { deadlineOf, remainingOf } from './clock.ts';
import type { RoomChange, RoomControl, RoomFacts, Roster } from './exam-room.ts';
import { nobody, shown, those } from './people.ts';
import { addedMs, clockOf, endedFor, isHeld, type RoomTime, stoodMs } from './timeline.ts';
import { sourcesOf } from './transitions.ts';

/** A room that ends sooner than this takes nobody: it might be over before they are in. */
export const MOVE_AHEAD_MS = 60_000;
/** The clock stands so long beyond the moment in which the new room has somebody: for the way of the device. */
export const WAY_MS = 10_000;

/** The room that a move leads to, as it is stored. `endsAt`: when time or a control ends it, 0 where neither is known. */
export type MoveTarget = {
  readonly status: RoomState;
  readonly endsAt: number;
  readonly peopleCount: number;
};

/**
 * The seat that is asked for, as the store has it. `heldBy`: whose it is, '' where it is free. `own`: where the person sits,
 * '' for nowhere, and by which control.
 */
export type SeatAsked = {
  readonly seat: string;
  readonly heldBy: string;
  readonly own: string;
  readonly seated?: Seated | undefined;
};

/** `unknown`: the plan has no such room. `decided`: the room has said before that it takes the control. */
export type MoveAsked = {
  readonly fromRoomId: string;
  readonly toRoomId: string;
  readonly target: MoveTarget | 'unknown' | 'decided';
  /** Of one person; in the same room it is all that changes. */
  readonly seat?: SeatAsked;
};

/** Whoever has not ended: the same states as those who can be sent out. */
const MOVED = sourcesOf('examinee', 'removed');

/** They leave this room, with what is left of their time. Acts on those who can go, and is refused where that is nobody. */
export function decideMove(room: RoomFacts, roster: Roster, control: RoomControl, now: number): RoomChange | Refusal {
  const { controlId, move } = control;
  if (move === undefined) return refuse('ROOM_UNKNOWN');
  const { fromRoomId, toRoomId, seat } = move;
  if (control.examineeIds?.length === 0)
    return refuse('TRANSITION_REFUSED', 'Nobody to move: they sit in another room; nothing was changed.');
  const whom = those(control, roster, MOVED);
  if (whom.length === 0) return nobody('move', control, roster);
  if (seat !== undefined && fromRoomId === toRoomId) return decideSeat(control, move, seat, whom, now);
  if (!isUndone(roster, whom, control))
    return refuse(
      'UNDO_REFUSED',
      'Not all of them came by that control from that room; allowed: move without naming one.',
    );
  const refused = move.target === 'decided' ? undefined : refusedBy(room, move, whom.length, now);
  if (refused) return refused;
  const at = Math.min(control.at, now);
  const extraOf = (id: string) => roster.get(id)?.extraMs ?? 0;
  const carried = Object.fromEntries(whom.map((id) => [id, carriedOf(room, id, extraOf(id), at)]));
  const without = whom.filter((id) => carried[id]?.leftMs === 0);
  if (without.length > 0)
    return refuse('TRANSITION_REFUSED', `No time is left for ${shown(without)}; allowed: extend, or move the others.`);
  const holds = CARRIED_HOLDS.reduce(
    (all, kind) => all.flatMap((hold) => endedFor(hold, kind, whom, at)),
    [...room.holds],
  );
  const named = seat === undefined ? {} : { seat: seat.seat };
  const gone = { fromRoomId, toRoomId, ...named, carried };
  return { holds, turn: { controlId, to: 'moved', examineeIds: whom, at, move: gone } };
}

/** They stay in the room, and nothing of their exam changes. */
function decideSeat(
  { controlId, undoes = '', at: orderedAt }: RoomControl,
  { fromRoomId: roomId, target }: MoveAsked,
  asked: SeatAsked,
  examineeIds: readonly string[],
  now: number,
): RoomChange | Refusal {
  const { seat, own, seated } = asked;
  const at = Math.min(orderedAt, now);
  const change: RoomChange = {
    turn: { controlId, to: 'seated', examineeIds, at, seating: { roomId, seat, from: own } },
  };
  if (target === 'decided') return change;
  if (undoes !== '' && (seated?.controlId !== undoes || seated.from !== seat))
    return refuse('UNDO_REFUSED', 'That control has not taken them from this seat; allowed: move without naming one.');
  if (own === seat) return refuse('TRANSITION_REFUSED', 'They have that seat; nothing was changed.');
  return takenBy(asked) ?? change;
}

function takenBy({ seat, heldBy }: SeatAsked): Refusal | undefined {
  return heldBy === '' ? undefined : seatTaken(seat, heldBy);
}

/** `heldBy`: whose it is; '' where that is not known. */
export function seatTaken(seat: string, heldBy: string): Refusal {
  const whose = heldBy === '' ? `${seat} is promised to somebody` : `${seat} is that of ${heldBy}`;
  return refuse('SEAT_TAKEN', `${whose}; nothing was changed. Allowed: another seat.`);
}

function isUndone(roster: Roster, whom: readonly string[], { undoes = '', move }: RoomControl): boolean {
  if (undoes === '') return true;
  return whom.every((id) => {
    const moved = roster.get(id)?.moved;
    return moved?.controlId === undoes && moved.fromRoomId === move?.toRoomId;
  });
}

function refusedBy(
  { status }: RoomFacts,
  { fromRoomId, toRoomId, target, seat }: MoveAsked,
  count: number,
  now: number,
): Refusal | undefined {
  if (typeof target === 'string') return refuse('ROOM_UNKNOWN');
  if (fromRoomId === toRoomId) return refuse('TRANSITION_REFUSED', 'They are in that room; nothing was changed.');
  const other = (what: string) => refuse('TRANSITION_REFUSED', `That room ${what}; allowed: a room that is ${status}.`);
  if (target.status === 'ended') return refuse('ROOM_ENDED', 'Allowed: a room that goes on.');
  if (target.status === 'closed') return other('is closed');
  if (hasBegun(status) && !hasBegun(target.status)) return other('has not begun');
  if (target.endsAt !== 0 && target.endsAt - now < MOVE_AHEAD_MS)
    return other(`ends in ${Math.max(0, Math.ceil((target.endsAt - now) / 1_000))} s`);
  const free = LIMITS.examinees - target.peopleCount;
  if (free < count) return other(`has room for ${Math.max(0, free)} more`);
  return seat === undefined ? undefined : takenBy(seat);
}

function hasBegun(status: RoomState): boolean {
  return status === 'running' || status === 'paused';
}

function carriedOf(room: RoomFacts, examineeId: string, extraMs: number, at: number): Carried {
  return {
    leftMs: hasBegun(room.status) ? remainingOf(clockOf(room, examineeId, extraMs), at) : null,
    addedMs: addedMs(room.adjustments, examineeId),
    holds: CARRIED_HOLDS.filter((kind) => isHeldByName(room.holds, kind, examineeId)),
  };
}

function isHeldByName(holds: readonly Hold[], kind: Hold['kind'], examineeId: string): boolean {
  return isHeld(
    holds.filter(({ examineeIds }) => examineeIds !== null),
    kind,
    examineeId,
  );
}

/** Who has arrived in a room. `moved` as it is stored with the examinee. */
export type Arrival = { readonly examineeId: string; readonly extraMs: number; readonly moved: Moved };

/** What the room's arrival of this person is stored under, once. No control has such an id, so none takes it back. */
export function arrivalId({ examineeId, moved }: Arrival): string {
  return `${moved.controlId}.${examineeId}`;
}

/**
 * The time of a room with who has come: at the instant of the move the clock shows what it showed in the room before, and
 * stands until `now` and for the way. From then on the room's pauses and extensions count as for everybody: those of
 * `laterIds`, the controls after the move, come on top. Who had not begun has the whole time, and no less than was added.
 */
export function arrived(
  room: RoomTime,
  arrival: Arrival,
  laterIds: ReadonlySet<string>,
  now: number,
): { readonly holds: Hold[]; readonly adjustments: Adjustment[] } {
  const { examineeId, moved } = arrival;
  const examineeIds = [examineeId];
  const kept = moved.holds.map((kind): Hold => ({ kind, from: moved.at, to: 0, examineeIds }));
  const isBegun = room.startsAt !== 0 && moved.at >= room.startsAt;
  const way: Hold = { kind: 'person', from: moved.at, to: Math.max(now, moved.at) + WAY_MS, examineeIds };
  const before = room.adjustments.filter(({ controlId }) => !laterIds.has(controlId));
  const extraMs = isBegun
    ? missingMs({ ...room, adjustments: before }, arrival)
    : Math.max(0, moved.addedMs - addedMs(before, examineeId));
  const given: Adjustment = { controlId: arrivalId(arrival), extraMs, time: 'planned', examineeIds, undoes: '' };
  return {
    holds: [...room.holds, ...(isBegun ? [way] : []), ...kept],
    adjustments: extraMs === 0 ? [...room.adjustments] : [...room.adjustments, given],
  };
}

/** What the clock of this room lacks, or has too much, at the instant of the move; in ms. */
function missingMs(room: RoomTime, { examineeId, extraMs, moved }: Arrival): number {
  const { at, leftMs, addedMs: addedBefore } = moved;
  const here = addedMs(room.adjustments, examineeId);
  const whole = deadlineOf({ ...room, startsAt: at, extraMs: extraMs + Math.max(here, addedBefore), pausedMs: 0 }) - at;
  const pausedMs = stoodMs(room, at, examineeId);
  const deadlineAt = deadlineOf({ ...room, extraMs: extraMs + here, pausedMs });
  return at + (leftMs ?? Math.max(0, whole)) - deadlineAt;
}
