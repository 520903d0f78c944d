// Looks for stored controls and hands them to the rooms they concern: at once on a hint, and each second anyway, because
// a hint may be lost. One query a plan, not a room. One a process.
import type { Logger } from 'pino';
import { openRedis } from '../redis-connection.ts';
import type { ControlDocument } from '../schema/documents/control.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { Store } from '../store/open-store.ts';

/** Takes a control once it is stored; called again for the same one until it says true. */
export type ControlReceiver = (control: ControlDocument) => Promise<boolean>;

export type ControlWatch = {
  /** Hands the room every control of the plan and its own, also those stored before. Resolves after the first look. */
  attach(planId: string, roomId: string, receiver: ControlReceiver): Promise<void>;
  detach(planId: string, roomId: string): void;
  /** Begins a look after this call; true when the store was read. Never rejects. */
  look(planId: string): Promise<boolean>;
  /** The same for one room: true when it has taken every control that was stored before this call. */
  lookFor(planId: string, roomId: string): Promise<boolean>;
  stop(): void;
};

const LOOK_EVERY_MS = 1_000;

type Receiving = { readonly receiver: ControlReceiver; next: number };

type Watched = {
  readonly rooms: Map<string, Receiving>;
  controls: ControlDocument[];
  looking: Promise<boolean> | undefined;
  /** The look after the one that is under way: whoever asked during it shares this one. */
  following: Promise<boolean> | undefined;
};

/** Subscribes to hints before it returns. */
export async function createControlWatch(
  store: Pick<Store, 'controls'>,
  redisUrl: string,
  log: Logger,
): Promise<ControlWatch> {
  const plans = new Map<string, Watched>();
  const subscriber = openRedis(redisUrl, { maxRetriesPerRequest: null, enableReadyCheck: false });
  subscriber.on('error', (error) => log.debug({ err: error.message }, 'hint connection error'));
  subscriber.on('message', (_channel: string, planId: string) => void look(planId));
  await subscriber.subscribe(redisKeys.controls());
  const timer = setInterval(() => {
    for (const planId of plans.keys()) void look(planId);
  }, LOOK_EVERY_MS);

  /** One look at a time for a plan. One that is under way may have read already, so whoever asks waits for the next. */
  function look(planId: string): Promise<boolean> {
    const plan = plans.get(planId);
    if (plan === undefined) return Promise.resolve(false);
    if (plan.following !== undefined) return plan.following;
    if (plan.looking === undefined) return begin(planId, plan);
    plan.following = plan.looking.then(() => {
      plan.following = undefined;
      return begin(planId, plan);
    });
    return plan.following;
  }

  function begin(planId: string, plan: Watched): Promise<boolean> {
    plan.looking = lookOnce(planId, plan).finally(() => {
      plan.looking = undefined;
    });
    return plan.looking;
  }

  async function lookOnce(planId: string, plan: Watched): Promise<boolean> {
    try {
      const after = plan.controls.at(-1)?.sequence ?? 0;
      plan.controls = [...plan.controls, ...(await store.controls.forPlan(planId, after))];
    } catch (error) {
      log.warn({ err: error, planId }, 'controls could not be read');
      return false;
    }
    // All are waited for: a second look beside a room that is still being served would serve it the same control.
    const served = await Promise.allSettled([...plan.rooms].map(([roomId, room]) => handOn(plan, roomId, room)));
    const failed = served.filter(({ status }) => status === 'rejected');
    if (failed.length > 0) log.warn({ planId, rooms: failed.length }, 'rooms could not take a control; they will');
    return true;
  }

  /** In their order; a control that the room could not take now stops the rest until the next look. */
  async function handOn({ controls }: Watched, roomId: string, room: Receiving): Promise<void> {
    for (let control = controls[room.next]; control !== undefined; control = controls[++room.next]) {
      const isOfAnother = control.roomId !== '' && control.roomId !== roomId;
      if (!isOfAnother && !(await room.receiver(control))) return;
    }
  }

  return {
    async attach(planId, roomId, receiver) {
      const plan = plans.get(planId) ?? { rooms: new Map(), controls: [], looking: undefined, following: undefined };
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
    async lookFor(planId, roomId) {
      const isRead = await look(planId);
      const plan = plans.get(planId);
      const room = plan?.rooms.get(roomId);
      return isRead && plan !== undefined && room !== undefined && room.next >= plan.controls.length;
    },
    stop() {
      clearInterval(timer);
      subscriber.disconnect();
    },
  };
}
