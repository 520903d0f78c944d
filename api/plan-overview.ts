// A whole exam at a glance: each room's counts and what its examinees need, the neediest room first. Read from the live data
// in a few round trips, however many people sit in it; from the store only while Redis has no live data. Display alone.
import { byAttention } from '../exam/attention-order.ts';
import { type RoomCounts, sumOfRooms } from '../exam/live-counts.ts';
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { OverviewReply } from '../schema/replies.ts';
import { ROOM_STATES, type RoomState } from '../schema/states.ts';
import { liveRooms } from './live-plan.ts';
import type { ApiParts } from './parts.ts';
import { storedPlan } from './plan-progress.ts';

type Room = OverviewReply['rooms'][number];
type Needs = OverviewReply['needs'];

const NOTHING_NEEDED: Needs = {
  unsaved: 0,
  openIncidents: 0,
  worstSeverity: 0,
  notReached: 0,
  needing: 0,
  untaken: 0,
  attention: 0,
};

/** `now` is epoch ms. */
export async function overviewOf(
  parts: Pick<ApiParts, 'store' | 'redis' | 'log'>,
  { _id: planId, status }: PlanDocument,
  now: number,
): Promise<OverviewReply> {
  const live = await liveRooms(parts, planId);
  const found = live ?? (await storedPlan(parts.store, planId)).rooms.map((room) => ({ ...room, needs: undefined }));
  const order = byAttention<{ attention: number; label: string; room: Room }>(({ room }) => room.roomId);
  const rooms = found
    .map(({ roomId, label, status: state, needs = null, ...counts }): Room => {
      return { roomId, label, status: state, ...shownCounts(counts), needs };
    })
    .map((room) => ({ attention: room.needs?.attention ?? 0, label: room.label, room }))
    .sort(order)
    .map(({ room }) => room);
  return {
    ...{ planId, status, source: live === undefined ? 'store' : 'live', roomCount: rooms.length },
    roomStates: Object.fromEntries(
      ROOM_STATES.map((state) => [state, rooms.filter((room) => room.status === state).length]),
    ) as Record<RoomState, number>,
    ...shownCounts(sumOfRooms(found)),
    needs: rooms.reduce((sum, { needs }) => together(sum, needs ?? NOTHING_NEEDED), NOTHING_NEEDED),
    rooms,
    now,
  };
}

function shownCounts({ examineeCount, examinees, links, answersSaved }: RoomCounts) {
  return { examineeCount, examinees, links, answersSaved };
}

/** Counts are added; of severity and attention the worst counts. */
function together(one: Needs, other: Needs): Needs {
  return {
    unsaved: one.unsaved + other.unsaved,
    openIncidents: one.openIncidents + other.openIncidents,
    worstSeverity: Math.max(one.worstSeverity, other.worstSeverity),
    notReached: one.notReached + other.notReached,
    needing: one.needing + other.needing,
    untaken: one.untaken + other.untaken,
    attention: Math.max(one.attention, other.attention),
  };
}
