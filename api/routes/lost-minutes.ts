// lost-minutes: what people of a room could not work in, as the log has it, proposed for a person to grant or not. Granting
// is an ordinary extension under the proposal's id.
import { proposalsFor } from '../../exam/lost-minutes.ts';
import { roomTime } from '../../exam/timeline.ts';
import type { LogDocument } from '../../schema/documents/record.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { LostMinutesReply } from '../../schema/replies.ts';
import { NoBody, NoQuery, RoomParams } from '../../schema/requests.ts';
import { planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';

const PAGE = 1_000;

export function lostMinutesRoutes(parts: ApiParts): Route[] {
  const { store } = parts;

  /** Every loss of the room's people, page by page. */
  async function lossesOf(planId: string, roomId: string): Promise<LogDocument[]> {
    const found: LogDocument[] = [];
    for (let after: string | undefined; ; ) {
      const page = await store.logs.byPlan(planId, { roomId, kind: 'link.lost', after, limit: PAGE });
      found.push(...page);
      after = page.at(-1)?._id;
      if (page.length < PAGE) return found;
    }
  }

  return [
    route({
      method: 'get',
      path: '/rooms/:roomId/lost-minutes',
      tag: 'controls',
      summary:
        'Minutes that people of the room could not work in, by the log. Extend with a proposal’s controlId to grant it once.',
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
        const [examinees, losses] = await Promise.all([
          store.examinees.byRoom(room._id),
          lossesOf(room.planId, room._id),
        ]);
        const bySubject = Map.groupBy(losses, ({ subject }) => subject);
        const time = roomTime(room, plan);
        const proposals = examinees.flatMap(({ _id: examineeId, label, extraMs, status }) =>
          proposalsFor(time, { examineeId, extraMs, status }, (bySubject.get(examineeId) ?? []).map(lossOf)).map(
            ({ controlId, from, to, ms }) => ({ controlId, examineeId, label, from, to, ms, evidence: 'link.lost' }),
          ),
        );
        return { proposals };
      },
    }),
  ];
}

function lossOf({ _id: logId, data }: LogDocument) {
  return { logId, from: Number(data.from), to: Number(data.to) };
}
