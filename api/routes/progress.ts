// progress: how an exam goes, as figures for programmes and as a page for people. The page needs no login but a signed
// link, which shows one plan's counts, what proctors do and, once they are released, its statistics: never a name, an answer or a code.

import type { StatisticsDocument } from '../../schema/documents/sheet.ts';
import { isRefusal, refuse } from '../../schema/refusals.ts';
import { FormFigures, ProgressReply, ViewLinkReply } from '../../schema/replies.ts';
import { NoBody, NoQuery, PlanParams, ViewLinkBody, ViewQuery } from '../../schema/requests.ts';
import { createCachedJson } from '../cached-json.ts';
import { noteDecision } from '../decisions.ts';
import { derivedId } from '../derived-id.ts';
import { aboutPlan, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { progressOf } from '../plan-progress.ts';
import { supervisionOf } from '../plan-supervision.ts';
import { PAGE_POLICY, progressPage } from '../progress-page.ts';
import { publicRoute, type Route, route, type Sender } from '../route.ts';
import { createShortCache } from '../short-cache.ts';

/** However many look on, the store is read this often. */
const PROGRESS_LIFE_MS = 1_000;

export function progressRoutes(parts: ApiParts): Route[] {
  const { store, tokens, config } = parts;
  const progressSoon = createShortCache(async (planId) => {
    const plan = await planOf(parts, planId);
    return isRefusal(plan) ? plan : progressOf(parts, plan, parts.now());
  }, PROGRESS_LIFE_MS);
  const sent = createCachedJson();
  const supervisionSoon = createShortCache(async (planId) => {
    const plan = await planOf(parts, planId);
    return isRefusal(plan) ? plan : supervisionOf(store, plan);
  }, PROGRESS_LIFE_MS);
  return [
    route({
      method: 'get',
      path: '/plans/:planId/progress',
      tag: 'progress',
      summary: 'Counts of rooms, examinees and links by state, and of answers saved; a second or two old.',
      access: 'progress.read',
      params: PlanParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: ProgressReply },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params }) {
        const found = await progressSoon.get(params.planId);
        return isRefusal(found) ? found : sent(found);
      },
    }),
    route({
      method: 'post',
      path: '/plans/:planId/view-link',
      tag: 'progress',
      summary: 'A link to the progress page that works without a login until it expires.',
      access: 'result.read',
      params: PlanParams,
      query: NoQuery,
      body: ViewLinkBody,
      reply: { status: 201, type: 'application/json', schema: ViewLinkReply },
      repeat: 'again',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ subject, params, body, origin, seed, now }) {
        const plan = await planOf(parts, params.planId);
        if (isRefusal(plan)) return plan;
        const expiresAt = now + body.lifeMs;
        // Before the link: whoever has it sees the plan without a login.
        const given = { planId: plan._id, source: `view-link.${derivedId(seed)}`, kind: 'view-link.created', at: now };
        await noteDecision(parts, { ...given, data: { expiresAt } }, subject, plan._id);
        const base = (config.publicUrl || origin).replace(/\/+$/, '');
        return { url: `${base}/v1/progress/${plan._id}?view=${tokens.forView(plan._id, expiresAt)}`, expiresAt };
      },
    }),
    publicRoute({
      method: 'get',
      path: '/progress/:planId',
      tag: 'progress',
      summary: 'The progress page: refreshes itself, and shows the statistics after scoring.',
      params: PlanParams,
      query: ViewQuery,
      body: NoBody,
      reply: { status: 200, type: 'text/html', schema: null },
      repeat: 'keyless',
      refusals: ['LOGIN_REQUIRED', 'PLAN_UNKNOWN'],
      async handle({ params, query, now }) {
        if (!tokens.mayView(params.planId, query.view, now))
          return refuse('LOGIN_REQUIRED', 'Ask for a new link to this page.');
        const progress = await progressSoon.get(params.planId);
        if (isRefusal(progress)) return progress;
        const supervision = await supervisionSoon.get(params.planId);
        if (isRefusal(supervision)) return supervision;
        const stored = await releasedFigures(parts, params.planId);
        const page = progressPage(
          progress,
          supervision,
          stored === null ? undefined : FormFigures.parse(stored.figures),
        );
        const send: Sender = (response) =>
          void response.set('Content-Security-Policy', PAGE_POLICY).type('html').send(page);
        return send;
      },
    }),
  ];
}

/** What was released, since whoever has the link reads it. Null before. */
async function releasedFigures({ store, planSoon }: ApiParts, planId: string): Promise<StatisticsDocument | null> {
  const released = (await planSoon.get(planId))?.released;
  return released === undefined ? null : store.statistics.of(planId, released.scoringId);
}
