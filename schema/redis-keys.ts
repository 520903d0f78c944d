// Every Redis key of ours, in one place; docs/data-model.md has the same table, and tests compare it with the code and
// with what lies in a Redis.
// Keys of one plan share a hash tag, so that Redis Cluster keeps them together. All of it can be rebuilt from MongoDB.

const PREFIX = 'eh';
const plan = (planId: string): string => `${PREFIX}:{${planId}}`;

export const redisKeys = {
  /** hash of what the plan was made as: name, paperId, durationMs, windowEndsAt, rehearsal. */
  masterPlan: (planId: string): string => `${plan(planId)}:master:plan`,
  /** hash room → label. */
  masterRooms: (planId: string): string => `${plan(planId)}:master:rooms`,
  /** hash examinee → JSON of roomId, extraMs. Names and codes stay in the store. */
  masterExaminees: (planId: string): string => `${plan(planId)}:master:examinees`,
  /** hash proctor → JSON of the rooms' ids. */
  masterProctors: (planId: string): string => `${plan(planId)}:master:proctors`,
  /** hash of status, startsAt, endsAt; `until`, when all of the plan expires; `master` and `built`, whether it is whole. */
  plan: (planId: string): string => `${plan(planId)}:plan`,
  /** hash of the plan's counts, by the names of exam/live-counts.ts. */
  counts: (planId: string): string => `${plan(planId)}:counts`,
  /** sorted set of the examinees who have a row, by when they were last seen. */
  lastSeen: (planId: string): string => `${plan(planId)}:last-seen`,
  /** hash `proctor:room` → whether the proctor is assigned, present or away there. */
  proctors: (planId: string): string => `${plan(planId)}:proctors`,
  /** sorted set of the plans that have live data, by when it expires. */
  livePlans: (): string => `${PREFIX}:live-plans`,
  /** string: the worker that keeps live data like the store. */
  keeper: (): string => `${PREFIX}:keeper`,
  /** hash item → "revision:response as JSON"; a sheet as it stands, for display. */
  sheet: (planId: string, examineeId: string): string => `${plan(planId)}:sheet:${examineeId}`,
  /** hash of status, startsAt, deadlineAt, epoch, sequence. */
  room: (planId: string, roomId: string): string => `${plan(planId)}:room:${roomId}`,
  /** hash of roomId, status, link, savedCount, lastSeenAt, epoch, sequence, and the sheet's state as `sheet`. */
  examinee: (planId: string, examineeId: string): string => `${plan(planId)}:examinee:${examineeId}`,
  /** sorted set of people who were erased, by when: a room that still knows them brings no row of theirs back. */
  erased: (planId: string): string => `${plan(planId)}:erased`,
  /** hash room → JSON of epoch, sequence and what its examinees need of a proctor. */
  needs: (planId: string): string => `${plan(planId)}:needs`,
  /** hash incident → JSON of version, joins and what it adds to the counts. */
  incidents: (planId: string): string => `${plan(planId)}:incidents`,
  /** hash of the plan's counts of incidents, by their names. */
  incidentCounts: (planId: string): string => `${plan(planId)}:incident-counts`,
  /** stream of what changed for who watches the plan: JSON of topic, key, room before, room after, row. */
  monitorLog: (planId: string): string => `${plan(planId)}:monitor`,
  /** string "<id> <JSON>": all rows as the log has led to them by this entry; who begins there has what the others have. */
  monitorBase: (planId: string): string => `${plan(planId)}:monitor-base`,
  /** string: the api process that writes what changed. */
  monitorLead: (planId: string): string => `${plan(planId)}:monitor-lead`,
  /** hash process → JSON of what it says of itself: roles, load, lag, memory, rooms. */
  processes: (): string => `${PREFIX}:processes`,
  /** string "<processId>": who owns the room; a rooms process holds one of its own id too, for as long as it is awake. */
  lease: (roomId: string): string => `${PREFIX}:lease:{${roomId}}`,
  /** string "<processId>": from whom the room was last taken because it did not answer. */
  takeover: (roomId: string): string => `${PREFIX}:takeover:{${roomId}}`,
  /** channel of one process: acknowledgements. */
  acknowledgements: (processId: string): string => `${PREFIX}:ack:${processId}`,
  /** channel to all rooms processes: answers whose process is gone. */
  orphans: (): string => `${PREFIX}:orphans`,
  /** channel to all rooms processes: a control was stored. */
  controls: (): string => `${PREFIX}:controls`,
  /** channel to all rooms processes: proctors of a plan were assigned. */
  assignments: (): string => `${PREFIX}:assignments`,
  /** channel to all rooms processes: a plan's roster was edited, or the plan was scored. */
  planHints: (): string => `${PREFIX}:plans`,
  /** channel to all rooms processes: incidents have changed. */
  incidentHints: (): string => `${PREFIX}:incidents`,
  /** channel of one rooms process: who asks for seats in its rooms. */
  seats: (processId: string): string => `${PREFIX}:seats:${processId}`,
  /** channel of one asking process: the seats that it got. */
  seatReplies: (processId: string): string => `${PREFIX}:seat-replies:${processId}`,
  /** prefix of BullMQ's keys. */
  queues: (): string => `${PREFIX}:queue`,
  /** string: counts wrong codes or logins of one address or name. */
  tries: (kind: 'code' | 'login' | 'password', who: string): string => `${PREFIX}:tries:${kind}:${who}`,
  /** string: counts the requests of one person or address in one minute. */
  rate: (policy: string, who: string, minute: number | string): string => `${PREFIX}:rate:${policy}:${who}:${minute}`,
  /** string: the last turn of an alarm that all processes see, so that one of them tells it. */
  alarm: (name: string): string => `${PREFIX}:alarm:${name}`,
  /** hash process → JSON of the level that its log was ordered to have, and until when. */
  logLevels: (): string => `${PREFIX}:log-levels`,
  /** string: the run id whose live data this is. */
  runId: (): string => `${PREFIX}:run-id`,
} as const;

