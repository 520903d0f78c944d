// How a room takes a stored control: decides purely, writes the receipt once (a failed one is final), stores the change
// under its epoch, and only then applies it. The same control applied again changes nothing.
import { decideControl, type RoomChange } from '../exam/exam-room.ts';
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import { isRefusal, type Refusal } from '../schema/refusals.ts';
import type { RoomContext } from './room-context.ts';

/** True when the control is done with for this room. Throws where the store is away: it comes again at the next look. */
export async function takeControl(
  context: RoomContext,
  control: ControlDocument,
  apply: (change: RoomChange) => void,
): Promise<boolean> {
  const { room, services } = context;
  if (room.lost) return false;
  if (control.roomId !== '' && control.roomId !== room.roomId) return true;
  if (room.appliedControls.has(control._id)) return true;
  // A receipt is for good and carries no epoch, so who was replaced must know it before writing one.
  const epoch = (await services.store.rooms.get(room.roomId))?.epoch ?? room.epoch;
  if (epoch !== room.epoch) {
    context.fenced();
    return false;
  }
  const now = services.now();
  const decision = decideControl(room.facts, control, now);
  const receipt = await services.store.controls.receipt(receiptOf(context, control, decision, now));
  const change = receipt.state === 'applied' && !isRefusal(decision) ? decision : {};
  const stored = await services.store.rooms.applied(room.roomId, room.epoch, control._id, change);
  if (stored === null) {
    context.fenced(); // the new owner takes it
    return false;
  }
  room.appliedControls.add(control._id);
  if (change.status !== undefined) room.storedStatus = change.status;
  apply(change);
  services.recorder.log({
    planId: room.planId,
    roomId: room.roomId,
    stream: control.actorRole === 'proctor' ? 'proctor' : 'system',
    subject: control.actorId,
    kind: `control.${receipt.state}`,
    at: now,
    data: { controlId: control._id, action: control.action, code: receipt.code },
  });
  return true;
}

function receiptOf(
  { room }: RoomContext,
  control: ControlDocument,
  decision: RoomChange | Refusal,
  at: number,
): ReceiptDocument {
  const [state, code] = isRefusal(decision) ? (['failed', decision.refused] as const) : (['applied', ''] as const);
  return {
    _id: `${control._id}.${room.roomId}`,
    controlId: control._id,
    roomId: room.roomId,
    planId: room.planId,
    state,
    code,
    at,
  };
}
