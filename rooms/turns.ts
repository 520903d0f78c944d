// Carries out what a control has decided about people: first their sheets, then their own state, then in memory, and only
// then they are told. Each write happens once by the control's id, whoever makes it; recovery makes the last one again,
// which finds what a crash has left in between. Called by controls.ts and recovery.ts.
import { sourcesOf } from '../exam/transitions.ts';
import type { Turn } from '../schema/documents/room.ts';
import type { Store } from '../store/open-store.ts';
import { beginAnswering, isFinal, type LiveRoom, type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** Writes it to the store. Throws where that is away: what has been written stays, and the rest comes with the repeat. */
export async function storeTurn(
  { sheets, examinees }: Pick<Store, 'sheets' | 'examinees'>,
  { controlId, to, examineeIds, at }: Turn,
): Promise<void> {
  await sheets.reopen(examineeIds, controlId, at);
  await examinees.turn(examineeIds, controlId, sourcesOf('examinee', to, 'control.issue'), to);
}

/** Finishes what the last control has begun about people. Throws as storeTurn: it stays begun. */
export async function finishTurn(context: RoomContext): Promise<void> {
  const { room, services } = context;
  const { turn } = room;
  if (turn === undefined) return;
  const seats = turn.examineeIds.flatMap((examineeId) => room.seats.get(examineeId) ?? []);
  for (const seat of seats) stopTimeout(room, seat);
  await quiet(room); // an end that is being stored may be one of theirs
  await storeTurn(services.store, turn);
  room.turn = undefined;
  for (const seat of seats) {
    returnTo(room, seat, turn.to);
    context.changed(seat);
    if (seat.client !== undefined) tell(seat.client, 'examinee.status', { status: seat.status });
  }
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

function returnTo(room: LiveRoom, seat: Seat, to: Turn['to']): void {
  if (!isFinal(seat.status)) return;
  seat.status = to;
  seat.ending = { step: 'none' };
  if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
  beginAnswering(room, seat);
}
