// What a control has come to, from the rooms' receipts. `failed` and `applied` are final. Called by routes/controls.ts.
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import { refuse } from '../schema/refusals.ts';
import type { ControlReply } from '../schema/replies.ts';
import type { ControlState } from '../schema/states.ts';
import type { Store } from '../store/open-store.ts';

/** A room that has said nothing by the control's end gets its failed receipt here, unless it is faster. `now` is epoch ms. */
export async function controlReply(
  store: Pick<Store, 'controls' | 'rooms'>,
  control: ControlDocument,
  now: number,
): Promise<ControlReply> {
  const [stored, roomIds] = await Promise.all([store.controls.receipts(control._id), roomsOf(store, control)]);
  const receipts = now > control.expiresAt ? await closed(store, control, stored, roomIds, now) : stored;
  const count = (state: ControlState): number => receipts.filter((receipt) => receipt.state === state).length;
  const [applied, failed, total] = [count('applied'), count('failed'), roomIds.length];
  return {
    control: controlView(control),
    state: stateOf(applied, failed, total),
    rooms: { applied, failed, total },
    outcomes: receipts.map(({ roomId, state, code, message = '', at }) => ({ roomId, state, code, message, at })),
    ledger: ledgerOf(receipts),
  };
}

/** A receipt is inserted once, so whatever a room makes of the control from now on, it finds that it has failed. */
async function closed(
  store: Pick<Store, 'controls'>,
  { _id: controlId, planId }: ControlDocument,
  receipts: readonly ReceiptDocument[],
  roomIds: readonly string[],
  at: number,
): Promise<ReceiptDocument[]> {
  const { refused: code, message } = refuse('CONTROL_EXPIRED');
  const known = new Set(receipts.map((receipt) => receipt.roomId));
  const silent = roomIds.filter((roomId) => !known.has(roomId));
  const inserted = silent.map((roomId) =>
    store.controls.receipt({
      _id: `${controlId}.${roomId}`,
      controlId,
      roomId,
      planId,
      state: 'failed',
      code,
      message,
      at,
      ledger: {},
    }),
  );
  return [...receipts, ...(await Promise.all(inserted))];
}

function ledgerOf(receipts: readonly ReceiptDocument[]): ControlReply['ledger'] {
  const entries = receipts.flatMap(({ ledger = {} }) => Object.entries(ledger));
  return {
    concerned: entries.length,
    delivered: entries.filter(([, { deliveredAt }]) => deliveredAt !== 0).length,
    confirmed: entries.filter(([, { confirmedAt }]) => confirmedAt !== 0).length,
    missing: entries.filter(([, { deliveredAt }]) => deliveredAt === 0).map(([examineeId]) => examineeId),
  };
}

function stateOf(applied: number, failed: number, total: number): ControlState {
  if (applied + failed < total) return 'pending';
  return failed > 0 ? 'failed' : 'applied';
}

async function roomsOf({ rooms }: Pick<Store, 'rooms'>, { planId, roomId }: ControlDocument): Promise<string[]> {
  return roomId === '' ? (await rooms.byPlan(planId)).map(({ _id }) => _id) : [roomId];
}

function controlView(control: ControlDocument): ControlReply['control'] {
  const { _id: controlId, planId, roomId, action, at, actorRole, reason, storedAt, expiresAt } = control;
  const { examineeIds = [], extraMs = 0, time = 'planned', text = '', mustConfirm = false, undoes = '' } = control;
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
    examineeIds,
    extraMs,
    time,
    text,
    mustConfirm,
    undoes: undoes === '' ? null : undoes,
  };
}
