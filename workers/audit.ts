// The audit worker: takes up into each plan's chain what the documents carry, and signs where the chains end, each
// minute, into the store and into files beside it. It depends on no queue, so nothing of it is lost with Redis. Several
// may run at once. Called by main.ts.
import type { Logger } from 'pino';
import { headKey, signedHead } from '../exam/audit-chain.ts';
import { inOrder } from '../exam/audit-facts.ts';
import { INSTALLATION_CHAIN } from '../exam/audit-writes.ts';
import type { PlanState } from '../schema/states.ts';
import type { Carried } from '../store/audit-carriers.ts';
import { fileHead } from '../store/audit-files.ts';
import type { Store } from '../store/open-store.ts';
import { isInfrastructure } from './faults.ts';
import { startSweep } from './sweep.ts';

export type AuditOptions = {
  readonly store: Pick<Store, 'audit' | 'plans'>;
  /** Heads are filed under it, in `audit`. */
  readonly dataDir: string;
  /** EXAMHALL_SECRET; heads are signed with a key that follows from it. */
  readonly secret: string;
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** Other lengths are for tests. */
  readonly sweepEveryMs?: number;
  readonly signEveryMs?: number;
};

export type AuditWorker = {
  /** Waits for what is under way. Twice is fine. */
  stop(): Promise<void>;
};

const SWEEP_EVERY_MS = 1_000;
const SIGN_EVERY_MS = 60_000;
const DOCUMENTS_AT_ONCE = 500;
/** Plans whose chains grow by what rooms and time do, whichever process takes it up. */
const LIVE: PlanState[] = ['scheduled', 'open', 'running', 'paused', 'ended'];

/** Starts both sweeps. */
export function startAudit(options: AuditOptions): AuditWorker {
  const { store, dataDir, log } = options;
  const key = headKey(options.secret);
  const touched = new Set<string>();
  const signed = new Map<string, number>();

  async function takeUp(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waiting = await store.audit.waiting(DOCUMENTS_AT_ONCE);
      let isStuck = waiting.length === 0;
      for (const [planId, carried] of Map.groupBy(waiting, (one) => one.planId)) {
        if (signal.aborted) return;
        if (!(await takePlan(planId, carried))) isStuck = true;
      }
      if (isStuck) return;
    }
  }

  /** False where this plan's facts cannot be taken up: they stay with their documents, and hold up no other plan. */
  async function takePlan(planId: string, carried: readonly Carried[]): Promise<boolean> {
    try {
      await store.audit.append(planId, inOrder(carried));
      await store.audit.taken(carried);
      touched.add(planId);
      return true;
    } catch (error) {
      if (isInfrastructure(error)) throw error;
      log.error({ err: error, planId }, 'what a plan carries does not go into its chain');
      return false;
    }
  }

  async function signHeads(signal: AbortSignal): Promise<void> {
    const live = await store.plans.byStates(LIVE);
    for (const planId of new Set([INSTALLATION_CHAIN, ...touched, ...live.map(({ _id }) => _id)])) {
      if (signal.aborted) return;
      await signHead(planId);
      touched.delete(planId);
    }
  }

  /** The file first: a head that only the database knew would say nothing against whoever rewrites the database. */
  async function signHead(planId: string): Promise<void> {
    const end = await store.audit.end(planId);
    if (end.sequence === 0 || signed.get(planId) === end.sequence) return;
    const head = signedHead(key, planId, end, options.now());
    await fileHead(dataDir, head);
    await store.audit.keepHead(head);
    signed.set(planId, end.sequence);
  }

  const sweeps = [
    startSweep('audit chain', options.sweepEveryMs ?? SWEEP_EVERY_MS, takeUp, log),
    startSweep('audit heads', options.signEveryMs ?? SIGN_EVERY_MS, signHeads, log),
  ];
  return {
    async stop() {
      await Promise.all(sweeps.map((sweep) => sweep.stop()));
    },
  };
}
