// What a proctor's client may say to the room. A control goes the same way as the api's: stored, hinted, applied by id;
// the sender hears pending at once and the result when it is known.
import type { Client } from '@colyseus/core';
import { START_AHEAD_MS } from '../exam/exam-room.ts';
import type { Incoming } from '../schema/messages.ts';
import { refuse } from '../schema/refusals.ts';
import { tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';

const CONTROL_LIFE_MS = 10 * 60_000;
/** A start without an instant gets one that leaves time for every process to hear of it. */
const DEFAULT_START_MS = START_AHEAD_MS + 500;

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
  message: Incoming<'control.issue'>,
): Promise<void> {
  const { room, services } = context;
  const { controlId, action, reason } = message;
  const now = services.now();
  const at = message.at ?? (action === 'start' ? now + DEFAULT_START_MS : now);
  const isTooSoon = action === 'start' && at < now + START_AHEAD_MS;
  // A repeat comes later than the first did, so what is stored goes before the instant.
  if (isTooSoon && (await services.store.controls.get(controlId)) === null)
    return answer(client, controlId, 'INSTANT_TOO_SOON');
  const { control } = await services.store.controls.issue({
    _id: controlId,
    planId: room.planId,
    roomId: room.roomId,
    action,
    at,
    actorId: proctorId,
    actorRole: 'proctor',
    reason,
    storedAt: now,
    expiresAt: now + CONTROL_LIFE_MS,
  });
  if (control.roomId !== room.roomId || control.action !== action) return answer(client, controlId, 'CONTROL_REUSED');
  tell(client, 'control.applied', { controlId, state: 'pending' });
  await services.controls.look(room.planId);
  const receipt = (await services.store.controls.receipts(controlId)).find((one) => one.roomId === room.roomId);
  if (receipt === undefined) return;
  const { state, code } = receipt;
  if (state === 'failed' && isCode(code)) answer(client, controlId, code);
  else tell(client, 'control.applied', { controlId, state });
}

function isCode(code: string): code is 'TRANSITION_REFUSED' | 'CONTROL_EXPIRED' {
  return code === 'TRANSITION_REFUSED' || code === 'CONTROL_EXPIRED';
}

function answer(
  client: Client,
  controlId: string,
  code: 'INSTANT_TOO_SOON' | 'CONTROL_REUSED' | 'TRANSITION_REFUSED' | 'CONTROL_EXPIRED',
): void {
  tell(client, 'control.applied', { controlId, state: 'failed', code, message: refuse(code).message });
}
