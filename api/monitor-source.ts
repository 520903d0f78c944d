// The rows of a monitor as they stand: a plan's from the live data in Redis, and from the store only while Redis has none;
// processes and queues as Redis has them. For display. Reads everything and decides nothing; called by the fold of each
// plan that is watched, once for all who watch.
import type { Redis } from 'ioredis';
import { type Counts, countsOf } from '../exam/incident-counts.ts';
import { emptyRows, type MonitorRows } from '../exam/monitor-fold.ts';
import { queuePrefix, repliesOf } from '../redis-connection.ts';
import { QUEUES } from '../schema/jobs.ts';
import { LISTS } from '../schema/lists.ts';
import type {
  MonitorExaminee,
  MonitorIncident,
  MonitorProctor,
  MonitorQueue,
  MonitorRoom,
  MonitorServer,
} from '../schema/monitor.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import {
  EXAMINEE_STATES,
  type ExamineeState,
  LINK_STATES,
  type LinkState,
  PROCTOR_STATES,
  type ProctorState,
} from '../schema/states.ts';
import { pagesOf } from '../store/listing.ts';
import type { Store } from '../store/open-store.ts';
import { liveRooms } from './live-plan.ts';
import type { ApiParts } from './parts.ts';
import { storedPlan } from './plan-progress.ts';

type Parts = Pick<ApiParts, 'store' | 'redis' | 'log' | 'now'>;
export type Found = { readonly rows: MonitorRows; readonly source: 'live' | 'store' };

/** A process that has said nothing for so long is not shown. */
const SILENT_MS = 10_000;
/** As many as one turn of the loop reads without anybody noticing. */
const ROWS_A_CALL = 200;
const PAGE = 200;

/** All rows of the plan, and of the installation; where nobody asks for its people, without them. Throws where both stores are away. */
export async function monitorRows(parts: Parts, planId: string, people: 'with' | 'without' = 'with'): Promise<Found> {
  const rooms = await liveRooms(parts, planId);
  const rows = emptyRows();
  const put = putInto(rows);
  if (rooms === undefined) await putStored(parts.store, planId, put);
  else {
    for (const { needs = null, ...room } of rooms) put.room({ ...room, needs });
    await putLive(parts.redis, planId, put, people);
  }
  for (const server of await serversNow(parts)) put.server(server);
  for (const queue of await queuesNow(parts)) put.queue(queue);
  return { rows, source: rooms === undefined ? 'store' : 'live' };
}

type Put = ReturnType<typeof putInto>;

function putInto(rows: MonitorRows) {
  const text = (row: object) => JSON.stringify(row);
  return {
    room: (row: MonitorRoom) => rows.rooms.set(row.roomId, { roomId: row.roomId, text: text(row) }),
    examinee: (row: MonitorExaminee) => rows.examinees.set(row.examineeId, { roomId: row.roomId, text: text(row) }),
    proctor: (row: MonitorProctor) =>
      rows.proctors.set(`${row.proctorId}:${row.roomId}`, { roomId: row.roomId, text: text(row) }),
    incident: (row: MonitorIncident) => rows.incidents.set(row.incidentId, { roomId: row.roomId, text: text(row) }),
    server: (row: MonitorServer) => rows.servers.set(row.processId, { roomId: null, text: text(row) }),
    queue: (row: MonitorQueue) => rows.queues.set(row.queue, { roomId: null, text: text(row) }),
  };
}

async function putLive(redis: Redis, planId: string, put: Put, whose: 'with' | 'without'): Promise<void> {
  const [people, proctors, incidents] = await Promise.all([
    whose === 'with' ? redis.zrange(redisKeys.lastSeen(planId), 0, '-1') : [],
    redis.hgetall(redisKeys.proctors(planId)),
    redis.hgetall(redisKeys.incidents(planId)),
  ]);
  for (let from = 0; from < people.length; from += ROWS_A_CALL)
    await putPeople(redis, planId, people.slice(from, from + ROWS_A_CALL), put);
  for (const [name, presence] of Object.entries(proctors)) {
    const [proctorId = '', roomId = ''] = name.split(':');
    put.proctor({ proctorId, roomId, presence: oneOf(PROCTOR_STATES, presence, 'assigned') });
  }
  for (const [incidentId, text] of Object.entries(incidents)) {
    const row = incidentRow(incidentId, (JSON.parse(text) as { counts: Counts }).counts);
    if (row !== undefined) put.incident(row);
  }
}

