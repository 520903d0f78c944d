// From a client's message to its handler: joined, permitted, parsed, not too many, the live session's. Whatever fails one
// of these is refused with a code and changes nothing; nobody is kicked for a message.
import { type Client, ClientState } from '@colyseus/core';
import { INCOMING, type Incoming, type IncomingType, type ProctorType } from '../schema/messages.ts';
import { neededRelation } from '../schema/permissions.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { SeatAuth } from '../schema/reservations.ts';
import { busy, takeTokensOf } from './allowance.ts';
import { attends, beatProctor, watchExaminee } from './attendance.ts';
import { answerCall, closeCall } from './calls.ts';
import { returnExaminee, takeExaminee } from './claims.ts';
import { EXAMINEE_MESSAGES, parseMessage, refuseAnswers, refuseSubmit } from './examinee-messages.ts';
import { answerHandover, offerHandover } from './handover.ts';
import { handleIncident, raiseIncident } from './incident-messages.ts';
import { type Seat, tell } from './live-room.ts';
import { issueControl } from './proctor-messages.ts';
import type { RoomContext } from './room-context.ts';

/** A client of a room; `auth` is what its reservation carried. */
export type ExamClient = Client<{ auth: SeatAuth }>;

const SHOWN_CHARACTERS = 64;
/** By then the room is with another process, and so is whoever is told this. */
const LEAVING_MS = 1_000;

type Handler = (context: RoomContext, sender: { client: Client; seat: Seat }, message: unknown) => void;

/**
 * The framework's table of messages: one row for all of them, because each row takes memory in each room. `ready` gives the
 * room's context. What calls itself `*` comes without its type, its message in the type's place.
 */
export function messageTable(
  ready: () => RoomContext,
): Record<string, (client: ExamClient, type: unknown, message: unknown) => void> {
  return {
    '*': (client, type, message) =>
      isKnown(type) ? receive(ready(), client, type, message) : receiveUnknown(client, type),
  };
}

function isKnown(type: unknown): type is IncomingType {
  return typeof type === 'string' && Object.hasOwn(INCOMING, type);
}

function receiveUnknown(client: ExamClient, type: unknown): void {
  if (client.state !== ClientState.JOINED) return;
  const shown = typeof type === 'string' || typeof type === 'number' ? String(type).slice(0, SHOWN_CHARACTERS) : '*';
  refuseMessage(client, shown, takeTokensOf(client, 1) ? refuse('MESSAGE_UNKNOWN') : busy());
}

/**
 * What a message costs its sender. A control is written twice and told to everybody, one after the other, so that many of
 * one proctor would hold up those of the others; a heartbeat touches nothing.
 */
const TOKENS: { readonly [T in IncomingType]: number } = {
  'answer.save': 1,
  'sheet.submit': 1,
  'tally.open': 5,
  'examinee.ready': 1,
  'held.choose': 5,
  'signal.report': 10,
  'control.issue': 5,
  'control.received': 1,
  'control.confirm': 1,
  'incident.raise': 5,
  'incident.handle': 5,
  'claim.take': 2,
  'claim.return': 2,
  'call.raise': 10,
  'call.withdraw': 5,
  'call.received': 1,
  'call.answer': 5,
  'call.close': 5,
  'examinee.watch': 1,
  'handover.offer': 5,
  'handover.answer': 5,
  heartbeat: 0,
};
function receive(context: RoomContext, client: ExamClient, type: IncomingType, message: unknown): void {
  if (client.state !== ClientState.JOINED) return; // who has not acknowledged the join is not listened to
  const { auth } = client;
  if (auth === undefined) return refuseMessage(client, type, refuse('PERMISSION_DENIED'));
  const isAllowed = neededRelation(auth.role, type) !== undefined;
  const parsed = isAllowed ? parseMessage(type, message) : refuse('PERMISSION_DENIED');
  const hasTokens = takeTokensOf(client, isRefusal(parsed) ? 1 : TOKENS[type]);
  if (isRefusal(parsed)) return refuseMessage(client, type, parsed);
  const later = hasTokens ? leaving(context, type) : busy();
  if (later !== undefined) return refuseLater(client, type, parsed, later);
  if (auth.role === 'proctor' && !attends(context.room, client, auth.proctorId))
    return refuseMessage(client, type, refuse('ASSIGNMENT_ENDED'));
  if (auth.role === 'proctor') return receiveFromProctor(context, client, auth.proctorId, type, parsed);
  const seat = context.room.seats.get(auth.examineeId);
  if (seat?.client !== client) return refuseMessage(client, type, refuse('SESSION_FENCED'));
  const handle = EXAMINEE_MESSAGES[type as keyof typeof EXAMINEE_MESSAGES] as Handler;
  handle(context, { client, seat }, parsed);
}

type ProctorHandler<T extends IncomingType> = (
  context: RoomContext,
  client: Client,
  proctorId: string,
  message: Incoming<T>,
) => void;

/** Every message of a proctor, by type. */
const PROCTOR_MESSAGES: { readonly [T in ProctorType | 'heartbeat']: ProctorHandler<T> } = {
  'control.issue': issueControl,
  'incident.raise': raiseIncident,
  'incident.handle': handleIncident,
  'claim.take': takeExaminee,
  'claim.return': returnExaminee,
  'call.answer': answerCall,
  'call.close': closeCall,
  'examinee.watch': watchExaminee,
  'handover.offer': offerHandover,
  'handover.answer': answerHandover,
  heartbeat: beatProctor,
};

function receiveFromProctor(
  context: RoomContext,
  client: Client,
  proctorId: string,
  type: IncomingType,
  message: unknown,
): void {
  const handle = PROCTOR_MESSAGES[type as keyof typeof PROCTOR_MESSAGES] as ProctorHandler<never>;
  handle(context, client, proctorId, message as never);
}

/** A room that is about to be handed on takes nothing; that somebody is there, it hears. */
function leaving({ room }: RoomContext, type: IncomingType): Refusal | undefined {
  return room.isLeaving && type !== 'heartbeat' ? refuse('ROOM_ELSEWHERE', undefined, LEAVING_MS) : undefined;
}

/** In the words of what was sent: the sender has to know which answers to send again. */
function refuseLater(client: Client, type: IncomingType, message: unknown, refusal: Refusal): void {
  if (type === 'answer.save') return refuseAnswers(client, (message as Incoming<'answer.save'>).answers, refusal);
  if (type === 'sheet.submit') return refuseSubmit(client, refusal);
  refuseMessage(client, type, refusal);
}

function refuseMessage(client: Client, type: string, { refused: code, ...rest }: Refusal): void {
  tell(client, 'refused', { type, code, ...rest });
}
