// Carries out what a control has decided about people: first their sheets, then their own state, then in memory, and only
// then they are told. Each write happens once by the control's id, whoever makes it; recovery makes the last one again,
// which finds what a crash has left in between. Called by controls.ts and recovery.ts.
import { sourcesOf } from '../exam/transitions.ts';
import type { Turn } from '../schema/documents/room.ts';
import type { Store } from '../store/open-store.ts';
import { letGo } from './departures.ts';
import { beginEnding } from './endings.ts';
import { beginAnswering, isFinal, type LiveRoom, type Seat, tell } from './live-room.ts';
import { storeMove, storeSeating } from './moves.ts';
import { tellPaperKey } from './paper-release.ts';
import type { RoomContext } from './room-context.ts';

/** Writes it to the store. Throws where that is away: what has been written stays, and the rest comes with the repeat. */
export async function storeTurn(store: Store, planId: string, turn: Turn): Promise<void> {
  const { sheets, examinees } = store;
  const { controlId, to, examineeIds, at, ground = 'other' } = turn;
  if (to === 'moved') return storeMove(store, planId, turn);
  if (to === 'seated') return storeSeating(store, turn);
  if (to === 'admitted') return examinees.admit(examineeIds, controlId, { is: to });
  if (to === 'refused') return examinees.admit(examineeIds, controlId, { is: to, ground });
  if (to === 'submitted') return sheets.submitFor(examineeIds, controlId);
  // Who is out first, so that a crash leaves somebody who is out with an open sheet, which is ended then.
  if (to !== 'removed') await sheets.reopen(examineeIds, controlId, at);
  await examinees.turn(examineeIds, controlId, sourcesOf('examinee', to, 'control.issue'), to);
}

/** Finishes what the last control has begun about people. Throws as storeTurn: it stays begun. */
export async function finishTurn(context: RoomContext): Promise<void> {
  const { room, services } = context;
  const { turn } = room;
  if (turn === undefined) return;
  const seats = turn.examineeIds.flatMap((examineeId) => room.seats.get(examineeId) ?? []);
  const comesBack = turn.to === 'answering' || turn.to === 'entered';
  for (const seat of seats) if (comesBack) stopTimeout(room, seat);
  await quiet(room); // an end that is being stored may be one of theirs
  await storeTurn(services.store, room.planId, turn);
  await services.store.rooms.carriedOut(room.roomId, room.epoch, turn.controlId);
  room.turn = undefined;
  if (turn.to === 'moved') services.hintPlan(room.planId);
  for (const seat of seats) {
    turnSeat(context, seat, turn);
    context.changed(seat);
    if (seat.client !== undefined) tell(seat.client, 'examinee.status', { status: seat.status });
  }
}

function turnSeat(context: RoomContext, seat: Seat, { to, controlId, move, seating }: Turn): void {
  const { room, services } = context;
  switch (to) {
    case 'answering':
    case 'entered':
      return returnTo(room, seat, to, services.now());
    case 'removed':
      return isFinal(seat.status) ? undefined : sendOut(room, seat); // its time may just have run out
    case 'admitted':
      return letIn(room, seat, services.now());
    case 'refused':
      seat.admission = to;
      seat.isDecided = true;
      return;
    case 'moved':
      return letGo(context, seat, move?.toRoomId ?? '');
    case 'seated':
      seat.seat = seating?.seat ?? '';
      return;
    case 'submitted':
      return submitFor(room, seat, controlId);
  }
}

function letIn(room: LiveRoom, seat: Seat, now: number): void {
  seat.admission = 'admitted';
  seat.isDecided = true;
  beginAnswering(room, seat, now);
  if (seat.client !== undefined) tellPaperKey(room, seat);
}

/** Takes no more answers; the sheet ends as timed-out once the store holds those that are on their way. */
export function sendOut(room: LiveRoom, seat: Seat): void {
  const { step } = seat.ending;
  seat.status = 'removed';
  if (step === 'ended' || step === 'storing') return;
  if (seat.sheet !== undefined) seat.sheet.phase = 'closing';
  beginEnding(room, seat, { step: 'waiting', to: 'timed-out', named: [], notBefore: 0 });
}

/** Ends the sheet with all that the store holds then, by this control. */
export function submitFor(room: LiveRoom, seat: Seat, controlId: string): void {
  if (isFinal(seat.status) || seat.ending.step === 'ended' || seat.ending.step === 'storing') return;
  if (seat.sheet !== undefined) seat.sheet.phase = 'closing';
  beginEnding(room, seat, { step: 'waiting', to: 'submitted', named: [], notBefore: 0, by: controlId });
}

/** The room has not ended any more: who never came may still come. */
export function unsettle(room: LiveRoom): void {
  room.settledAt = 0;
  for (const seat of room.seats.values()) {
    if (seat.status !== 'absent') continue;
    seat.ending = { step: 'none' };
    if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
  }
}

/** Resolves when no sheet's end is being stored, so that who decides about ends sees them. */
export async function quiet(room: LiveRoom): Promise<void> {
  while (room.storing.size > 0) await Promise.allSettled(room.storing);
}

/** A time-out in its grace, or that waits for the store to hold what is pending, is not needed any more. */
function stopTimeout(room: LiveRoom, seat: Seat): void {
  const { ending } = seat;
  if (ending.step !== 'grace' && (ending.step !== 'waiting' || ending.to !== 'timed-out')) return;
  room.ending.delete(seat);
  seat.ending = { step: 'none' };
  if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
}

function returnTo(room: LiveRoom, seat: Seat, to: 'answering' | 'entered', now: number): void {
  if (!isFinal(seat.status)) return;
  seat.status = to;
  if (to === 'answering' && seat.admission === 'waiting') seat.admission = 'admitted';
  seat.ending = { step: 'none' };
  if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
  beginAnswering(room, seat, now);
}