async function putPeople(redis: Redis, planId: string, ids: readonly string[], put: Put): Promise<void> {
  const pipeline = redis.pipeline();
  for (const id of ids)
    pipeline.hmget(redisKeys.examinee(planId, id), 'roomId', 'status', 'link', 'savedCount', 'lastSeenAt');
  const replies = await repliesOf(pipeline);
  ids.forEach((examineeId, index) => {
    const [roomId, status, link, saved, lastSeenAt] = (replies[index] ?? []) as (string | null)[];
    if (typeof roomId !== 'string') return; // it has just expired, or the person was removed
    put.examinee(examineeRow(examineeId, roomId, status, link, Number(saved ?? 0), Number(lastSeenAt ?? 0)));
  });
}

/** When somebody online was last seen changes with each heartbeat, and says nothing. */
function examineeRow(
  examineeId: string,
  roomId: string,
  status: string | null | undefined,
  link: string | null | undefined,
  savedCount: number,
  lastSeenAt: number,
): MonitorExaminee {
  const known = oneOf<LinkState>(LINK_STATES, link, 'offline');
  return {
    ...{ examineeId, roomId, status: oneOf<ExamineeState>(EXAMINEE_STATES, status, 'registered'), link: known },
    ...{ savedCount, lastSeenAt: known === 'online' ? 0 : lastSeenAt },
  };
}

/** What its share of the counts tells of it; undefined of what is only noted, which counts nothing. */
function incidentRow(incidentId: string, counts: Counts): MonitorIncident | undefined {
  const named = (prefix: string) =>
    Object.keys(counts)
      .find((name) => name.startsWith(prefix))
      ?.slice(prefix.length);
  const [roomId, kind, state] = [named('room:'), named('kind:'), named('state:')];
  if (roomId === undefined || kind === undefined || state === undefined) return undefined;
  const [severityFrom, minute] = [Number(named('severity:') ?? 0), Number(named('minute:') ?? 0)];
  return { incidentId, roomId, kind, state, severityFrom, reportCount: counts.reports ?? 0, minute };
}

async function putStored(store: Store, planId: string, put: Put): Promise<void> {
  const unknown = { startsAt: 0, deadlineAt: 0, needs: null };
  const { rooms, people } = await storedPlan(store, planId);
  for (const room of rooms) put.room({ ...unknown, ...room });
  for (const { _id, roomId, status, display } of people)
    put.examinee(examineeRow(_id, roomId, status, display.link, display.savedCount, display.lastSeenAt));
  for (const { _id: proctorId, roomIds, presence = {} } of await store.proctors.byPlan(planId))
    for (const roomId of roomIds)
      put.proctor({
        proctorId,
        roomId,
        presence: oneOf<ProctorState>(PROCTOR_STATES, presence[roomId]?.state, 'assigned'),
      });
  for await (const page of pagesOf(LISTS.incidents.sorts, (at) => store.incidents.byPlan(planId, {}, at), PAGE))
    for (const incident of page) {
      const row = incidentRow(incident._id, countsOf(incident));
      if (row !== undefined) put.incident(row);
    }
}

/** Processes that live, by their id; none while Redis is away. */
export async function serversNow({ redis, log, now }: Omit<Parts, 'store'>): Promise<MonitorServer[]> {
  try {
    const all = Object.values(await redis.hgetall(redisKeys.processes()));
    return all.map((text) => JSON.parse(text) as MonitorServer).filter(({ at }) => at > now() - SILENT_MS);
  } catch (error) {
    log.debug({ err: error }, 'processes were not read');
    return [];
  }
}

/** The queues as they are; none while Redis is away. The oldest job that waits is the last of its list. */
export async function queuesNow({ redis, log, now }: Omit<Parts, 'store'>): Promise<MonitorQueue[]> {
  try {
    return await Promise.all(QUEUES.map((queue) => queueNow(redis, queue, now())));
  } catch (error) {
    log.debug({ err: error }, 'queues were not read');
    return [];
  }
}

async function queueNow(redis: Redis, queue: (typeof QUEUES)[number], now: number): Promise<MonitorQueue> {
  const key = `${queuePrefix(redis)}:${queue}`;
  const [waiting, active, delayed, failed, oldest] = await Promise.all([
    redis.llen(`${key}:wait`),
    redis.llen(`${key}:active`),
    redis.zcard(`${key}:delayed`),
    redis.zcard(`${key}:failed`),
    redis.lindex(`${key}:wait`, -1),
  ]);
  const addedAt = oldest === null ? null : await redis.hget(`${key}:${oldest}`, 'timestamp');
  const oldestMs = addedAt === null ? 0 : Math.max(0, Math.round(now - Number(addedAt)));
  return { queue, waiting, active, delayed, failed, oldestMs };
}

function oneOf<S extends string>(states: readonly S[], found: string | null | undefined, otherwise: S): S {
  return states.find((state) => state === found) ?? otherwise;
}
