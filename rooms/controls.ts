// How a room takes a stored control: decides purely, writes the receipt once (a failed one is final), stores the change
// under its epoch, and only then applies it. The same control applied again changes nothing. What a receipt says counts,
// also where the process died behind it: the change is then derived again as of the receipt's instant.
import { decideControl, type RoomChange, type RoomControl } from '../exam/exam-room.ts';
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import { isRefusal, type Refusal } from '../schema/refusals.ts';
import { openLedger } from './deliveries.ts';
import { concernedBy, NOTHING } from './ledger.ts';
import type { LiveRoom } from './live-room.ts';
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
  if (room.appliedControls.has(control._id)) return takenBefore(room, control);
  // A receipt is for good and carries no epoch, so who was replaced must know it before writing one.
  const epoch = (await services.store.rooms.get(room.roomId))?.epoch ?? room.epoch;
  if (epoch !== room.epoch) {
    context.fenced();
    return false;
  }
  const now = services.now();
  const asked = controlFor(room, control);
  const receipt = await services.store.controls.receipt(
    receiptOf(room, control, asked, decideControl(room.facts, room.seats, asked, now), now),
  );
  const change = changeBy(context, asked, receipt);
  const stored = await services.store.rooms.applied(room.roomId, room.epoch, control._id, change);
  if (stored === null) {
    context.fenced(); // the new owner takes it
    return false;
  }
  room.appliedControls.add(control._id);
  if (change.status !== undefined) room.storedStatus = change.status;
  apply(change);
  openLedger(room, control, receipt);
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

/** What the store had of it is in the room's facts already; its ledger goes on. */
function takenBefore(room: LiveRoom, control: ControlDocument): true {
  const receipt = room.receipts.get(control._id);
  if (receipt !== undefined) openLedger(room, control, receipt);
  room.receipts.delete(control._id);
  return true;
}

/** The control as this room sees it: of whom it names, those who sit here. */
function controlFor(room: LiveRoom, control: ControlDocument): RoomControl {
  const { _id: controlId, roomId, action, at, expiresAt } = control;
  const { examineeIds = [], extraMs = 0, time = 'planned', undoes = '' } = control;
  const here = examineeIds.filter((examineeId) => room.seats.has(examineeId));
  const scope = roomId === '' ? 'plan' : 'room';
  const whom = examineeIds.length === 0 ? null : here;
  return { controlId, scope, action, at, expiresAt, extraMs, time, undoes, examineeIds: whom };
}

function changeBy({ room, services }: RoomContext, asked: RoomControl, { state, at }: ReceiptDocument): RoomChange {
  if (state !== 'applied') return {};
  const change = decideControl(room.facts, room.seats, asked, at);
  if (!isRefusal(change)) return change;
  services.log.warn(
    { roomId: room.roomId, controlId: asked.controlId },
    'an applied control has nothing to change now',
  );
  return {};
}

function receiptOf(
  room: LiveRoom,
  control: ControlDocument,
  { examineeIds }: RoomControl,
  decision: RoomChange | Refusal,
  at: number,
): ReceiptDocument {
  const ids = {
    _id: `${control._id}.${room.roomId}`,
    controlId: control._id,
    roomId: room.roomId,
    planId: room.planId,
    at,
  };
  if (isRefusal(decision))
    return { ...ids, state: 'failed', code: decision.refused, message: decision.message, ledger: {} };
  const concerned = concernedBy(examineeIds, room.seats.values());
  const ledger = Object.fromEntries(concerned.map((examineeId) => [examineeId, NOTHING]));
  return { ...ids, state: 'applied', code: '', message: '', ledger };
}
