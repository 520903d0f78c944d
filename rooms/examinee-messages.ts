// What an examinee's client may say to the room: parsed here, decided by exam/, applied before the first await. Each
// message gets an answer; a refusal changes nothing.
import type { Client } from '@colyseus/core';
import { notAdmitted } from '../exam/admission.ts';
import { sourcesOf, transit } from '../exam/transitions.ts';
import { INCOMING, type Incoming, type IncomingType, type ProctorType } from '../schema/messages.ts';
import { safelyParsed } from '../schema/parsed.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { refusedAnswer, takeAnswers } from './answer-taking.ts';
import { noteCallsReceived, raiseCall, withdrawCall } from './calls.ts';
import { confirm, noteReceived } from './deliveries.ts';
import { chooseHeld } from './held-answers.ts';
import { noteBeat, openTally } from './last-seconds.ts';
import { noteSeen } from './link-log.ts';
import { type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';
import { isStillOwned } from './still-owned.ts';
import { takeSubmit } from './submitting.ts';
import { reportSignals } from './watched-seat.ts';

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

/** How soon it is asked again for what was taken and is not durable. */
const PENDING_MS = 2_000;
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
  const { refused, pending, superseded, saved } = takeAnswers(context, seat, answers);
  if (refused.length > 0) tell(client, 'answer.refused', { refused });
  if (pending.length > 0) tell(client, 'answer.pending', { pending, retryAfterMs: PENDING_MS });
  if (superseded.length > 0) tell(client, 'answer.superseded', { superseded });
  if (saved.length > 0) tell(client, 'answer.saved', { saved });
}

/** Refuses a whole batch for one reason. */
export function refuseAnswers(
  client: Client,
  answers: readonly { item: number; revision: number }[],
  refusal: Refusal,
): void {
  tell(client, 'answer.refused', { refused: answers.map((answer) => refusedAnswer(answer, refusal)) });
}

/** What is under way is told when it has ended. */
function submitSheet(context: RoomContext, { client, seat }: Sender, { revisions }: Incoming<'sheet.submit'>): void {
  const taken = takeSubmit(context, seat, revisions);
  if (taken.step === 'submitted') tell(client, 'sheet.submitted', taken.submitted);
  if (taken.step === 'refused') refuseSubmit(client, taken.refusal);
}

/** Refuses a submit; `missing` are the items whose named revision never arrived. */
export function refuseSubmit(client: Client, refusal: Refusal): void {
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
  const at = context.services.now();
  context.effect('ready', async () => {
    if (!(await isStillOwned(context))) return; // said again to the new owner
    const { room, services } = context;
    const { examineeId } = seat;
    const stored = await services.store.examinees.setStatus([examineeId], sourcesOf('examinee', 'ready'), 'ready');
    if (stored > 0) {
      const { planId, roomId } = room;
      const kind = 'examinee.ready';
      services.recorder.log({ planId, roomId, stream: 'examinee', subject: examineeId, kind, at, data: {} });
    }
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
  const { roundTripMs } = message;
  if (roundTripMs !== undefined) context.services.figures.took('client-room', roundTripMs / 2);
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
