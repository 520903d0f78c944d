// What a monitor shows of a plan that is under way, as a snapshot and as the events of its stream, and of the processes and
// queues behind it. Counts and states alone: never a name, an answer or a code. Instants epoch ms, lengths ms, memory bytes.
import { z } from 'zod';
import { Id } from './id-shapes.ts';
import { QUEUES } from './jobs.ts';
import { EXAMINEE_STATES, LINK_STATES, PROCTOR_STATES, ROOM_STATES, SHEET_STATES } from './states.ts';

/** Topics whose rows come one by one. */
export const ROW_TOPICS = ['rooms', 'examinees', 'proctors', 'incidents', 'servers', 'queues'] as const;
export type RowTopic = (typeof ROW_TOPICS)[number];
/** What is about the installation, and shown to whoever runs it. */
export const OFFICE_TOPICS: readonly RowTopic[] = ['servers', 'queues'];
export const MONITOR_TOPICS = ['sockets', 'progress', ...ROW_TOPICS] as const;
export type MonitorTopic = (typeof MONITOR_TOPICS)[number];

const Count = z.int().min(0);
const Counts = <S extends string>(states: readonly S[]) => z.record(z.enum(states), Count);

export const MonitorSockets = z
  .strictObject({ examineeCount: Count, links: Counts(LINK_STATES) })
  .describe('examinees by the state of their link');
export type MonitorSockets = z.infer<typeof MonitorSockets>;

export const MonitorProgress = z.strictObject({
  roomCount: Count,
  rooms: Counts(ROOM_STATES),
  examineeCount: Count,
  examinees: Counts(EXAMINEE_STATES),
  sheets: Counts(SHEET_STATES).describe('of the sheets whose state is known'),
  answersSaved: Count,
});
export type MonitorProgress = z.infer<typeof MonitorProgress>;

const Needs = z
  .strictObject({
    unsaved: Count,
    openIncidents: Count,
    worstSeverity: z.number(),
    notReached: Count,
    needing: Count,
    untaken: Count,
    attention: Count,
  })
  .nullable()
  .describe('what its examinees need of a proctor; null while the room has not said it');

export const MonitorRoom = z.strictObject({
  roomId: z.string(),
  label: z.string(),
  status: z.enum(ROOM_STATES),
  startsAt: z.number().describe('0: not known'),
  deadlineAt: z.number().describe('0: not known'),
  examineeCount: Count,
  examinees: Counts(EXAMINEE_STATES),
  links: Counts(LINK_STATES),
  sheets: Counts(SHEET_STATES),
  answersSaved: Count,
  needs: Needs,
});
export type MonitorRoom = z.infer<typeof MonitorRoom>;

export const MonitorExaminee = z.strictObject({
  examineeId: z.string(),
  roomId: z.string(),
  status: z.enum(EXAMINEE_STATES),
  link: z.enum(LINK_STATES),
  savedCount: Count,
  lastSeenAt: z.number().describe('of who is not online; 0 of who is, or never was'),
});
export type MonitorExaminee = z.infer<typeof MonitorExaminee>;

export const MonitorProctor = z.strictObject({
  proctorId: z.string(),
  roomId: z.string(),
  presence: z.enum(PROCTOR_STATES),
});
export type MonitorProctor = z.infer<typeof MonitorProctor>;

export const MonitorIncident = z.strictObject({
  incidentId: z.string(),
  roomId: z.string(),
  kind: z.string(),
  state: z.string(),
  severityFrom: z.number().describe('lower bound of the fifth that its severity lies in'),
  reportCount: Count,
  minute: z.number().describe('in which it was raised'),
});
export type MonitorIncident = z.infer<typeof MonitorIncident>;

export const MonitorServer = z.strictObject({
  processId: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  roles: z.array(z.enum(['api', 'rooms', 'workers'])),
  startedAt: z.number(),
  at: z.number().describe('when it last reported; who is silent for 10 s is gone'),
  cpu: z.number().describe('share of one core since the last report'),
  lagP99Ms: z.number().describe('delay of the event loop since the last report'),
  memoryBytes: Count.describe('resident'),
  rooms: Count,
  clients: Count,
  logLevel: z.string().optional().describe('the least level that it logs; missing of an older version'),
  logLevelUntil: z.number().optional().describe('when that goes back; 0 where it is the level of its settings'),
});
export type MonitorServer = z.infer<typeof MonitorServer>;

export const MonitorQueue = z.strictObject({
  queue: z.enum(QUEUES),
  waiting: Count,
  active: Count,
  delayed: Count,
  failed: Count,
  oldestMs: Count.describe('age of the oldest job that waits; 0 where none does'),
});
export type MonitorQueue = z.infer<typeof MonitorQueue>;

/** Members of topics that were not asked for, or are not for the asker, are missing. */
export const MonitorReply = z.strictObject({
  planId: z.string(),
  at: z.number(),
  source: z.enum(['live', 'store']).describe('store: Redis has no live data now, and is being filled'),
  sockets: MonitorSockets.optional(),
  progress: MonitorProgress.optional(),
  rooms: z.array(MonitorRoom).optional(),
  examinees: z.array(MonitorExaminee).optional(),
  proctors: z.array(MonitorProctor).optional(),
  incidents: z.array(MonitorIncident).optional(),
  servers: z.array(MonitorServer).optional(),
  queues: z.array(MonitorQueue).optional(),
});
export type MonitorReply = z.infer<typeof MonitorReply>;

export const MonitorServers = z.strictObject({ at: z.number(), servers: z.array(MonitorServer) });
/** What a log may be ordered to have for a while: to say nothing at all is a matter of the settings. */
export const ORDERED_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export const LogLevelBody = z.strictObject({
  level: z.enum(ORDERED_LEVELS),
  minutes: z.int().min(0).max(1_440).describe('then it goes back by itself; 0 takes it back at once'),
  processId: Id.optional().describe('of one process; of all that report where it is missing'),
});

export const LogLevelReply = z.strictObject({
  level: z.enum(ORDERED_LEVELS),
  until: z.number().describe('epoch ms'),
  processIds: z.array(z.string()).describe('who was told; each follows within two seconds'),
});

export const MonitorQueues = z.strictObject({ at: z.number(), queues: z.array(MonitorQueue) });

const ONE_TOPIC = `(${MONITOR_TOPICS.join('|')})`;

/** `topics`: names with commas between; all of them where it is missing. */
export const MonitorQuery = z.strictObject({
  topics: z
    .string()
    .regex(/^[a-z]{1,20}(,[a-z]{1,20}){0,15}$/, 'names of topics with commas between')
    .meta({ pattern: `^${ONE_TOPIC}(,${ONE_TOPIC}){0,15}$` })
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(MONITOR_TOPICS)))
    .optional(),
});

export const MonitorParams = z.strictObject({ planId: Id });

/** Why a stream begins anew: the client throws away what it has, and takes the snapshot that follows. */
export const RESET_REASONS = ['unknown-id', 'behind', 'wiped', 'rights'] as const;
export type ResetReason = (typeof RESET_REASONS)[number];
