// erasures: everything of a person goes, and a certificate stays. With a reason, and only while nobody sits in the exam.
import { erasedFacts } from '../../exam/erasing-facts.ts';
import type { ErasureDocument } from '../../schema/documents/erasure.ts';
import { ErasureBody, ErasureList, ErasureView } from '../../schema/erasures.ts';
import { allowing, isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { ExamineeParams, NoQuery } from '../../schema/requests.ts';
import { erasePerson } from '../../store/erasing.ts';
import { planList } from '../list-route.ts';
import { examineeOf, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { actorOf, type Subject } from '../who-is-it.ts';

export function erasureRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'post',
      path: '/examinees/:examineeId/erasure',
      tag: 'erasures',
      summary:
        'Erases a person: answers, sheet, scores, marks, files, photo, calls, live data and finished jobs. There is no way back.',
      access: 'person.erase',
      params: ExamineeParams,
      query: NoQuery,
      body: ErasureBody,
      reply: { status: 200, type: 'application/json', schema: ErasureView },
      repeat: 'again',
      refusals: ['EXAMINEE_UNKNOWN', 'PLAN_UNKNOWN', 'TRANSITION_REFUSED'],
      target: ({ params }) => ({ of: 'examinee', examineeId: params.examineeId }),
      async handle({ subject, params: { examineeId }, body: { reason }, now }) {
        const decided =
          (await store.erasures.get(examineeId)) ?? (await decide(parts, subject, examineeId, reason, now));
        if (isRefusal(decided)) return decided;
        return erasureView(await erasePerson({ ...parts, dataDir: parts.config.dataDir }, decided));
      },
    }),
    planList(parts, 'erasures', {
      path: '/plans/:planId/erasures',
      tag: 'erasures',
      summary: 'The certificates of erased people of a plan.',
      access: 'person.erase',
      schema: ErasureList,
      read: (plan, { query }) => store.erasures.byPlan(plan._id, query),
      view: erasureView,
    }),
  ];
}

/** Stored before anything is removed, so that a crash in between is followed by the same request. */
async function decide(
  parts: ApiParts,
  subject: Subject,
  examineeId: string,
  reason: string,
  at: number,
): Promise<ErasureDocument | Refusal> {
  const examinee = await examineeOf(parts, examineeId);
  if (isRefusal(examinee)) return examinee;
  const { planId, roomId, label } = examinee;
  if (reason.toLowerCase().includes(label.toLowerCase()))
    return allowing(
      ['a reason that does not name the person'],
      refuse('REQUEST_INVALID', 'body.reason: it is kept for good, and must not name the person.'),
    );
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const isOver = plan.status === 'ended' || plan.status === 'scored' || plan.status === 'archived';
  // A room may be in its grace though the plan has ended.
  if (!isOver || (await parts.store.rooms.unfinished([planId])).length > 0)
    return refuse('TRANSITION_REFUSED', `The plan is ${plan.status}; people are erased once all of it is over.`);
  const { actorId: by, actorRole: byRole } = actorOf(subject);
  const document = { _id: examineeId, planId, roomId, reason, by, byRole, at, doneAt: 0, removed: {} };
  await parts.store.erasures.begin(document, erasedFacts(examineeId, at, actorOf(subject)));
  return (await parts.store.erasures.get(examineeId)) ?? document;
}

function erasureView({ _id: examineeId, roomId: _, ...erasure }: ErasureDocument): ErasureView {
  return { examineeId, ...erasure };
}
