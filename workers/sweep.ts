// A sweep: work that is looked for again and again, because what asked for it may have been lost. Never two runs at once;
// what fails is logged and found again by the next run. Called by the workers that have one.
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isInfrastructure } from './faults.ts';

export type Sweep = {
  /** Waits for the run that is under way. Twice is fine. */
  stop(): Promise<void>;
};

/** Runs `work` now and then `everyMs` after each end, until `stop`. `work` should look at the signal between its steps. */
export function startSweep(
  name: string,
  everyMs: number,
  work: (signal: AbortSignal) => Promise<void>,
  log: Logger,
): Sweep {
  const end = new AbortController();
  const running = run();

  async function run(): Promise<void> {
    while (!end.signal.aborted) {
      try {
        await work(end.signal);
      } catch (error) {
        log[isInfrastructure(error) ? 'debug' : 'error']({ err: error, sweep: name }, 'sweep failed');
      }
      await pause(everyMs, end.signal);
    }
  }

  return {
    async stop() {
      end.abort();
      await running;
    },
  };
}

/** Waits, or until the signal; never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal });
  } catch {
    // The signal ended the wait, which is what it is for.
  }
}
