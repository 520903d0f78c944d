// Brings what the api and workers change of a plan to its rooms: edits of the roster, and the plan's state, as when it was
// scored. At once on a hint, and each second anyway, because a hint may be lost. Two queries a plan, not a room. One a process.
import type { Logger } from 'pino';
import { openRedis } from '../redis-connection.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { PlanState } from '../schema/states.ts';
import type { RosterRow } from '../store/examinees.ts';
import type { Store } from '../store/open-store.ts';

/** `edited` may hold edits that were told before. `isChanged`: the plan was in another state when it was last looked at. */
export type PlanNews = {
  readonly edited: readonly RosterRow[];
  readonly status: PlanState;
  readonly isChanged: boolean;
};

/** Must not throw. */
export type PlanReceiver = (news: PlanNews) => void;

export type PlanWatch = {
  /** Tells the room what changes from now on, and some seconds before. */
  attach(planId: string, roomId: string, receiver: PlanReceiver): void;
  detach(planId: string, roomId: string): void;
  /** True when everything that was stored before this call has been told. Never rejects. */
  look(planId: string): Promise<boolean>;
  stop(): void;
};

const LOOK_EVERY_MS = 1_000;
/** How far the clocks of those who write may differ, and how long a room takes to be made: so much is read again. */
const OVERLAP_MS = 20_000;

type Watched = { readonly rooms: Map<string, PlanReceiver>; since: number; status: PlanState | undefined };

export type PlanWatchParts = {
  readonly store: Pick<Store, 'examinees' | 'plans'>;
  readonly redisUrl: string;
  readonly log: Logger;
  now(): number;
};

/** Subscribes to hints before it returns. */
export async function createPlanWatch({ store, redisUrl, log, now }: PlanWatchParts): Promise<PlanWatch> {
  const plans = new Map<string, Watched>();
  const subscriber = openRedis(redisUrl, { maxRetriesPerRequest: null, enableReadyCheck: false });
  subscriber.on('error', (error) => log.debug({ err: error.message }, 'plan hint connection error'));
  subscriber.on('message', (_channel: string, planId: string) => void look(planId));
  await subscriber.subscribe(redisKeys.planHints());
  const timer = setInterval(() => {
    for (const planId of plans.keys()) void look(planId);
  }, LOOK_EVERY_MS);

  async function look(planId: string): Promise<boolean> {
    const watched = plans.get(planId);
    if (watched === undefined) return false;
    try {
      const [edited, plan] = await Promise.all([
        store.examinees.editedSince(planId, watched.since - OVERLAP_MS),
        store.plans.get(planId),
      ]);
      watched.since = edited.reduce((last, { editedAt = 0 }) => Math.max(last, editedAt), watched.since);
      tell(watched, edited, plan?.status);
      return true;
    } catch (error) {
      log.warn({ err: error, planId }, 'what changed of a plan could not be read');
      return false;
    }
  }

  function tell(watched: Watched, edited: readonly RosterRow[], status = watched.status ?? 'open'): void {
    const isChanged = watched.status !== undefined && watched.status !== status;
    watched.status = status;
    if (edited.length > 0 || isChanged)
      for (const receiver of watched.rooms.values()) receiver({ edited, status, isChanged });
  }

  return {
    attach(planId, roomId, receiver) {
      const watched = plans.get(planId) ?? { rooms: new Map(), since: now(), status: undefined };
      watched.rooms.set(roomId, receiver);
      if (plans.has(planId)) return;
      plans.set(planId, watched);
      void look(planId); // what changes from now on is told apart from what is so already
    },
    detach(planId, roomId) {
      const watched = plans.get(planId);
      watched?.rooms.delete(roomId);
      if (watched?.rooms.size === 0) plans.delete(planId);
    },
    look,
    stop() {
      clearInterval(timer);
      subscriber.disconnect();
    },
  };
}
