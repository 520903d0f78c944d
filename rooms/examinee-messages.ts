// What an examinee's client may say to the room: parsed here, decided by exam/, applied before the first await. Each
// message gets an answer; a refusal changes nothing.
import type { Client } from '@colyseus/core';
import { notAdmitted } from '../exam/admission.ts';
import { type AnswerSheet, decideAnswer, decideSubmit, noteTaken, outside } from '../exam/answer-sheet.ts';
import { closedBy, writtenAs } from '../exam/navigation.ts';
import { fenceOf } from '../exam/revision.ts';
import { sourcesOf, transit } from '../exam/transitions.ts';
import type { Answer } from '../schema/answers.ts';
import { LIMITS } from '../schema/limits.ts';
import {
  INCOMING,
  type Incoming,
  type IncomingType,
  type ItemRevision,
  type ProctorType,
  type RefusedAnswer,
} from '../schema/messages.ts';
import { safelyParsed } from '../schema/parsed.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { noteCallsReceived, raiseCall, withdrawCall } from './calls.ts';
import { confirm, noteReceived } from './deliveries.ts';
import { beginEnding } from './endings.ts';
import { chooseHeld } from './held-answers.ts';
import { noteBeat, openTally, takenInGrace } from './last-seconds.ts';
import { noteSeen } from './link-log.ts';
import { isFinal, type Seat, tell } from './live-room.ts';
import { receiverOf } from './receiver.ts';
import type { RoomContext } from './room-context.ts';
import { noticeAnswers, reportSignals } from './watched-seat.ts';

type Sender = { readonly client: Client; readonly seat: Seat };

/** Every message of an examinee, by type. */
export const EXAMINEE_MESSAGES: {
  readonly [T in Exclude<IncomingType, ProctorType>]: (
    context: RoomContext,
    sender: Sender,
    message: Incoming<T>,
  ) => void;
} = {
  'answer.save': saveAnswers,
  'sheet.submit': submitSheet,
  'tally.open': openTally,
  'examinee.ready': becomeReady,
  'call.raise': raiseCall,
  'call.withdraw': withdrawCall,
  'call.received': noteCallsReceived,
  'control.received': noteReceived,
  'control.confirm': confirm,
  'held.choose': chooseHeld,
  'signal.report': reportSignals,
  heartbeat: beat,
};

/** A key that nobody asked for is named, too, however long it is. */
const SHOWN_CHARACTERS = 200;

/** Parses a message of this type. MESSAGE_INVALID names the field and what is allowed, never the content. */
export function parseMessage<T extends IncomingType>(type: T, message: unknown): Incoming<T> | Refusal {
  const parsed = safelyParsed(INCOMING[type], message);
  if (parsed.success) return parsed.data as Incoming<T>;
  const [issue] = parsed.issues;
  const what = `${issue?.path.join('.') || type}: ${issue?.message ?? 'not understood'}`;
  return refuse('MESSAGE_INVALID', `${what.slice(0, SHOWN_CHARACTERS)}.`);
}

function saveAnswers(context: RoomContext, { client, seat }: Sender, { answers }: Incoming<'answer.save'>): void {
  if (seat.status === 'removed') return refuseAnswers(client, answers, refuse('BUSY', 'You were sent out.', 2_000));
  const waits = notAdmitted(seat.admission);
  if (waits !== undefined) return refuseAnswers(client, answers, waits);
  const told: Told = { saved: [], pending: [], superseded: [], refused: [], lateCount: 0 };
  const now = context.services.now();
  for (const answer of answers) saveAnswer(context, seat, answer, now, told);
  if (told.refused.length > 0) tell(client, 'answer.refused', { refused: told.refused });
  if (told.pending.length > 0) tell(client, 'answer.pending', { pending: told.pending, retryAfterMs: 2_000 });
  if (told.superseded.length > 0) tell(client, 'answer.superseded', { superseded: told.superseded });
  if (told.saved.length > 0) tell(client, 'answer.saved', { saved: told.saved });
  const refusedCount = told.refused.filter(({ code }) => code === 'ANSWER_LATE').length;
  noticeAnswers(
    context,
    seat,
    answers.map(({ item }) => item),
    { refusedCount, lateCount: told.lateCount },
  );
}

type Told = {
  saved: ItemRevision[];
  pending: ItemRevision[];
  superseded: ItemRevision[];
  refused: RefusedAnswer[];
  /** Taken, and marked as late. */
  lateCount: number;
};

function saveAnswer({ room, services }: RoomContext, seat: Seat, answer: Answer, now: number, told: Told): void {
  const { sheet } = seat;
  if (sheet === undefined) return void told.refused.push(refusedAnswer(answer, refuse('BUSY', undefined, 500)));
  const inGrace = seat.ending.step === 'grace' ? takenInGrace(seat, seat.ending.grace, now) : undefined;
  const verdict = decideAnswer(sheet, room.items.get(answer.item), answer, seat.window, now, inGrace);
  if (isRefusal(verdict)) return void told.refused.push(refusedAnswer(answer, lateOrLater(seat, sheet, verdict)));
  const closed = room.navigation === 'forward' && verdict.verdict === 'take' ? closedBy(sheet, answer) : undefined;
  if (closed !== undefined) return void told.refused.push(refusedAnswer(answer, closed));
  const name: ItemRevision = [answer.item, answer.revision];
  if (verdict.verdict !== 'take') told[verdict.verdict].push(name);
  if (verdict.verdict !== 'take' && !isForHistory(seat, sheet, answer, now)) return;
  const entry = {
    ...answer,
    planId: room.planId,
    examineeId: seat.examineeId,
    hash: verdict.hash,
    at: now,
    late: verdict.late === true,
    receiver: receiverOf(room, seat, services),
  };
  const isTaken = sheet.pending.size < LIMITS.pendingAnswers && services.journal.accept(entry);
  if (isTaken) {
    noteTaken(sheet, answer.item, answer.revision, verdict.hash, now, writtenAs(answer));
    if (entry.late) told.lateCount++;
    seat.answeredAt = now;
    seat.boardBehind = true;
  } else if (verdict.verdict === 'take') told.refused.push(refusedAnswer(answer, refuse('BUSY', undefined, 2_000)));
}

