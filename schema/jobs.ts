// The jobs of the five queues, parsed by their workers. Job data is clear text in Redis: ids and answers, never names.
// What a process of a newer version says besides is left out, and nothing is refused for it: two versions run side by side
// while one takes the other's place.
import { z } from 'zod';
import { Response } from './answers.ts';
import { Id } from './id-shapes.ts';
import { EvidenceData, MACHINE_KINDS } from './incidents.ts';
import { LIMITS } from './limits.ts';
import { ROLES } from './states.ts';

export const QUEUES = ['answers', 'states', 'incidents', 'logs', 'statistics'] as const;
export type QueueName = (typeof QUEUES)[number];

/** One answer of a job. */
export type QueuedAnswer = [
  examineeId: string,
  item: number,
  revision: number,
  response: Response,
  hash: string,
  /** When the room accepted it, epoch ms. */
  at: number,
  /** Whether it arrived late. */
  late?: true | undefined,
];

/** By hand: as a tuple of schemas this took a worker a fifteenth of all that an answer costs it. */
function isQueuedAnswer(value: unknown): value is QueuedAnswer {
  if (!Array.isArray(value) || value.length < 6 || value.length > 7) return false;
  const [examineeId, item, revision, response, hash, at, late] = value as unknown[];
  return (
    typeof examineeId === 'string' &&
    Number.isSafeInteger(item) &&
    Number.isSafeInteger(revision) &&
    typeof hash === 'string' &&
    Number.isFinite(at) &&
    (late === undefined || late === true) &&
    isResponse(response)
  );
}

const isResponse = (value: unknown): boolean =>
  typeof value === 'string' ? value.length <= LIMITS.answerBytes : Response.safeParse(value).success;

export const QueuedAnswer = z.custom<QueuedAnswer>(isQueuedAnswer, 'no answer of a job');

/** The api's requests that a job is there for, for the logs alone; not there where nothing came over HTTP. */
const RequestIds = z.array(z.string()).optional();

/** A batch of one plan's answers. `channel` and `number` name whom to acknowledge and which batch. */
export const AnswersJob = z.object({
  kind: z.literal('answers'),
  channel: z.string(),
  number: z.int(),
  planId: z.string(),
  answers: z.array(QueuedAnswer),
  requestIds: RequestIds,
});
export type AnswersJob = z.infer<typeof AnswersJob>;

/** A sheet has ended: write its file. */
export const SheetJob = z.object({
  kind: z.literal('sheet'),
  planId: z.string(),
  roomId: z.string(),
  examineeId: z.string(),
});
export type SheetJob = z.infer<typeof SheetJob>;

/**
 * Acknowledgement of an answers job: all of it is durable, but for the indexes in `conflicts` (the revision is stored
 * with another content), in `failed` (the store will never take it) and in `invalid` (the worker could not read it, and the
 * store was not asked). Those of the last two lie among the failed jobs for a person.
 */
export const Acknowledgement = z.object({
  number: z.int(),
  conflicts: z.array(z.int()).optional(),
  failed: z.array(z.int()).optional(),
  invalid: z.array(z.int()).optional(),
  /** When the store had it, for the figures alone. */
  savedAt: z.number().optional(),
});
export type Acknowledgement = z.infer<typeof Acknowledgement>;

/** Sent to every rooms process when nobody was left to acknowledge to: whoever owns these examinees reads them again. */
export const Orphans = z.object({ examineeIds: z.array(z.string()) });
export type Orphans = z.infer<typeof Orphans>;

/** What a room's examinees need of a proctor: how many of them, and in `attention` the highest score of one. */
export const RoomNeeds = z.object({
  unsaved: z.int(),
  openIncidents: z.int(),
  worstSeverity: z.number(),
  notReached: z.int(),
  needing: z.int(),
  untaken: z.int(),
  attention: z.int(),
});
export type RoomNeeds = z.infer<typeof RoomNeeds>;

/** Display fields of a room and its examinees; later (epoch, sequence) wins. */
export const RoomStates = z.object({
  roomId: z.string(),
  epoch: z.int(),
  sequence: z.int(),
  room: z.object({ status: z.string(), startsAt: z.number(), deadlineAt: z.number() }),
  needs: RoomNeeds.optional(),
  examinees: z.array(
    z.object({
      examineeId: z.string(),
      status: z.string(),
      link: z.string(),
      savedCount: z.int(),
      lastSeenAt: z.number(),
      /** How often this person was moved: what the room before says later counts less than any word of the new one. */
      moves: z.int().optional(),
      /** For the live data alone: the store is told with a later row. */
      onlyLive: z.boolean().optional(),
    }),
  ),
});
export type RoomStates = z.infer<typeof RoomStates>;

/** Those of several rooms of a plan. */
export const StatesJob = z.object({ planId: z.string(), rooms: z.array(RoomStates) });
export type StatesJob = z.infer<typeof StatesJob>;

/** Whose doings a log entry tells: an examinee's, a proctor's, or everything else. */
export const LOG_STREAMS = ['system', 'examinee', 'proctor'] as const;
export type LogStream = (typeof LOG_STREAMS)[number];

/** Makes an entry one of the audit chain too: its source there, once for all, and who decided. */
const Decision = z.object({
  source: z.string(),
  actorId: z.string(),
  actorRole: z.enum([...ROLES, 'system']),
});

export const LogEntry = z.object({
  logId: z.string(),
  planId: z.string(),
  roomId: z.string().optional(),
  stream: z.enum(LOG_STREAMS),
  subject: z.string(),
  kind: z.string(),
  at: z.number(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  decision: Decision.optional(),
});
export type LogEntry = z.infer<typeof LogEntry>;
export const LogsJob = z.object({ entries: z.array(LogEntry).min(1).max(500), requestIds: RequestIds });
export type LogsJob = z.infer<typeof LogsJob>;

/** A signal or what a rule noticed; `reportId` names it for ever. `count`: so many of one cause that came close together. */
export const QueuedReport = z.object({
  reportId: Id,
  roomId: Id,
  examineeId: Id,
  kind: z.enum(MACHINE_KINDS),
  source: z.enum(['examinee', 'rule']),
  at: z.number(),
  count: z.int().min(1),
  data: EvidenceData,
});
export type QueuedReport = z.infer<typeof QueuedReport>;
export const ReportsJob = z.object({
  kind: z.literal('reports'),
  planId: z.string(),
  reports: z.array(z.unknown()).min(1).max(LIMITS.reportsAJob),
});
/** What a person raised or handled is stored already; it has to be counted. */
export const CountJob = z.object({
  kind: z.literal('count'),
  planId: z.string(),
  incidentId: z.string(),
  requestIds: RequestIds,
});
export const IncidentsJob = z.discriminatedUnion('kind', [ReportsJob, CountJob]);
export type IncidentsJob = z.infer<typeof IncidentsJob>;

/** To every rooms process: these incidents have changed. Whoever owns their rooms reads them and tells the proctors. */
export const IncidentsHint = z.object({
  planId: z.string(),
  incidents: z.array(z.tuple([z.string(), z.string()])).describe('[roomId, incidentId]'),
});
export type IncidentsHint = z.infer<typeof IncidentsHint>;

export const StatisticsJob = z.object({ planId: z.string(), requestIds: RequestIds });
export type StatisticsJob = z.infer<typeof StatisticsJob>;

const Requested = z.object({ requestIds: RequestIds });

/** The requests that a job of any queue is there for. */
export function requestIdsOfJob(data: unknown): readonly string[] {
  return Requested.safeParse(data).data?.requestIds ?? [];
}
