// A move between rooms, or between seats, as the room that is left decides and stores it. Which room and which seat somebody
// has is said by the examinee's own document alone, so that whoever dies in between, it is exactly one. Called by controls.ts
// and turns.ts.
import { type RoomChange, type RoomControl, roomEnd, windowFor } from '../exam/exam-room.ts';
import { type MoveAsked, type MoveTarget, type SeatAsked, seatTaken } from '../exam/moving.ts';
import { roomTime } from '../exam/timeline.ts';
import type { ControlDocument } from '../schema/documents/control.ts';
import type { ExamineeDocument, Turn } from '../schema/documents/room.ts';
import { isRefusal, type Refusal } from '../schema/refusals.ts';
import { hasSeat, seatIn } from '../schema/seats.ts';
import type { Store } from '../store/open-store.ts';
import { NOTHING } from './ledger.ts';
import type { RoomContext } from './room-context.ts';

/** What a move asks of the room that it leads to, as that one is stored now. Undefined for another control. */
export async function moveAsked(
  { room, services }: RoomContext,
  { action, toRoomId = room.roomId, seat, examineeIds: [examineeId = ''] = [] }: ControlDocument,
): Promise<MoveAsked | undefined> {
  if (action !== 'move') return undefined;
  const { store } = services;
  const people = await store.examinees.byRoom(toRoomId);
  const target = await targetOf(services, room.planId, toRoomId, people);
  const asked = { fromRoomId: room.roomId, toRoomId, target };
  if (seat === undefined) return asked;
  return { ...asked, seat: seatAsked(await store.examinees.get(examineeId), people, toRoomId, seat) };
}

function seatAsked(
  person: ExamineeDocument | null,
  people: readonly ExamineeDocument[],
  roomId: string,
  seat: string,
): SeatAsked {
  const holder = people.find((one) => one._id !== person?._id && hasSeat(one, roomId, seat));
  return { seat, heldBy: holder?._id ?? '', own: seatIn(person ?? {}), seated: person?.seated };
}

/**
 * The seat of a move is kept before the room takes it, so that of two who give one seat, in whichever processes, one is
 * refused, with nothing changed.
 */
export async function withPromise(
  { services: { store } }: RoomContext,
  { controlId, move }: RoomControl,
  decision: RoomChange | Refusal,
): Promise<RoomChange | Refusal> {
  const examineeId = isRefusal(decision) ? undefined : decision.turn?.examineeIds[0];
  if (move?.seat === undefined || examineeId === undefined) return decision;
  const { seat } = move.seat;
  const isKept = await store.examinees.promiseSeat(examineeId, { roomId: move.toRoomId, seat }, controlId);
  return isKept ? decision : seatTaken(seat, '');
}

/** The control came to nothing. */
export async function dropPromise(
  { services: { store } }: RoomContext,
  { _id: controlId, seat, examineeIds: [examineeId = ''] = [] }: ControlDocument,
): Promise<void> {
  if (seat !== undefined) await store.examinees.dropPromise(examineeId, controlId);
}

async function targetOf(
  { store, catalogue }: RoomContext['services'],
  planId: string,
  roomId: string,
  people: readonly ExamineeDocument[],
): Promise<MoveTarget | 'unknown'> {
  const document = await store.rooms.get(roomId);
  if (document === null || document.planId !== planId) return 'unknown';
  const { plan } = await catalogue.factsOf(planId);
  const { status } = document;
  const facts = { ...roomTime(document, plan), status };
  const seats = people.map((one) => ({ status: one.status, window: windowFor(facts, one._id, one.extraMs) }));
  return { status, endsAt: roomEnd(facts, seats), peopleCount: people.length };
}

type Stores = Pick<Store, 'sheets' | 'examinees' | 'calls' | 'incidents' | 'heldAnswers' | 'controls'>;

/** Carries out a stored move. Done again it changes nothing, and nothing for whom another move has brought elsewhere since. */
export async function storeMove(
  { sheets, examinees, calls, incidents, heldAnswers, controls }: Stores,
  planId: string,
  { controlId, examineeIds, at, move }: Turn,
): Promise<void> {
  if (move === undefined) return;
  const { fromRoomId, toRoomId } = move;
  const ledger = Object.fromEntries(examineeIds.map((examineeId) => [examineeId, NOTHING]));
  await controls.receipt({
    ...{ _id: `${controlId}.${toRoomId}`, controlId, roomId: toRoomId, planId, at },
    ...{ state: 'applied', code: '', message: '', ledger },
  });
  await sheets.move(examineeIds, controlId, toRoomId);
  const there = await examinees.move(examineeIds, controlId, at, move);
  if (there.length === 0) return;
  await Promise.all([
    calls.move(there, fromRoomId, toRoomId),
    incidents.move(planId, there, fromRoomId, toRoomId),
    heldAnswers.move(there, fromRoomId, toRoomId),
  ]);
}

/** Carries out a stored move to another seat of the room; once for each control. */
export async function storeSeating(
  { examinees }: Pick<Store, 'examinees'>,
  { controlId, examineeIds, at, seating }: Turn,
): Promise<void> {
  if (seating === undefined) return;
  for (const examineeId of examineeIds) await examinees.reseat(examineeId, controlId, at, seating);
}
