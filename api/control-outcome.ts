// What a control has come to, from the rooms' receipts. `failed` and `applied` are final. Called by routes/controls.ts.
import type { ControlDocument } from '../schema/documents/control.ts';
import type { ControlReply } from '../schema/replies.ts';
import type { ControlState } from '../schema/states.ts';
import type { Store } from '../store/open-store.ts';

/** A room that has said nothing by the control's end can no longer apply it. `now` is epoch ms. */
export async function controlReply(
  store: Pick<Store, 'controls' | 'rooms'>,
  control: ControlDocument,
  now: number,
): Promise<ControlReply> {
  const [receipts, total] = await Promise.all([store.controls.receipts(control._id), roomCount(store, control)]);
  const applied = receipts.filter((receipt) => receipt.state === 'applied').length;
  const silent = Math.max(0, total - receipts.length);
  const expired = now > control.expiresAt ? silent : 0;
  const failed = receipts.filter((receipt) => receipt.state === 'failed').length + expired;
  return { control: controlView(control), state: stateOf(applied, failed, total), rooms: { applied, failed, total } };
}

function stateOf(applied: number, failed: number, total: number): ControlState {
  if (applied + failed < total) return 'pending';
  return failed > 0 ? 'failed' : 'applied';
}

async function roomCount({ rooms }: Pick<Store, 'rooms'>, { planId, roomId }: ControlDocument): Promise<number> {
  return roomId === '' ? (await rooms.byPlan(planId)).length : 1;
}

function controlView({
  _id: controlId,
  planId,
  roomId,
  action,
  at,
  actorRole,
  reason,
  storedAt,
  expiresAt,
}: ControlDocument) {
  return {
    controlId,
    planId,
    roomId: roomId === '' ? null : roomId,
    action,
    at,
    actorRole,
    reason,
    storedAt,
    expiresAt,
  };
}