export type RedisKeyName = keyof typeof redisKeys;

/** Whose code: an api process reaches rooms, and so their keys, through what `rooms` gives it. */
type Place =
  | 'alarms'
  | 'api'
  | 'rooms'
  | 'workers'
  | 'roles'
  | 'process-figures.ts'
  | 'process-report.ts'
  | 'log-orders.ts'
  | 'redis-connection.ts'
  | 'copies'
  | 'readiness.ts'
  | 'store';

type Row = {
  readonly type: 'hash' | 'sorted set' | 'string' | 'stream' | 'channel' | 'BullMQ';
  readonly writers: readonly Place[];
  readonly readers: readonly Place[];
  /** Who of these gets the key in a message, in place of making it. */
  readonly told?: readonly Place[];
  /** Who makes the key for all of these, where they do not do so themselves. */
  readonly makers?: readonly Place[];
  readonly expiry: string;
};

const AFTER_PLAN = "7 days after the plan's end or the last write";

/** The table that the documents show. Who removes is a writer, and who compares before it writes is a reader. */
export const REDIS_KEY_TABLE: Readonly<Record<RedisKeyName, Row>> = {
  masterPlan: { type: 'hash', writers: ['workers'], readers: [], expiry: AFTER_PLAN },
  masterRooms: { type: 'hash', writers: ['workers'], readers: ['api', 'workers'], expiry: AFTER_PLAN },
  masterExaminees: { type: 'hash', writers: ['store', 'workers'], readers: ['workers'], expiry: AFTER_PLAN },
  masterProctors: { type: 'hash', writers: ['workers'], readers: [], expiry: AFTER_PLAN },
  plan: { type: 'hash', writers: ['workers'], readers: ['api', 'workers'], expiry: AFTER_PLAN },
  counts: { type: 'hash', writers: ['store', 'workers'], readers: ['api', 'workers'], expiry: AFTER_PLAN },
  lastSeen: { type: 'sorted set', writers: ['store', 'workers'], readers: ['api', 'workers'], expiry: AFTER_PLAN },
  proctors: { type: 'hash', writers: ['workers'], readers: ['api'], expiry: AFTER_PLAN },
  livePlans: { type: 'sorted set', writers: ['workers'], readers: ['copies', 'workers'], expiry: 'none' },
  keeper: { type: 'string', writers: ['workers'], readers: ['workers'], expiry: '10 s, kept by its owner' },
  sheet: { type: 'hash', writers: ['rooms', 'store', 'workers'], readers: ['api', 'workers'], expiry: AFTER_PLAN },
  room: { type: 'hash', writers: ['workers'], readers: ['api', 'workers'], expiry: AFTER_PLAN },
  examinee: { type: 'hash', writers: ['store', 'workers'], readers: ['api', 'workers'], expiry: AFTER_PLAN },
  erased: { type: 'sorted set', writers: ['store'], readers: ['workers'], expiry: '1 day after the last erasing' },
  needs: { type: 'hash', writers: ['workers'], readers: ['api', 'workers'], expiry: AFTER_PLAN },
  incidents: { type: 'hash', writers: ['workers'], readers: ['api', 'workers'], expiry: AFTER_PLAN },
  incidentCounts: {
    type: 'hash',
    writers: ['workers'],
    readers: ['api', 'workers'],
    expiry: AFTER_PLAN,
  },
  monitorLog: { type: 'stream', writers: ['api'], readers: ['api'], expiry: '5 min after the last look' },
  monitorBase: { type: 'string', writers: ['api'], readers: ['api'], expiry: '5 min after the last look' },
  monitorLead: { type: 'string', writers: ['api'], readers: ['api'], expiry: '3 s, kept by its owner' },
  processes: {
    type: 'hash',
    writers: ['process-report.ts'],
    readers: ['api', 'readiness.ts'],
    expiry: '60 s after the last report',
  },
  lease: { type: 'string', writers: ['rooms'], readers: ['rooms'], expiry: '3 s, kept by its owner' },
  takeover: { type: 'string', writers: ['rooms'], readers: ['rooms'], expiry: '5 s' },
  acknowledgements: {
    type: 'channel',
    writers: ['workers'],
    readers: ['rooms'],
    told: ['workers'],
    expiry: 'none',
  },
  orphans: { type: 'channel', writers: ['workers'], readers: ['rooms'], expiry: 'none' },
  controls: { type: 'channel', writers: ['rooms'], readers: ['rooms'], expiry: 'none' },
  assignments: { type: 'channel', writers: ['rooms'], readers: ['rooms'], expiry: 'none' },
  planHints: { type: 'channel', writers: ['rooms', 'workers'], readers: ['rooms'], expiry: 'none' },
  incidentHints: { type: 'channel', writers: ['rooms', 'workers'], readers: ['rooms'], expiry: 'none' },
  seats: { type: 'channel', writers: ['rooms'], readers: ['rooms'], expiry: 'none' },
  seatReplies: { type: 'channel', writers: ['rooms'], readers: ['rooms'], expiry: 'none' },
  queues: {
    type: 'BullMQ',
    writers: ['roles', 'rooms', 'workers'],
    readers: ['api', 'process-figures.ts', 'rooms', 'workers'],
    makers: ['redis-connection.ts'],
    expiry: 'bounded by count',
  },
  tries: { type: 'string', writers: ['api'], readers: ['api'], expiry: '60 s' },
  rate: { type: 'string', writers: ['api'], readers: ['api'], expiry: '2 min' },
  alarm: { type: 'string', writers: ['alarms'], readers: ['alarms'], expiry: '1 h' },
  logLevels: {
    type: 'hash',
    writers: ['log-orders.ts'],
    readers: ['log-orders.ts'],
    expiry: '1 day after the last order',
  },
  runId: { type: 'string', writers: ['workers'], readers: ['workers'], expiry: 'none' },
};
