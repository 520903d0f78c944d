// What an examinee asks over HTTP because the socket is dead: decided by the very functions that decide about messages, under
// the same fence and the same allowance. The link is shown as it is; what is saved shows like everything else. Called by
// the room's actor, for the api of any process.
import type { ItemRevision, SentAnswer } from '../schema/messages.ts';
import type { Asker, RoomStanding, SessionSign } from '../schema/over-http.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { AnswersReply, SubmitReply } from '../schema/replies.ts';
import type { ExamineeState } from '../schema/states.ts';
import { becomeEntered, takeSession } from './admission.ts';
import { busy, takeTokensOf } from './allowance.ts';
import { refusedAnswer, takeAnswers } from './answer-taking.ts';
import { takeIn } from './arrivals.ts';
import { concernLater, openControls } from './deliveries.ts';
import { type After, type Fate, fatesOf } from './fates.ts';
import { noteHeard } from './link-log.ts';
import { beginAnswering, type Seat } from './live-room.ts';
import { loadSheet } from './recovery.ts';
import type { RoomContext } from './room-context.ts';
import { type submittedBy, takeSubmit } from './submitting.ts';

/** So long a request waits for the store; then it is told to ask again. */
export const DURABLE_MS = 3_000;
/** How soon it is asked again for what was taken and is not durable. */
const PENDING_MS = 2_000;
const SUBMITTING_MS = 500;
/** Who is being moved to another room asks again so soon. */
const MOVING_MS = 1_000;
const LOOK_MS = 100;

/**
 * The seat of who asks, with the sheet: as by a join, but that no socket comes with it. SESSION_FENCED where a later session
 * has taken over. Throws where the store is away, or another process has the room.
 */
async function attending(
  context: RoomContext,
  { examineeId, fence, deviceKey, byOffice }: Asker,
): Promise<Seat | Refusal> {
  const { room, services } = context;
  const seat = room.seats.get(examineeId) ?? (await takeIn(context, examineeId));
  if (seat === undefined) return refuse('ROOM_ELSEWHERE', undefined, MOVING_MS);
  if (room.settledAt !== 0 && seat.status === 'absent') return refuse('EXAM_ENDED');
  await loadSheet(services, room, seat, fence, false);
  const { sheet } = seat;
  if (room.lost || sheet === undefined) throw new Error('the room has another owner');
  if (room.isLeaving) return refuse('ROOM_ELSEWHERE', undefined, MOVING_MS);
  if (fence < sheet.fence) return refuse('SESSION_FENCED');
  const takesOver = fence > sheet.fence;
  takeSession(context, seat, sheet, { fence, deviceKey, isLetIn: true, isHere: false });
  if (takesOver && seat.client !== undefined) Object.assign(seat, { client: undefined, link: 'dropped' });
  if (byOffice === undefined) noteHeard(context, seat, services.now());
  if (takesOver || !HAS_BEGUN.includes(seat.status)) come(context, seat);
  return seat;
}

/** Of whom coming changes nothing any more. */
const HAS_BEGUN: readonly ExamineeState[] = ['answering', 'submitted', 'timed-out', 'removed'];

function come(context: RoomContext, seat: Seat): void {
  const { room, services } = context;
  const now = services.now();
  becomeEntered(room, seat, now);
  beginAnswering(room, seat, now);
  context.changed(seat);
  context.lookAgain(); // the own deadline counts from now on
  concernLater(context, seat);
}

