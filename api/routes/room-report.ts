// room reports: what a room's printed report needs, and the history of what the room made of its controls. Read from what is
// stored, for who looks after the room; must never read the content of an answer.

import { callView } from '../../exam/call-view.ts';
import { incidentView } from '../../exam/incident-view.ts';
import {
  bySeat,
  chargeSteps,
  controlHistory,
  type Labels,
  type LogNotes,
  NO_NOTES,
  named,
  noted,
  personLine,
} from '../../exam/room-report.ts';
import { roomTime } from '../../exam/timeline.ts';
import type { PlanDocument } from '../../schema/documents/plan.ts';
import type { RoomDocument } from '../../schema/documents/room.ts';
import { LISTS } from '../../schema/lists.ts';
import { isRefusal, type Refusal } from '../../schema/refusals.ts';
import { NoBody, NoQuery, RoomParams } from '../../schema/requests.ts';
import { type RoomControl, RoomControlList, RoomReport } from '../../schema/room-report.ts';
import { allOf, pagesOf } from '../../store/listing.ts';
import type { Target } from '../access.ts';
import { listRoute, pageAmong } from '../list-route.ts';
import { planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

export function roomReportRoutes(parts: ApiParts): Route[] {
  const target = async ({ params }: { readonly params: { readonly roomId: string } }): Promise<Target | Refusal> => {
    const room = await roomOf(parts, params.roomId);
    return isRefusal(room) ? room : { of: 'room', planId: room.planId, roomId: room._id };
  };
  return [
    listRoute('roomControls', {
      path: '/rooms/:roomId/controls',
      tag: 'controls',
      summary: 'What the room has made of its controls, in the order in which it did, and how far each has come.',
      access: 'control.read',
      params: RoomParams,
      schema: RoomControlList,
      refusals: ['ROOM_UNKNOWN'],
      target,
      read: async ({ params: { roomId }, query }) =>
        pageAmong(LISTS.roomControls.sorts, query, await historyOf(parts, roomId)),
      view: (control) => control,
    }),
    route({
      method: 'get',
      path: '/rooms/:roomId/report',
      tag: 'rooms',
      summary:
        'The report of a room: its people with their times and counts, incidents, controls, calls, who was in charge, and when nobody served it.',
      access: 'report.read',
      params: RoomParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: RoomReport },
      repeat: 'keyless',
      refusals: ['ROOM_UNKNOWN', 'PLAN_UNKNOWN'],
      target,
      async handle({ params, now }) {
        const room = await roomOf(parts, params.roomId);
        if (isRefusal(room)) return room;
        const plan = await planOf(parts, room.planId);
        return isRefusal(plan) ? plan : reportOf(parts, plan, room, now);
      },
    }),
  ];
}

async function historyOf({ store }: ApiParts, roomId: string): Promise<RoomControl[]> {
  const receipts = await store.controls.receiptsOfRoom(roomId);
  const controls = await store.controls.byIds(receipts.map(({ controlId }) => controlId));
  const labels = await store.proctors.labels([...new Set(controls.map(({ actorId }) => actorId))]);
  return controlHistory(roomId, controls, receipts, labels);
}

async function reportOf(parts: ApiParts, plan: PlanDocument, room: RoomDocument, now: number): Promise<RoomReport> {
  const { store } = parts;
  const { _id: roomId, planId } = room;
  const rooms = { roomIds: [roomId] };
  const [people, proctors, controls, incidents, calls, notes] = await Promise.all([
    peopleOf(parts, plan, room, now),
    store.proctors.ofRoom(planId, roomId),
    historyOf(parts, roomId),
    allOf(LISTS.incidents.sorts, (page) => store.incidents.byPlan(planId, rooms, page)),
    allOf(LISTS.calls.sorts, (page) => store.calls.byPlan(planId, rooms, page)),
    notesOf(parts, planId, roomId),
  ]);
  return {
    ...headOf(plan, room),
    people: bySeat(people(notes)),
    left: await leftOf(parts, notes),
    proctors: proctors.map(({ _id: proctorId, label, chief, presence }) => {
      const { state, at } = presence?.[roomId] ?? { state: 'assigned', at: 0 };
      return { proctorId, label, chief, state, at };
    }),
    charge: await chargeOf(parts, room, notes),
    incidents: incidents.map((incident) => incidentView(incident)),
    calls: calls.map(callView),
    controls,
    outages: (room.outages ?? []).map(({ from, to }) => ({ from, to })),
    now,
  };
}

function headOf(plan: PlanDocument, room: RoomDocument): Pick<RoomReport, 'plan' | 'room'> {
  const { _id: planId, name, status, durationMs, windowEndsAt } = plan;
  const { _id: roomId, label, status: roomStatus, startsAt, endsAt, settledAt } = room;
  return {
    plan: { planId, name, status, durationMs, windowEndsAt },
    room: { roomId, label, status: roomStatus, startsAt, endsAt, settledAt },
  };
}

/** Everybody of the room, as soon as it is known what the log says. */
async function peopleOf({ store }: ApiParts, plan: PlanDocument, room: RoomDocument, now: number) {
  const [examinees, sheets] = await Promise.all([store.examinees.byRoom(room._id), store.sheets.byRoom(room._id)]);
  const byId = new Map(sheets.map((sheet) => [sheet._id, sheet]));
  const time = roomTime(room, plan);
  return (notes: LogNotes) => examinees.map((one) => personLine(time, one, byId.get(one._id), notes, now));
}

/** The log of a room is long: it is taken up page by page. */
async function notesOf({ store }: ApiParts, planId: string, roomId: string): Promise<LogNotes> {
  let notes = NO_NOTES;
  for await (const page of pagesOf(LISTS.logs.sorts, (at) => store.logs.byPlan(planId, { roomId, ...at })))
    notes = noted(notes, page);
  return notes;
}

async function leftOf({ store }: ApiParts, { left }: LogNotes): Promise<RoomReport['left']> {
  const examinees = await store.examinees.byIds(left.map(({ examineeId }) => examineeId));
  const labels = new Map(examinees.map(({ _id, label }) => [_id, label]));
  return left.map((one) => ({ ...one, label: labels.get(one.examineeId) ?? '' }));
}

async function chargeOf({ store }: ApiParts, { charge }: RoomDocument, notes: LogNotes): Promise<RoomReport['charge']> {
  const inCharge = charge?.proctorId ?? '';
  const ids = new Set([inCharge, ...notes.steps.flatMap(({ by, from, to }) => [by, from, to])]);
  const labels: Labels = await store.proctors.labels([...ids].filter((id) => id !== ''));
  return { inCharge: named(inCharge, 'proctor', labels), steps: chargeSteps(notes, labels) };
}
