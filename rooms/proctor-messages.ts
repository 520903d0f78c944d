// What a proctor's client may say to the room. A control goes the same way as the api's: stored, hinted, applied by id;
// the sender hears pending at once and the result when it is known.
import type { Client } from '@colyseus/core';
import { isSameTime, lifeOf, withText } from '../exam/notice.ts';
import { instantOf } from '../exam/start-instant.ts';
import { isSameOrder, orderFields } from '../schema/documents/control.ts';
import { noticesOf } from '../schema/documents/plan.ts';
import type { Incoming } from '../schema/messages.ts';
import { isRefusal, REFUSALS, type Refusal, type RefusalCode, refuse } from '../schema/refusals.ts';
import { hasRoom } from './attendance.ts';
import { tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

const CONTROL_LIFE_MS = 10 * 60_000;

/** Stores a proctor's control for this room. */
export function issueControl(
  context: RoomContext,
  client: Client,
  proctorId: string,
  message: Incoming<'control.issue'>,
): void {
  context.effect('issue control', () => store(context, client, proctorId, message));
}

async function store(
  context: RoomContext,
  client: Client,
  proctorId: string,
  given: Incoming<'control.issue'>,
): Promise<void> {
  const { room, services } = context;
  const { controlId } = given;
  const { plan } = await services.catalogue.factsOf(room.planId);
  const message = withText(given, noticesOf(plan), false);
  if (isRefusal(message)) return answer(client, controlId, message);
  const now = services.now();
  const { at, tooSoon } = instantOf(message, now, services.startAheadMs);
  // A repeat comes later than the first did, so what is stored goes before what would be refused now.
  const refused = tooSoon ?? refusedHere(context, message) ?? (await refusedThere(context, proctorId, message));
  if (refused !== undefined && (await services.store.controls.get(controlId)) === null)
    return answer(client, controlId, refused);
  const { control } = await services.store.controls.issue({
    _id: controlId,
    planId: room.planId,
    roomId: room.roomId,
    at,
    actorId: proctorId,
    actorRole: 'proctor',
    storedAt: now,
    expiresAt: at + lifeOf(message, CONTROL_LIFE_MS),
    ...orderFields(message),
  });
  const isSame = control.roomId === room.roomId && isSameTime(control, message) && isSameOrder(control, message);
  if (!isSame) return answer(client, controlId, refuse('CONTROL_REUSED'));
  tell(client, 'control.applied', { controlId, state: 'pending' });
  await services.controls.look(room.planId);
  const receipt = (await services.store.controls.receipts(controlId)).find((one) => one.roomId === room.roomId);
  if (receipt === undefined) return;
  if (receipt.state !== 'failed') return tell(client, 'control.applied', { controlId, state: receipt.state });
  const code = isCode(receipt.code) ? receipt.code : 'INTERNAL';
  tell(client, 'control.applied', { controlId, state: 'failed', code, message: receipt.message });
}

function refusedHere({ room }: RoomContext, { examineeIds = [] }: Incoming<'control.issue'>): Refusal | undefined {
  const stranger = examineeIds.find((examineeId) => !room.seats.has(examineeId));
  return stranger === undefined ? undefined : refuse('EXAMINEE_UNKNOWN', `Nobody here has the id ${stranger}.`);
}

/** Who moves somebody has both rooms. */
async function refusedThere(
  { services }: RoomContext,
  proctorId: string,
  { toRoomId }: Incoming<'control.issue'>,
): Promise<Refusal | undefined> {
  if (toRoomId === undefined) return undefined;
  const proctor = await services.store.proctors.get(proctorId);
  if (proctor !== null && hasRoom(proctor, toRoomId)) return undefined;
  return refuse('PERMISSION_DENIED', 'That room is not among yours; allowed: a chief, or an administrator.');
}

function isCode(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}

function answer(client: Client, controlId: string, { refused: code, message }: Refusal): void {
  tell(client, 'control.applied', { controlId, state: 'failed', code, message });
}
