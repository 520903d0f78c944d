// retention: how long the people of a plan are kept once it is archived. It may be said in every state, and anew until the
// workers have begun to erase them; then nothing takes it back.
import { planEditFacts } from '../../exam/audit-writes.ts';
import { erasingOf } from '../../exam/retention.ts';
import type { PlanDocument } from '../../schema/documents/plan.ts';
import { RetentionBody } from '../../schema/office.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { PlanView } from '../../schema/replies.ts';
import { NoQuery, PlanParams } from '../../schema/requests.ts';
import { DAY_MS, LEAST_NOTICE_MS } from '../../schema/retention.ts';
import { aboutPlan, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { changed, changedSince, type Versioned } from '../versions.ts';
import { actorOf, type Subject } from '../who-is-it.ts';
import { versionOfPlan } from './plan-edits.ts';

export function planRetentionRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'put',
      path: '/plans/:planId/retention',
      tag: 'plans',
      summary:
        'For how many days after it was archived the people of a plan are kept, before they are erased; until that begins.',
      access: 'plan.write',
      params: PlanParams,
      query: NoQuery,
      body: RetentionBody,
      reply: { status: 200, type: 'application/json', schema: PlanView },
      repeat: 'keyless',
      version: 'asked',
      refusals: ['PLAN_UNKNOWN', 'TRANSITION_REFUSED'],
      target: aboutPlan,
      handle: ({ subject, params, body, ifMatch, now }) =>
        keep(parts, params.planId, { subject, ...body, ifMatch, now }),
    }),
  ];
}

type Wish = {
  readonly subject: Subject;
  readonly retentionDays: number | null;
  readonly reason: string;
  readonly ifMatch: string | undefined;
  readonly now: number;
};

async function keep(parts: ApiParts, planId: string, wish: Wish): Promise<Versioned | Refusal> {
  const { subject, retentionDays, reason, ifMatch, now } = wish;
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const planned = plan.archivedAt === undefined ? {} : erasingOf(plan.archivedAt, retentionDays);
  const refused = changedSince(ifMatch, versionOfPlan(plan)) ?? tooLate(plan, planned.eraseAt, now);
  if (refused) return refused;
  if ((plan.retentionDays ?? null) === retentionDays) return versionOfPlan(plan);
  const set = { ...(retentionDays === null ? {} : { retentionDays }), ...planned };
  const cleared = (['retentionDays', 'eraseAt'] as const).filter((name) => set[name] === undefined);
  const facts = planEditFacts(plan, set, cleared, { actor: actorOf(subject), at: now }, reason);
  const edited = await parts.store.plans.edit(plan, set, cleared, facts);
  if (edited !== null) return versionOfPlan(edited);
  const current = await planOf(parts, planId);
  return isRefusal(current) ? current : changed(versionOfPlan(current));
}

function tooLate({ erasingAt, archivedAt = 0 }: PlanDocument, eraseAt: number | undefined, now: number) {
  if (erasingAt !== undefined)
    return refuse(
      'TRANSITION_REFUSED',
      `Erasing began at ${new Date(erasingAt).toISOString()}, and is not taken back.`,
    );
  if (eraseAt === undefined || eraseAt >= now + LEAST_NOTICE_MS) return undefined;
  const least = Math.ceil((now + LEAST_NOTICE_MS - archivedAt) / DAY_MS);
  const when = new Date(eraseAt).toISOString();
  return refuse(
    'TRANSITION_REFUSED',
    `They would be erased at ${when}, in less than a day; allowed: ${least} days or more. People are erased at once one by one.`,
  );
}
