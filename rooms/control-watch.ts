// Looks for stored controls and hands them to the rooms they concern: at once on a hint, and each second anyway, because
// a hint may be lost. One query a plan, not a room. One a process.
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { ControlDocument } from '../schema/documents/control.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';

/** Takes a control once it is stored; called again for the same one until it says true. */
export type ControlReceiver = (control: ControlDocument) => Promise<boolean>;

export type ControlWatch = {
  /** Hands every control of the plan to the room, also those stored before. Resolves after the first look. */
  attach(planId: string, roomId: string, receiver: ControlReceiver): Promise<void>;
  detach(planId: string, roomId: string): void;
  /** Resolves after a look that began after the call, so that what was stored before it has been handed on; never rejects. */
  look(planId: string): Promise<void>;
  stop(): void;
};

const LOOK_EVERY_MS = 1_000;

type Watched = {
  readonly rooms: Map<string, { readonly receiver: ControlReceiver; next: number }>;
  controls: ControlDocument[];
  looking: Promise<void> | undefined;
  /** The look after the one that runs, for all who have asked meanwhile. */
  next: Promise<void> | undefined;
};

/** Subscribes to hints before it returns. */
export async function createControlWatch(
  store: Pick<Store, 'controls'>,
  redisUrl: string,
  log: Logger,
): Promise<ControlWatch> {
  const plans = new Map<string, Watched>();
  const subscriber = new Redis(redisUrl, { maxRetriesPerRequest: null, enableReadyCheck: false });
  subscriber.on('error', (error) => log.debug({ err: error.message }, 'hint connection error'));
  subscriber.on('message', (_channel: string, planId: string) => void look(planId));
  await subscriber.subscribe(redisKeys.controls());
  const timer = setInterval(() => {
    for (const planId of plans.keys()) void look(planId);
  }, LOOK_EVERY_MS);

  /** One look at a time for a plan. Who asks during one waits for the next: the running one may have read too early. */
  function look(planId: string): Promise<void> {
    const plan = plans.get(planId);
    if (plan === undefined) return Promise.resolve();
    if (plan.looking !== undefined) {
      plan.next ??= plan.looking.then(() => {
        plan.next = undefined;
        return look(planId);
      });
      return plan.next;
    }
    plan.looking = lookOnce(planId, plan).finally(() => {
      plan.looking = undefined;
    });
    return plan.looking;
  }

  async function lookOnce(planId: string, plan: Watched): Promise<void> {
    try {
      const after = plan.controls.at(-1)?.sequence ?? 0;
      plan.controls = [...plan.controls, ...(await store.controls.forPlan(planId, after))];
      // All are waited for: a second look beside a room that is still being served would serve it the same control.
      const served = await Promise.allSettled([...plan.rooms.values()].map((room) => handOn(plan, room)));
      const failed = served.filter(({ status }) => status === 'rejected');
      if (failed.length > 0) log.warn({ planId, rooms: failed.length }, 'rooms could not take a control; they will');
    } catch (error) {
      log.warn({ err: error, planId }, 'controls could not be read');
    }
  }

  /** In their order; a control that the room could not take now stops the rest until the next look. */
  async function handOn(plan: Watched, room: { readonly receiver: ControlReceiver; next: number }): Promise<void> {
    for (;;) {
      const control = plan.controls[room.next];
      if (control === undefined || !(await room.receiver(control))) return;
      room.next++;
    }
  }

  return {
    async attach(planId, roomId, receiver) {
      const plan = plans.get(planId) ?? { rooms: new Map(), controls: [], looking: undefined, next: undefined };
      plans.set(planId, plan);
      plan.rooms.set(roomId, { receiver, next: 0 });
      await look(planId);
    },
    detach(planId, roomId) {
      const plan = plans.get(planId);
      plan?.rooms.delete(roomId);
      if (plan?.rooms.size === 0) plans.delete(planId);
    },
    look,
    stop() {
      clearInterval(timer);
      subscriber.disconnect();
    },
  };
}
