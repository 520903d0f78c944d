// A move between rooms, as the room that is left decides and stores it. Which room has somebody is said by the examinee's own
// document alone, so that whoever dies in between, it is exactly one. Called by controls.ts and turns.ts.
import { roomEnd, windowFor } from '../exam/exam-room.ts';
import type { MoveAsked, MoveTarget } from '../exam/moving.ts';
import { roomTime } from '../exam/timeline.ts';
import type { ControlDocument } from '../schema/documents/control.ts';
import type { Turn } from '../schema/documents/room.ts';
import type { Store } from '../store/open-store.ts';
import { NOTHING } from './ledger.ts';
import type { RoomContext } from './room-context.ts';

/** What a move asks of the room that it leads to, as that one is stored now. Undefined for another control. */
export async function moveAsked(
  { room, services }: RoomContext,
  { action, toRoomId }: ControlDocument,
): Promise<MoveAsked | undefined> {
  if (action !== 'move' || toRoomId === undefined) return undefined;
  return { fromRoomId: room.roomId, toRoomId, target: await targetOf(services, room.planId, toRoomId) };
}

async function targetOf(
  { store, catalogue }: RoomContext['services'],
  planId: string,
  roomId: string,
): Promise<MoveTarget | 'unknown'> {
  const document = await store.rooms.get(roomId);
  if (document === null || document.planId !== planId) return 'unknown';
  const [{ plan }, people] = await Promise.all([catalogue.factsOf(planId), store.examinees.byRoom(roomId)]);
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
