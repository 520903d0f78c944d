// Answers and sheets in a simulated room: who comes in, what is taken, what became durable. As rooms/admission.ts,
// rooms/examinee-messages.ts, rooms/receiver.ts and rooms/last-seconds.ts have it.
import {
  createSheet,
  decideAnswer,
  decideSubmit,
  noteConflict,
  noteDurable,
  noteTaken,
} from '../../exam/answer-sheet.ts';
import { hasRunOut } from '../../exam/clock.ts';
import { decideInGrace, type Grace, isAskedFor, NO_BEATS, openedBy, withBeat } from '../../exam/grace.ts';
import { fenceOf } from '../../exam/revision.ts';
import { NOTHING_WAITS } from '../../exam/tally.ts';
import type { ItemRevision, RefusedAnswer, SentAnswer, Tally } from '../../schema/messages.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import type { Connection } from './connections.ts';
import type { Entry } from './journal.ts';
import { ask, beginAnswering, isFinal, nowOf, type Room, type Seat, tell } from './room.ts';
import { beatsOf, beginEnding, graceOf } from './room-graces.ts';
import type { Revision } from './store.ts';

/** Seats the device, unless a later session has taken over or the person is out. */
export function admit(room: Room, examineeId: string, fence: number, connection: Connection, joined: () => void): void {
  const seat = room.seats.get(examineeId);
  if (seat === undefined || room.isLost) return connection.close();
  if (seat.sheet !== undefined) return sit(room, seat, fence, connection, joined);
  ask(
    room,
    () => room.host.store.answers.current(examineeId),
    (outcome) => {
      if (!outcome.done || room.isLost) return connection.close();
      seat.sheet ??= loaded(seat, fence, outcome.value);
      sit(room, seat, fence, connection, joined);
    },
  );
}

function loaded(seat: Seat, fence: number, stored: readonly Revision[]) {
  const sheet = createSheet(fence, stored);
  const { step } = seat.ending;
  if (step === 'ended') sheet.phase = seat.status === 'submitted' ? 'submitted' : 'timed-out';
  else if (step !== 'none') sheet.phase = step === 'grace' ? 'grace' : 'closing';
  return sheet;
}

function sit(room: Room, seat: Seat, fence: number, connection: Connection, joined: () => void): void {
  const { sheet, examineeId } = seat;
  if (sheet === undefined || seat.status === 'removed') return connection.close();
  if (fence < sheet.fence) {
    connection.tell({ type: 'session.fenced', examineeId });
    return connection.close();
  }
  const before = seat.connection;
  room.host.judge.joins(room, examineeId, fence);
  if (before !== undefined && fence > sheet.fence && room.host.flaw !== 'an older session goes on')
    before.tell({ type: 'session.fenced', examineeId });
  if (room.host.flaw !== 'an older session goes on') before?.close();
  sheet.fence = fence;
  seat.connection = connection;
  if (seat.status === 'registered' || seat.status === 'absent') seat.status = 'entered';
  if (seat.status === 'entered' && seat.ending.step === 'ended') seat.ending = { step: 'none' };
  beginAnswering(room, seat);
  joined();
  tell(seat, { type: 'joined', examineeId, window: seat.window });
  showEarlier(room, seat);
}

/** What is current and of an earlier session, with its content; what the device knows it ignores. */
function showEarlier(room: Room, seat: Seat): void {
  const { examineeId } = seat;
  ask(
    room,
    () => room.host.store.answers.current(examineeId),
    (outcome) => {
      if (!outcome.done || seat.sheet === undefined) return;
      for (const { item, revision, response } of outcome.value) {
        const isCurrent = seat.sheet.known.get(item)?.taken === revision && fenceOf(revision) < seat.sheet.fence;
        if (isCurrent) tell(seat, { type: 'answer.current', examineeId, item, revision, response });
      }
    },
  );
}

