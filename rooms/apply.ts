// The writer of a room's synchronised state: copies what the live room says into the schemas that clients see. The board's
// rows are made here and brought up to date by board.ts. Decides nothing, awaits nothing.
import { roomClock } from '../exam/exam-room.ts';
import { isHeld } from '../exam/timeline.ts';
import { BoardRow, ExamineeRow, ExamRoomState } from '../schema/room-state.ts';
import { isFinal, type LiveRoom, type Seat } from './live-room.ts';

/** Of the public part, and of a board row with its examinee row where the name is long; what is longer still grows the buffer. */
const PUBLIC_BYTES = 2_048;
const SEAT_BYTES = 512;

/** Bytes of each of the framework's two buffers for this room: hundreds of rooms of three need little, one of 300 a lot. */
export function encoderBytes(seats: number): number {
  return PUBLIC_BYTES + seats * SEAT_BYTES;
}

/** The state of a room that has just been recovered, with a row and a board row for each examinee of its roster. */
export function createState(room: LiveRoom): ExamRoomState {
  const state = new ExamRoomState();
  state.roomId = room.roomId;
  state.planId = room.planId;
  state.label = room.label;
  state.itemCount = room.items.size;
  for (const seat of room.seats.values()) addRows(state, seat);
  showRoom(state, room);
  return state;
}

/** A row and a board row for this seat. */
export function addRows(state: ExamRoomState, seat: Seat): void {
  const row = new ExamineeRow();
  row.examineeId = seat.examineeId;
  state.examinees.set(seat.examineeId, row);
  const boardRow = new BoardRow();
  boardRow.examineeId = seat.examineeId;
  boardRow.label = seat.label;
  boardRow.seat = seat.seat;
  state.board.set(seat.examineeId, boardRow);
  showExaminee(state, seat);
}

/** Whoever sat here has gone to another room. */
export function removeRows(state: ExamRoomState, { examineeId }: Seat): void {
  state.examinees.delete(examineeId);
  state.board.delete(examineeId);
}

/** Status and instants of the room, and with them the deadline of each examinee whose exam is not over. */
export function showRoom(state: ExamRoomState, room: LiveRoom): void {
  set(state, 'status', room.facts.status);
  set(state, 'startsAt', room.facts.startsAt);
  const clock = roomClock(room.facts, room.seats.values());
  set(state, 'deadlineAt', clock.deadlineAt);
  set(state, 'heldSince', clock.heldSince);
  set(state, 'locked', isHeld(room.facts.holds, 'lock'));
  for (const seat of room.seats.values()) if (!isFinal(seat.status)) showExaminee(state, seat);
}

/** What the examinee sees of himself; the board follows with its next turn. */
export function showExaminee(state: ExamRoomState, seat: Seat): void {
  const row = state.examinees.get(seat.examineeId);
  if (row === undefined) return;
  set(row, 'status', seat.status);
  set(row, 'deadlineAt', seat.window.deadlineAt);
  set(row, 'heldSince', seat.window.heldSince);
  set(row, 'locked', seat.window.locked);
  set(row, 'admission', seat.admission);
  seat.boardBehind = true;
}

/** The same for one who has just come and gets the whole row with the first state: no patch has to follow. */
export function showNewcomer(state: ExamRoomState, seat: Seat): void {
  state.examinees.get(seat.examineeId)?.untracked(() => showExaminee(state, seat));
}

/** Writes a field only where it differs: each write is encoded for every view. */
export function set<T extends object, K extends keyof T>(target: T, field: K, value: T[K]): void {
  if (target[field] !== value) target[field] = value;
}
