// Waiting for a condition that only events can bring about, with a limit. Called by sitting.ts.

/** Something that was waited for did not come; the message says what is still missing. */
export class Stalled extends Error {
  readonly code = 'STALLED';
  override name = 'Stalled';
}

export type Signal = {
  /** Something happened: whoever waits looks again. */
  changed(): void;
  /** Resolves as soon as `isOver`, at once where it is already. Throws Stalled, with what `missing` says then. */
  until(isOver: () => boolean, limitMs: number, missing: () => string): Promise<void>;
};

type Waiter = { readonly isOver: () => boolean; readonly resolve: () => void };

/** A signal that nobody waits for yet. */
export function createSignal(): Signal {
  const waiters = new Set<Waiter>();
  return {
    changed() {
      for (const waiter of waiters) if (waiter.isOver()) waiter.resolve();
    },
    until(isOver, limitMs, missing) {
      if (isOver()) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const end = (settle: () => void): void => {
          clearTimeout(limit);
          waiters.delete(waiter);
          settle();
        };
        const limit = setTimeout(() => end(() => reject(stalled(missing(), limitMs))), limitMs);
        const waiter: Waiter = { isOver, resolve: () => end(resolve) };
        waiters.add(waiter);
      });
    },
  };
}

/** The result of `work`, if it comes in time. Throws Stalled. */
export async function within<T>(work: Promise<T>, limitMs: number, missing: string): Promise<T> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(() => reject(stalled(missing, limitMs)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(limit);
  }
}

function stalled(what: string, limitMs: number): Stalled {
  return new Stalled(`${what} after ${limitMs / 1000} s.`);
}
