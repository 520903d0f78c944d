// How applied controls come to those whom they concern, and what the ledger says of it. As rooms/deliveries.ts has it, on the
// product's own ledger (rooms/ledger.ts).
import { isDelivered, isOpen, type Ledger, ledgerOf, note } from '../../rooms/ledger.ts';
import type { ControlDocument, Delivery, ReceiptDocument } from '../../schema/documents/control.ts';
import { ask, nowOf, type Room, type Seat, tell } from './room.ts';

const AGAIN_MS = 2_000;

export function openLedger(room: Room, control: ControlDocument, receipt: ReceiptDocument): void {
  if (receipt.state !== 'applied' || room.ledgers.has(control._id)) return;
  const isForgotten = room.host.flaw === 'a rebuild forgets the ledger' && room.receipts.has(control._id);
  room.ledgers.set(control._id, ledgerOf(control, isForgotten ? { ...receipt, ledger: {} } : receipt));
}

/** Tells everybody who is due. */
export function deliver(room: Room): void {
  const now = nowOf(room);
  for (const ledger of room.ledgers.values()) {
    if (isDelivered(ledger) && !ledger.told.mustConfirm) continue;
    for (const [examineeId, entry] of ledger.entries) {
      const isDue =
        isOpen(ledger.told.mustConfirm === true, entry) && now - (ledger.sentAt.get(examineeId) ?? 0) >= AGAIN_MS;
      if (isDue) send(room, ledger, examineeId, now);
    }
  }
}

/** Over a new link comes again what is open. */
export function deliverAgain(room: Room, { examineeId }: Seat): void {
  for (const ledger of room.ledgers.values()) {
    const entry = ledger.entries.get(examineeId);
    if (entry !== undefined && isOpen(ledger.told.mustConfirm === true, entry))
      send(room, ledger, examineeId, nowOf(room));
  }
}

function send(room: Room, ledger: Ledger, examineeId: string, now: number): void {
  const seat = room.seats.get(examineeId);
  if (seat?.connection === undefined) return;
  ledger.sentAt.set(examineeId, now);
  if ((ledger.entries.get(examineeId)?.sentAt ?? 0) === 0) note(ledger, examineeId, { sentAt: now });
  if (room.host.flaw === 'told counts as delivered') note(ledger, examineeId, { deliveredAt: now });
  tell(seat, { type: 'control.told', examineeId, told: ledger.told });
}

/** The device has it. */
export function noteReceived(room: Room, { examineeId }: Seat, controlId: string): void {
  const ledger = room.ledgers.get(controlId);
  if (ledger?.entries.get(examineeId)?.deliveredAt === 0) note(ledger, examineeId, { deliveredAt: nowOf(room) });
}

/** The person confirms: stored first, then told. */
export function confirm(room: Room, seat: Seat, controlId: string): void {
  const { examineeId } = seat;
  const ledger = room.ledgers.get(controlId);
  const entry = ledger?.entries.get(examineeId);
  if (ledger === undefined || entry === undefined) return;
  const answer = (): void => tell(seat, { type: 'control.confirmed', examineeId, controlId });
  if (entry.confirmedAt !== 0) return answer();
  if (room.host.flaw === 'a confirmation is told before it is stored') answer();
  const at = nowOf(room);
  const change: Partial<Delivery> = { deliveredAt: entry.deliveredAt || at, confirmedAt: at };
  ask(
    room,
    () => room.host.store.controls.noteDelivery(ledger.receiptId, new Map([[examineeId, change]])),
    (stored) => {
      if (!stored.done) return;
      note(ledger, examineeId, change);
      answer();
    },
  );
}

/** Stores what has changed in the ledgers; what fails comes with the next upkeep. */
export function storeDeliveries(room: Room): void {
  for (const ledger of room.ledgers.values()) {
    if (ledger.unstored.size === 0) continue;
    const { unstored } = ledger;
    ledger.unstored = new Map();
    ask(
      room,
      () => room.host.store.controls.noteDelivery(ledger.receiptId, unstored),
      (stored) => {
        if (stored.done) return;
        for (const [examineeId, change] of unstored)
          ledger.unstored.set(examineeId, { ...change, ...ledger.unstored.get(examineeId) });
      },
    );
  }
}
