// Which proctor has taken whom. Stored by compare-and-set before anybody sees it: of two who take one examinee at once, one
// is told who was faster. Falls free when its proctor is away for a while. Called by the room's actor and its messages.
import type { Client } from '@colyseus/core';
import type { Incoming, Outgoing } from '../schema/messages.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { type LiveRoom, type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

/** A page that is loaded again, a walk through a dead spot: the seat is kept. */
const AWAY_MS = 60_000;

type Type = Outgoing['claim.answered']['type'];

/** The proctor takes an examinee of this room. Who has taken that one already is told so again. */
export function takeExaminee(
  context: RoomContext,
  client: Client,
  proctorId: string,
  { examineeId }: Incoming<'claim.take'>,
): void {
  change(context, { client, proctorId, examineeId, type: 'claim.take' }, async () => {
    const { store, now } = context.services;
    return (await store.examinees.claim(examineeId, { proctorId, at: now() }))?.proctorId ?? '';
  });
}

/** The proctor gives back. Where nobody has taken the examinee, that is how it should be. */
export function returnExaminee(
  context: RoomContext,
  client: Client,
  proctorId: string,
  { examineeId }: Incoming<'claim.return'>,
): void {
  change(context, { client, proctorId, examineeId, type: 'claim.return' }, async () => {
    return (await context.services.store.examinees.unclaim(examineeId, proctorId))?.proctorId ?? '';
  });
}

type Asked = {
  readonly client: Client;
  readonly proctorId: string;
  readonly examineeId: string;
  readonly type: Type;
};

const changing = new WeakMap<Seat, Promise<void>>();

/** Changes of one seat follow each other, so that what is shown is what was stored last. */
function inTurn(seat: Seat, work: () => Promise<void>): Promise<void> {
  const next = (changing.get(seat) ?? Promise.resolve()).then(work, work);
  changing.set(seat, next);
  return next.finally(() => {
    if (changing.get(seat) === next) changing.delete(seat);
  });
}

function change(context: RoomContext, asked: Asked, store: () => Promise<string>): void {
  const { client, examineeId } = asked;
  const seat = context.room.seats.get(examineeId);
  if (seat === undefined) return answer(client, asked, '', refuse('EXAMINEE_UNKNOWN', 'Nobody of this room.'));
  context.effect('claim', () => inTurn(seat, () => carryOut(context, asked, seat, store)));
}

async function carryOut(context: RoomContext, asked: Asked, seat: Seat, store: () => Promise<string>): Promise<void> {
  const { client, proctorId, type } = asked;
  try {
    const takenBy = await store();
    const before = seat.takenBy;
    show(seat, takenBy);
    const isDone = takenBy === '' || takenBy === proctorId;
    answer(client, asked, takenBy, isDone ? undefined : taken(context.room, takenBy));
    if (takenBy !== before) record(context, asked.examineeId, proctorId, type === 'claim.take' ? 'taken' : 'returned');
  } catch (error) {
    answer(client, asked, seat.takenBy, refuse('INTERNAL'));
    throw error;
  }
}

function show(seat: Seat, takenBy: string): void {
  seat.takenBy = takenBy;
  seat.boardBehind = true;
}

function taken({ attendants }: LiveRoom, proctorId: string): Refusal {
  return refuse('EXAMINEE_TAKEN', `It is with ${attendants.get(proctorId)?.label ?? 'somebody who is gone'}.`);
}

function answer(client: Client, { type, examineeId }: Asked, takenBy: string, refusal: Refusal | undefined): void {
  if (refusal === undefined || !isRefusal(refusal))
    return tell(client, 'claim.answered', { type, examineeId, takenBy });
  const { refused: code, retry, message } = refusal;
  tell(client, 'claim.answered', { type, examineeId, takenBy, code, retry, message });
}

function record({ room, services }: RoomContext, examineeId: string, proctorId: string, what: string): void {
  const { planId, roomId } = room;
  const entry = { planId, roomId, stream: 'proctor', subject: proctorId, kind: `examinee.${what}` } as const;
  services.recorder.log({ ...entry, at: services.now(), data: { examineeId } });
}

/** Frees what somebody has taken who is away for long, or is assigned to the room no more. Called each second. */
export function freeClaims(context: RoomContext): void {
  const { room, services } = context;
  for (const seat of room.seats.values()) {
    const { takenBy: proctorId } = seat;
    if (proctorId === '' || !isAway(room, proctorId, services.now()) || changing.has(seat)) continue;
    context.effect('free a claim', () => inTurn(seat, () => free(context, seat, proctorId)));
  }
}

async function free(context: RoomContext, seat: Seat, proctorId: string): Promise<void> {
  show(seat, (await context.services.store.examinees.unclaim(seat.examineeId, proctorId))?.proctorId ?? '');
  record(context, seat.examineeId, proctorId, 'freed');
}

function isAway({ attendants }: LiveRoom, proctorId: string, now: number): boolean {
  const attendant = attendants.get(proctorId);
  return attendant === undefined || (attendant.state === 'away' && now - attendant.at > AWAY_MS);
}
