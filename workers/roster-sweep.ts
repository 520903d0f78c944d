// Ends what a process that died has left of a roster: what was not committed is removed, what was is gone on with. Whether
// this has been by decides nothing: rows of an import count by its document alone. Any number of processes may sweep at
// once. Called by main.ts.
import type { Logger } from 'pino';
import { IMPORT_LATE_MS, IMPORT_STALE_MS } from '../schema/roster-imports.ts';
import type { Store } from '../store/open-store.ts';
import { type Sweep, startSweep } from './sweep.ts';

const SWEEP_EVERY_MS = 10_000;
const IMPORTS_A_TURN = 20;

export type RosterSweepOptions = {
  readonly store: Pick<Store, 'rosterImports'>;
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** Another length is for tests. */
  readonly everyMs?: number;
};

/** Starts the sweep; the first turn begins at once. */
export function startRosterSweep({ store, log, now, everyMs = SWEEP_EVERY_MS }: RosterSweepOptions): Sweep {
  return startSweep('roster imports', everyMs, (signal) => sweepRosters(store, log, now, signal), log);
}

/** One turn. */
export async function sweepRosters(
  { rosterImports }: Pick<Store, 'rosterImports'>,
  log: Logger,
  now: () => number,
  signal: AbortSignal,
): Promise<void> {
  for (const found of await rosterImports.stale(now() - IMPORT_STALE_MS, IMPORTS_A_TURN)) {
    if (signal.aborted) return;
    if (found.state === 'committed') await rosterImports.finish(found, now());
    else if (found.state === 'failed' || (await rosterImports.giveUp(found, 'of another', now())))
      await rosterImports.remove(found, now());
    log.warn({ importId: found._id, plan: found.planId, state: found.state }, 'an import of a dead process was ended');
  }
  for (const gone of await rosterImports.goneSince(now() - IMPORT_LATE_MS, IMPORTS_A_TURN)) {
    if (signal.aborted) return;
    await rosterImports.remove(gone, now());
  }
}
