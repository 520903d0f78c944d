// Removes sessions, one-time links and idempotency records that have expired: the store has no expiry of its own. Whether
// this has been by decides nothing, since what has expired is never found. Any number of processes may sweep at once.
// Called by main.ts.
import type { Logger } from 'pino';
import type { Store } from '../store/open-store.ts';
import { type Sweep, startSweep } from './sweep.ts';

const SWEEP_EVERY_MS = 60_000;
const ROWS_A_DELETE = 500;
/** A turn ends after so many rows of a kind, 60,000 a minute; what is left comes with the next. */
const ROWS_A_TURN = 60_000;

export type ExpiryOptions = {
  readonly store: Pick<Store, 'sessions' | 'idempotency'>;
  readonly log: Logger;
  /** The store's time, epoch ms. */
  now(): number;
  /** Other lengths are for tests. */
  readonly everyMs?: number;
  readonly rowsADelete?: number;
  readonly rowsATurn?: number;
};

type Expiring = { sweep(now: number, limit: number): Promise<number> };

/** Starts the sweep; the first turn begins at once. */
export function startExpiry(options: ExpiryOptions): Sweep {
  const { store, log, everyMs = SWEEP_EVERY_MS } = options;

  async function removeExpired(signal: AbortSignal): Promise<void> {
    const sessions = await sweepOne(store.sessions, options, signal);
    const requests = await sweepOne(store.idempotency, options, signal);
    if (sessions + requests > 0) log.debug({ sessions, requests }, 'expired rows were removed');
  }

  return startSweep('expired rows', everyMs, removeExpired, log);
}

/** One delete after another, until nothing is left, the turn has done enough, or the signal. Returns how many went. */
async function sweepOne(
  aggregate: Expiring,
  { now, rowsADelete = ROWS_A_DELETE, rowsATurn = ROWS_A_TURN }: ExpiryOptions,
  signal: AbortSignal,
): Promise<number> {
  let gone = 0;
  while (gone < rowsATurn && !signal.aborted) {
    const limit = Math.min(rowsADelete, rowsATurn - gone);
    const found = await aggregate.sweep(now(), limit);
    gone += found;
    if (found < limit) break;
  }
  return gone;
}
