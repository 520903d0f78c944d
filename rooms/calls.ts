// The room's raised hands, live: stored first, then told to the examinee and to the room's proctors, and told again until
// the examinee's client has what became of it. One examinee never hears of another's.
import type { Client } from '@colyseus/core';
import { decideRaise, toldOfCall } from '../exam/call.ts';
import { callView } from '../exam/call-view.ts';
import type { Call, CallEnd } from '../schema/calls.ts';
import type { Incoming } from '../schema/messages.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { clientsOf } from './attendance.ts';
import { type LiveRoom, type Seat, tell } from './live-room.ts';
import { handOf, noteCall } from './open-calls.ts';
import type { RoomContext } from './room-context.ts';

const AGAIN_MS = 5_000;

type Sender = { readonly client: Client; readonly seat: Seat };

/** Takes what somebody has still to hear of. */
export async function loadCalls({ room, services }: RoomContext): Promise<void> {
  for (const call of await services.store.calls.waitingIn(room.roomId)) noteCall(room, call);
}

/** A proctor has come: every hand that is up, and which those are. */
export function tellOpenCalls({ calls }: LiveRoom, client: Client): void {
  const open = [...calls.waiting.values()].filter(({ status }) => status === 'open');
  for (const call of open) tell(client, 'call.changed', { call: callView(call) });
  tell(client, 'call.open', { callIds: open.map(({ _id }) => _id) });
}

/** Somebody has gone to another room, and so has a hand that was up. */
export function tellOpenCallIds({ calls }: LiveRoom, client: Client): void {
  const open = [...calls.waiting.values()].filter(({ status }) => status === 'open');
  tell(client, 'call.open', { callIds: open.map(({ _id }) => _id) });
}

/** Somebody has come from another room: what waits of this person. Throws where the store is away. */
export async function showArrivedCalls({ room, services }: RoomContext, examineeId: string): Promise<void> {
  for (const call of await services.store.calls.waitingIn(room.roomId)) {
    if (call.examineeId !== examineeId) continue;
    noteCall(room, call);
    for (const proctor of clientsOf(room)) tell(proctor, 'call.changed', { call: callView(call) });
  }
}

/** Over a new link: the own hand that is up, and what became of those that are over. */
export function tellOwnCalls({ room, services }: RoomContext, { examineeId, client }: Seat): void {
  if (client === undefined) return;
  for (const call of room.calls.waiting.values())
    if (call.examineeId === examineeId) send(room, client, call, services.now());
}

/** What became of a call is told again until the client has it. Called each second. */
export function tellCallsAgain({ room, services }: RoomContext): void {
  const now = services.now();
  for (const call of room.calls.waiting.values()) {
    const client = room.seats.get(call.examineeId)?.client;
    const isDue = call.status !== 'open' && now - (room.calls.sentAt.get(call._id) ?? 0) >= AGAIN_MS;
    if (isDue && client !== undefined) send(room, client, call, now);
  }
}

function send({ calls }: LiveRoom, client: Client, call: Call, now: number): void {
  calls.sentAt.set(call._id, now);
  tell(client, 'call.told', toldOfCall(call));
}

/** Everybody concerned: the examinee, and the room's proctors. */
function show({ room, services }: RoomContext, call: Call): void {
  noteCall(room, call);
  const client = room.seats.get(call.examineeId)?.client;
  if (client !== undefined) send(room, client, call, services.now());
  for (const proctor of clientsOf(room)) tell(proctor, 'call.changed', { call: callView(call) });
}

/** An examinee raises the hand. */
export function raiseCall(context: RoomContext, { client, seat }: Sender, message: Incoming<'call.raise'>): void {
  const { room, services } = context;
  const { callId, question } = message;
  const { examineeId } = seat;
  const at = services.now();
  const decision = decideRaise(handOf(room, examineeId), room.calls.raisedAt.get(examineeId) ?? 0, callId, at);
  if (isRefusal(decision)) return refuseCall(client, callId, decision);
  if (decision === 'known') return tellOwnCalls(context, seat);
  const whose = { planId: room.planId, roomId: room.roomId, examineeId, open: examineeId };
  const nothing = { answer: '', by: '', byRole: '', endedAt: 0, receivedAt: 0 } as const;
  const call: Call = { _id: callId, ...whose, question, at, status: 'open', ...nothing, waiting: true };
  attempt(
    context,
    client,
    callId,
    () => services.store.calls.raise(call),
    ({ at: raisedAt }) => raisedAt === at,
  );
}

