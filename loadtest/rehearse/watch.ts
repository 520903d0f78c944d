// Looks at what the system stands on, again and again while a rehearsal runs, and notes it with the phase. A source that does
// not answer is tried again, and said; it never holds up another one, nor the rehearsal. Called by loadtest/rehearse.ts.
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { MonitorServer } from '../../schema/monitor.ts';
import type { Phase, Reading, Sample } from './judgement.ts';
import type { Reader } from './reader.ts';

/** `name` is for the sentence where it does not answer. */
export type Source = { readonly name: string; read(): Promise<readonly Reading[]> };

export type Watch = {
  phase: Phase;
  readonly samples: readonly Sample[];
  /** What could not be read, a sentence each. */
  unseen(): string[];
  /** Resolves when nothing is read any more. Twice is fine. */
  stop(): Promise<void>;
};

const EVERY_MS = 1_000;
const PATIENCE_MS = 3_000;
const RESOLUTION_MS = 20;
const NS_A_MS = 1e6;
/** Where more of a source's readings fail, its figures are not those of the whole rehearsal. */
const MOST_MISSED = 0.5;

/** Begins to look at all of them, each by itself. */
export function startWatch(sources: readonly Source[]): Watch {
  const samples: Sample[] = [];
  const counts = sources.map(({ name }) => ({ name, read: 0, missed: 0, why: '' }));
  const over = new AbortController();
  const watch: Pick<Watch, 'phase'> = { phase: 'entering' };

  async function look(source: Source, count: { read: number; missed: number; why: string }): Promise<void> {
    while (!over.signal.aborted) {
      try {
        const readings = await inTime(source.read());
        const at = performance.now();
        for (const reading of readings) samples.push({ ...reading, at, phase: watch.phase });
        count.read += 1;
      } catch (error) {
        count.missed += 1;
        count.why = error instanceof Error ? error.message : String(error);
      }
      await sleep(EVERY_MS, undefined, { signal: over.signal }).catch(() => {}); // stopped: the loop ends
    }
  }

  const looking = Promise.all(
    sources.map((source, index) => look(source, counts[index] ?? { read: 0, missed: 0, why: '' })),
  );
  return {
    get phase() {
      return watch.phase;
    },
    set phase(phase) {
      watch.phase = phase;
    },
    samples,
    unseen: () =>
      counts
        .filter(({ read, missed }) => missed > (read + missed) * MOST_MISSED)
        .map(({ name, why }) => `${name} did not say how it is: ${why}`),
    async stop() {
      over.abort();
      await looking;
    },
  };
}

async function inTime<T>(asked: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${PATIENCE_MS / 1_000} s`)), PATIENCE_MS);
  return Promise.race([asked, late.promise]).finally(() => clearTimeout(timer));
}

/** What each process says of itself every two seconds, and the queues, as an api shows them. */
export function systemSource(reader: Reader): Source {
  const known = new Map<string, number>();
  return {
    name: 'the api',
    async read() {
      const [servers, queues] = await Promise.all([reader.servers(), reader.queues()]);
      const said = servers.filter(({ processId, at }) => known.get(processId) !== at);
      for (const { processId, at } of said) known.set(processId, at);
      return [
        ...said.flatMap(readingsOf),
        ...queues.map(({ queue, oldestMs }): Reading => ({ resource: 'queue', of: queue, value: oldestMs / 1_000 })),
      ];
    },
  };
}

function readingsOf(server: MonitorServer): Reading[] {
  const of = nameOf(server);
  return [
    { resource: 'processor', of, value: server.cpu },
    { resource: 'event loop', of, value: server.lagP99Ms },
    { resource: 'memory', of, value: server.memoryBytes },
  ];
}

/** As `examhall check` names it. */
export function nameOf({ host, pid, roles }: Pick<MonitorServer, 'host' | 'pid' | 'roles'>): string {
  return `${host}/${pid} (${roles.join(',')})`;
}

/** This machine, and the simulated people on it: where they are too slow, what they measure is themselves. */
export function hereSource(): Source {
  const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  lag.enable();
  let before = busy();
  return {
    name: 'this machine',
    async read() {
      const now = busy();
      const [used, all] = [now.used - before.used, now.all - before.all];
      before = now;
      const lagMs = Math.max(0, lag.percentile(99) / NS_A_MS - RESOLUTION_MS);
      lag.reset();
      return [
        {
          resource: 'processors of this machine',
          of: `${availableParallelism()} cores`,
          value: all === 0 ? 0 : used / all,
        },
        { resource: 'memory of this machine', of: '', value: 1 - freemem() / totalmem() },
        { resource: 'simulated people', of: '', value: lagMs },
      ];
    },
  };
}

function busy(): { used: number; all: number } {
  let [used, all] = [0, 0];
  for (const { times } of cpus()) {
    const { user, nice, sys, idle, irq } = times;
    used += user + nice + sys + irq;
    all += user + nice + sys + irq + idle;
  }
  return { used, all };
}
