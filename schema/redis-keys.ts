// Every Redis key of ours, in one place; docs/data-model.md has the same table and a test compares the two.
// Keys of one plan share a hash tag, so that Redis Cluster keeps them together. All of it can be rebuilt from MongoDB.

const PREFIX = 'eh';
const plan = (planId: string): string => `${PREFIX}:{${planId}}`;

export const redisKeys = {
  /** hash item → "revision:response as JSON"; a sheet as it stands, for display. */
  sheet: (planId: string, examineeId: string): string => `${plan(planId)}:sheet:${examineeId}`,
  /** hash of status, startsAt, deadlineAt, epoch, sequence. */
  room: (planId: string, roomId: string): string => `${plan(planId)}:room:${roomId}`,
  /** hash of status, link, savedCount, lastSeenAt, epoch, sequence. */
  examinee: (planId: string, examineeId: string): string => `${plan(planId)}:examinee:${examineeId}`,
  /** hash incident → JSON of version, joins and what it adds to the counts. */
  incidents: (planId: string): string => `${plan(planId)}:incidents`,
  /** hash of the plan's counts of incidents, by their names. */
  incidentCounts: (planId: string): string => `${plan(planId)}:incident-counts`,
  /** string "<processId>": who owns the room; a rooms process holds one of its own id too, for as long as it is awake. */
  lease: (roomId: string): string => `${PREFIX}:lease:{${roomId}}`,
  /** channel of one process: acknowledgements. */
  acknowledgements: (processId: string): string => `${PREFIX}:ack:${processId}`,
  /** channel to all rooms processes: answers whose process is gone. */
  orphans: (): string => `${PREFIX}:orphans`,
  /** channel to all rooms processes: a control was stored. */
  controls: (): string => `${PREFIX}:controls`,
  /** channel to all rooms processes: incidents have changed. */
  incidentHints: (): string => `${PREFIX}:incidents`,
  /** channel of one rooms process: who asks for seats in its rooms. */
  seats: (processId: string): string => `${PREFIX}:seats:${processId}`,
  /** channel of one asking process: the seats that it got. */
  seatReplies: (processId: string): string => `${PREFIX}:seat-replies:${processId}`,
  /** prefix of BullMQ's keys. */
  queues: (): string => `${PREFIX}:queue`,
  /** string: counts wrong codes or logins of one address or name. */
  tries: (kind: 'code' | 'login', who: string): string => `${PREFIX}:tries:${kind}:${who}`,
  /** string: the run id whose live data this is. */
  runId: (): string => `${PREFIX}:run-id`,
} as const;

export type RedisKeyName = keyof typeof redisKeys;

type Row = { readonly type: string; readonly writer: string; readonly reader: string; readonly expiry: string };

/** The table that the documents show. */
export const REDIS_KEY_TABLE = {
  sheet: { type: 'hash', writer: 'workers/answers', reader: 'api', expiry: 'plan end + 7 days' },
  room: { type: 'hash', writer: 'workers/states', reader: 'api', expiry: 'plan end + 7 days' },
  examinee: { type: 'hash', writer: 'workers/states', reader: 'api', expiry: 'plan end + 7 days' },
  incidents: { type: 'hash', writer: 'workers/incidents', reader: 'workers/incidents', expiry: 'last change + 7 days' },
  incidentCounts: { type: 'hash', writer: 'workers/incidents', reader: 'api', expiry: 'last change + 7 days' },
  lease: { type: 'string', writer: 'rooms', reader: 'rooms', expiry: '3 s, kept by its owner' },
  acknowledgements: { type: 'channel', writer: 'workers/answers', reader: 'rooms', expiry: 'none' },
  orphans: { type: 'channel', writer: 'workers/answers', reader: 'rooms', expiry: 'none' },
  controls: { type: 'channel', writer: 'api, rooms', reader: 'rooms', expiry: 'none' },
  incidentHints: { type: 'channel', writer: 'workers/incidents, api, rooms', reader: 'rooms', expiry: 'none' },
  seats: { type: 'channel', writer: 'api, rooms', reader: 'rooms', expiry: 'none' },
  seatReplies: { type: 'channel', writer: 'rooms', reader: 'api, rooms', expiry: 'none' },
  queues: { type: 'BullMQ', writer: 'rooms, api, workers', reader: 'workers', expiry: 'bounded by count' },
  tries: { type: 'string', writer: 'api', reader: 'api', expiry: '60 s' },
  runId: { type: 'string', writer: 'workers/answers', reader: 'workers/answers', expiry: 'none' },
} as const satisfies Record<RedisKeyName, Row>;
