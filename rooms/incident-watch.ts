// Brings incidents that were raised, joined or handled to the rooms that they concern: at once on a hint, and each
// second anyway, because a hint may be lost. One query a plan, not a room. Each change is shown once. One a process.
import type { Logger } from 'pino';
import { openRedis } from '../redis-connection.ts';
import { IncidentsHint } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import type { KnownIncident } from '../store/incidents.ts';
import type { Store } from '../store/open-store.ts';

/** Shows an incident to who may see it. Must not throw. */
export type IncidentReceiver = (incident: KnownIncident) => void;

export type IncidentWatch = {
  /** Shows the room what changes from now on. */
  attach(planId: string, roomId: string, receiver: IncidentReceiver): void;
  detach(planId: string, roomId: string): void;
  /** What this process has just stored itself; others are told by the queue's hint. */
  show(incident: KnownIncident): void;
  stop(): void;
};

/** A hint that was lost is not missed on any board for longer than this. */
const LOOK_EVERY_MS = 1_000;
/** How far the clocks of those who write may differ: so much is read again, and not shown again. */
const OVERLAP_MS = 10_000;
/** As many as the store reads at once. */
const PAGE = 1_000;

type Shown = Pick<KnownIncident, 'version' | 'joins' | 'updatedAt'>;
type Watched = {
  readonly rooms: Map<string, IncidentReceiver>;
  readonly shown: Map<string, Shown>;
  since: number;
  looking: boolean;
};

export type IncidentWatchParts = {
  readonly store: Pick<Store, 'incidents'>;
  readonly redisUrl: string;
  readonly log: Logger;
  now(): number;
};

/** Subscribes to hints before it returns. */
export async function createIncidentWatch({ store, redisUrl, log, now }: IncidentWatchParts): Promise<IncidentWatch> {
  const plans = new Map<string, Watched>();
  const subscriber = openRedis(redisUrl, { maxRetriesPerRequest: null, enableReadyCheck: false });
  subscriber.on('error', (error) => log.debug({ err: error.message }, 'incident hint connection error'));
  subscriber.on('message', (_channel: string, text: string) => hear(text));
  await subscriber.subscribe(redisKeys.incidentHints());
  const timer = setInterval(() => {
    for (const [planId, plan] of plans) void look(planId, plan);
  }, LOOK_EVERY_MS);

  function hear(text: string): void {
    const hint = IncidentsHint.safeParse(parsed(text));
    if (!hint.success) return log.error({ err: hint.error }, 'unreadable hint of an incident');
    const plan = plans.get(hint.data.planId);
    const ids = hint.data.incidents.filter(([roomId]) => plan?.rooms.has(roomId)).map(([, incidentId]) => incidentId);
    if (ids.length > 0) void read(ids);
  }

  /** Never rejects. */
  async function read(ids: readonly string[]): Promise<void> {
    try {
      for (const incident of await store.incidents.byIds(ids)) show(incident);
    } catch (error) {
      log.warn({ err: error }, 'hinted incidents could not be read; the next look finds them');
    }
  }

  /** One look at a time for a plan. Never rejects. */
  async function look(planId: string, plan: Watched): Promise<void> {
    if (plan.looking) return;
    plan.looking = true;
    try {
      for (let from = plan.since - OVERLAP_MS; ; ) {
        const changed = await store.incidents.changedSince(planId, from);
        for (const incident of changed) show(incident);
        const last = changed.at(-1)?.updatedAt ?? 0;
        plan.since = Math.max(plan.since, last);
        if (changed.length < PAGE || last === from) break;
        from = last;
      }
      for (const [incidentId, { updatedAt }] of plan.shown)
        if (updatedAt < plan.since - 2 * OVERLAP_MS) plan.shown.delete(incidentId);
    } catch (error) {
      log.warn({ err: error, planId }, 'incidents could not be read');
    } finally {
      plan.looking = false;
    }
  }

  function show(incident: KnownIncident): void {
    const { _id, planId, roomId, version, joins, updatedAt } = incident;
    const plan = plans.get(planId);
    const receiver = plan?.rooms.get(roomId);
    if (plan === undefined || receiver === undefined || incident.status === 'noted') return;
    const before = plan.shown.get(_id);
    if (before !== undefined && before.version >= version && before.joins >= joins) return;
    plan.shown.set(_id, { version, joins, updatedAt });
    receiver(incident);
  }

  return {
    attach(planId, roomId, receiver) {
      const plan = plans.get(planId) ?? { rooms: new Map(), shown: new Map(), since: now(), looking: false };
      plans.set(planId, plan);
      plan.rooms.set(roomId, receiver);
    },
    detach(planId, roomId) {
      const plan = plans.get(planId);
      plan?.rooms.delete(roomId);
      if (plan?.rooms.size === 0) plans.delete(planId);
    },
    show,
    stop() {
      clearInterval(timer);
      subscriber.disconnect();
    },
  };
}

/** Undefined for what is no JSON: the schema refuses that too. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
