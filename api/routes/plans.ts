// plans: an exam as it is administered, from draft to schedule. What moves a plan on from there is a control.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import { planMove } from '../../exam/plan-moves.ts';
import { sourcesOf, transit } from '../../exam/transitions.ts';
import type { PlanDocument } from '../../schema/documents/plan.ts';
import { LISTS } from '../../schema/lists.ts';
import type { NoticeTemplate } from '../../schema/notices.ts';
import { ReasonQuery } from '../../schema/office.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { PlanList, PlanView } from '../../schema/replies.ts';
import { NoBody, NoParams, NoQuery, NoticesBody, PlanBody, PlanParams } from '../../schema/requests.ts';
import { importUnderWay } from '../../store/plans.ts';
import { controlReply } from '../control-outcome.ts';
import { noteDecision } from '../decisions.ts';
import { derivedId } from '../derived-id.ts';
import { listRoute, pageAmong } from '../list-route.ts';
import { aboutPlan, INSTALLATION, LIST, paperOf, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { changedSince, type Versioned } from '../versions.ts';
import { planView } from '../views.ts';
import { actorOf, type Subject } from '../who-is-it.ts';
import { versionOfPlan } from './plan-edits.ts';

const CHANGED_RETRY_MS = 500;
const CONTROL_RETRY_MS = 1_000;

export function planRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'post',
      path: '/plans',
      tag: 'plans',
      summary: 'A new plan, as a draft.',
      access: 'plan.write',
      params: NoParams,
      query: NoQuery,
      body: PlanBody,
      reply: { status: 201, type: 'application/json', schema: PlanView },
      repeat: 'once',
      refusals: ['PAPER_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ subject, body, seed, now }) {
        const paper = await paperOf(parts, body.paperId);
        if (isRefusal(paper)) return paper;
        const { name, paperId, durationMs, rehearsal, lateEntry, admission, deviceChange } = body;
        const { windowEndsAt = 0, plannedAt, incidentRules, navigation, rules } = body;
        const { lockStopsClock, warningsMs, graceMs, offlineMs, noticeTemplates, freeNotices, reasons, retentionDays } =
          body;
        const times = { durationMs, windowEndsAt, startsAt: 0, endedAt: 0, createdAt: new Date(now) };
        const plan: PlanDocument = {
          _id: derivedId(seed),
          name,
          paperId,
          status: 'draft',
          rehearsal,
          lateEntry,
          admission,
          deviceChange,
          ...times,
          ...(plannedAt === undefined ? {} : { plannedAt }),
          version: 1,
          ...(incidentRules === undefined ? {} : { incidentRules }),
          navigation,
          rules,
          lockStopsClock,
          warningsMs,
          ...(noticeTemplates === undefined ? {} : { noticeTemplates }),
          freeNotices,
          reasons,
          graceMs,
          offlineMs,
          ...(retentionDays === null ? {} : { retentionDays }),
          movedBy: 0,
        };
        await store.plans.create(plan, actorOf(subject));
        // Once more: a rehearsal that is removed takes along a paper that it believes to be its own.
        const stillThere = await paperOf(parts, paperId);
        if (!isRefusal(stillThere)) return planView(plan);
        await store.plans.remove(plan._id);
        return stillThere;
      },
    }),
    listRoute('plans', {
      path: '/plans',
      tag: 'plans',
      summary: 'Plans, in one state or of one paper; a proctor sees the own one.',
      access: 'plan.read',
      params: NoParams,
      schema: PlanList,
      refusals: [],
      target: () => LIST,
      async read({ subject, query }) {
        if (subject.role !== 'proctor') return store.plans.list(query);
        const own = await store.plans.get(subject.planId);
        return pageAmong(LISTS.plans.sorts, query, own === null ? [] : [own]);
      },
      view: planView,
    }),
    route({
      method: 'get',
      path: '/plans/:planId',
      tag: 'plans',
      summary: 'A plan.',
      access: 'plan.read',
      params: PlanParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: PlanView },
      repeat: 'keyless',
      version: 'shown',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params }) {
        const plan = await planOf(parts, params.planId);
        return isRefusal(plan) ? plan : versionOfPlan(plan);
      },
    }),
    route({
      method: 'delete',
      path: '/plans/:planId',
      tag: 'plans',
      summary:
        'Removes a draft, or a rehearsal that does not run, with everything of it; with a rehearsal the paper that was made for it and its key, too, unless another plan names the paper.',
      access: 'plan.remove',
      params: PlanParams,
      query: ReasonQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'keyless',
      version: 'asked',
      refusals: ['PLAN_UNKNOWN', 'PLAN_NOT_DRAFT', 'TRANSITION_REFUSED', 'BUSY'],
      target: aboutPlan,
      handle: ({ subject, params, query, ifMatch, now }) =>
        removePlan(parts, { subject, reason: query.reason, now }, params.planId, ifMatch),
    }),
    route({
      method: 'put',
      path: '/plans/:planId/notice-templates',
      tag: 'plans',
      summary: 'What proctors of the plan may say: templates, and whether they write freely. Until the plan is opened.',
      access: 'plan.write',
      params: PlanParams,
      query: NoQuery,
      body: NoticesBody,
      reply: { status: 200, type: 'application/json', schema: PlanView },
      repeat: 'keyless',
      version: 'asked',
      refusals: ['PLAN_UNKNOWN', 'TRANSITION_REFUSED', 'BUSY'],
      target: aboutPlan,
      handle: ({ subject, params, body: { noticeTemplates = [], freeNotices }, ifMatch, now }) =>
        sayNotices(parts, { subject, ifMatch, now }, params.planId, { noticeTemplates, freeNotices }),
    }),
    route({
      method: 'post',
      path: '/plans/:planId/schedule',
      tag: 'plans',
      summary: 'Ends the draft: checks that paper, key, rooms and examinees are there.',
      access: 'plan.write',
      params: PlanParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: PlanView },
      repeat: 'once',
      refusals: ['PLAN_UNKNOWN', 'PLAN_INCOMPLETE', 'TRANSITION_REFUSED'],
      target: aboutPlan,
      handle: ({ subject, params, now }) => schedulePlan(parts, subject, params.planId, now),
    }),
  ];
}

