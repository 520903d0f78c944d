// edits of a plan: its set-up and policies until it is opened, and the way back to a draft. Rooms read a plan once, so
// nothing of it changes while there are any; what is changed then is a control.
import { planEditFacts } from '../../exam/audit-writes.ts';
import { erasingOf } from '../../exam/retention.ts';
import { transit } from '../../exam/transitions.ts';
import type { PlanDocument } from '../../schema/documents/plan.ts';
import { type PlanEdit, PlanEditBody, ReasonBody } from '../../schema/office.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { PlanView } from '../../schema/replies.ts';
import { NoQuery, PlanParams } from '../../schema/requests.ts';
import { aboutPlan, paperOf, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { changed, mustMatch, tagOf, Versioned } from '../versions.ts';
import { planView } from '../views.ts';
import { actorOf, type Subject } from '../who-is-it.ts';

/** A plan with its version, which grows with every change of it. */
export function versionOfPlan(plan: PlanDocument): Versioned {
  return new Versioned(planView(plan), tagOf(plan._id, plan.version));
}

export function planEditRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'patch',
      path: '/plans/:planId',
      tag: 'plans',
      summary: 'Changes set-up and policies of a plan until it is opened; its paper while it is a draft.',
      access: 'plan.write',
      params: PlanParams,
      query: NoQuery,
      body: PlanEditBody,
      reply: { status: 200, type: 'application/json', schema: PlanView },
      repeat: 'keyless',
      version: 'needed',
      refusals: ['PLAN_UNKNOWN', 'PLAN_NOT_DRAFT', 'PAPER_UNKNOWN', 'TRANSITION_REFUSED'],
      target: aboutPlan,
      handle: ({ subject, params, body, ifMatch, now }) => edit(parts, subject, params.planId, body, ifMatch, now),
    }),
    route({
      method: 'post',
      path: '/plans/:planId/unschedule',
      tag: 'plans',
      summary: 'Makes a scheduled plan a draft again, so that its rooms and people can be changed.',
      access: 'plan.write',
      params: PlanParams,
      query: NoQuery,
      body: ReasonBody,
      reply: { status: 200, type: 'application/json', schema: PlanView },
      repeat: 'once',
      refusals: ['PLAN_UNKNOWN', 'TRANSITION_REFUSED'],
      target: aboutPlan,
      handle: ({ subject, params, body, now }) => move(parts, subject, params.planId, 'draft', body.reason, now),
    }),
    route({
      method: 'post',
      path: '/plans/:planId/archive',
      tag: 'plans',
      summary: 'Archives a plan that is scored: nothing of it changes any more.',
      access: 'plan.write',
      params: PlanParams,
      query: NoQuery,
      body: ReasonBody,
      reply: { status: 200, type: 'application/json', schema: PlanView },
      repeat: 'once',
      refusals: ['PLAN_UNKNOWN', 'TRANSITION_REFUSED'],
      target: aboutPlan,
      handle: ({ subject, params, body, now }) => move(parts, subject, params.planId, 'archived', body.reason, now),
    }),
  ];
}

async function edit(
  parts: ApiParts,
  subject: Subject,
  planId: string,
  wish: PlanEdit,
  ifMatch: string | undefined,
  now: number,
): Promise<Versioned | Refusal> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const refused = mustMatch(ifMatch, versionOfPlan(plan)) ?? (await unfit(parts, plan, wish, now));
  if (refused) return refused;
  const { set, cleared } = membersOf(wish);
  if (Object.keys(set).length + cleared.length === 0) return versionOfPlan(plan);
  const facts = planEditFacts(plan, set, cleared, { actor: actorOf(subject), at: now }, wish.reason);
  const edited = await parts.store.plans.edit(plan, set, cleared, facts);
  if (edited === null) return faster(parts, planId);
  await parts.directory.hintPlan(planId);
  // Once more: a paper that was removed meanwhile looked for its plans before this one named it.
  const paper = await paperOf(parts, edited.paperId);
  if (!isRefusal(paper)) return versionOfPlan(edited);
  const back = { paperId: plan.paperId };
  await parts.store.plans.edit(
    edited,
    back,
    [],
    planEditFacts(edited, back, [], { actor: actorOf(subject), at: now }, ''),
  );
  return paper;
}

async function unfit(
  parts: ApiParts,
  { status }: PlanDocument,
  { paperId, windowEndsAt }: PlanEdit,
  now: number,
): Promise<Refusal | undefined> {
  if (status !== 'draft' && status !== 'scheduled')
    return refuse('TRANSITION_REFUSED', `The plan is ${status}; allowed: before it is opened.`);
  if (status === 'scheduled' && windowEndsAt && windowEndsAt <= now)
    return refuse('TRANSITION_REFUSED', 'A scheduled plan has a window that ends in the future.');
  if (paperId === undefined) return undefined;
  if (status !== 'draft') return refuse('PLAN_NOT_DRAFT', 'Its paper is sealed.');
  const paper = await paperOf(parts, paperId);
  return isRefusal(paper) ? paper : undefined;
}

/** What is to be set, and what is taken away: an instant that is null. No window is stored as 0. */
function membersOf({ reason: _, ...wish }: PlanEdit): { set: Partial<PlanDocument>; cleared: (keyof PlanDocument)[] } {
  const { windowEndsAt, plannedAt, ...others } = wish;
  const given = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined));
  const set: Partial<PlanDocument> = {
    ...given,
    ...(windowEndsAt === undefined ? {} : { windowEndsAt: windowEndsAt ?? 0 }),
    ...(plannedAt == null ? {} : { plannedAt }),
  };
  return { set, cleared: plannedAt === null ? ['plannedAt'] : [] };
}

async function faster(parts: ApiParts, planId: string): Promise<Refusal> {
  const plan = await planOf(parts, planId);
  return isRefusal(plan) ? plan : changed(versionOfPlan(plan));
}

async function move(
  parts: ApiParts,
  subject: Subject,
  planId: string,
  status: 'draft' | 'archived',
  reason: string,
  now: number,
): Promise<PlanView | Refusal> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const to = transit('plan', plan.status, status);
  if (isRefusal(to)) return to;
  const set = status === 'archived' ? { status, archivedAt: now, ...erasingOf(now, plan.retentionDays) } : { status };
  const moved = await parts.store.plans.change(
    planId,
    [plan.status],
    set,
    { ...actorOf(subject), reason },
    plan.version,
  );
  return moved === null ? refuse('TRANSITION_REFUSED', 'Somebody else changed the plan.') : planView(moved);
}
