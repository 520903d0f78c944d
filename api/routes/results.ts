// results and statistics: what an exam came to, by version of its scores. Admins read every version; everybody else the one
// that was released, and nothing before.
import type { PlanDocument } from '../../schema/documents/plan.ts';
import type { StatisticsDocument } from '../../schema/documents/sheet.ts';
import { LISTS, listQuery } from '../../schema/lists.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import {
  FormFigures,
  MoreFigures,
  ResultList,
  ResultView,
  StatisticsDue,
  StatisticsReply,
} from '../../schema/replies.ts';
import { ExamineeParams, NoBody, NoQuery, PlanParams } from '../../schema/requests.ts';
import {
  ItemParams,
  ItemResultList,
  ReleaseBody,
  ScoringList,
  StatisticsQuery,
  VersionQuery,
} from '../../schema/results.ts';
import { countUnmarked } from '../../store/unmarked.ts';
import { noteDecision } from '../decisions.ts';
import { derivedId } from '../derived-id.ts';
import { nextOf, planList } from '../list-route.ts';
import { aboutPlan, examineeOf, paperOf, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { keyOf, readableScores } from '../scores.ts';
import { resultView } from '../views.ts';
import { actorOf } from '../who-is-it.ts';

export function resultRoutes(parts: ApiParts): Route[] {
  return [...readings(parts), ...figures(parts), ...steps(parts)];
}

function readings(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    planList(parts, 'results', {
      path: '/plans/:planId/results',
      tag: 'results',
      summary:
        "Each examinee's points in thousandths; of a room, or those that the version changed, where that is asked for.",
      access: 'result.read',
      schema: ResultList,
      refusals: ['RESULT_UNKNOWN', 'RESULT_UNRELEASED'],
      async read(plan, { subject, query: { version, changed, ...page } }) {
        const scores = readableScores(subject, plan, version);
        if (isRefusal(scores)) return scores;
        const rows = await store.results.byScoring(plan._id, scores.scoringId, {
          ...page,
          isChanged: changed === 'true',
        });
        return rows.map((row) => ({ ...row, version: scores.version }));
      },
      view: (row) => resultView(row, row.version),
    }),
    route({
      method: 'get',
      path: '/plans/:planId/items/:item/results',
      tag: 'results',
      summary: "Each examinee's points for one item, in thousandths.",
      access: 'result.read',
      params: ItemParams,
      query: listQuery(LISTS.itemResults),
      list: 'itemResults',
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ItemResultList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN', 'PAPER_UNKNOWN', 'ITEM_UNKNOWN', 'RESULT_UNKNOWN', 'RESULT_UNRELEASED'],
      target: aboutPlan,
      async handle({ subject, params: { planId, item }, query: { version, ...page } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const scores = readableScores(subject, plan, version);
        if (isRefusal(scores)) return scores;
        const paper = await paperOf(parts, plan.paperId);
        if (isRefusal(paper)) return paper;
        const place = paper.items.findIndex(({ number }) => number === item);
        if (place === -1) return refuse('ITEM_UNKNOWN', `Item ${item}.`);
        const results = await store.results.byScoring(planId, scores.scoringId, page);
        const rows = results.map(({ examineeId, roomId, itemPoints }) => {
          return { examineeId, roomId, points: itemPoints[place] ?? null };
        });
        return { item, version: scores.version, results: rows, next: nextOf(LISTS.itemResults.sorts, page, results) };
      },
    }),
    route({
      method: 'get',
      path: '/examinees/:examineeId/result',
      tag: 'results',
      summary: "One examinee's points; of the own ones an examinee reads what was released.",
      access: 'result.own',
      params: ExamineeParams,
      query: VersionQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ResultView },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN', 'PLAN_UNKNOWN', 'RESULT_UNKNOWN', 'RESULT_UNRELEASED'],
      target: ({ params }) => ({ of: 'examinee', examineeId: params.examineeId }),
      async handle({ subject, params: { examineeId }, query: { version } }) {
        const examinee = await examineeOf(parts, examineeId);
        if (isRefusal(examinee)) return examinee;
        const plan = await planOf(parts, examinee.planId);
        if (isRefusal(plan)) return plan;
        const scores = readableScores(subject, plan, version);
        if (isRefusal(scores)) return scores;
        const [result] = await store.results.of(scores.scoringId, [examineeId]);
        return result === undefined ? refuse('RESULT_UNKNOWN') : resultView(result, scores.version);
      },
    }),
  ];
}

