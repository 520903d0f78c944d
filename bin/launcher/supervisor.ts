// The supervisor: starts children, watches them, starts them again with a growing delay when they die, and stops them in order.
// Only ever touches its own children, by process id; the guard does the same should this process be killed.
// Called by system.ts and by `examhall start`.
//
// A child is: starting → serving → (died → waiting → starting) … → stopped.

import { type ChildExit, type ChildSpec, type RunningChild, spawnChild } from './child.ts';
import { type GuardLink, startGuard } from './guard-link.ts';
import { LauncherError } from './launcher-error.ts';

export type SupervisorOptions = {
  restart: 'always' | 'never';
  /** Told one sentence when a child dies, comes back, or was stopped. */
  tell: (sentence: string) => void;
};

export type Supervisor = {
  /** Adds a child and starts it. Resolves when it serves; if it does not come up this first time, rejects and leaves it out. */
  start(spec: ChildSpec): Promise<void>;
  /** Starts a child that died again, at once. Resolves when it serves. Throws CHILD_UNKNOWN. */
  startAgain(name: string): Promise<void>;
  /** Sends a signal, SIGKILL unless named. Resolves when the process is gone, at once after one that ends nobody. Throws CHILD_UNKNOWN. */
  kill(name: string, signal?: NodeJS.Signals): Promise<void>;
  pid(name: string): number | undefined;
  names(): string[];
  /** Stops everything, highest stage first. Twice is fine. */
  stop(): Promise<void>;
};

type Entry = {
  spec: ChildSpec;
  running: RunningChild | undefined;
  delayMs: number;
  startedAt: number;
  /** A child that dies in its first start is reported, not started again. */
  phase: 'first start' | 'kept up';
  waiting: NodeJS.Timeout | undefined;
};

/** Of those that are sent here. */
const ENDS_NOBODY: readonly NodeJS.Signals[] = ['SIGSTOP', 'SIGCONT', 'SIGHUP'];
const SHORTEST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 5_000;
const HEALTHY_AFTER_MS = 30_000;

/** A supervisor without children. Its guard starts with the first child. */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const entries = new Map<string, Entry>();
  let guard: GuardLink | undefined;
  let stopping: Promise<void> | undefined;

  async function launch(entry: Entry): Promise<void> {
    if (stopping)
      throw new LauncherError('STOPPING', `${entry.spec.name} is not started: everything is being stopped.`);
    const child = spawnChild(entry.spec);
    guard ??= startGuard();
    guard.add(child.pid, entry.spec.stage);
    entry.running = child;
    entry.startedAt = performance.now();
    void child.exited.then((exit) => onExit(entry, child, exit));
    try {
      await child.ready;
      entry.phase = 'kept up';
    } catch (error) {
      await child.end();
      throw error;
    }
  }

  function onExit(entry: Entry, child: RunningChild, exit: ChildExit): void {
    guard?.remove(child.pid);
    if (entry.running === child) entry.running = undefined;
    if (stopping || options.restart === 'never' || entry.phase === 'first start') return;
    if (performance.now() - entry.startedAt > HEALTHY_AFTER_MS) entry.delayMs = SHORTEST_DELAY_MS;
    options.tell(
      `${entry.spec.name} ended (${exit.signal ?? exit.code}); it starts again in ${entry.delayMs / 1000} s.`,
    );
    entry.waiting = setTimeout(() => relaunch(entry), entry.delayMs);
    entry.delayMs = Math.min(entry.delayMs * 2, LONGEST_DELAY_MS);
  }

  function relaunch(entry: Entry): void {
    entry.waiting = undefined;
    launch(entry).then(
      () => options.tell(`${entry.spec.name} serves again.`),
      (error: unknown) => options.tell(String(error)), // Its exit has already planned the next try.
    );
  }

  function find(name: string): Entry {
    const entry = entries.get(name);
    if (!entry)
      throw new LauncherError('CHILD_UNKNOWN', `there is no ${name} here, only ${[...entries.keys()].join(', ')}.`);
    return entry;
  }

  async function stopAll(): Promise<void> {
    for (const entry of entries.values()) clearTimeout(entry.waiting);
    const stages = [...new Set([...entries.values()].map((entry) => entry.spec.stage))].sort((a, b) => b - a);
    for (const stage of stages) {
      const ofStage = [...entries.values()].filter((entry) => entry.spec.stage === stage);
      const running = ofStage.flatMap((entry) => entry.running ?? []);
      await Promise.all(running.map((child) => child.end()));
      if (running.length > 0) options.tell(`${ofStage.map((entry) => entry.spec.name).join(', ')} stopped.`);
    }
    guard?.stop();
  }

  return {
    async start(spec) {
      const entry: Entry = {
        spec,
        running: undefined,
        delayMs: SHORTEST_DELAY_MS,
        startedAt: 0,
        phase: 'first start',
        waiting: undefined,
      };
      entries.set(spec.name, entry); // Before it serves, so that stop() finds it while it starts.
      try {
        await launch(entry);
      } catch (error) {
        entries.delete(spec.name);
        throw error;
      }
    },
    async startAgain(name) {
      const entry = find(name);
      clearTimeout(entry.waiting);
      entry.waiting = undefined;
      await (entry.running ? entry.running.ready : launch(entry));
    },
    async kill(name, signal = 'SIGKILL') {
      const { running } = find(name);
      running?.signal(signal);
      if (!ENDS_NOBODY.includes(signal)) await running?.exited;
    },
    pid: (name) => entries.get(name)?.running?.pid,
    names: () => [...entries.keys()],
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}
