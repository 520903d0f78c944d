// The door to the `incidents` queue, and the word to other processes that an incident has changed. What goes through here
// is stored already, or is stored by the worker; nothing that somebody was told depends on it. One a process, of rooms and
// of the api.
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { openQueueDoor } from '../queue-door.ts';
import { currentRequestId } from '../request-id.ts';
import type { Incident } from '../schema/incidents.ts';
import type { IncidentsHint, IncidentsJob } from '../schema/jobs.ts';
import { redisKeys } from '../schema/redis-keys.ts';

export type IncidentQueue = {
  /** Resolves when Redis has the job; rejects where it is away. */
  add(jobId: string, job: IncidentsJob): Promise<void>;
  /** A person raised or handled it: it is counted, and its room is told. Never rejects, never waits. */
  changed(incident: Pick<Incident, '_id' | 'planId' | 'roomId'>): void;
  stop(): Promise<void>;
};

const KEPT_JOBS = 50;
const KEPT_FAILED = 1_000;

/** On an ordinary connection that fails fast, which stays its owner's. */
export function openIncidentQueue(redis: Redis, processId: string, log: Logger): IncidentQueue {
  const kept = { removeOnComplete: { count: KEPT_JOBS }, removeOnFail: { count: KEPT_FAILED } };
  const door = openQueueDoor('incidents', redis, log, kept);
  let jobs = 0;

  async function add(jobId: string, job: IncidentsJob): Promise<void> {
    await (await door.opened()).add(job.kind, job, { jobId });
  }

  return {
    add,
    changed({ _id: incidentId, planId, roomId }) {
      const hint: IncidentsHint = { planId, incidents: [[roomId, incidentId]] };
      redis.publish(redisKeys.incidentHints(), JSON.stringify(hint)).catch((error: unknown) => {
        log.debug({ err: error, planId }, 'hint of an incident was not published; its room looks by itself');
      });
      const requestId = currentRequestId();
      const requested = requestId === undefined ? {} : { requestIds: [requestId] };
      add(`${processId}-count-${++jobs}`, { kind: 'count', planId, incidentId, ...requested }).catch(
        (error: unknown) => {
          log.debug({ err: error, planId }, 'an incident was not counted; rebuilding live data counts it');
        },
      );
    },
    stop: () => door.close(),
  };
}
