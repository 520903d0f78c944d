// lost-minutes: what people of a room could not work in, as the log and the room itself have it, proposed for a person to
// grant or not. Granting is an ordinary extension under the proposal's id.
import {
  type GrantIds,
  type Loss,
  type Person,
  type Proposal,
  proposalForRoom,
  proposalsFor,
} from '../../exam/lost-minutes.ts';
import { type RoomTime, roomTime } from '../../exam/timeline.ts';
import type { LogDocument } from '../../schema/documents/record.ts';
import type { ExamineeDocument, RoomDocument } from '../../schema/documents/room.ts';
import { LISTS } from '../../schema/lists.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { LostMinutesReply } from '../../schema/replies.ts';
import { NoBody, NoQuery, RoomParams } from '../../schema/requests.ts';
import { allOf } from '../../store/listing.ts';
import { derivedId } from '../derived-id.ts';
import { planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

type Shown = LostMinutesReply['proposals'][number];

export function lostMinutesRoutes(parts: ApiParts): Route[] {
  const { store } = parts;

  /** Every lost link of the room's people, page by page. */
  function lostLinks(planId: string, roomId: string): Promise<LogDocument[]> {
    return allOf(LISTS.logs.sorts, (page) => store.logs.byPlan(planId, { roomId, kind: 'link.lost', ...page }));
  }

  /** An id whose control the room has refused is used up: the next follows from it, so that the loss may still be granted. */
  async function grantIds(
    { _id: roomId, outages = [] }: Pick<RoomDocument, '_id' | 'outages'>,
    examinees: readonly ExamineeDocument[],
    links: readonly LogDocument[],
  ): Promise<GrantIds> {
    const own = outages.flatMap(({ outageId }) => examinees.map(({ _id }) => ownId(outageId, _id)));
    const next = new Map<string, string>();
    for (
      let ids = [...outages.map(({ outageId }) => outageId), ...links.map(({ _id }) => _id), ...own];
      ids.length > 0;
    ) {
      const refused = await store.controls.refusedIn(roomId, ids);
      for (const id of refused) next.set(id, derivedId(`again.${id}`));
      ids = refused.map((id) => next.get(id) ?? id);
    }
    const usable = (id: string): string => {
      const again = next.get(id);
      return again === undefined ? id : usable(again);
    };
    return { whole: usable, own: (lossId, examineeId) => usable(ownId(lossId, examineeId)) };
  }

  return [
    route({
      method: 'get',
      path: '/rooms/:roomId/lost-minutes',
      tag: 'controls',
      summary:
        'Minutes that people of the room could not work in: lost links, and when nobody served the room. Extend with a proposal’s controlId to grant it once; after a refusal the same loss is proposed under another id.',
      access: 'control.read',
      params: RoomParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: LostMinutesReply },
      repeat: 'keyless',
      refusals: ['ROOM_UNKNOWN', 'PLAN_UNKNOWN'],
      async target({ params }) {
        const room = await roomOf(parts, params.roomId);
        return isRefusal(room) ? room : { of: 'room', planId: room.planId, roomId: room._id };
      },
      async handle({ params }) {
        const room = await roomOf(parts, params.roomId);
        if (isRefusal(room)) return room;
        const plan = await planOf(parts, room.planId);
        if (isRefusal(plan)) return plan;
        const [examinees, links] = await Promise.all([
          store.examinees.byRoom(room._id),
          lostLinks(room.planId, room._id),
        ]);
        const ids = await grantIds(room, examinees, links);
        return { proposals: proposalsIn(room, roomTime(room, plan), examinees, links, ids) };
      },
    }),
  ];
}

/** Of the room as a whole first, then of each person. */
function proposalsIn(
  room: Pick<RoomDocument, 'label' | 'outages'>,
  time: RoomTime,
  examinees: readonly ExamineeDocument[],
  links: readonly LogDocument[],
  ids: GrantIds,
): Shown[] {
  const outages = (room.outages ?? []).map(
    ({ outageId, from, to }): Loss => ({ lossId: outageId, evidence: 'room.unserved', from, to }),
  );
  const bySubject = Map.groupBy(links, ({ subject }) => subject);
  const people = new Map(
    examinees.map((examinee): [string, Proposal[]] => {
      const losses = [...outages, ...(bySubject.get(examinee._id) ?? []).map(lostLinkOf)];
      return [examinee._id, proposalsFor(time, personOf(examinee), losses, ids)];
    }),
  );
  const labels = new Map(examinees.map(({ _id, label }) => [_id, label]));
  return [
    ...outages.flatMap((outage) => {
      const found = proposalForRoom(time, outage, people, ids);
      return found === undefined ? [] : [shown(found, null, room.label, found.examineeIds)];
    }),
    ...[...people].flatMap(([examineeId, proposals]) =>
      proposals.map((one) => shown(one, examineeId, labels.get(examineeId) ?? '', [examineeId])),
    ),
  ];
}

function shown(
  { controlId, from, to, ms, evidence }: Proposal,
  examineeId: string | null,
  label: string,
  examineeIds: readonly string[] | null,
): Shown {
  return { controlId, examineeId, examineeIds: examineeIds && [...examineeIds], label, from, to, ms, evidence };
}

/** The same for whoever asks, so that two who grant it to one person grant it once. */
function ownId(lossId: string, examineeId: string): string {
  return derivedId(`lost.${lossId}.${examineeId}`);
}

function personOf({ _id: examineeId, extraMs, status }: ExamineeDocument): Person {
  return { examineeId, extraMs, status };
}

function lostLinkOf({ _id: lossId, data }: LogDocument): Loss {
  return { lossId, evidence: 'link.lost', from: Number(data.from), to: Number(data.to) };
}
