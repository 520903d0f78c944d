// The only writer of a room's synchronised state: copies what the live room says into the schemas that clients see.
// Decides nothing, awaits nothing.
import { savedCount } from '../exam/answer-sheet.ts';
import { roomEnd } from '../exam/exam-room.ts';
import { BoardRow, ExamineeRow, ExamRoomState } from '../schema/room-state.ts';
import { isFinal, type LiveRoom, type Seat, windowOf } from './live-room.ts';

/** The state of a room that has just been recovered, with a row and a board row for each examinee of its roster. */
export function createState(room: LiveRoom): ExamRoomState {
  const state = new ExamRoomState();
  state.roomId = room.roomId;
  state.planId = room.planId;
  state.label = room.label;
  for (const seat of room.seats.values()) {
    const row = new ExamineeRow();
    row.examineeId = seat.examineeId;
    state.examinees.set(seat.examineeId, row);
    const boardRow = new BoardRow();
    boardRow.examineeId = seat.examineeId;
    boardRow.label = seat.label;
    state.board.set(seat.examineeId, boardRow);
    showExaminee(state, room, seat);
  }
  showRoom(state, room);
  return state;
}

/** Status and instants of the room, and with them the deadline of each examinee whose exam is not over. */
export function showRoom(state: ExamRoomState, room: LiveRoom): void {
  set(state, 'status', room.facts.status);
  set(state, 'startsAt', room.facts.startsAt);
  set(state, 'deadlineAt', roomEnd(room.facts));
  for (const seat of room.seats.values()) if (!isFinal(seat.status)) showExaminee(state, room, seat);
}

/** What the examinee sees of himself; the board follows with its next turn. */
export function showExaminee(state: ExamRoomState, room: LiveRoom, seat: Seat): void {
  const row = state.examinees.get(seat.examineeId);
  if (row === undefined) return;
  set(row, 'status', seat.status);
  set(row, 'deadlineAt', windowOf(room, seat).deadlineAt);
  seat.boardBehind = true;
}

/** Brings the board up to date; called each second while a proctor looks, and when one comes. */
export function showBoard(state: ExamRoomState, room: LiveRoom): void {
  for (const seat of room.seats.values()) {
    if (!seat.boardBehind) continue;
    seat.boardBehind = false;
    const row = state.board.get(seat.examineeId);
    if (row === undefined) continue;
    set(row, 'status', seat.status);
    set(row, 'link', seat.link);
    set(row, 'lastSeenAt', seat.lastSeenAt);
    if (seat.sheet !== undefined) set(row, 'savedCount', savedCount(seat.sheet));
  }
}

/** Writes a field only where it differs: each write is encoded for every view. */
function set<T extends object, K extends keyof T>(target: T, field: K, value: T[K]): void {
  if (target[field] !== value) target[field] = value;
}
