// How each plan that is under way stands, once a minute, for whoever looks at it later. Any number of workers may do it:
// the first to write a minute has written it. For display only. Called by main.ts, beside the states worker, whose display
// fields it counts.
import type { Logger } from 'pino';
import type { PlanState } from '../schema/states.ts';
import type { Store } from '../store/open-store.ts';
import { startSweep } from './sweep.ts';

export type MonitoringOptions = {
  readonly store: Pick<Store, 'plans' | 'monitoring'>;
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** Another length is for tests. */
  readonly lookEveryMs?: number;
};

const LOOK_EVERY_MS = 5_000;
const MINUTE_MS = 60_000;
const UNDER_WAY: PlanState[] = ['open', 'running', 'paused', 'ended'];

/** Starts looking for minutes that nobody has written. */
export function startMonitoring({ store, log, now, lookEveryMs = LOOK_EVERY_MS }: MonitoringOptions) {
  let written = new Map<string, number>();

  async function record(signal: AbortSignal): Promise<void> {
    const plans = await store.plans.byStates(UNDER_WAY);
    const known = written;
    written = new Map();
    for (const { _id } of plans) {
      const minute = Math.floor(now() / MINUTE_MS);
      if (known.get(_id) !== minute) {
        if (signal.aborted) return;
        await store.monitoring.record(_id, now());
      }
      written.set(_id, minute);
    }
  }

  return startSweep('monitoring', lookEveryMs, record, log);
}