/** An examinee takes the own hand back. */
export function withdrawCall(
  context: RoomContext,
  { client, seat }: Sender,
  { callId }: Incoming<'call.withdraw'>,
): void {
  const { room, services } = context;
  const { examineeId } = seat;
  const endedAt = services.now();
  const end = { status: 'withdrawn', answer: '', by: examineeId, byRole: 'examinee', endedAt } as const;
  const work = async () => (await services.store.calls.end(callId, room.roomId, end)) ?? refuse('CALL_UNKNOWN');
  attempt(context, client, callId, work, (call) => call.endedAt === endedAt);
}

/** What it came to is told to everybody concerned; a refusal to the sender alone. A repeat is told again. */
function attempt(
  context: RoomContext,
  client: Client,
  callId: string,
  work: () => Promise<Call | Refusal>,
  isNew: (call: Call) => boolean,
): void {
  context.effect('call', async () => {
    try {
      const result = await work();
      if (isRefusal(result)) return refuseCall(client, callId, result);
      if (isNew(result)) logCall(context, result);
      show(context, result);
    } catch (error) {
      refuseCall(client, callId, refuse('INTERNAL'));
      throw error;
    }
  });
}

function refuseCall(client: Client, callId: string, { refused: code, ...rest }: Refusal): void {
  tell(client, 'call.refused', { callId, code, ...rest });
}

/** The client has what became of these. */
export function noteCallsReceived(
  { room, services, effect }: RoomContext,
  { seat }: Sender,
  { callIds }: Incoming<'call.received'>,
): void {
  const own = callIds.filter((callId) => {
    const call = room.calls.waiting.get(callId);
    return call !== undefined && call.examineeId === seat.examineeId && call.status !== 'open';
  });
  if (own.length === 0) return;
  effect('note received calls', async () => {
    const at = services.now();
    await services.store.calls.received(seat.examineeId, own, at);
    for (const callId of own) {
      room.calls.waiting.delete(callId);
      room.calls.sentAt.delete(callId);
    }
  });
}

/** A proctor answers. */
export function answerCall(
  context: RoomContext,
  client: Client,
  proctorId: string,
  { callId, text }: Incoming<'call.answer'>,
): void {
  const endedAt = context.services.now();
  endCall(context, client, callId, { status: 'answered', answer: text, by: proctorId, byRole: 'proctor', endedAt });
}

/** A proctor closes it without words, because he went there. */
export function closeCall(
  context: RoomContext,
  client: Client,
  proctorId: string,
  { callId }: Incoming<'call.close'>,
): void {
  const endedAt = context.services.now();
  endCall(context, client, callId, { status: 'closed', answer: '', by: proctorId, byRole: 'proctor', endedAt });
}

/** Of two proctors the second is refused, and told what it is now. */
function endCall(context: RoomContext, client: Client, callId: string, end: CallEnd): void {
  const { room, services } = context;
  const about = `${callId}.${end.status}`;
  context.effect('end a call', async () => {
    try {
      const result = (await services.store.calls.end(callId, room.roomId, end)) ?? refuse('CALL_UNKNOWN');
      if (isRefusal(result)) return refuseEnd(client, about, result);
      if (result.endedAt === end.endedAt) {
        logCall(context, result);
        show(context, result);
      }
      tell(client, 'call.answered', { about, call: callView(result) });
    } catch (error) {
      refuseEnd(client, about, refuse('INTERNAL'));
      throw error;
    }
  });
}

function refuseEnd(client: Client, about: string, { refused: code, retry, message }: Refusal): void {
  tell(client, 'call.answered', { about, code, retry, message });
}

/** That it happened, never what was said. */
function logCall({ room, services }: RoomContext, call: Call): void {
  const { _id: callId, status, examineeId, byRole, at, endedAt } = call;
  const isProctors = byRole === 'proctor';
  services.recorder.log({
    ...{ planId: room.planId, roomId: room.roomId, stream: isProctors ? 'proctor' : 'examinee' },
    ...{ subject: isProctors ? call.by : examineeId, kind: status === 'open' ? 'call.raised' : `call.${status}` },
    ...{ at: endedAt || at, data: { callId, examineeId } },
  });
}
