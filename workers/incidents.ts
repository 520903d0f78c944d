// The incidents worker: takes up what clients and rooms have noticed, joins what has one cause, counts, and hands on to the
// rooms whose proctors are to hear of it. What a person raises or decides is stored by whoever took it, and is only counted
// here. Idempotent: a job may come twice, and at two workers at once. Called by main.ts.
import type { Redis } from 'ioredis';
import { rulesOf } from '../schema/documents/plan.ts';
import type { Incident, IncidentReport, IncidentRules } from '../schema/incidents.ts';
import { type IncidentsHint, IncidentsJob, QueuedReport } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { KnownIncident } from '../store/incidents.ts';
import type { Store } from '../store/open-store.ts';
import { isInfrastructure, JobRefused } from './faults.ts';
import { countIncidents } from './incident-counts.ts';
import { endOfPlan, liveUntil } from './live-expiry.ts';
import { type RunnerParts, type RunningWorker, startWorker } from './runner.ts';

export type IncidentsOptions = RunnerParts & {
  readonly store: Pick<Store, 'incidents' | 'plans'>;
  readonly redis: Redis;
  readonly concurrency: number;
  /** The store's time as this process knows it, epoch ms. */
  now(): number;
};

/** A plan's rules do not change once it is open; a draft's hardly while somebody sits in it. */
const FACTS_KEPT_MS = 10_000;
const PLANS_KEPT = 1_000;

/** Starts taking jobs of the incidents queue. */
export function startIncidents(options: IncidentsOptions): Promise<RunningWorker> {
  const { store, redis } = options;
  const factsOf = createPlanFacts(store);
  return startWorker({
    ...options,
    queue: 'incidents',
    parse: (data) => IncidentsJob.parse(data),
    async process(job) {
      const plan = await factsOf(job.planId);
      if (plan === undefined) return; // it was removed with everything of it
      if (job.kind === 'count') return handOn(redis, job.planId, plan, await counted(store, job.incidentId));
      const { incidents, refused } = await takeAll(options, job.planId, job.reports, plan.rules);
      await handOn(redis, job.planId, plan, incidents);
      if (refused > 0) throw new JobRefused('JOB_REJECTED', `the store does not take ${refused} reports`);
    },
  });
}

async function counted({ incidents }: Pick<Store, 'incidents'>, incidentId: string): Promise<KnownIncident[]> {
  const incident = await incidents.get(incidentId);
  return incident === null ? [] : [incident];
}

/** One report that the store will never take spoils no other. What was taken before a crash is known, and handed on again. */
async function takeAll(
  { store, now }: Pick<IncidentsOptions, 'store' | 'now'>,
  planId: string,
  reports: readonly unknown[],
  rules: IncidentRules,
): Promise<{ incidents: Incident[]; refused: number }> {
  const changed = new Map<string, Incident>();
  let refused = 0;
  for (const unread of reports) {
    try {
      const queued = QueuedReport.parse(unread);
      const report = { ...queued, planId, severity: 0, actorId: '', note: '' };
      const reported = await store.incidents.report(report, rules, now());
      if ('incident' in reported) changed.set(reported.incident._id, reported.incident);
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      refused++;
    }
  }
  return { incidents: [...changed.values()], refused };
}

/** One that a worker raises by itself: stored when this resolves, counted, and told to its room. The same id again is one. */
export async function raiseIncident(
  { store, redis, now }: Pick<IncidentsOptions, 'store' | 'redis' | 'now'>,
  report: IncidentReport,
): Promise<void> {
  const plan = await store.plans.get(report.planId);
  if (plan === null) return; // it was removed with everything of it
  const reported = await store.incidents.report(report, rulesOf(plan), now());
  if ('incident' in reported) await handOn(redis, report.planId, { endAt: endOfPlan(plan) }, [reported.incident]);
}

/** What is only noted changes no count, and nobody is told. */
async function handOn(
  redis: Redis,
  planId: string,
  { endAt }: Pick<PlanFacts, 'endAt'>,
  incidents: readonly KnownIncident[],
): Promise<void> {
  const raised = incidents.filter(({ status }) => status !== 'noted');
  if (raised.length === 0) return;
  const hint: IncidentsHint = { planId, incidents: raised.map(({ roomId, _id }) => [roomId, _id]) };
  await countIncidents(redis, planId, liveUntil(endAt), raised);
  await redis.publish(redisKeys.incidentHints(), JSON.stringify(hint));
}

type PlanFacts = { readonly rules: IncidentRules; readonly endAt: number };

/** Undefined: there is no such plan. */
function createPlanFacts({ plans }: Pick<Store, 'plans'>): (planId: string) => Promise<PlanFacts | undefined> {
  const known = new Map<string, PlanFacts & { readonly until: number }>();
  return async (planId) => {
    const kept = known.get(planId);
    if (kept !== undefined && kept.until > performance.now()) return kept;
    const plan = await plans.get(planId);
    if (plan === null) return undefined;
    if (known.size >= PLANS_KEPT) known.clear();
    const facts = { rules: rulesOf(plan), endAt: endOfPlan(plan), until: performance.now() + FACTS_KEPT_MS };
    known.set(planId, facts);
    return facts;
  };
}
