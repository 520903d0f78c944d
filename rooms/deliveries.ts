// Brings applied controls to the examinees whom they concern: at once, over each new link, and again every 5 s until the
// client has them. A confirmation is stored before the person is told so. Called by the room's actor and its messages.
import type { Client } from '@colyseus/core';
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import type { ControlTold, Incoming } from '../schema/messages.ts';
import { refuse } from '../schema/refusals.ts';
import { isDelivered, isOpen, type Ledger, ledgerOf, NOTHING, note, receiptFor, summaryOf } from './ledger.ts';
import { isFinal, type LiveRoom, type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';
import { noteTold } from './told.ts';

const AGAIN_MS = 5_000;

type Sender = { readonly client: Client; readonly seat: Seat };

/** Opens the ledger of a control that this room has applied; one that it has already stays as it is. */
export function openLedger(room: LiveRoom, control: ControlDocument, receipt: ReceiptDocument): void {
  const before = room.ledgers.get(control._id);
  if (receipt.state !== 'applied' || before?.receiptId === receipt._id) return;
  const ledger = ledgerOf(control, receipt);
  room.ledgers.set(control._id, ledger);
  if (before !== undefined) takeOver(ledger, before);
  for (const examineeId of ledger.entries.keys()) {
    const seat = room.seats.get(examineeId);
    if (seat === undefined)
      dropOpen(ledger, examineeId); // the room that has this person now tells it
    else noteTold(seat, ledger);
  }
}

/** Somebody from another room, who has still to hear of it there, came before this room had taken it. */
function takeOver(ledger: Ledger, before: Ledger): void {
  for (const [examineeId, entry] of before.entries) {
    if (ledger.entries.has(examineeId)) continue;
    ledger.entries.set(examineeId, entry);
    ledger.elsewhere.set(examineeId, receiptFor(before, examineeId));
  }
  ledger.unstored = before.unstored;
  before.entries.clear();
}

/** Somebody has come from another room, and has still to hear of this. The receipt may be of the room before. */
export function openLedgerFor(
  room: LiveRoom,
  control: ControlDocument,
  receipt: ReceiptDocument,
  examineeId: string,
): void {
  const seat = room.seats.get(examineeId);
  const entry = receipt.ledger[examineeId];
  if (seat === undefined || entry === undefined) return;
  const ledger = room.ledgers.get(control._id) ?? ledgerOf(control, { ...receipt, ledger: {} });
  room.ledgers.set(control._id, ledger);
  if (receipt._id !== ledger.receiptId) ledger.elsewhere.set(examineeId, receipt._id);
  ledger.entries.set(examineeId, entry);
  ledger.isNews = true;
  noteTold(seat, ledger);
}

/** Another room has this person: what is still to be told is told there. */
export function dropFromLedgers(room: LiveRoom, examineeId: string): void {
  for (const ledger of room.ledgers.values()) dropOpen(ledger, examineeId);
}

function dropOpen(ledger: Ledger, examineeId: string): void {
  const entry = ledger.entries.get(examineeId);
  if (entry === undefined || !isOpen(ledger.told.mustConfirm === true, entry)) return;
  ledger.entries.delete(examineeId);
  ledger.isNews = true;
}

/** Who enters after a notice to everybody is concerned by it too, while it has not expired. */
export function concernLater({ room, services }: RoomContext, seat: Seat): void {
  const now = services.now();
  for (const ledger of room.ledgers.values()) {
    if (ledger.staysUntil <= now || ledger.entries.has(seat.examineeId) || isFinal(seat.status)) continue;
    if (seat.toldElsewhere.has(ledger.told.controlId)) continue;
    note(ledger, seat.examineeId, NOTHING);
    noteTold(seat, ledger);
  }
}

/** Tells everybody who is due, each over the live link. */
export function deliver({ room, services }: RoomContext): void {
  const now = services.now();
  for (const ledger of room.ledgers.values()) {
    if (isDelivered(ledger)) continue;
    for (const [examineeId, { deliveredAt }] of ledger.entries) {
      const isDue = deliveredAt === 0 && now - (ledger.sentAt.get(examineeId) ?? 0) >= AGAIN_MS;
      if (isDue) send(room, ledger, examineeId, now);
    }
  }
}

/** Over a new link comes again what was not received, or waits for the person's confirmation. */
export function deliverAgain({ room, services }: RoomContext, { examineeId }: Seat): void {
  for (const ledger of room.ledgers.values()) {
    const entry = ledger.entries.get(examineeId);
    if (entry === undefined) continue;
    if (isOpen(ledger.told.mustConfirm === true, entry)) send(room, ledger, examineeId, services.now());
  }
}

function send(room: LiveRoom, ledger: Ledger, examineeId: string, now: number): void {
  const seat = room.seats.get(examineeId);
  const client = seat?.client;
  if (seat === undefined || client === undefined) return;
  seat.boardBehind = true;
  ledger.sentAt.set(examineeId, now);
  if ((ledger.entries.get(examineeId)?.sentAt ?? 0) === 0) note(ledger, examineeId, { sentAt: now });
  tell(client, 'control.told', ledger.told);
}

/** What this person has still to receive or to confirm, for who asks over HTTP; noted as sent. */
export function openControls({ room, services }: RoomContext, seat: Seat): ControlTold[] {
  const open: ControlTold[] = [];
  for (const ledger of room.ledgers.values()) {
    const entry = ledger.entries.get(seat.examineeId);
    if (entry === undefined || !isOpen(ledger.told.mustConfirm === true, entry)) continue;
    if (entry.sentAt === 0) note(ledger, seat.examineeId, { sentAt: services.now() });
    seat.boardBehind = true;
    open.push(ledger.told);
  }
  return open;
}

/** The client has these. Of controls that do not concern it nothing is noted. */
export function noteReceived(
  { room, services }: RoomContext,
  { seat }: Sender,
  { controlIds }: Incoming<'control.received'>,
): void {
  for (const controlId of controlIds) {
    const ledger = room.ledgers.get(controlId);
    if (ledger?.entries.get(seat.examineeId)?.deliveredAt !== 0) continue;
    seat.boardBehind = true;
    note(ledger, seat.examineeId, { deliveredAt: services.now() });
  }
}

/** The person confirms: stored first, then told. A repeat is told again. */
export function confirm(
  context: RoomContext,
  { client, seat }: Sender,
  { controlId }: Incoming<'control.confirm'>,
): void {
  const ledger = context.room.ledgers.get(controlId);
  const entry = ledger?.entries.get(seat.examineeId);
  if (ledger === undefined || entry === undefined) {
    const { refused: code, retry, message } = refuse('CONTROL_UNKNOWN', 'It does not concern you.');
    return tell(client, 'refused', { type: 'control.confirm', code, retry, message });
  }
  if (entry.confirmedAt !== 0) return tell(client, 'control.confirmed', { controlId });
  context.effect('confirm', async () => {
    const at = context.services.now();
    const change = { deliveredAt: entry.deliveredAt || at, confirmedAt: at };
    await context.services.store.controls.noteDelivery(
      receiptFor(ledger, seat.examineeId),
      new Map([[seat.examineeId, change]]),
    );
    note(ledger, seat.examineeId, change);
    seat.boardBehind = true;
    if (seat.client !== undefined) tell(seat.client, 'control.confirmed', { controlId });
  });
}

/** Stores what has changed in the ledgers. Throws where the store is away: it comes with the next upkeep. */
export async function storeDeliveries({ room, services }: RoomContext): Promise<void> {
  for (const ledger of room.ledgers.values()) {
    if (ledger.unstored.size === 0) continue;
    const { unstored } = ledger;
    ledger.unstored = new Map();
    try {
      for (const [receiptId, changes] of Map.groupBy(unstored, ([examineeId]) => receiptFor(ledger, examineeId)))
        await services.store.controls.noteDelivery(receiptId, new Map(changes));
    } catch (error) {
      for (const [examineeId, change] of unstored)
        ledger.unstored.set(examineeId, { ...change, ...ledger.unstored.get(examineeId) });
      throw error;
    }
  }
}

/** Tells proctors of every ledger that has changed. */
export function showLedgers({ room }: RoomContext, proctors: Iterable<Client>): void {
  for (const ledger of room.ledgers.values()) {
    if (!ledger.isNews) continue;
    ledger.isNews = false;
    const summary = summaryOf(ledger);
    for (const client of proctors) tell(client, 'control.ledger', summary);
  }
}

/** Tells a proctor who has just come of all ledgers. */
export function showAllLedgers({ room }: RoomContext, client: Client): void {
  for (const ledger of room.ledgers.values()) tell(client, 'control.ledger', summaryOf(ledger));
}
