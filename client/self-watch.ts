// What a device notices of itself without its page: that its link was lost, and that its clock was moved against the
// server's. Called by session.
import type { ClientClock } from './clock.ts';
import type { LinkState } from './events.ts';
import { isUp } from './link.ts';
import type { ServerClock } from './server-clock.ts';
import type { Signal } from './signals.ts';

/** Smaller moves are measurement. */
const MOVED_MS = 1_000;

export type SelfWatch = {
  link(state: LinkState): void;
  /** The server's clock was measured. */
  measured(): void;
};

/** `report` gets each signal with its instant by the server's clock. */
export function createSelfWatch(clock: ClientClock, time: ServerClock, report: (signal: Signal) => void): SelfWatch {
  let before: LinkState = 'connecting';
  let lostAt: number | undefined;
  let aheadMs: number | undefined;
  const serverAt = (monotonic: number) => time.at(monotonic) ?? clock.wallNow();
  return {
    link(state) {
      if (isUp(before) && state === 'reconnecting') lostAt = clock.now();
      if (isUp(state) && lostAt !== undefined) {
        report({ kind: 'network-lost', at: serverAt(lostAt), ms: Math.round(clock.now() - lostAt) });
        lostAt = undefined;
      }
      before = state;
    },
    measured() {
      const now = clock.now();
      const nowAheadMs = clock.wallNow() - serverAt(now);
      const movedMs = Math.round(nowAheadMs - (aheadMs ?? nowAheadMs));
      if (aheadMs !== undefined && Math.abs(movedMs) < MOVED_MS) return;
      aheadMs = nowAheadMs;
      if (movedMs !== 0) report({ kind: 'clock-jump', at: serverAt(now), ms: movedMs });
    },
  };
}
