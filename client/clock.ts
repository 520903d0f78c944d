// The only place of the client that reads a clock or sets a timer; tests give another one. Monotonic time measures what
// passes, the device's wall clock is only shown in exports: it may be an hour off.

export type ClientClock = {
  /** Monotonic milliseconds from any origin. */
  now(): number;
  /** The device's wall clock, epoch ms, possibly wrong. */
  wallNow(): number;
  /** Calls once after so many ms; returns what cancels it. */
  after(delayMs: number, call: () => void): () => void;
};

/** The clock of a browser or of Node. */
export const deviceClock: ClientClock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};

/** What the promise comes to, or `late` where that takes longer than so many ms. */
export async function within<T>(clock: ClientClock, delayMs: number, promise: Promise<T>): Promise<T | 'late'> {
  const done = new AbortController();
  const late = pause(clock, delayMs, done.signal).then(() => 'late' as const);
  try {
    return await Promise.race([promise, late]);
  } finally {
    done.abort();
  }
}

/** Resolves after so many ms, or at once when the signal aborts: the caller looks at the signal. */
export function pause(clock: ClientClock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(delayMs, end);
    signal.addEventListener('abort', end);
  });
}