/** Between the deadline and the room's next look nobody knows yet whether time was added, nor what the grace takes. */
function lateOrLater<R extends Refusal>({ status }: Seat, { phase }: AnswerSheet, refusal: R): R | Refusal {
  const isOpen = refusal.refused === 'ANSWER_LATE' && phase === 'in-progress' && !isFinal(status);
  return isOpen ? refuse('BUSY', 'It is looked whether time was added.', 500) : refusal;
}

/** An older revision that the live session sends is told superseded at once, and kept in the history all the same. */
function isForHistory(seat: Seat, sheet: AnswerSheet, { item, revision }: Answer, now: number): boolean {
  if (revision >= (sheet.known.get(item)?.durable ?? 0) || sheet.pending.has(revision)) return false;
  return sheet.phase === 'in-progress' && fenceOf(revision) === sheet.fence && outside(seat.window, now) === undefined;
}

/** Refuses a whole batch for one reason. */
export function refuseAnswers(
  client: Client,
  answers: readonly { item: number; revision: number }[],
  refusal: Refusal,
): void {
  tell(client, 'answer.refused', { refused: answers.map((answer) => refusedAnswer(answer, refusal)) });
}

function refusedAnswer({ item, revision }: { item: number; revision: number }, refusal: Refusal): RefusedAnswer {
  const { refused: code, ...rest } = refusal;
  return { item, revision, code, ...rest };
}

function submitSheet(
  { room, services, changed }: RoomContext,
  { client, seat }: Sender,
  { revisions }: Incoming<'sheet.submit'>,
): void {
  const { sheet, ending } = seat;
  if (ending.step === 'ended' && seat.status === 'submitted') {
    const { at: submittedAt, vector, receipt } = ending;
    const hash = receipt === undefined ? {} : { hash: receipt };
    return tell(client, 'sheet.submitted', { submittedAt, revisions: [...vector], ...hash });
  }
  if (seat.status === 'removed') return refuseSubmit(client, refuse('EXAMINEE_REMOVED'));
  const waits = notAdmitted(seat.admission);
  if (waits !== undefined) return refuseSubmit(client, waits);
  if (sheet === undefined) return refuseSubmit(client, refuse('BUSY', undefined, 500));
  if (ending.step === 'waiting' || ending.step === 'storing') return; // its result is on the way
  const verdict = decideSubmit(sheet, revisions, seat.window, services.now());
  if (isRefusal(verdict)) return refuseSubmit(client, lateOrLater(seat, sheet, verdict));
  sheet.phase = 'submitting';
  beginEnding(room, seat, { step: 'waiting', to: 'submitted', named: revisions, notBefore: 0 });
  changed(seat);
}

/** Refuses a submit; `missing` are the items whose named revision never arrived. */
export function refuseSubmit(client: Client, refusal: Refusal & { missing?: number[] }): void {
  const { refused: code, ...rest } = refusal;
  tell(client, 'sheet.refused', { code, ...rest });
}

function becomeReady(context: RoomContext, { client, seat }: Sender): void {
  if (seat.status === 'ready' || seat.status === 'answering')
    return tell(client, 'examinee.status', { status: seat.status });
  const status = notAdmitted(seat.admission) ?? transit('examinee', seat.status, 'ready');
  if (isRefusal(status))
    return tell(client, 'refused', {
      type: 'examinee.ready',
      code: status.refused,
      retry: status.retry,
      message: status.message,
    });
  context.effect('ready', async () => {
    await context.services.store.examinees.setStatus([seat.examineeId], sourcesOf('examinee', 'ready'), 'ready');
    if (seat.status === 'entered') seat.status = 'ready'; // the exam may have begun meanwhile
    context.changed(seat);
    seat.client?.send('examinee.status', { status: seat.status });
  });
}

function beat(context: RoomContext, { client, seat }: Sender, message: Incoming<'heartbeat'>): void {
  const now = context.services.now();
  noteSeen(context, seat, now);
  if (seat.link !== 'online') Object.assign(seat, { link: 'online', onlineSince: now, boardBehind: true });
  noteReport(seat, message, now);
  noteBeat(context, seat, client, message, now);
  tell(client, 'heartbeat', { sentAt: message.sentAt, at: now });
}

/** Whole seconds, so that measuring alone changes nothing on the board. */
function noteReport(seat: Seat, { aheadMs, unsaved }: Incoming<'heartbeat'>, now: number): void {
  const { reported } = seat;
  const clockAheadMs = aheadMs === undefined ? reported.clockAheadMs : wholeSeconds(aheadMs);
  const unsavedCount = unsaved?.count ?? 0;
  const unsavedSince = unsaved === undefined ? 0 : wholeSeconds(now - unsaved.oldestMs);
  const isSame =
    clockAheadMs === reported.clockAheadMs &&
    unsavedCount === reported.unsavedCount &&
    Math.abs(unsavedSince - reported.unsavedSince) <= SECOND_MS;
  if (isSame) return;
  seat.reported = { ...reported, clockAheadMs, unsavedCount, unsavedSince };
  seat.boardBehind = true;
}

const SECOND_MS = 1_000;

function wholeSeconds(ms: number): number {
  return Math.round(ms / SECOND_MS) * SECOND_MS;
}
