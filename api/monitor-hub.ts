// Who watches which plan at this process. One fold a plan serves all its watchers: each two seconds the leader among the
// processes writes what changed to the log, each process reads it and sends it on, filtered by what each may see. Rights are
// looked up again while a stream runs. It runs only while somebody watches.
import type { Response } from 'express';
import { newId } from '../schema/ids.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import { createMonitorPlan, type MonitorPlan } from './monitor-plan.ts';
import { entryIdOf, type MonitorWatcher, openWatcher, type Shared, type Watching } from './monitor-watcher.ts';
import type { ApiParts } from './parts.ts';
import { createShortCache } from './short-cache.ts';
import { staffOf } from './who-is-it.ts';

export type MonitorHub = {
  /** What writes the stream into its response; BUSY where too many watch here, or Redis is away. */
  open(watching: Watching): Promise<((response: Response) => void) | Refusal>;
};

const EVERY_MS = 2_000;
/** Heartbeats come each 10 s, which is less than any balancer's patience. */
const BEAT_TICKS = 5;
const RIGHTS_TICKS = 2;
const MOST_STREAMS = 1_000;
const RETRY_MS = 5_000;
/** A plan that nobody watches any more is forgotten after so long. */
const IDLE_MS = 10_000;

type Watched = {
  readonly plan: MonitorPlan;
  readonly watchers: Set<MonitorWatcher>;
  readonly timer: NodeJS.Timeout;
  askedAt: number;
  ticks: number;
  /** The look that is under way. */
  looking: Promise<void> | undefined;
};

/** Of one process. */
export function createMonitorHub(
  parts: Pick<ApiParts, 'store' | 'redis' | 'log' | 'now' | 'isLeaving' | 'monitorEveryMs' | 'monitorStreams'>,
): MonitorHub {
  const everyMs = parts.monitorEveryMs ?? EVERY_MS;
  const mostStreams = parts.monitorStreams ?? MOST_STREAMS;
  const me = newId();
  const watched = new Map<string, Watched>();
  const subjects = createShortCache((tokenHash) => staffOf(parts, tokenHash, parts.now()), everyMs);

  function planOf(planId: string): Watched {
    const known = watched.get(planId);
    if (known !== undefined) {
      known.askedAt = performance.now();
      return known;
    }
    const plan = createMonitorPlan(parts, planId, me);
    const timer = setInterval(() => tick(planId), everyMs);
    timer.unref();
    const made = { plan, watchers: new Set<MonitorWatcher>(), timer, askedAt: performance.now(), ticks: 0 };
    const one = { ...made, looking: undefined };
    watched.set(planId, one);
    return one;
  }

  function tick(planId: string): void {
    const one = watched.get(planId);
    if (one === undefined) return;
    if (one.watchers.size > 0) return void looked(one);
    if (performance.now() - one.askedAt < IDLE_MS) return;
    clearInterval(one.timer);
    watched.delete(planId);
  }

  /** One look at a time: who asks while one is under way has that one. Never rejects. */
  function looked(one: Watched): Promise<void> {
    one.looking ??= look(one)
      .catch((error: unknown) => parts.log.debug({ err: error }, 'the monitor could not look; it looks again'))
      .finally(() => {
        one.looking = undefined;
      });
    return one.looking;
  }

  /**
   * Another process may have told a reader what this one has not looked at yet: it looks before the reader's id is unknown.
   * Twice, since a look that is under way may have read the log before that.
   */
  async function catchUp(one: Watched, lastEventId: string): Promise<void> {
    if (lastEventId === '') return;
    for (let looks = 0; looks < 2 && one.plan.missed(entryIdOf(lastEventId)) === undefined; looks++) await looked(one);
  }

  async function look(one: Watched): Promise<void> {
    one.ticks++;
    if (parts.isLeaving()) for (const watcher of one.watchers) watcher.end();
    if (one.ticks % RIGHTS_TICKS === 0) await Promise.all([...one.watchers].map((watcher) => watcher.lookAtRights()));
    if (one.ticks % BEAT_TICKS === 0) for (const watcher of one.watchers) watcher.beat();
    const news = await one.plan.look();
    const shared: Shared = new Map();
    for (const watcher of one.watchers) watcher.take(news, shared);
  }

  return {
    async open(watching) {
      let count = 0;
      for (const { watchers } of watched.values()) count += watchers.size;
      if (count >= mostStreams) return refuse('BUSY', `${count} streams are open here, as many as may be.`, RETRY_MS);
      const one = planOf(watching.planId);
      try {
        await one.plan.begin();
        await catchUp(one, watching.lastEventId);
      } catch (error) {
        parts.log.debug({ err: error }, 'a stream could not begin');
        return refuse('BUSY', undefined, RETRY_MS);
      }
      return (response) => {
        const ofOne = { plan: one.plan, now: parts.now, subjectSoon: subjects.get };
        const watcher = openWatcher(ofOne, watching, response, () => one.watchers.delete(watcher));
        one.watchers.add(watcher);
        watcher.begin();
      };
    },
  };
}
