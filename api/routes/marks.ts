// marks: people give points for answers that no key decides, once their sheets are settled. What counts of two marks is in
// exam/marking.ts; scores follow when the plan is scored the next time. Nobody sees a name here, nor that of a file.
import { decided, marked, pointsOf } from '../../exam/marking.ts';
import { type KeyEntry, maxPoints, needsMark } from '../../exam/scoring.ts';
import { namedFile } from '../../schema/answer-files.ts';
import type { MarkDocument } from '../../schema/documents/mark.ts';
import type { ExamineeDocument } from '../../schema/documents/room.ts';
import { LISTS, listQuery } from '../../schema/lists.ts';
import { MarkBody, MarkList, MarkParams, MarkView, UnmarkedList } from '../../schema/marks.ts';
import { allowing, isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { NoBody, NoQuery, PlanParams } from '../../schema/requests.ts';
import type { CurrentAnswer } from '../../store/answers.ts';
import { isCounted, type Unmarked, unmarkedOf } from '../../store/unmarked.ts';
import { planList } from '../list-route.ts';
import { aboutPlan, examineeOf, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { keyOf } from '../scores.ts';
import { BYTES_REPLY, SENDING_REFUSALS, uploadSender } from '../upload-sender.ts';
import { actorOf, type Subject } from '../who-is-it.ts';

export function markRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'get',
      path: '/plans/:planId/unmarked',
      tag: 'results',
      summary: 'Answers that wait for a mark, or for a decision between two that differ, by examinee.',
      access: 'mark.read',
      params: PlanParams,
      query: listQuery(LISTS.unmarked),
      list: 'unmarked',
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: UnmarkedList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId }, query: { after, limit } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const key = await keyOf(parts, plan);
        return unmarkedPage(unmarkedOf(store, planId, key, after), key, limit);
      },
    }),
    planList(parts, 'marks', {
      path: '/plans/:planId/marks',
      tag: 'results',
      summary: 'The marks that people gave, with their reasons and what counts of them.',
      access: 'mark.read',
      schema: MarkList,
      read: (plan, { query }) => store.marks.byPlan(plan._id, query),
      view: markView,
    }),
    route({
      method: 'put',
      path: '/examinees/:examineeId/marks/:item',
      tag: 'results',
      summary:
        'Marks an answer that counts: as the first, as the second marker, or the own mark anew; or decides between two.',
      access: 'mark.write',
      params: MarkParams,
      query: NoQuery,
      body: MarkBody,
      reply: { status: 200, type: 'application/json', schema: MarkView },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN', 'ITEM_UNKNOWN', 'MARK_REFUSED', 'MARK_CHANGED'],
      target: ({ params }) => ({ of: 'examinee', examineeId: params.examineeId }),
      async handle({ subject, params: { examineeId, item }, body, now }) {
        const examinee = await examineeOf(parts, examineeId);
        if (isRefusal(examinee)) return examinee;
        const found = await markable(parts, examinee, item);
        if (isRefusal(found)) return found;
        const { entry, answer } = found;
        if (answer.revision !== body.revision)
          return refuse('MARK_CHANGED', `What counts is revision ${answer.revision}.`);
        const max = maxPoints(entry) ?? 0;
        if (body.points > max)
          return allowing([`0 to ${max}`], refuse('REQUEST_INVALID', `body.points: at most ${max}.`));
        return storeMark(parts, examinee, item, body, subject, now);
      },
    }),
    route({
      method: 'get',
      path: '/examinees/:examineeId/marks/:item/file',
      tag: 'results',
      summary: 'Downloads the file that an answer to be marked names: the one that counts, whole or in ranges.',
      access: 'mark.read',
      params: MarkParams,
      query: NoQuery,
      body: NoBody,
      reply: BYTES_REPLY,
      ranged: true,
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN', 'ITEM_UNKNOWN', 'MARK_REFUSED', ...SENDING_REFUSALS],
      target: ({ params }) => ({ of: 'examinee', examineeId: params.examineeId }),
      async handle({ params: { examineeId, item } }) {
        const examinee = await examineeOf(parts, examineeId);
        if (isRefusal(examinee)) return examinee;
        const found = await markable(parts, examinee, item);
        if (isRefusal(found)) return found;
        const file = namedFile(found.answer.response);
        return file === undefined
          ? refuse('UPLOAD_UNKNOWN', 'The answer names no file.')
          : uploadSender(parts, file.uploadId, `answer-${item}`);
      },
    }),
  ];
}

/** The answer that counts, where people mark it, and its entry of the key. */
async function markable(
  parts: ApiParts,
  { _id: examineeId, planId }: ExamineeDocument,
  item: number,
): Promise<{ readonly entry: KeyEntry; readonly answer: CurrentAnswer } | Refusal> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const entry = (await keyOf(parts, plan)).find((one) => one.item === item);
  if (entry === undefined) return refuse('ITEM_UNKNOWN', `Item ${item}.`);
  const sheet = await parts.store.sheets.get(examineeId);
  if (sheet === null || !isCounted(sheet)) return refuse('MARK_REFUSED', 'The sheet is not settled yet.');
  const counting = sheet.vector?.find(([number]) => number === item);
  if (counting === undefined) return refuse('MARK_REFUSED', 'It was not answered.');
  const [answer] = await parts.store.answers.byVector(planId, examineeId, [counting]);
  return answer !== undefined && needsMark(entry, answer.response)
    ? { entry, answer }
    : refuse('MARK_REFUSED', 'The key decides it, or it counts for nobody.');
}

async function storeMark(
  { store }: ApiParts,
  { _id: examineeId, planId }: ExamineeDocument,
  item: number,
  { revision, points, reason, decides }: { revision: number; points: number; reason: string; decides: boolean },
  subject: Subject,
  at: number,
): Promise<MarkView | Refusal> {
  const actor = actorOf(subject);
  if (decides && subject.role !== 'admin') return refuse('MARK_REFUSED', 'An admin decides.');
  const before = await store.marks.get(examineeId, item);
  const mark = { points, reason, by: actor.actorId, byRole: actor.actorRole, at };
  const after = (decides ? decided : marked)(before ?? undefined, revision, mark);
  if (isRefusal(after)) return after;
  const isStored = await store.marks.put({ planId, examineeId, item }, before, after, at, actor);
  return isStored ? markView({ examineeId, item, ...after, marks: [...after.marks] }) : refuse('MARK_CHANGED');
}

function markView({
  examineeId,
  item,
  revision,
  marks,
  decision,
}: Pick<MarkDocument, 'examineeId' | 'item' | 'revision' | 'marks' | 'decision'>): MarkView {
  return { examineeId, item, revision, marks, decision, points: pointsOf({ revision, marks, decision }, revision) };
}

async function unmarkedPage(all: AsyncGenerator<Unmarked>, key: readonly KeyEntry[], limit: number) {
  const most = new Map(key.map((entry) => [entry.item, maxPoints(entry) ?? 0]));
  const page: Unmarked[] = [];
  let next: string | null = null;
  for await (const one of all) {
    const last = page.at(-1)?.examineeId;
    if (page.length >= limit && one.examineeId !== last) {
      next = last ?? null;
      break;
    }
    page.push(one);
  }
  const answers = page.map(({ examineeId, roomId, answer: { item, revision, response }, state, marks }) => {
    return { examineeId, roomId, item, revision, response, max: most.get(item) ?? 0, state, marks };
  });
  return { answers, next };
}
