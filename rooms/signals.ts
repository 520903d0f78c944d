// Gathers what clients report and what rooms notice, and brings it to the `incidents` queue: the first of a cause at once,
// and then one report with a count each two seconds, however many there are. While the queue is away it writes through the
// store by the same idempotent way as the worker. Nothing of it is promised to anybody. Never rejects. One a process.
import type { Logger } from 'pino';
import { rulesOf } from '../schema/documents/plan.ts';
import { newId } from '../schema/ids.ts';
import type { EvidenceData, MachineKind } from '../schema/incidents.ts';
import type { QueuedReport } from '../schema/jobs.ts';
import { LIMITS } from '../schema/limits.ts';
import type { Store } from '../store/open-store.ts';
import type { IncidentQueue } from './incident-queue.ts';
import type { PlanCatalogue } from './plan-catalogue.ts';

/** `count`: so many at once; `at` in epoch ms of the server's clock. */
export type Noticed = {
  readonly planId: string;
  readonly roomId: string;
  readonly examineeId: string;
  readonly kind: MachineKind;
  readonly source: QueuedReport['source'];
  readonly at: number;
  readonly count?: number;
  readonly data?: EvidenceData;
};

export type Signals = {
  /** Cheap: takes it into memory. */
  note(noticed: Noticed): void;
  /** Brings away what is there, and stops. */
  stop(): Promise<void>;
};

export type SignalsParts = {
  readonly queue: IncidentQueue;
  readonly store: Pick<Store, 'incidents'>;
  readonly catalogue: PlanCatalogue;
  readonly processId: string;
  readonly log: Logger;
  now(): number;
};

const LOOK_EVERY_MS = 200;
const QUIET_MS = 2_000;
/** Reports that neither queue nor store took; beyond it the oldest are given up, and the log says how many. */
const UNSENT = 20_000;

type Cause = { readonly planId: string; gathered: QueuedReport | undefined; sentAt: number };
type Batch = { readonly jobId: string; readonly planId: string; readonly reports: readonly QueuedReport[] };

/** Starts gathering. */
export function createSignals(parts: SignalsParts): Signals {
  const { queue, processId, log } = parts;
  const causes = new Map<string, Cause>();
  let unsent: Batch[] = [];
  let jobs = 0;
  let sending: Promise<void> | undefined;
  const timer = setInterval(flush, LOOK_EVERY_MS);

  /** What is due by now, or all of it. Forgets causes that have been quiet. */
  function takeDue(all: boolean): void {
    const now = performance.now();
    const due = new Map<string, QueuedReport[]>();
    for (const [name, cause] of causes) {
      if (!all && now - cause.sentAt < QUIET_MS) continue;
      if (cause.gathered === undefined) causes.delete(name);
      else due.set(cause.planId, [...(due.get(cause.planId) ?? []), cause.gathered]);
      cause.gathered = undefined;
      cause.sentAt = now;
    }
    for (const [planId, reports] of due)
      for (let from = 0; from < reports.length; from += LIMITS.reportsAJob)
        unsent.push({
          jobId: `${processId}-signals-${++jobs}`,
          planId,
          reports: reports.slice(from, from + LIMITS.reportsAJob),
        });
  }

  /** One at a time; what could not be sent stays, with its ids, for the next look. */
  function flush(): void {
    sending ??= sendAll(false).finally(() => {
      sending = undefined;
    });
  }

  async function sendAll(all: boolean): Promise<void> {
    takeDue(all);
    const batches = unsent;
    unsent = [];
    for (const batch of batches) if (!(await send(batch))) unsent.push(batch);
    giveUpOldest();
  }

  async function send(batch: Batch): Promise<boolean> {
    const { jobId, planId, reports } = batch;
    try {
      await queue.add(jobId, { kind: 'reports', planId, reports: [...reports] });
      return true;
    } catch (error) {
      log.debug({ err: error, planId }, 'incidents queue refused, writing through');
      return writeThrough(batch);
    }
  }

  async function writeThrough({ planId, reports }: Batch): Promise<boolean> {
    const { store, catalogue, now } = parts;
    try {
      const rules = rulesOf((await catalogue.factsOf(planId)).plan);
      for (const report of reports) {
        const whole = { ...report, planId, severity: 0, actorId: '', note: '' };
        const reported = await store.incidents.report(whole, rules, now());
        if (reported.outcome === 'raised' || reported.outcome === 'joined') queue.changed(reported.incident);
      }
      return true;
    } catch (error) {
      log.warn({ err: error, planId, reports: reports.length }, 'reports were not stored yet');
      return false;
    }
  }

  function giveUpOldest(): void {
    let waiting = unsent.reduce((sum, { reports }) => sum + reports.length, 0);
    for (const before = waiting; waiting > UNSENT; ) {
      waiting -= unsent.shift()?.reports.length ?? waiting;
      if (waiting <= UNSENT)
        log.error({ reports: before - waiting }, 'reports were given up: neither queue nor store took them');
    }
  }

  return {
    note({ planId, roomId, examineeId, kind, source, at, count = 1, data = {} }) {
      const name = `${examineeId}.${kind}`;
      const cause = causes.get(name) ?? { planId, gathered: undefined, sentAt: Number.NEGATIVE_INFINITY };
      causes.set(name, cause);
      const before = cause.gathered;
      cause.gathered =
        before === undefined
          ? { reportId: newId(), roomId, examineeId, kind, source, at, count, data }
          : { ...before, at: Math.max(before.at, at), count: before.count + count, data: { ...before.data, ...data } };
    },
    async stop() {
      clearInterval(timer);
      await sending;
      await sendAll(true);
    },
  };
}
