// Who comes from another room: is taken in with their time, what they have still to be told, their hands and incidents. Asked
// of the store alone, so that it is the same for a hint, a look, a device that comes, and a room that is made.
import type { ControlDocument } from '../schema/documents/control.ts';
import { arrivalOf, storeArrival } from './arrival-time.ts';
import { showArrivedCalls } from './calls.ts';
import { openLedgerFor } from './deliveries.ts';
import { showArrivedIncidents } from './incident-messages.ts';
import { isOpen, NOTHING } from './ledger.ts';
import { inTurn, type Seat } from './live-room.ts';
import type { RoomContext } from './room-context.ts';
import { seatOf } from './seats.ts';

/** The seat of this person, who has come from another room; undefined where the store says that another room has them. */
export function takeIn(context: RoomContext, examineeId: string): Promise<Seat | undefined> {
  const { room } = context;
  return inTurn(room, async () => room.seats.get(examineeId) ?? (await seatArrival(context, examineeId)));
}

async function seatArrival(context: RoomContext, examineeId: string): Promise<Seat | undefined> {
  const { room, services } = context;
  const { store, now } = services;
  const [examinee, sheet, held] = await Promise.all([
    store.examinees.get(examineeId),
    store.sheets.get(examineeId),
    store.heldAnswers.undecidedNames(examineeId),
  ]);
  if (examinee === null || examinee.roomId !== room.roomId || examinee.moved === undefined || room.lost)
    return undefined;
  const controls = await store.controls.forPlan(room.planId, 0);
  const change = await storeArrival(store, room, arrivalOf(examinee, examinee.moved), controls, now());
  if (change === null) context.fenced();
  if (change === null || room.lost) return undefined;
  context.apply(change);
  const seat = seatOf(room, examinee, sheet ?? undefined, now());
  seat.hasHeld = held.length > 0;
  room.seats.set(examineeId, seat);
  context.came(seat);
  await recallTold(context, seat, controls);
  await showArrivedCalls(context, examineeId);
  await showArrivedIncidents(context, examineeId);
  return seat;
}

/** A room was made: what its people who came from other rooms have still to be told. Throws where the store is away. */
export async function recallAllTold(context: RoomContext): Promise<void> {
  const moved = [...context.room.seats.values()].filter((seat) => seat.moved !== undefined);
  if (moved.length === 0) return;
  const controls = await context.services.store.controls.forPlan(context.room.planId, 0);
  for (const seat of moved) await recallTold(context, seat, controls);
}

/** The move itself, and what of the rooms before has not reached the device, or waits for the person's confirmation. */
async function recallTold(
  { room, services }: RoomContext,
  seat: Seat,
  controls: readonly ControlDocument[],
): Promise<void> {
  const { examineeId, moved } = seat;
  if (moved === undefined) return;
  const roomIds = [...new Set([room.roomId, ...moved.leftRoomIds])];
  const found = await Promise.all(roomIds.map((roomId) => services.store.controls.receiptsOfRoom(roomId)));
  const receipts = found
    .flat()
    .filter(({ state, ledger = {} }) => state === 'applied' && ledger[examineeId] !== undefined);
  seat.toldElsewhere = new Set(receipts.map(({ controlId }) => controlId));
  const byControl = Map.groupBy(receipts, ({ controlId }) => controlId);
  for (const control of controls)
    for (const receipt of byControl.get(control._id) ?? [])
      if (isOpen(control.mustConfirm, receipt.ledger[examineeId] ?? NOTHING))
        openLedgerFor(room, control, receipt, examineeId);
}
