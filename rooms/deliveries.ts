// Brings applied controls to the examinees whom they concern: at once, over each new link, and again every 5 s until the
// client has them. A confirmation is stored before the person is told so. Called by the room's actor and its messages.
import type { Client } from '@colyseus/core';
import type { ControlDocument, ReceiptDocument } from '../schema/documents/control.ts';
import type { Incoming } from '../schema/messages.ts';
import { refuse } from '../schema/refusals.ts';
import { isDelivered, type Ledger, ledgerOf, NOTHING, note, summaryOf } from './ledger.ts';
import { isFinal, type LiveRoom, type Seat, tell } from './live-room.ts';
import type { RoomContext } from './room-context.ts';
import { noteTold } from './told.ts';

const AGAIN_MS = 5_000;

type Sender = { readonly client: Client; readonly seat: Seat };

/** Opens the ledger of a control that this room has applied; one that it has already stays as it is. */
export function openLedger(room: LiveRoom, control: ControlDocument, receipt: ReceiptDocument): void {
  if (receipt.state !== 'applied' || room.ledgers.has(control._id)) return;
  const ledger = ledgerOf(control, receipt);
  room.ledgers.set(control._id, ledger);
  for (const examineeId of ledger.entries.keys()) {
    const seat = room.seats.get(examineeId);
    if (seat !== undefined) noteTold(seat, ledger);
  }
}

/** Who enters after a notice to everybody is concerned by it too, while it has not expired. */
export function concernLater({ room, services }: RoomContext, seat: Seat): void {
  const now = services.now();
  for (const ledger of room.ledgers.values()) {
    if (ledger.staysUntil <= now || ledger.entries.has(seat.examineeId) || isFinal(seat.status)) continue;
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
    const isOpen = entry.deliveredAt === 0 || (ledger.told.mustConfirm === true && entry.confirmedAt === 0);
    if (isOpen) send(room, ledger, examineeId, services.now());
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
    await context.services.store.controls.noteDelivery(ledger.receiptId, new Map([[seat.examineeId, change]]));
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
      await services.store.controls.noteDelivery(ledger.receiptId, unstored);
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