/** The socket is gone; the seat stays. */
export function depart(room: Room, connection: Connection): void {
  for (const seat of room.seats.values()) if (seat.connection === connection) seat.connection = undefined;
}

export function saveAnswers(room: Room, seat: Seat, answers: readonly SentAnswer[]): void {
  const { examineeId } = seat;
  const told = { saved: [] as ItemRevision[], pending: [] as ItemRevision[], superseded: [] as ItemRevision[] };
  const refused: RefusedAnswer[] = [];
  const now = nowOf(room);
  for (const answer of answers) {
    const { item, revision } = answer;
    const verdict = saveAnswer(room, seat, answer, now);
    if (isRefusal(verdict)) {
      const { refused: code, ...rest } = verdict;
      refused.push({ item, revision, code, ...rest });
      room.host.judge.refuses(room, seat, revision, code, now);
    } else if (verdict !== 'take') told[verdict].push([item, revision]);
  }
  if (refused.length > 0) tell(seat, { type: 'answer.refused', examineeId, refused });
  if (told.pending.length > 0)
    tell(seat, { type: 'answer.pending', examineeId, pending: told.pending, retryAfterMs: 2_000 });
  if (told.superseded.length > 0) tell(seat, { type: 'answer.superseded', examineeId, superseded: told.superseded });
  if (told.saved.length > 0) tellSaved(room, seat, told.saved);
}

function saveAnswer(
  room: Room,
  seat: Seat,
  answer: SentAnswer,
  now: number,
): 'take' | 'pending' | 'saved' | 'superseded' | Refusal {
  const { sheet, ending, window } = seat;
  const { journal, items, flaw } = room.host;
  if (seat.status === 'removed' || sheet === undefined) return refuse('BUSY', undefined, 500);
  const inGrace = ending.step === 'grace' ? takenInGrace(room, seat, ending.grace, now) : undefined;
  const asOf = flaw === 'an older session goes on' ? { ...sheet, fence: fenceOf(answer.revision) } : sheet;
  const verdict = decideAnswer(asOf, items.get(answer.item), answer, window, now, inGrace);
  if (isRefusal(verdict)) return lateOrLater(seat, verdict);
  if (verdict.verdict !== 'take')
    return flaw === 'a resend is dropped' && verdict.verdict === 'pending' ? 'pending' : verdict.verdict;
  const { item, revision, response } = answer;
  const entry: Entry = {
    ...{ examineeId: seat.examineeId, item, revision, response: Number(response), hash: verdict.hash, at: now },
    late: verdict.late === true,
    durable: (stored) => becameDurable(room, seat, stored),
    conflict: (other) => conflicts(room, seat, other),
  };
  noteTaken(sheet, item, revision, verdict.hash, now);
  room.host.judge.takes(room, seat, entry);
  if (flaw === 'a resend is dropped' && room.host.chance.happens(0.2)) return 'take'; // taken, and forgotten
  journal.accept(entry);
  return 'take';
}

/** Between the deadline and the next look nobody knows yet whether time was added, nor what the grace takes. */
function lateOrLater({ sheet, ...seat }: Seat, refusal: Refusal): Refusal {
  const isOpen = refusal.refused === 'ANSWER_LATE' && sheet?.phase === 'in-progress' && !isFinal(seat);
  return isOpen ? refuse('BUSY', 'It is looked whether time was added.', 500) : refusal;
}

function takenInGrace(room: Room, seat: Seat, grace: Grace, now: number): Parameters<typeof decideAnswer>[5] {
  if (room.host.flaw === 'the grace takes everything') return () => ({ late: false });
  return (answer) => decideInGrace(beatsOf(seat), grace, answer, now);
}

function becameDurable(
  room: Room,
  seat: Seat,
  { item, revision, hash, response }: Pick<Entry, 'item' | 'revision' | 'hash' | 'response'>,
): void {
  const { sheet, examineeId } = seat;
  if (sheet === undefined) return;
  const outcome = noteDurable(sheet, item, revision, hash);
  if (room.isLost) return room.host.orphaned([examineeId]);
  if (outcome === 'saved') tellSaved(room, seat, [[item, revision]], hash);
  else if (outcome === 'superseded')
    tell(seat, { type: 'answer.superseded', examineeId, superseded: [[item, revision]] });
  else tell(seat, { type: 'answer.current', examineeId, item, revision, response });
}

