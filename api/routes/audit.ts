// audit: the chain of all commands and state changes of a plan, that of what belongs to no plan, and whether they still
// fit together. Nothing here writes.
import { headKey } from '../../exam/audit-chain.ts';
import { INSTALLATION_CHAIN } from '../../exam/audit-writes.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { AuditCheck, AuditList } from '../../schema/replies.ts';
import { NoBody, NoParams, NoQuery, PlanParams } from '../../schema/requests.ts';
import { checkChain } from '../../store/audit-check.ts';
import { withTexts } from '../../store/audit-reading.ts';
import { listRoute, planList } from '../list-route.ts';
import { aboutPlan, INSTALLATION, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { auditView } from '../views.ts';

const OF_LIST = { tag: 'audit', access: 'audit.read', schema: AuditList, view: auditView } as const;
const OF_CHECK = {
  method: 'get',
  tag: 'audit',
  access: 'audit.read',
  query: NoQuery,
  body: NoBody,
  reply: { status: 200, type: 'application/json', schema: AuditCheck },
  repeat: 'keyless',
} as const;

export function auditRoutes(parts: ApiParts): Route[] {
  const { store, config } = parts;
  const key = headKey(config.secret);

  async function check(chain: string) {
    const { verified, flaw, heads } = await checkChain(store, config.dataDir, key, chain);
    return { planId: chain, isWhole: flaw === undefined, verified, flaw: flaw ?? null, heads };
  }

  return [
    planList(parts, 'audit', {
      ...OF_LIST,
      path: '/plans/:planId/audit',
      summary: 'The audit chain of a plan, in its order; of one kind or subject where it is named.',
      read: async (plan, { query }) => withTexts(store, await store.audit.list(plan._id, query)),
    }),
    route({
      ...OF_CHECK,
      path: '/plans/:planId/audit/check',
      summary: 'Reads the whole chain against its signed heads, and names the first sequence that does not verify.',
      params: PlanParams,
      refusals: ['PLAN_UNKNOWN'],
      target: aboutPlan,
      async handle({ params: { planId } }) {
        const plan = await planOf(parts, planId);
        return isRefusal(plan) ? plan : check(planId);
      },
    }),
    listRoute('audit', {
      ...OF_LIST,
      path: '/audit',
      summary: 'The audit chain of what belongs to no plan: papers, keys, admins and machines.',
      params: NoParams,
      refusals: [],
      target: () => INSTALLATION,
      read: async ({ query }) => withTexts(store, await store.audit.list(INSTALLATION_CHAIN, query)),
    }),
    route({
      ...OF_CHECK,
      path: '/audit/check',
      summary: 'The same check of that chain.',
      params: NoParams,
      refusals: [],
      target: () => INSTALLATION,
      handle: () => check(INSTALLATION_CHAIN),
    }),
  ];
}
