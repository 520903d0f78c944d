// Ctrl-C and its like for the commands that run until somebody ends them. The first one is an orderly stop; after a second one
// the launcher is gone at once, and the guard ends what is left. Called by demo.ts and commands/start.ts.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at the first SIGINT, SIGTERM or SIGHUP with its name; SIGHUP is left to who has another use for it. */
export function untilInterrupted(hangup: 'ends' | 'is another matter' = 'ends'): Promise<NodeJS.Signals> {
  const signals = SIGNALS.filter((name) => name !== 'SIGHUP' || hangup === 'ends');
  return new Promise((resolve) => {
    let count = 0;
    for (const name of signals) {
      process.on(name, () => {
        count += 1;
        if (count > 1) process.exit(130);
        resolve(name);
      });
    }
  });
}
