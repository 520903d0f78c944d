// The process's idea of the store's time: the own clock plus a measured offset, looked at again and again. A process
// whose clock is off by more than a second takes no rooms. Called by the composition root.
import type { Logger } from 'pino';
import type { Store } from './store/open-store.ts';

/** Farther off than this, a process takes no rooms. */
export const LARGEST_OFFSET_MS = 1_000;
const MEASURE_EVERY_MS = 30_000;

export type ServerClock = {
  /** The store's time, epoch ms. */
  now(): number;
  stop(): void;
};

/** Measures once before it returns. Throws where `strict` and the clock is off. */
export async function startServerClock(
  store: Pick<Store, 'clock'>,
  log: Logger,
  strict: boolean,
): Promise<ServerClock> {
  const first = await store.clock.offset();
  let { offsetMs } = first;
  if (Math.abs(offsetMs) > LARGEST_OFFSET_MS) {
    const sentence = `this machine's clock is ${Math.round(offsetMs)} ms away from the store's; at most ${LARGEST_OFFSET_MS} ms are allowed`;
    if (strict) throw new Error(sentence);
    log.warn({ offsetMs }, 'clock is off');
  }
  const timer = setInterval(() => {
    store.clock.offset().then(
      (reading) => {
        // A reading is right to half its round trip; a worse one than what is known tells nothing new.
        if (Math.abs(reading.offsetMs - offsetMs) > reading.roundTripMs / 2) offsetMs = reading.offsetMs;
        if (Math.abs(offsetMs) > LARGEST_OFFSET_MS) log.error({ offsetMs }, 'clock is off');
      },
      (error: unknown) => log.debug({ err: error }, 'clock could not be compared'),
    );
  }, MEASURE_EVERY_MS);
  return { now: () => Math.round(Date.now() + offsetMs), stop: () => clearInterval(timer) };
}
