// Warnings before the own end: each named length of time once, when that much is left; again where time was added in
// between. Says nothing while the clock stands. Called by session.
import type { ClientClock } from './clock.ts';

/** A little late is right, a little early is not. */
const SLACK_MS = 5;

export type WarningEffects = {
  readonly clock: ClientClock;
  readonly lengthsMs: readonly number[];
  /** What is left; undefined while the clock stands, or is not known. */
  left(): number | undefined;
  warn(leftMs: number): void;
};

export type Warnings = {
  /** Something about the time has changed, or may have. */
  poke(): void;
  stop(): void;
};

/** What is below its length already is not warned of. */
export function createWarnings({ clock, lengthsMs, left, warn }: WarningEffects): Warnings {
  const armed = new Set<number>();
  let cancel = (): void => {};
  let hasStopped = false;
  function poke(): void {
    cancel();
    const now = left();
    if (hasStopped || now === undefined) return;
    const passed = [...armed].filter((lengthMs) => now <= lengthMs);
    for (const lengthMs of passed) armed.delete(lengthMs);
    for (const lengthMs of lengthsMs) if (now > lengthMs) armed.add(lengthMs);
    if (passed.length > 0) warn(Math.min(...passed));
    const next = Math.max(0, ...armed);
    if (next > 0) cancel = clock.after(now - next + SLACK_MS, poke);
  }
  return {
    poke,
    stop() {
      hasStopped = true;
      cancel();
    },
  };
}
