// How sheets and rooms end: by submit, by deadline, by the room's end. A sheet ends only when nothing of it is pending;
// its vector is stored by compare-and-set before anybody is told. Driven by the room's tick; what fails is tried again.
import { type AnswerSheet, holds } from '../exam/answer-sheet.ts';
import { hasRunOut } from '../exam/clock.ts';
import { roomEnd } from '../exam/exam-room.ts';
import { isGraceOver } from '../exam/grace.ts';
import { receiptHash } from '../exam/receipt.ts';
import { sourcesOf } from '../exam/transitions.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import { refuse } from '../schema/refusals.ts';
import { beatsOf, graceOf } from './last-seconds.ts';
import { isFinal, isLeaving, type LiveRoom, type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';
import { endedBy } from './seats.ts';
import { isStillOwned } from './still-owned.ts';

const RETRY_MS = 500;

/** Starts the ending of every seat whose time is over, as far as all controls up to then are known. */
export function beginTimeouts(room: LiveRoom, now: number): void {
  for (const seat of room.seats.values()) {
    if (seat.ending.step === 'none' && isOver(room, seat, now)) beginTimeout(room, seat, now);
  }
}

/** Who was never here has nothing that could still come; all others have the grace. */
function beginTimeout(room: LiveRoom, seat: Seat, now: number): void {
  const grace = graceOf(room, seat);
  if (seat.status === 'registered' || room.facts.startsAt === 0 || now >= grace.until) return beginClosing(room, seat);
  if (seat.sheet !== undefined) seat.sheet.phase = 'grace';
  beginEnding(room, seat, { step: 'grace', grace });
}

function beginClosing(room: LiveRoom, seat: Seat): void {
  if (seat.sheet !== undefined) seat.sheet.phase = 'closing';
  beginEnding(room, seat, { step: 'waiting', to: 'timed-out', named: [], notBefore: 0 });
}

type Waiting = Extract<Seat['ending'], { step: 'waiting' }>;
type InGrace = Extract<Seat['ending'], { step: 'grace' }>;

/** The seat ends as soon as its grace is over and the store holds what it has to. */
export function beginEnding(room: LiveRoom, seat: Seat, ending: Waiting | InGrace): void {
  seat.ending = ending;
  room.ending.add(seat);
}

/** Carries on the endings that have begun. */
export function driveEndings(context: RoomContext, now: number): void {
  for (const seat of context.room.ending) {
    if (isLeaving(context.room, seat)) continue; // the other room ends it
    if (seat.ending.step === 'grace') driveGrace(context.room, seat, seat.ending, now);
    if (seat.ending.step === 'waiting' && now >= seat.ending.notBefore) driveSeat(context, seat, seat.ending, now);
  }
}

/** The next instant at which time alone changes something in this room; Infinity for never. Epoch ms. */
export function nextDueAt(room: LiveRoom): number {
  const { facts } = room;
  if (facts.status === 'ended') return Number.POSITIVE_INFINITY;
  let due = roomEnd(facts, room.seats.values()) || Number.POSITIVE_INFINITY;
  if (facts.status === 'open' && facts.startsAt !== 0) due = Math.min(due, facts.startsAt);
  if (facts.status !== 'running' && facts.status !== 'paused') return due;
  for (const { ending, status, window } of room.seats.values()) {
    if (ending.step !== 'none' || status === 'registered' || isFinal(status) || window.heldSince !== 0) continue;
    due = Math.min(due, window.deadlineAt || due);
  }
  return due;
}

function isOver(room: LiveRoom, seat: Seat, now: number): boolean {
  if (isFinal(seat.status)) return false;
  if (room.facts.status === 'ended') return true;
  if (seat.status === 'registered') return false; // who never came is absent only when the room has ended
  return hasRunOut(seat.window, Math.min(now, room.lookedAt));
}

/** Time that was added meanwhile opens the sheet again: nothing of its end has been stored. */
function driveGrace(room: LiveRoom, seat: Seat, { grace }: InGrace, now: number): void {
  if (!isOver(room, seat, now)) {
    seat.ending = { step: 'none' };
    if (seat.sheet !== undefined) seat.sheet.phase = 'in-progress';
    room.ending.delete(seat);
  } else if (isGraceOver(beatsOf(seat), grace, seat.sheet, now)) beginClosing(room, seat);
}

function driveSeat(context: RoomContext, seat: Seat, ending: Waiting, now: number): void {
  const { sheet } = seat;
  if (sheet !== undefined && sheet.pending.size > 0) return; // also what an earlier session sent belongs to the sheet
  if (ending.to === 'submitted' && sheet !== undefined && !holds(sheet, ending.named)) {
    return takeBackSubmit(context.room, seat, sheet, now);
  }
  seat.ending = { step: 'storing' };
  context.effect('end sheet', () =>
    underWay(context.room, async () => {
      try {
        await endSeat(context, seat, ending);
        context.room.ending.delete(seat);
      } catch (error) {
        seat.ending = { ...ending, notBefore: context.services.now() + RETRY_MS };
        throw error;
      }
    }),
  );
}

/** Notes that an end is being stored, until it is or has failed. */
export async function underWay(room: LiveRoom, store: () => Promise<void>): Promise<void> {
  const storing = store();
  room.storing.add(storing);
  try {
    await storing;
  } finally {
    room.storing.delete(storing);
  }
}

/** Nothing is under way, and yet the store lacks a named revision: it can never be stored, and must not keep the sheet open. */
function takeBackSubmit(room: LiveRoom, seat: Seat, sheet: AnswerSheet, now: number): void {
  sheet.phase = 'in-progress';
  seat.ending = { step: 'none' };
  room.ending.delete(seat);
  const { refused: code, retry, message } = refuse('SUBMIT_INCOMPLETE', 'One of them cannot be stored.');
  if (seat.client !== undefined) tell(seat.client, 'sheet.refused', { code, retry, message });
  if (isOver(room, seat, now)) beginTimeout(room, seat, now);
}

/** Stores the end, then tells it. A sheet that had ended before keeps what is stored. */
async function endSeat(context: RoomContext, seat: Seat, { to, by }: Pick<Waiting, 'to' | 'by'>): Promise<void> {
  const { room, services } = context;
  if (seat.status === 'registered') return markAbsent(context, seat);
  const { vector, receipt } = await storedVector(context, seat);
  if (!(await isStillOwned(context))) return; // the new owner ends it, with what it has taken since
  const ending = { controlId: by, receipt, writtenPast: seat.writtenPast, epoch: room.epoch };
  const stored = await services.store.sheets.end(seat.examineeId, to, vector, services.now(), ending);
  // Another owner has the room, and may have taken answers since the vector was read.
  if (stored.vector === null && (stored.epoch ?? 0) > room.epoch) return context.fenced();
  if (stored.vector === null) return readMore(seat, stored);
  const ended = stored.state === 'timed-out' || to === 'timed-out' ? endedAs(stored, to) : 'submitted';
  const status = seat.status === 'removed' ? 'removed' : ended;
  if (status !== 'removed')
    await services.store.examinees.setStatus([seat.examineeId], sourcesOf('examinee', status), status);
  seat.status = status;
  if (seat.sheet !== undefined) seat.sheet.phase = ended;
  seat.ending = endedBy(stored);
  context.changed(seat);
  announce(seat, stored);
  services.recorder.log({
    planId: room.planId,
    roomId: room.roomId,
    stream: 'examinee',
    subject: seat.examineeId,
    kind: `sheet.${ended}`,
    at: services.now(),
    data: { items: stored.vector?.length ?? 0 },
  });
  askForFile(context, seat);
}

/** Answers were written past this room since the vector was read: they are to count. */
function readMore(seat: Seat, { writtenPast = 0 }: SheetDocument): never {
  seat.writtenPast = writtenPast;
  throw new Error('answers were written past the room; they are read again');
}

function endedAs(stored: SheetDocument, asked: 'submitted' | 'timed-out'): 'submitted' | 'timed-out' {
  return stored.state === 'submitted' || stored.state === 'timed-out' ? stored.state : asked;
}

/** A sheet that ends takes what the store holds, whoever wrote it: also what this process never heard of. */
async function storedVector(
  { room, services }: RoomContext,
  seat: Seat,
): Promise<{ readonly vector: [number, number][]; readonly receipt: string }> {
  const revisions = await services.store.answers.revisions(room.planId, seat.examineeId);
  const vector = revisions.map(({ item, revision }): [number, number] => [item, revision]).sort(([a], [b]) => a - b);
  return { vector, receipt: receiptHash(revisions.map(({ item, revision, hash }) => [item, revision, hash])) };
}

/** Who never came is absent; who entered and never reached this room is not, and ends like the others. */
async function markAbsent(context: RoomContext, seat: Seat): Promise<void> {
  if (!(await isStillOwned(context))) return;
  const marked = await context.services.store.examinees.setStatus(
    [seat.examineeId],
    sourcesOf('examinee', 'absent'),
    'absent',
  );
  if (marked === 0) {
    const stored = await context.services.store.examinees.get(seat.examineeId);
    if (stored !== null && stored.status !== 'absent') {
      seat.status = 'entered';
      return endSeat(context, seat, { to: 'timed-out' });
    }
  }
  seat.status = 'absent';
  seat.ending = { step: 'ended', at: context.services.now(), vector: [] };
  context.changed(seat);
}

function announce(seat: Seat, stored: SheetDocument): void {
  if (seat.client === undefined) return;
  const { endedAt, vector, receipt } = stored;
  const counting = { revisions: vector ?? [], ...(receipt === undefined ? {} : { hash: receipt }) };
  if (seat.status === 'submitted') tell(seat.client, 'sheet.submitted', { submittedAt: endedAt, ...counting });
  if (seat.status === 'timed-out') tell(seat.client, 'sheet.ended', { endedAt, ...counting });
  tell(seat.client, 'examinee.status', { status: seat.status });
}

/** A job lost here is found again by the workers' sweep. */
function askForFile({ room, services }: RoomContext, seat: Seat): void {
  services.queue
    .addSheet({ kind: 'sheet', planId: room.planId, roomId: room.roomId, examineeId: seat.examineeId })
    .catch((error: unknown) => {
      services.log.debug({ err: error, examineeId: seat.examineeId }, 'file not asked for; the sweep will find it');
    });
}

/** Whether every sheet has ended, so that the room can be settled. */
export function isSettleable(room: LiveRoom): boolean {
  if (room.facts.status !== 'ended' || room.settledAt !== 0 || room.reopening) return false;
  if (room.ending.size > 0) return false; // also of who is out and whose sheet is still to end
  for (const seat of room.seats.values()) if (!isFinal(seat.status)) return false;
  return true;
}

/** Settles all sheets and the room. Repeating it is harmless. */
export async function settleRoom(context: RoomContext): Promise<void> {
  const { room, services, fenced } = context;
  if (!(await isStillOwned(context))) return;
  const settledAt = services.now();
  await services.store.sheets.settleRoom(room.roomId);
  const stored = await services.store.rooms.change(room.roomId, room.epoch, { status: 'ended', settledAt });
  if (stored === null) return fenced();
  room.storedStatus = 'ended';
  room.settledAt = settledAt;
  services.recorder.log({
    planId: room.planId,
    roomId: room.roomId,
    stream: 'system',
    subject: room.roomId,
    kind: 'room.settled',
    at: settledAt,
    data: {},
  });
  await services.planMayHaveEnded(room.planId);
}
