// Who sits in the room, and with which socket: admission by the roster and the fence, departure, the links' states.
import { type Client, ServerError } from '@colyseus/core';
import { admissionOf } from '../exam/admission.ts';
import type { AnswerSheet } from '../exam/answer-sheet.ts';
import { DROPPED_MS } from '../exam/grace.ts';
import { linkAfter } from '../exam/links.ts';
import { fenceOf } from '../exam/revision.ts';
import { startForLate } from '../exam/timeline.ts';
import { CLOSE } from '../schema/close-codes.ts';
import { refuse } from '../schema/refusals.ts';
import type { SeatAuth } from '../schema/reservations.ts';
import { takeIn } from './arrivals.ts';
import { forgetWaiting, noteNobodyWaits } from './devices.ts';
import { beginTimeouts } from './endings.ts';
import { DEAD_MS, terminate } from './guard.ts';
import { noteSeen } from './link-log.ts';
import { beginAnswering, isFinal, type LiveRoom, type Seat, tell } from './live-room.ts';
import { becameDurable, tellSaved } from './receiver.ts';
import { loadSheet } from './recovery.ts';
import type { RoomContext } from './room-context.ts';
import { toldTo } from './told.ts';
import { noticeEntry } from './watched-seat.ts';

/** So long a device may take to say that it knows. */
const TOLD_MS = 5_000;
/** How far the clocks of an api and a rooms process may differ. */
const CLOCKS_APART_MS = 2_000;

type ExamineeAuth = Extract<SeatAuth, { role: 'examinee' }>;

/** Seats the client. Throws where the examinee is not on the roster or a later session has taken over. */
export async function admit(context: RoomContext, client: Client, auth: ExamineeAuth): Promise<Seat> {
  const { room, services } = context;
  const seat = room.seats.get(auth.examineeId) ?? (await takeIn(context, auth.examineeId));
  if (seat === undefined) throw new ServerError(404, refuse('EXAMINEE_UNKNOWN').message);
  if (seat.status === 'removed') throw new ServerError(403, refuse('EXAMINEE_REMOVED').message);
  if (seat.admission === 'refused') throw new ServerError(403, refuse('ENTRY_REFUSED').message);
  if (room.settledAt !== 0 && seat.status === 'absent') throw new ServerError(409, refuse('EXAM_ENDED').message);
  await loadSheet(services, room, seat, auth.fence, auth.fresh);
  const { sheet } = seat;
  if (sheet === undefined || auth.fence < sheet.fence) throw new ServerError(409, refuse('SESSION_FENCED').message);
  const isLetIn = auth.release !== undefined; // what a proctor has decided is no incident
  takeSession(context, seat, sheet, { fence: auth.fence, deviceKey: auth.deviceKey ?? '', isLetIn, isHere: true });
  seat.client = client;
  seat.link = 'online';
  noteSeen(context, seat, services.now());
  seat.onlineSince = seat.lastSeenAt;
  seat.reported = { ...seat.reported, device: auth.device ?? '' };
  services.log.debug({ roomId: room.roomId, examineeId: seat.examineeId, fence: auth.fence }, 'seated');
  becomeEntered(room, seat, services.now());
  beginAnswering(room, seat, services.now());
  // What became durable since the api read the sheet is in neither its reply nor any later message.
  seat.missed = seat.durableAt > auth.readAt - CLOCKS_APART_MS && holdsEarlier(sheet);
  if (seat.missed) context.effect('show what was missed', () => showMissed(context, seat));
  return seat;
}

/** `isHere`: it comes with a socket of its own, so that one before it is over, whosever it is. */
type Session = {
  readonly fence: number;
  readonly deviceKey: string;
  readonly isLetIn: boolean;
  readonly isHere: boolean;
};

/** The live session is this one from now on; the socket of the one before is told so, and ends. */
export function takeSession(
  context: RoomContext,
  seat: Seat,
  sheet: AnswerSheet,
  { fence, deviceKey, isLetIn, isHere }: Session,
): void {
  const before = seat.client;
  const takesOver = fence > sheet.fence;
  const wasAlive = before !== undefined && context.services.now() - seat.lastSeenAt < DROPPED_MS;
  if (before !== undefined && (isHere || takesOver)) release(before, takesOver ? fence : 0);
  sheet.fence = fence;
  if (takesOver) noteNobodyWaits(seat);
  if (isHere || takesOver) noticeEntry(context, seat, deviceKey, takesOver && wasAlive && !isLetIn);
}

