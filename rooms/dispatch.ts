// From a client's message to its handler: joined, permitted, parsed, the live session's. Whatever fails one of these is
// refused with a code and changes nothing; nobody is kicked for a message.
import { type Client, ClientState } from '@colyseus/core';
import { INCOMING, type IncomingType } from '../schema/messages.ts';
import { neededRelation } from '../schema/permissions.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { SeatAuth } from '../schema/reservations.ts';
import { EXAMINEE_MESSAGES, parseMessage } from './examinee-messages.ts';
import { type Seat, tell } from './live-room.ts';
import { issueControl } from './proctor-messages.ts';
import type { RoomContext } from './room-context.ts';

/** A client of a room; `auth` is what its reservation carried. */
export type ExamClient = Client<{ auth: SeatAuth }>;

const SHOWN_CHARACTERS = 64;

type Handler = (context: RoomContext, sender: { client: Client; seat: Seat }, message: unknown) => void;

/** The framework's table of messages: every known type, and `*` for all others. `ready` gives the room's context. */
export function messageTable(ready: () => RoomContext): Record<string, (client: ExamClient, message: unknown) => void> {
  const known = Object.keys(INCOMING).map((type) => [
    type,
    (client: ExamClient, message: unknown) => receive(ready(), client, type as IncomingType, message),
  ]);
  return {
    ...Object.fromEntries(known),
    '*': (client, type) => refuseMessage(client, String(type).slice(0, SHOWN_CHARACTERS), refuse('MESSAGE_UNKNOWN')),
  };
}

function receive(context: RoomContext, client: ExamClient, type: IncomingType, message: unknown): void {
  if (client.state !== ClientState.JOINED) return; // who has not acknowledged the join is not listened to
  const { auth } = client;
  if (auth === undefined || neededRelation(auth.role, type) === undefined)
    return refuseMessage(client, type, refuse('PERMISSION_DENIED'));
  const parsed = parseMessage(type, message);
  if (isRefusal(parsed)) return refuseMessage(client, type, parsed);
  if (auth.role === 'proctor') return receiveFromProctor(context, client, auth.proctorId, type, parsed);
  const seat = context.room.seats.get(auth.examineeId);
  if (seat?.client !== client) return refuseMessage(client, type, refuse('SESSION_FENCED'));
  const handle = EXAMINEE_MESSAGES[type as keyof typeof EXAMINEE_MESSAGES] as Handler;
  handle(context, { client, seat }, parsed);
}

/** A proctor's only other message is the heartbeat. */
function receiveFromProctor(
  context: RoomContext,
  client: Client,
  proctorId: string,
  type: IncomingType,
  message: unknown,
): void {
  if (type === 'control.issue') return issueControl(context, client, proctorId, message as never);
  const { sentAt } = message as { sentAt: number };
  tell(client, 'heartbeat', { sentAt, at: context.services.now() });
}

function refuseMessage(client: Client, type: string, { refused, retry, message }: Refusal): void {
  tell(client, 'refused', { type, code: refused, retry, message });
}
