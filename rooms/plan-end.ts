// A plan ends when its last room has settled: one compare-and-set that any process may make, and a job for statistics
// that the worker would find by itself.
import type { Logger } from 'pino';
import { sourcesOf } from '../exam/transitions.ts';
import type { QueueDoor } from '../queue-door.ts';
import type { Store } from '../store/open-store.ts';

/** Makes the function that looks whether the plan has ended, and ends it. Throws where the store is away. */
export function createPlanEnd(
  store: Pick<Store, 'plans' | 'rooms'>,
  statistics: Pick<QueueDoor, 'opened'>,
  now: () => number,
  log: Logger,
): (planId: string) => Promise<void> {
  return async (planId) => {
    const unfinished = await store.rooms.unfinished([planId]);
    if (unfinished.length > 0) return;
    const ended = await store.plans.change(planId, sourcesOf('plan', 'ended'), { status: 'ended', endedAt: now() });
    if (ended === null) return; // another process was faster
    log.info({ planId }, 'plan has ended');
    try {
      const queue = await statistics.opened();
      await queue.add(
        'statistics',
        { planId },
        { jobId: `statistics-${planId}-${now()}`, removeOnComplete: true, removeOnFail: { count: 100 } },
      );
    } catch (error) {
      log.debug({ err: error, planId }, 'statistics not asked for; the worker finds the plan by itself');
    }
  };
}