/** Who comes when the room has just ended was let in while it ran: not absent, but ended like the others. */
export function becomeEntered(room: LiveRoom, seat: Seat, now: number): void {
  if (seat.status !== 'registered' && seat.status !== 'absent') return;
  const startsAt = startForLate(room.facts, now);
  if (!seat.isDecided) seat.admission = admissionOf(room.entryRules, { status: seat.status }, startsAt, now);
  seat.status = 'entered';
  if (seat.ending.step !== 'ended') return;
  seat.ending = { step: 'none' };
  beginTimeouts(room, now);
}

/** Whether something current on the sheet is of an earlier session. */
function holdsEarlier({ known, fence }: AnswerSheet): boolean {
  for (const { durable } of known.values()) if (durable > 0 && fenceOf(durable) < fence) return true;
  return false;
}

/** Shows the session every current answer of earlier ones; what it knows already it ignores. Until it succeeds, upkeep repeats it. */
export async function showMissed({ room, services }: RoomContext, seat: Seat): Promise<void> {
  const answers = await services.store.answers.current(room.planId, seat.examineeId);
  const { sheet, client } = seat;
  seat.missed = false;
  if (sheet === undefined || client === undefined) return;
  for (const { item, revision, response } of answers) {
    const isCurrent = sheet.known.get(item)?.taken === revision;
    if (isCurrent && fenceOf(revision) < sheet.fence) tell(client, 'answer.current', { item, revision, response });
  }
}

/** The socket before this one is told why it ends: another device, or its own next connection. */
function release(client: Client, newFence: number): void {
  if (newFence === 0) return client.leave(CLOSE.replaced);
  tell(client, 'session.fenced', { fence: newFence });
  client.leave(CLOSE.fenced);
}

/** The client is gone; its seat stays. */
export function depart(room: LiveRoom, client: Client): void {
  for (const seat of room.seats.values()) {
    if (seat.client !== client) continue;
    seat.client = undefined;
    seat.link = 'dropped';
    seat.boardBehind = true;
    seat.displayBehind = true;
  }
}

/** Who was sent out, or not let in, goes when the device knows it, or does not say so for long. */
export function endSessionsOutside({ room, services }: RoomContext): void {
  const now = services.now();
  for (const seat of room.seats.values()) {
    const isOut = seat.status === 'removed' || seat.admission === 'refused';
    if (!isOut || seat.client === undefined) continue;
    const { unreachedCount, unreachedSince } = toldTo(seat);
    if (unreachedCount === 0 || now - unreachedSince > TOLD_MS) seat.client.leave(CLOSE.removed);
  }
}

/** Marks links by their last heartbeat, and ends sockets that have been silent for long. */
export function markLinks({ room, services }: RoomContext): void {
  const now = services.now();
  forgetWaiting(room, now);
  for (const seat of room.seats.values()) {
    if (isFinal(seat.status) && seat.client === undefined && seat.link === 'offline') continue;
    const isJoined = seat.client !== undefined;
    const link = linkAfter(seat.link, { isJoined, lastSignAt: seat.lastSeenAt }, room.offlineMs, now);
    if (seat.client !== undefined && now - seat.lastSeenAt > DEAD_MS) terminate(seat.client);
    if (link === seat.link) continue;
    seat.link = link;
    seat.boardBehind = true;
    seat.displayBehind = true;
  }
}

/** Reads the seat's durable answers again and tells the live session what it did not know. */
export async function reread({ room, services }: RoomContext, seat: Seat): Promise<void> {
  await seat.loading;
  if (seat.sheet === undefined) return;
  for (const answer of await services.store.answers.current(room.planId, seat.examineeId)) {
    const known = seat.sheet.known.get(answer.item);
    if (known === undefined || answer.revision > known.durable) becameDurable(seat, answer, services.now());
  }
  tellSaved(seat);
}