/** Takes these answers as if they had come over the socket, and waits a while until they are durable. */
export async function answersOverHttp(
  context: RoomContext,
  asker: Asker,
  answers: readonly SentAnswer[],
  after: After,
): Promise<AnswersReply | Refusal> {
  const seat = await attending(context, asker);
  if (isRefusal(seat)) return seat;
  if (!takeTokensOf(seat, 1)) return refusedAll(answers, busy());
  const { saved, superseded, pending, taken, refused } = takeAnswers(context, seat, answers, asker.byOffice);
  const waiting = [...new Map([...taken, ...pending].map((name) => [name[1], name])).values()];
  const revisions = waiting.map(([, revision]) => revision);
  const fates = await fatesOf(seat, revisions, DURABLE_MS, after);
  const named = (fate: Fate | undefined) => waiting.filter(([, revision]) => fates.get(revision) === fate);
  return {
    saved: pairs([...saved, ...named('saved')]),
    superseded: pairs([...superseded, ...named('superseded')]),
    pending: pairs(named(undefined)),
    refusals: [
      ...refused,
      ...(['ANSWER_CONFLICT', 'ANSWER_REFUSED'] as const).flatMap((code) => named(code).map(refusedAs(code))),
    ],
    retryAfterMs: PENDING_MS,
  };
}

function refusedAs(code: 'ANSWER_CONFLICT' | 'ANSWER_REFUSED') {
  return ([item, revision]: ItemRevision) => refusedAnswer({ item, revision }, refuse(code));
}

/**
 * Whether a session of this person is live: its socket is open, or it was heard, or expected, within the time after which a
 * link is offline. A room that has just been made has not seen who was there, and counts from its own beginning.
 */
export function sessionOf({ room, services }: RoomContext, examineeId: string): SessionSign | Refusal {
  if (room.lost) throw new Error('the room has another owner');
  const seat = room.seats.get(examineeId);
  if (seat === undefined) return refuse('ROOM_ELSEWHERE', undefined, MOVING_MS);
  const { client, status, lastSeenAt, heardAt, expectedAt } = seat;
  if (client !== undefined) return { liveForMs: room.offlineMs };
  const wasHere = status !== 'registered' && status !== 'absent';
  const signAt = Math.max(lastSeenAt, heardAt, expectedAt, wasHere ? room.madeAt : 0);
  return { liveForMs: Math.max(0, signAt + room.offlineMs - services.now()) };
}

/** A batch of which nothing was taken, for one reason. */
export function refusedAll(answers: readonly SentAnswer[], refusal: Refusal): AnswersReply {
  const refusals = answers.map((answer) => refusedAnswer(answer, refusal));
  return { saved: [], superseded: [], pending: [], refusals, retryAfterMs: PENDING_MS };
}

function pairs(names: readonly ItemRevision[]): [number, number][] {
  return names.map(([item, revision]) => [item, revision]);
}

/** Ends the sheet as a submit over the socket would, and waits a while for its result; SHEET_SUBMITTING where it is not known by then. */
export async function submitOverHttp(
  context: RoomContext,
  asker: Asker,
  revisions: readonly ItemRevision[],
  after: After,
): Promise<SubmitReply | Refusal> {
  const seat = await attending(context, asker);
  if (isRefusal(seat)) return seat;
  if (!takeTokensOf(seat, 1)) return busy();
  for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
    const taken = takeSubmit(context, seat, revisions);
    if (taken.step === 'submitted') return submitted(taken.submitted);
    if (taken.step === 'refused') return taken.refusal;
    if (waitedMs >= DURABLE_MS || context.room.lost) return refuse('SHEET_SUBMITTING', undefined, SUBMITTING_MS);
    await new Promise<void>((resolve) => after(LOOK_MS, resolve));
  }
}

function submitted({ submittedAt, revisions, hash }: ReturnType<typeof submittedBy>): SubmitReply {
  return { submittedAt, revisions: pairs(revisions), ...(hash === undefined ? {} : { hash }) };
}

/** How this person stands now, with what has still to be received or confirmed. */
export async function standingOverHttp(context: RoomContext, asker: Asker): Promise<RoomStanding | Refusal> {
  const seat = await attending(context, asker);
  if (isRefusal(seat)) return seat;
  return standingIn(seat, openControls(context, seat));
}

/** What of a seat its person is told. */
export function standingIn(
  { status, admission, window }: Pick<Seat, 'status' | 'admission' | 'window'>,
  controls: RoomStanding['controls'],
): RoomStanding {
  const { status: roomStatus, startsAt, deadlineAt, heldSince, locked } = window;
  return { status, admission, room: { status: roomStatus, startsAt, deadlineAt, heldSince, locked }, controls };
}
