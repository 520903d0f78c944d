// The worker that scores plans: those that have ended, found by a sweep that depends on no queue, and those that somebody
// asks for. What scoring is, is in scoring.ts. Called by main.ts.
import { StatisticsJob } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import { codeOf, isInfrastructure } from './faults.ts';
import { type RunnerParts, type RunningWorker, startWorker } from './runner.ts';
import { type ScoringOutcome, type ScoringStores, scorePlan } from './scoring.ts';
import { pause, startSweep } from './sweep.ts';

export type StatisticsOptions = RunnerParts & {
  readonly store: ScoringStores;
  /** How often plans that have ended are looked for; another length is for tests. */
  readonly sweepEveryMs?: number;
};

const SWEEP_EVERY_MS = 2_000;
/** A plan that cannot be scored is left alone this long, doubled each time. */
const FIRST_REST_MS = 10_000;
const LONGEST_REST_MS = 300_000;
/** How long somebody who asked waits for a scoring of another process, again and again. */
const ELSEWHERE_MS = 500;

/** Starts the queue's worker and the sweep, which depends on no queue. */
export async function startStatistics(options: StatisticsOptions): Promise<RunningWorker> {
  const { store, log } = options;
  const stopping = new AbortController();
  const under = new Map<string, Promise<ScoringOutcome>>();
  const resting = new Map<string, { until: number; ms: number }>();

  /** One scoring of a plan at a time in this process; who asks meanwhile gets another after it. */
  async function score(planId: string, signal?: AbortSignal): Promise<ScoringOutcome> {
    const before = under.get(planId);
    const begin = () => scorePlan(store, planId, { signal });
    // Whether the one before failed is the business of who asked for it.
    const scoring = before === undefined ? begin() : before.then(begin, begin);
    under.set(planId, scoring);
    try {
      const outcome = await scoring;
      if (outcome === 'scored') tellRooms(planId);
      return outcome;
    } finally {
      if (under.get(planId) === scoring) under.delete(planId);
    }
  }

  /** What another process scores at this moment may be without what this was asked for. */
  async function scoreAsked(planId: string): Promise<ScoringOutcome> {
    for (;;) {
      const outcome = await score(planId, stopping.signal);
      if ((outcome !== 'elsewhere' && outcome !== 'followed') || stopping.signal.aborted) return outcome;
      await pause(ELSEWHERE_MS, stopping.signal);
    }
  }

  function tellRooms(planId: string): void {
    options.connection.publish(redisKeys.planHints(), planId).catch((error: unknown) => {
      log.debug({ err: error, planId }, 'rooms were not told that their plan is scored; they look by themselves');
    });
  }

  async function scoreEnded(signal: AbortSignal): Promise<void> {
    for (const { _id } of await store.plans.byStates(['ended'])) {
      if (signal.aborted) return;
      if (under.has(_id) || (resting.get(_id)?.until ?? 0) > performance.now()) continue;
      await scoreFound(_id, signal);
    }
  }

  async function scoreFound(planId: string, signal: AbortSignal): Promise<void> {
    try {
      const outcome = await score(planId, signal);
      if (outcome === 'scored') resting.delete(planId);
      if (outcome === 'no-key') rest(planId, 'NO_KEY');
      if (outcome === 'unmarked') rest(planId, 'ITEMS_UNMARKED');
      log[outcome === 'scored' ? 'info' : 'debug']({ planId, outcome }, 'plan that has ended was found');
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      options.metrics.count('statistics', 'failed');
      log.error({ err: error, planId }, 'plan cannot be scored');
      rest(planId, codeOf(error));
    }
  }

  function rest(planId: string, code: string): void {
    const ms = Math.min((resting.get(planId)?.ms ?? FIRST_REST_MS / 2) * 2, LONGEST_REST_MS);
    resting.set(planId, { until: performance.now() + ms, ms });
    log.warn({ planId, code, ms }, 'scoring of a plan rests');
  }

  const sweep = startSweep('plans that have ended', options.sweepEveryMs ?? SWEEP_EVERY_MS, scoreEnded, log);
  const worker = await startWorker({
    ...options,
    queue: 'statistics',
    concurrency: 1,
    parse: (data) => StatisticsJob.parse(data),
    async process({ planId }) {
      const outcome = await scoreAsked(planId);
      log.info({ planId, outcome }, 'statistics asked for');
    },
  });
  return {
    async stop() {
      stopping.abort();
      await Promise.all([worker.stop(), sweep.stop()]);
    },
  };
}