function conflicts({ host }: Room, seat: Seat, { item, revision }: Entry): void {
  if (seat.sheet !== undefined) noteConflict(seat.sheet, revision);
  const { refused: code, retry, message } = refuse('ANSWER_CONFLICT');
  tell(seat, {
    type: 'answer.refused',
    examineeId: seat.examineeId,
    refused: [{ item, revision, code, retry, message }],
  });
  host.judge.conflicts(seat);
}

/** The judge looks into the store before anybody hears of it. */
function tellSaved(room: Room, seat: Seat, saved: readonly ItemRevision[], hash?: string): void {
  const { judge, flaw } = room.host;
  for (const [item, revision] of saved)
    judge.saysSaved(room, seat, item, revision, hash ?? seat.sheet?.known.get(item)?.durableHash ?? '');
  const other = flaw === 'another one is told' ? [...room.seats.values()].find((one) => one !== seat) : undefined;
  tell(other ?? seat, { type: 'answer.saved', examineeId: seat.examineeId, saved });
}

/** Answers of this person became durable past this room. */
export function reread(room: Room, examineeId: string): void {
  const seat = room.seats.get(examineeId);
  if (seat?.sheet === undefined || room.isLost) return;
  ask(
    room,
    () => room.host.store.answers.current(examineeId),
    (outcome) => {
      if (!outcome.done) return room.host.process.after(1_000, () => reread(room, examineeId));
      for (const answer of outcome.value)
        if (answer.revision > (seat.sheet?.known.get(answer.item)?.durable ?? 0)) becameDurable(room, seat, answer);
    },
  );
}

export function submitSheet(room: Room, seat: Seat, revisions: readonly ItemRevision[]): void {
  const { sheet, ending, examineeId } = seat;
  if (ending.step === 'ended' && seat.status === 'submitted')
    return tell(seat, { type: 'sheet.submitted', examineeId, revisions: ending.vector });
  if (seat.status === 'removed' || sheet === undefined) return refuseSubmit(seat, refuse('BUSY', undefined, 500));
  if (ending.step === 'waiting' || ending.step === 'storing') return;
  const verdict = decideSubmit(sheet, revisions, seat.window, nowOf(room));
  if (isRefusal(verdict)) return refuseSubmit(seat, lateOrLater(seat, verdict));
  sheet.phase = 'submitting';
  beginEnding(room, seat, { step: 'waiting', to: 'submitted', named: revisions, notBefore: 0 });
}

function refuseSubmit(seat: Seat, { refused: code, retry }: Refusal): void {
  tell(seat, { type: 'sheet.refused', examineeId: seat.examineeId, code, retry });
}

export function beat(room: Room, seat: Seat, connection: Connection, tally: Tally = NOTHING_WAITS, over = false): void {
  const now = nowOf(room);
  const isOver = seat.ending.step !== 'none' || room.facts.status === 'ended' || hasRunOut(seat.window, now);
  if (!isOver) {
    seat.beats = { ...NO_BEATS, at: now, tally };
    seat.beatsBy = connection;
    room.host.judge.hearsTally(room, seat, tally);
    return;
  }
  const grace = graceOf(room, seat);
  seat.beats = withBeat(seat.beats, grace, { at: now, tally, over, isSame: seat.beatsBy === connection });
  if (isAskedFor(beatsOf(seat), grace, now))
    tell(seat, { type: 'tally.asked', examineeId: seat.examineeId, hash: seat.beats.tally.hash });
}

export function openTally(seat: Seat, entries: Parameters<typeof openedBy>[1]): void {
  seat.beats = openedBy(seat.beats, entries);
}
