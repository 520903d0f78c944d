// How far a plan is: rooms, examinees and links by state, and answers saved. Of the live data in Redis where that is whole,
// else of the store's display fields; a second or two late, and nothing is decided by it. Called by the progress route and
// the progress page.
import { liveCountsOf, type RoomCounts, roomCountsOf, sumOfRooms } from '../exam/live-counts.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { ProgressReply } from '../schema/replies.ts';
import { ROOM_STATES, type RoomState } from '../schema/states.ts';
import type { Store } from '../store/open-store.ts';
import { liveRooms } from './live-plan.ts';
import type { ApiParts } from './parts.ts';
import { planView } from './views.ts';

const PAGE = 1_000;

type CountedRoom = RoomCounts & { readonly roomId: string; readonly label: string; readonly status: RoomState };

/** `now` is epoch ms. */
export async function progressOf(
  parts: Pick<ApiParts, 'store' | 'redis' | 'log'>,
  plan: PlanDocument,
  now: number,
): Promise<ProgressReply> {
  const rooms = (await liveRooms(parts, plan._id)) ?? (await storedRooms(parts.store, plan._id));
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

/** One pass over the plan's rooms and examinees. */
export async function storedRooms(store: Pick<Store, 'rooms' | 'examinees'>, planId: string): Promise<CountedRoom[]> {
  const rooms = await store.rooms.byPlan(planId);
  const rows = [];
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await store.examinees.standings(planId, { after, limit: PAGE });
    rows.push(...page.map(({ roomId, status, display }) => ({ roomId, status, ...display })));
    after = page.length < PAGE ? undefined : page.at(-1)?._id;
  }
  const counts = liveCountsOf(rows);
  return rooms.map(({ _id: roomId, label, status }) => ({ roomId, label, status, ...roomCountsOf(counts, roomId) }));
}
