// examinees: the roster, with the short codes that let people in. A code is a secret: it is in no stored answer, so a
// repeat of an import reads it from the roster again.
import type { Writer } from '../../exam/audit-writes.ts';
import type { ExamineeDocument } from '../../schema/documents/room.ts';
import { LIMITS } from '../../schema/limits.ts';
import { LISTS } from '../../schema/lists.ts';
import { allowing, isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { ExamineeList, ExamineesReply } from '../../schema/replies.ts';
import { ExamineesBody, NoQuery, PlanParams } from '../../schema/requests.ts';
import { seatIn } from '../../schema/seats.ts';
import type { RosterFilter } from '../../store/examinees.ts';
import type { ListPage } from '../../store/listing.ts';
import { derivedId } from '../derived-id.ts';
import { pageAmong, planList } from '../list-route.ts';
import { aboutPlan, aboutPlanOrRoom, draftOf } from '../lookups.ts';
import { newExaminee } from '../new-rows.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { examineeView, rosterRow } from '../views.ts';
import { actorOf } from '../who-is-it.ts';

type RosterEntry = {
  readonly label: string;
  readonly roomId: string;
  readonly extraMs: number;
  readonly seat?: string | undefined;
};
type Named = RosterEntry & { readonly examineeId: string };

export function examineeRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'post',
      path: '/plans/:planId/examinees',
      tag: 'examinees',
      summary: 'Adds examinees to a draft, all or none; answers with their short codes.',
      access: 'roster.write',
      params: PlanParams,
      query: NoQuery,
      body: ExamineesBody,
      size: 'import',
      reply: { status: 201, type: 'application/json', schema: ExamineesReply },
      repeat: 'again',
      refusals: ['PLAN_UNKNOWN', 'PLAN_NOT_DRAFT', 'ROOM_UNKNOWN', 'NAME_TAKEN', 'SEAT_TAKEN'],
      target: aboutPlan,
      handle: ({ subject, params, body, seed, now }) =>
        importRoster(parts, params.planId, body.examinees, seed, { actor: actorOf(subject), at: now }),
    }),
    planList(parts, 'examinees', {
      path: '/plans/:planId/examinees',
      tag: 'examinees',
      summary:
        'Examinees of a plan or of one room, in one state where it is named; a proctor sees those of the own rooms.',
      access: 'roster.read',
      schema: ExamineeList,
      refusals: ['ROOM_UNKNOWN'],
      target: ({ params, query }) => aboutPlanOrRoom(parts, params.planId, query.roomId),
      read: (plan, { query }) =>
        query.roomId === undefined ? parts.store.examinees.byPlan(plan._id, query) : ofRoom(parts, query.roomId, query),
      view: async (examinee, { subject }) =>
        subject.role === 'proctor' && !subject.roomIds.includes(examinee.roomId)
          ? undefined
          : examineeView(examinee, await parts.store.photos.has(examinee._id)),
      valueIn,
    }),
  ];
}

/** A room has few enough to be read as a whole. */
async function ofRoom(
  { store }: ApiParts,
  roomId: string,
  { status, labelFrom = '', ...page }: ListPage & RosterFilter,
): Promise<ExamineeDocument[]> {
  const found = (await store.examinees.byRoom(roomId)).filter(
    (one) => (status === undefined || one.status === status) && one.label.startsWith(labelFrom),
  );
  return pageAmong(LISTS.examinees.sorts, page, found, valueIn);
}

function valueIn(examinee: ExamineeDocument, by: string): unknown {
  return by === 'seat' ? seatIn(examinee) || undefined : examinee[by as keyof ExamineeDocument];
}

/** Idempotent by the seed: what an earlier run of it has made is read back, also after the draft has ended. */
async function importRoster(
  parts: ApiParts,
  planId: string,
  entries: readonly RosterEntry[],
  seed: string,
  writer: Writer,
): Promise<ExamineesReply | Refusal> {
  const { store } = parts;
  const named = entries.map((entry, index) => ({ ...entry, examineeId: derivedId(seed, index) }));
  const before = await seated(parts, named);
  if (!named.every(({ examineeId }) => before.has(examineeId))) {
    const plan = await draftOf(parts, planId);
    if (isRefusal(plan)) return plan;
    const unfit = await misfit(parts, planId, named, before);
    if (unfit) return unfit;
    await store.examinees.create(
      named.map((entry) => newExaminee(planId, entry)),
      writer,
    );
    // Once more: a room that was removed meanwhile looked for its people before these were there.
    const rooms = new Set(await store.rooms.idsOf(planId));
    const lost = named.filter(({ roomId }) => !rooms.has(roomId));
    if (lost.length > 0) {
      for (const entry of named)
        if (!before.has(entry.examineeId)) await store.examinees.remove(newExaminee(planId, entry));
      return refuse('ROOM_UNKNOWN', `The plan has no room ${lost[0]?.roomId} any more.`);
    }
  }
  await store.sheets.create(named.map(({ examineeId, roomId }) => ({ examineeId, planId, roomId })));
  const after = await seated(parts, named);
  return { examinees: named.flatMap(({ examineeId }) => after.get(examineeId) ?? []).map(rosterRow) };
}

/** Everybody in the rooms of these entries, by id. */
async function seated({ store }: ApiParts, entries: readonly RosterEntry[]): Promise<Map<string, ExamineeDocument>> {
  const seats = new Map<string, ExamineeDocument>();
  for (const roomId of new Set(entries.map((entry) => entry.roomId))) {
    for (const examinee of await store.examinees.byRoom(roomId)) seats.set(examinee._id, examinee);
  }
  return seats;
}

async function misfit(
  { store }: ApiParts,
  planId: string,
  named: readonly Named[],
  before: ReadonlyMap<string, ExamineeDocument>,
): Promise<Refusal | undefined> {
  const rooms = new Map((await store.rooms.byPlan(planId)).map((room) => [room._id, room]));
  const sizes = new Map<string, number>();
  const others = [...before.values()].filter(
    (examinee) => !named.some(({ examineeId }) => examineeId === examinee._id),
  );
  for (const { roomId } of [...others, ...named]) sizes.set(roomId, (sizes.get(roomId) ?? 0) + 1);
  const unknown = named.findIndex(({ roomId }) => !rooms.has(roomId));
  if (unknown !== -1)
    return refuse('ROOM_UNKNOWN', `Row ${unknown} from 0: the plan has no room ${named[unknown]?.roomId}.`);
  const full = [...sizes].find(([, size]) => size > LIMITS.examinees);
  if (full)
    return allowing(
      [`at most ${LIMITS.examinees} in a room`],
      refuse(
        'REQUEST_INVALID',
        `Room ${rooms.get(full[0])?.label} would have ${full[1]} examinees; at most ${LIMITS.examinees}.`,
      ),
    );
  return undefined;
}