function figures(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'get',
      path: '/plans/:planId/statistics',
      tag: 'results',
      summary: 'Figures of the form and of its items, of the plan or of one of its rooms.',
      access: 'statistics.read',
      params: PlanParams,
      query: StatisticsQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: StatisticsReply },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN', 'RESULT_UNKNOWN', 'RESULT_UNRELEASED'],
      target: aboutPlan,
      async handle({ subject, params: { planId }, query: { version, roomId } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const scores = readableScores(subject, plan, version);
        if (isRefusal(scores)) return scores;
        const statistics = await store.statistics.of(planId, scores.scoringId, roomId);
        return statistics === null ? refuse('RESULT_UNKNOWN') : statisticsView(statistics, scores.version);
      },
    }),
    route({
      method: 'get',
      path: '/plans/:planId/scorings',
      tag: 'results',
      summary: 'The versions of the scores, the one that counts first, and which of them was released.',
      access: 'result.release',
      params: PlanParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ScoringList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId } }) {
        const plan = await planOf(parts, planId);
        return isRefusal(plan) ? plan : scoringsOf(plan);
      },
    }),
  ];
}

function steps(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'post',
      path: '/plans/:planId/statistics',
      tag: 'results',
      summary: 'Scores an ended plan again, with the newest key and all marks.',
      access: 'statistics.compute',
      params: PlanParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 202, type: 'application/json', schema: StatisticsDue },
      repeat: 'again',
      refusals: ['PLAN_UNKNOWN', 'TRANSITION_REFUSED', 'ITEMS_UNMARKED'],
      target: aboutPlan,
      async handle({ subject, params: { planId }, seed, now: at }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const mayScore = plan.status === 'ended' || plan.status === 'scored';
        if (!mayScore) return refuse('TRANSITION_REFUSED', `The plan is ${plan.status}; allowed once it has ended.`);
        const unmarked = await countUnmarked(store, planId, await keyOf(parts, plan));
        if (unmarked > 0)
          return refuse('ITEMS_UNMARKED', `There are ${unmarked}; GET /v1/plans/${planId}/unmarked lists them.`);
        const source = `scoring.asked.${derivedId(seed)}`;
        await noteDecision(parts, { planId, source, kind: 'scoring.asked', at }, subject, planId);
        await parts.queues.statistics({ planId });
        return { planId, state: 'pending' };
      },
    }),
    route({
      method: 'post',
      path: '/plans/:planId/results/release',
      tag: 'results',
      summary: 'Releases the version of the scores that counts: from now on others than admins read it.',
      access: 'result.release',
      params: PlanParams,
      query: NoQuery,
      body: ReleaseBody,
      reply: { status: 200, type: 'application/json', schema: ScoringList },
      repeat: 'again',
      refusals: ['PLAN_UNKNOWN', 'RESULT_UNKNOWN', 'TRANSITION_REFUSED'],
      target: aboutPlan,
      async handle({ subject, params: { planId }, body: { version }, now }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const { scoring, status } = plan;
        if (scoring === undefined) return refuse('RESULT_UNKNOWN');
        if (scoring.version !== version || (status !== 'scored' && status !== 'archived'))
          return refuse('TRANSITION_REFUSED', `The plan is ${status}, and version ${scoring.version} counts.`);
        const released = await store.scorings.release(planId, scoring, now, actorOf(subject));
        return released === null
          ? refuse('TRANSITION_REFUSED', 'Another version counts by now.')
          : scoringsOf(released);
      },
    }),
  ];
}

function scoringsOf({ _id: planId, scoring, released }: PlanDocument) {
  const all = scoring === undefined ? [] : [scoring, ...scoring.earlier.toReversed()];
  const shown = released && { version: released.version, at: released.at, by: released.by };
  const scorings = all.map(({ version, keyVersion, at }) => ({ version, keyVersion, at }));
  return { planId, scorings, released: shown ?? null };
}

function statisticsView(
  { planId, roomId, keyVersion, examineeCount, at, figures: form, more }: StatisticsDocument,
  version: number,
): StatisticsReply | Refusal {
  const about = { planId, roomId: roomId || null, version, keyVersion, examineeCount, at: at.getTime() };
  return { ...about, figures: FormFigures.parse(form), more: MoreFigures.array().parse(more) };
}
