// Tells rooms which proctors they have: at once on a hint, and every few seconds anyway, because a hint may be lost. One
// query a plan, not a room. One a process.
import type { Logger } from 'pino';
import { openRedis } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';
import type { Assignment } from '../store/proctors.ts';

/** Gets everybody who is assigned to anything in the plan. Must not throw. */
export type AssignmentReceiver = (assignments: readonly Assignment[]) => void;

export type AssignmentWatch = {
  /** Tells the room from now on; resolves after the first time. */
  attach(planId: string, roomId: string, receiver: AssignmentReceiver): Promise<void>;
  detach(planId: string, roomId: string): void;
  stop(): void;
};

const LOOK_EVERY_MS = 2_000;

type Watched = { readonly rooms: Map<string, AssignmentReceiver>; looks: number };

/** Subscribes to hints before it returns. */
export async function createAssignmentWatch(
  store: Pick<Store, 'proctors'>,
  redisUrl: string,
  log: Logger,
): Promise<AssignmentWatch> {
  const plans = new Map<string, Watched>();
  const subscriber = openRedis(redisUrl, { maxRetriesPerRequest: null, enableReadyCheck: false });
  subscriber.on('error', (error) => log.debug({ err: error.message }, 'assignment hint connection error'));
  subscriber.on('message', (_channel: string, planId: string) => void look(planId));
  await subscriber.subscribe(redisKeys.assignments());
  const timer = setInterval(() => {
    for (const planId of plans.keys()) void look(planId);
  }, LOOK_EVERY_MS);

  /** Of looks that overlap the last counts: an earlier one may have read before the change. Never rejects. */
  async function look(planId: string): Promise<void> {
    const plan = plans.get(planId);
    if (plan === undefined) return;
    const number = ++plan.looks;
    try {
      const assignments = await store.proctors.assignments(planId);
      if (number === plan.looks) for (const receiver of plan.rooms.values()) receiver(assignments);
    } catch (error) {
      log.warn({ err: error, planId }, 'assignments could not be read');
    }
  }

  return {
    async attach(planId, roomId, receiver) {
      const plan = plans.get(planId) ?? { rooms: new Map(), looks: 0 };
      plans.set(planId, plan);
      plan.rooms.set(roomId, receiver);
      await look(planId);
    },
    detach(planId, roomId) {
      const plan = plans.get(planId);
      plan?.rooms.delete(roomId);
      if (plan?.rooms.size === 0) plans.delete(planId);
    },
    stop() {
      clearInterval(timer);
      subscriber.disconnect();
    },
  };
}