/** Rooms read a plan once, so what they go by does not change while there are any. */
async function sayNotices(
  parts: ApiParts,
  { subject, ifMatch, now }: { readonly subject: Subject; readonly ifMatch: string | undefined; readonly now: number },
  planId: string,
  notices: { readonly noticeTemplates: readonly NoticeTemplate[]; readonly freeNotices: boolean },
): Promise<Versioned | Refusal> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const other = changedSince(ifMatch, versionOfPlan(plan));
  if (other) return other;
  const said = await parts.store.plans.sayNotices(plan, notices, now, actorOf(subject));
  if (said !== null) return versionOfPlan(said);
  return plan.status === 'draft' || plan.status === 'scheduled'
    ? refuse('BUSY', 'Somebody else has just changed the plan.', CHANGED_RETRY_MS)
    : refuse('TRANSITION_REFUSED', `The plan is ${plan.status}; allowed: before it is opened.`);
}

async function schedulePlan(
  parts: ApiParts,
  { subjectId: actorId, role: actorRole }: Subject,
  planId: string,
  now: number,
): Promise<PlanView | Refusal> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const to = transit('plan', plan.status, 'scheduled');
  if (isRefusal(to)) return to;
  if (plan.importing !== undefined) return importUnderWay();
  const missing = await missingIn(parts, plan, now);
  if (missing.length > 0) return refuse('PLAN_INCOMPLETE', `It lacks: ${missing.join(', ')}.`);
  const change = { status: 'scheduled' } as const;
  const actor = { actorId, actorRole };
  // As it was looked at: another paper meanwhile has other items, and perhaps no key.
  const sources = sourcesOf('plan', 'scheduled');
  const scheduled = await parts.store.plans.change(planId, sources, change, actor, plan.version);
  if (scheduled === null) {
    const changed = await planOf(parts, planId);
    const isImporting = !isRefusal(changed) && changed.importing !== undefined;
    return isImporting ? importUnderWay() : refuse('TRANSITION_REFUSED', 'Somebody else changed the plan.');
  }
  parts.recorder.log({ planId, stream: 'system', subject: actorId, kind: 'plan.scheduled', at: now, data: {} });
  return planView(scheduled);
}

async function missingIn({ store }: ApiParts, plan: PlanDocument, now: number): Promise<string[]> {
  const [key, rooms, examinees] = await Promise.all([
    store.keys.newest(plan.paperId),
    store.rooms.byPlan(plan._id),
    store.examinees.byPlan(plan._id, { limit: 1 }),
  ]);
  return [
    ...(key === null ? ['a key of its paper'] : []),
    ...(rooms.length === 0 ? ['rooms'] : []),
    ...(examinees.length === 0 ? ['examinees'] : []),
    ...(plan.windowEndsAt !== 0 && plan.windowEndsAt <= now ? ['a window that ends in the future'] : []),
  ];
}

type Removal = { readonly subject: Subject; readonly reason: string; readonly now: number };

async function removePlan(
  parts: ApiParts,
  removal: Removal,
  planId: string,
  ifMatch: string | undefined,
): Promise<Refusal | undefined> {
  const { now } = removal;
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const other = changedSince(ifMatch, versionOfPlan(plan));
  if (other) return other;
  if (plan.status !== 'draft' && !plan.rehearsal)
    return refuse('PLAN_NOT_DRAFT', `It is ${plan.status}, and no rehearsal.`);
  const runs = plan.status === 'open' || plan.status === 'running' || plan.status === 'paused';
  if (runs) return refuse('TRANSITION_REFUSED', `The plan is ${plan.status}; allowed: end it first.`);
  if (plan.importing !== undefined) return importUnderWay();
  if (await isControlled(parts, planId, now)) return refuse('BUSY', 'A control of it is under way.', CONTROL_RETRY_MS);
  const end = await parts.store.audit.end(planId);
  // The plan's own row last: as long as it is there, what a crash left over is removed by asking again.
  await parts.store.plans.empty(planId);
  await noteRemoval(parts, removal, plan, end);
  await rm(join(parts.config.dataDir, planId), { recursive: true, force: true });
  await parts.store.plans.remove(planId);
  return undefined;
}

/** Whether its rooms have not all taken a control that opens, starts, holds or ends the whole plan. */
async function isControlled({ store }: ApiParts, planId: string, now: number): Promise<boolean> {
  for (const control of await store.controls.forPlan(planId, 0)) {
    if (control.expiresAt < now || planMove(control) === undefined) continue;
    if ((await controlReply(store, control, now)).state === 'pending') return true;
  }
  return false;
}

/** The plan's own chain is removed with it: who did that, and where the chain had come to, is in the installation's. */
async function noteRemoval(
  parts: ApiParts,
  { subject, reason, now }: Removal,
  plan: PlanDocument,
  { sequence, hash }: { readonly sequence: number; readonly hash: string },
): Promise<void> {
  const { _id: planId, status, rehearsal, paperId } = plan;
  const data = { status, rehearsal, paperId, entries: sequence, end: hash, reason };
  const removed = { planId: INSTALLATION_CHAIN, source: `plan.removed.${planId}`, kind: 'plan.removed', at: now, data };
  await noteDecision(parts, removed, subject, planId);
}
