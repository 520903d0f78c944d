// audit: the chain of all commands and state changes of a plan, and whether it still fits together. Nothing here writes.
import { headKey } from '../../exam/audit-chain.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { AuditCheck, AuditList } from '../../schema/replies.ts';
import { NoBody, NoQuery, NumberQuery, PlanParams } from '../../schema/requests.ts';
import { checkChain } from '../../store/audit-check.ts';
import { aboutPlan, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { auditView } from '../views.ts';

export function auditRoutes(parts: ApiParts): Route[] {
  const { store, config } = parts;
  const key = headKey(config.secret);
  return [
    route({
      method: 'get',
      path: '/plans/:planId/audit',
      tag: 'audit',
      summary: 'The audit chain of a plan, in its order; the cursor is the last sequence seen.',
      access: 'audit.read',
      params: PlanParams,
      query: NumberQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: AuditList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId }, query: { after, limit } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const entries = await store.audit.byPlan(planId, after, limit);
        const last = entries.length < limit ? undefined : entries.at(-1);
        return { entries: entries.map(auditView), next: last === undefined ? null : String(last.sequence) };
      },
    }),
    route({
      method: 'get',
      path: '/plans/:planId/audit/check',
      tag: 'audit',
      summary: 'Reads the whole chain against its signed heads, and names the first sequence that does not verify.',
      access: 'audit.read',
      params: PlanParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: AuditCheck },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const { verified, flaw, heads } = await checkChain(store, config.dataDir, key, planId);
        return { planId, isWhole: flaw === undefined, verified, flaw: flaw ?? null, heads };
      },
    }),
  ];
}
