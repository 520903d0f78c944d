// How far a plan is: rooms, examinees and links by state, and answers saved. Of the live data in Redis where that is whole,
// else of the store's display fields; a second or two late, and nothing is decided by it. Called by the progress route and
// the progress page.
import { liveCountsOf, type RoomCounts, roomCountsOf, sumOfRooms } from '../exam/live-counts.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { ProgressReply } from '../schema/replies.ts';
import { ROOM_STATES, type RoomState } from '../schema/states.ts';
import type { Standing } from '../store/examinees.ts';
import type { Store } from '../store/open-store.ts';
import { liveRooms } from './live-plan.ts';
import type { ApiParts } from './parts.ts';
import { planView } from './views.ts';

/** Somebody whose room is not there at all is no reason to read for ever. */
const TRIES = 3;

type CountedRoom = RoomCounts & { readonly roomId: string; readonly label: string; readonly status: RoomState };

/** `now` is epoch ms. */
export async function progressOf(
  parts: Pick<ApiParts, 'store' | 'redis' | 'log'>,
  plan: PlanDocument,
  now: number,
): Promise<ProgressReply> {
  const rooms = (await liveRooms(parts, plan._id)) ?? (await storedPlan(parts.store, plan._id)).rooms;
  const { examineeCount, examinees, links, answersSaved } = sumOfRooms(rooms);
  return {
    plan: planView(plan),
    roomCount: rooms.length,
    rooms: Object.fromEntries(
      ROOM_STATES.map((state) => [state, rooms.filter(({ status }) => status === state).length]),
    ) as Record<RoomState, number>,
    ...{ examineeCount, examinees, links, answersSaved },
    now,
  };
}

/**
 * One pass over the plan's rooms and examinees; again where people sit in a room that was not there yet: a roster was
 * committed in between.
 */
export async function storedPlan(
  store: Pick<Store, 'rooms' | 'examinees'>,
  planId: string,
): Promise<{ rooms: CountedRoom[]; people: Standing[] }> {
  for (let tries = 0; ; tries++) {
    const rooms = await store.rooms.byPlan(planId);
    const known = new Set(rooms.map(({ _id }) => _id));
    const people = await store.examinees.allStandings(planId);
    if (tries < TRIES && people.some(({ roomId }) => !known.has(roomId))) continue;
    const counts = liveCountsOf(people.map(({ roomId, status, display }) => ({ roomId, status, ...display })));
    return {
      rooms: rooms.map(({ _id: roomId, label, status }) => ({
        ...{ roomId, label, status },
        ...roomCountsOf(counts, roomId),
      })),
      people,
    };
  }
}
