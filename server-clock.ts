// The process's idea of the store's time: the monotonic clock plus a measured offset, looked at again and again. A machine
// whose own clock is set, however far, moves no deadline, and no more does a store whose clock is set; while that clock is more than a second off, the process takes no
// rooms. Called by the composition root.
import type { Logger } from 'pino';
import type { ClockReading } from './store/clock.ts';
import type { Store } from './store/open-store.ts';

/** Farther off than this, a process takes no rooms. */
export const LARGEST_OFFSET_MS = 1_000;
/** What differs more than this from the measurement before is a clock that was set, no drift. */
const LARGEST_DRIFT_MS = 2_000;
const MEASURE_EVERY_MS = 30_000;

export type ServerClock = {
  /** The store's time, epoch ms. */
  now(): number;
  /** Whether the machine's own clock was more than a second off when it was last looked at. */
  isOff(): boolean;
  /** How far the last measurement was from what is known and so was not believed, ms; 0 where all is well. */
  jumpMs(): number;
  stop(): void;
};

export type ServerClockOptions = {
  readonly store: Pick<Store, 'clock'>;
  readonly log: Logger;
  /** Whether a clock that is off at the start is a reason not to start. */
  readonly strict: boolean;
  /** Another length is for tests. */
  readonly everyMs?: number;
};

/** Measures once before it returns. Throws where `strict` and the clock is off. */
export async function startServerClock(options: ServerClockOptions): Promise<ServerClock> {
  const { store, log, strict, everyMs = MEASURE_EVERY_MS } = options;
  let known = await store.clock.offset();
  let off = isFarOff(known);
  let jumpMs = 0;
  if (off && strict) throw new Error(clockSentence(known));
  if (off) log.warn({ offsetMs: known.offsetMs }, 'clock is off');

  async function measure(): Promise<void> {
    try {
      const reading = await store.clock.offset();
      jumpMs = jumpOf(known, reading);
      if (jumpMs > 0) log.error({ jumpMs }, 'a clock was set, the time is kept as it was');
      else known = better(known, reading);
      const wasOff = off;
      off = isFarOff(reading);
      if (off) log.error({ offsetMs: reading.offsetMs }, 'clock is off, no rooms are taken');
      else if (wasOff) log.info({ offsetMs: reading.offsetMs }, 'clock is right again');
    } catch (error) {
      log.debug({ err: error }, 'clock could not be compared');
    }
  }

  const timer = setInterval(() => void measure(), everyMs);
  return {
    now: () => Math.round(performance.now() + known.monotonicOffsetMs),
    isOff: () => off,
    jumpMs: () => jumpMs,
    stop: () => clearInterval(timer),
  };
}

/** Half of the round trip may be an error of the reading, and is not held against the clock. */
export function isFarOff({ offsetMs, roundTripMs }: Pick<ClockReading, 'offsetMs' | 'roundTripMs'>): boolean {
  return Math.abs(offsetMs) - roundTripMs / 2 > LARGEST_OFFSET_MS;
}

/** An exam that a jump has ended cannot be taken back, so a jump is not believed. */
function jumpOf(known: ClockReading, reading: ClockReading): number {
  const differenceMs = Math.abs(reading.monotonicOffsetMs - known.monotonicOffsetMs) - reading.roundTripMs / 2;
  return differenceMs > LARGEST_DRIFT_MS ? Math.round(differenceMs) : 0;
}

/** A reading is right to half its round trip; one that may be the same as what is known tells nothing new. */
function better(known: ClockReading, reading: ClockReading): ClockReading {
  const differenceMs = Math.abs(reading.monotonicOffsetMs - known.monotonicOffsetMs);
  return differenceMs > reading.roundTripMs / 2 ? reading : known;
}

/** The sentence for a clock that is off. */
export function clockSentence({ offsetMs }: Pick<ClockReading, 'offsetMs'>): string {
  return `this machine's clock is ${Math.round(offsetMs)} ms away from the store's; at most ${LARGEST_OFFSET_MS} ms are allowed`;
}
