// What a control has come to, from the rooms' receipts. `failed` and `applied` are final. Called by routes/controls.ts.
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import type { RoomDocument } from '../schema/documents/room.ts';
import { refuse } from '../schema/refusals.ts';
import type { ControlReply } from '../schema/replies.ts';
import type { ControlState } from '../schema/states.ts';
import type { Store } from '../store/open-store.ts';

/**
 * Applied is said of a room once all that follows is stored, so that who hears it and reads finds it so. A room that has said
 * nothing by the control's end gets its failed receipt here, unless it is faster. A room that was over is none that a control
 * of everybody in the plan could concern. `now` is epoch ms.
 */
export async function controlReply(
  store: Pick<Store, 'controls' | 'rooms'>,
  control: ControlDocument,
  now: number,
): Promise<ControlReply> {
  const [stored, rooms] = await Promise.all([store.controls.receipts(control._id), roomsOf(store, control)]);
  const silent = silentlyOver(control, rooms, stored);
  const known = [...stored, ...silent].map(({ roomId }) => roomId);
  const waited = rooms.map(({ _id }) => _id).filter((roomId) => !known.includes(roomId));
  const closed = now > control.expiresAt ? await close(store, control, waited, now) : [];
  const byId = new Map(rooms.map((room) => [room._id, room]));
  const carriedOut = stored.filter((receipt) => isCarriedOut(receipt, byId.get(receipt.roomId)));
  const outcomes = [...carriedOut, ...silent, ...closed].map(({ roomId, state, code, message = '', at }) => {
    return { roomId, state, code, message, at };
  });
  const count = tally(control, outcomes, rooms.length + stillToCome(control, [...stored, ...closed]));
  return {
    control: controlView(control),
    state: stateOf(count),
    rooms: count,
    outcomes,
    ledger: ledgerOf([...stored, ...closed]),
  };
}

/** The receipt comes first, then the room's own state, then that of the people whom the control has turned. */
function isCarriedOut({ controlId, state }: ReceiptDocument, room: RoomDocument | undefined): boolean {
  if (state !== 'applied' || room === undefined) return true;
  return room.appliedControls.includes(controlId) && room.turn?.controlId !== controlId;
}

type Outcome = ControlReply['outcomes'][number];

/** Whether it is about everybody, wherever they sit. */
function isForAll({ roomId, examineeIds = [] }: ControlDocument): boolean {
  return roomId === '' && examineeIds.length === 0;
}

/** Rooms that had settled before the control came have nobody left who would say so. */
function silentlyOver(
  control: ControlDocument,
  rooms: readonly RoomDocument[],
  receipts: readonly ReceiptDocument[],
): Outcome[] {
  if (!isForAll(control) || control.action === 'reopen') return [];
  const said = new Set(receipts.map(({ roomId }) => roomId));
  const { refused: code, message } = refuse('ROOM_ENDED');
  return rooms
    .filter(({ _id, settledAt }) => settledAt !== 0 && !said.has(_id))
    .map(({ _id: roomId, settledAt: at }) => ({ roomId, state: 'failed', code, message, at }));
}

function tally(control: ControlDocument, outcomes: readonly Outcome[], total: number): ControlReply['rooms'] {
  const isOver = ({ code }: Outcome) => isForAll(control) && code === 'ROOM_ENDED';
  const count = (state: ControlState) => outcomes.filter((one) => one.state === state && !isOver(one)).length;
  return { applied: count('applied'), failed: count('failed'), over: outcomes.filter(isOver).length, total };
}

/** A move is applied once the other room has them, too; where the room that they would leave refuses, that is all. */
function stillToCome({ roomId, toRoomId }: ControlDocument, receipts: readonly ReceiptDocument[]): number {
  if (toRoomId === undefined || toRoomId === roomId) return 0;
  return receipts.some((receipt) => receipt.roomId === roomId && receipt.state === 'failed') ? 0 : 1;
}

/** A receipt is inserted once, so whatever a room makes of the control from now on, it finds that it has failed. */
function close(
  { controls }: Pick<Store, 'controls'>,
  { _id: controlId, planId }: ControlDocument,
  roomIds: readonly string[],
  at: number,
): Promise<ReceiptDocument[]> {
  const { refused: code, message } = refuse('CONTROL_EXPIRED');
  return Promise.all(
    roomIds.map((roomId) => {
      const ids = { _id: `${controlId}.${roomId}`, controlId, roomId, planId };
      return controls.receipt({ ...ids, state: 'failed', code, message, at, ledger: {} });
    }),
  );
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

function stateOf({ applied, failed, over, total }: ControlReply['rooms']): ControlState {
  if (applied + failed + over < total) return 'pending';
  return failed > 0 || applied === 0 ? 'failed' : 'applied';
}

async function roomsOf({ rooms }: Pick<Store, 'rooms'>, { planId, roomId }: ControlDocument): Promise<RoomDocument[]> {
  if (roomId === '') return rooms.byPlan(planId);
  const room = await rooms.get(roomId);
  return room === null ? [] : [room];
}

function controlView(control: ControlDocument): ControlReply['control'] {
  const { _id: controlId, planId, roomId, action, at, actorRole, reason, storedAt, expiresAt } = control;
  const {
    examineeIds = [],
    extraMs = 0,
    time = 'planned',
    text = '',
    template = '',
    mustConfirm = false,
    undoes = '',
  } = control;
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
    template: template === '' ? null : template,
    mustConfirm,
    undoes: undoes === '' ? null : undoes,
    toRoomId: control.toRoomId ?? null,
    seat: control.seat ?? null,
  };
}
