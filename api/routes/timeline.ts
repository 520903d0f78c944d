// timeline: what has happened to one examinee, for who looks after the room: links, counts of saved answers, incidents,
// controls with their delivery, calls. Read anew for each page; must never read the content of an answer.

import { FINAL_STATES } from '../../exam/exam-room.ts';
import { namedIn, type PersonFacts, type ToldControl, timelineOf } from '../../exam/person-timeline.ts';
import type { ExamineeDocument } from '../../schema/documents/room.ts';
import { LISTS } from '../../schema/lists.ts';
import { TimelineReply } from '../../schema/person-timeline.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { ExamineeParams } from '../../schema/requests.ts';
import { allOf } from '../../store/listing.ts';
import { listRoute, pageAmong } from '../list-route.ts';
import { aboutRoomOf, examineeOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import type { Route } from '../route.ts';

export function timelineRoutes(parts: ApiParts): Route[] {
  return [
    listRoute('timeline', {
      path: '/examinees/:examineeId/timeline',
      tag: 'examinees',
      summary:
        'What has happened to an examinee, in the order of time: links, answers saved as counts by minute, incidents, controls with their delivery, calls. The newest may come some seconds late.',
      access: 'timeline.read',
      params: ExamineeParams,
      schema: TimelineReply,
      refusals: ['EXAMINEE_UNKNOWN'],
      target: ({ params }) => aboutRoomOf(parts, params.examineeId),
      async read({ params: { examineeId }, query }) {
        const examinee = await examineeOf(parts, examineeId);
        if (isRefusal(examinee)) return examinee;
        return pageAmong(LISTS.timeline.sorts, query, timelineOf(await factsOf(parts, examinee)));
      },
      view: (entry) => entry,
      beside: ({ params: { examineeId }, now }) => ({ examineeId, now }),
    }),
  ];
}

async function factsOf(parts: ApiParts, examinee: ExamineeDocument): Promise<PersonFacts> {
  const { store } = parts;
  const { _id: examineeId, planId, identity } = examinee;
  const [own, others, answers, incidents, controls, calls] = await Promise.all([
    allOf(LISTS.logs.sorts, (page) => store.logs.byPlan(planId, { subject: examineeId, ...page })),
    allOf(LISTS.logs.sorts, (page) => store.logs.about(planId, examineeId, page)),
    store.answers.savedAt(planId, examineeId),
    store.incidents.ofExaminee(planId, examineeId),
    toldControls(parts, examinee),
    store.calls.ofExaminee(planId, examineeId),
  ]);
  const logs = [...own, ...others.filter(({ subject }) => subject !== examineeId)];
  const facts = { logs, answers, incidents, controls, calls, identity, linkLostAt: linkLostAt(examinee) };
  return { ...facts, labels: await store.proctors.labels([...namedIn(facts)]) };
}

/** As the boards have it, so some seconds late. Of who is through nobody waits for the link. */
function linkLostAt({ status, display: { link, lastSeenAt } }: ExamineeDocument): number {
  return link === 'online' || FINAL_STATES.includes(status) ? 0 : lastSeenAt;
}

/** Every page of it. */

/** Of each room in which this examinee was. One that two rooms took counts once, as it has come furthest. */
async function toldControls(
  { store }: ApiParts,
  { _id: examineeId, roomId, moved }: ExamineeDocument,
): Promise<ToldControl[]> {
  const roomIds = [roomId, ...(moved?.leftRoomIds ?? [])];
  const receipts = await store.controls.receiptsFor(roomIds, examineeId);
  const told = new Map<string, Omit<ToldControl, 'control'>>();
  for (const { controlId, at, ledger = {} } of receipts) {
    const delivery = ledger[examineeId];
    const before = told.get(controlId);
    if (delivery === undefined || (before !== undefined && before.delivery.deliveredAt >= delivery.deliveredAt))
      continue;
    told.set(controlId, { appliedAt: at, delivery });
  }
  const controls = await store.controls.byIds([...told.keys()]);
  return controls.flatMap((control) => {
    const one = told.get(control._id);
    return one === undefined ? [] : [{ control, ...one }];
  });
}
