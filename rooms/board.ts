// The board: what a room's proctors see of each examinee. Gathers the facts of a seat, has exam/ weigh them, and writes
// what differs into the row. Nothing here ticks: a row that only grows older is not written. Called by the room's actor.
import { pendingSince, progressOf } from '../exam/answer-sheet.ts';
import { type Attention, type AttentionFacts, attentionOf, NOTHING_NOTABLE } from '../exam/attention.ts';
import { holdOn } from '../exam/timeline.ts';
import type { BoardRow, ExamRoomState } from '../schema/room-state.ts';
import { set } from './apply.ts';
import { isFinal, type LiveRoom, type Seat } from './live-room.ts';
import { handOf } from './open-calls.ts';
import { type IncidentSummary, summaryOf } from './open-incidents.ts';
import { type ToldSummary, toldTo } from './told.ts';

/** Younger is the ordinary way of an answer, and would make two more changes of each. */
const UNSAVED_SHOWN_MS = 1_000;

/** Brings the rows up to date whose seats have changed; called before each patch while a proctor looks. */
export function showBoard(state: ExamRoomState, room: LiveRoom, now: number): void {
  for (const seat of room.seats.values()) {
    if (!seat.boardBehind) continue;
    seat.boardBehind = false;
    const row = state.board.get(seat.examineeId);
    if (row !== undefined) showRow(row, room, seat, now);
  }
}

/** With time alone attention may have grown, and answers may be waiting for long: the next patch looks at every row. */
export function ageBoard(room: LiveRoom): void {
  for (const seat of room.seats.values()) seat.boardBehind = true;
}

function showRow(row: BoardRow, room: LiveRoom, seat: Seat, now: number): void {
  const standing = standingOf(room, seat, now);
  const { incidents, told, unsaved, attention } = standing;
  set(row, 'label', seat.label);
  set(row, 'seat', seat.seat);
  set(row, 'status', seat.status);
  set(row, 'link', seat.link);
  set(row, 'linkAt', seat.link === 'online' ? seat.onlineSince : seat.lastSeenAt);
  set(row, 'answeredCount', standing.answered);
  set(row, 'savedCount', standing.saved);
  set(row, 'unsavedCount', unsaved.count);
  set(row, 'unsavedSince', unsaved.since);
  set(row, 'deadlineAt', seat.window.deadlineAt);
  set(row, 'heldSince', seat.window.heldSince);
  set(row, 'hold', isFinal(seat.status) ? '' : holdOn(room.facts.holds, seat.examineeId));
  set(row, 'admission', seat.admission);
  set(row, 'device', seat.reported.device);
  set(row, 'deviceWaitingSince', seat.deviceWaiting?.since ?? 0);
  set(row, 'clockAheadMs', seat.reported.clockAheadMs);
  set(row, 'openIncidents', incidents.count);
  set(row, 'worstSeverity', incidents.worst);
  set(row, 'noticeId', told.noticeId);
  set(row, 'notice', told.notice);
  set(row, 'unreachedCount', told.unreachedCount);
  set(row, 'takenBy', seat.takenBy);
  set(row, 'attention', attention.score);
  set(row, 'reasons', attention.reasons.join(' '));
}

type Unsaved = { readonly count: number; readonly since: number };

/** How somebody stands, beside what the seat itself says. */
export type Standing = {
  readonly answered: number;
  readonly saved: number;
  readonly unsaved: Unsaved;
  readonly incidents: IncidentSummary;
  readonly told: ToldSummary;
  readonly attention: Attention;
};

/** As it is now. */
export function standingOf(room: LiveRoom, seat: Seat, now: number): Standing {
  const { sheet, storedCount: count } = seat;
  const { answered, saved } = sheet === undefined ? { answered: count, saved: count } : progressOf(sheet);
  const unsaved = unsavedOf(seat, now);
  const incidents = summaryOf(room.openIncidents, seat.examineeId);
  const told = toldTo(seat);
  const facts = factsOf(room, seat, { answered, unsaved, incidents, told });
  return { answered, saved, unsaved, incidents, told, attention: attentionOf(facts, now) };
}

/** What the device says that it has, and what the room took and the store does not have: mostly the same answers. */
function unsavedOf({ sheet, reported }: Seat, now: number): Unsaved {
  const taken = sheet === undefined ? 0 : pendingSince(sheet);
  const since = earliest(taken, reported.unsavedSince);
  if (since === 0 || now - since < UNSAVED_SHOWN_MS) return { count: 0, since: 0 };
  return { count: Math.max(sheet?.pending.size ?? 0, reported.unsavedCount), since };
}

function earliest(one: number, other: number): number {
  return one === 0 || other === 0 ? Math.max(one, other) : Math.min(one, other);
}

type Known = Pick<Standing, 'answered' | 'unsaved' | 'incidents' | 'told'>;

/** Of somebody whose part is over only incidents are left to look at. */
function factsOf(room: LiveRoom, seat: Seat, { answered, unsaved, incidents, told }: Known): AttentionFacts {
  const { count: openIncidents, worst: worstSeverity } = incidents;
  const secondDeviceSince = earliest(incidents.secondDeviceSince, seat.deviceWaiting?.since ?? 0);
  const always = { ...NOTHING_NOTABLE, openIncidents, worstSeverity, secondDeviceSince };
  if (isFinal(seat.status)) return always;
  return {
    ...always,
    handRaisedSince: handOf(room, seat.examineeId)?.at ?? 0,
    unsavedSince: unsaved.since,
    silentSince: seat.status === 'registered' || seat.link === 'online' ? 0 : Math.max(seat.lastSeenAt, seat.heardAt),
    unreachedSince: told.unreachedSince,
    quietSince: answered < room.items.size ? quietSince(room, seat) : 0,
  };
}

/** Since when somebody who is there, whose clock runs and who may write has not written; 0 where that is not so. */
function quietSince({ facts }: LiveRoom, { status, link, window, answeredAt, onlineSince }: Seat): number {
  const mayWrite = status === 'answering' && window.status === 'running' && window.heldSince === 0 && !window.locked;
  if (!mayWrite || link !== 'online') return 0;
  const lastPauseAt = facts.holds.reduce((last, { to }) => Math.max(last, to), 0);
  return Math.max(answeredAt, onlineSince, window.startsAt, lastPauseAt);
}
