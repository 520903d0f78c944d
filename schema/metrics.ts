// The catalogue of metrics: everything that a process shows at /metrics, by name, with its type, unit, labels and roles. The
// registry, docs/metrics.md, the rules of alarms and the dashboard are made from it or checked against it; a test compares it
// with what running processes of each role show, both ways. A label never holds the id of a person, a plan or a room.
import { QUEUES } from './jobs.ts';
import { NODE_METRICS } from './metrics-of-node.ts';
import { LINK_STATES } from './states.ts';

export const METRIC_ROLES = ['api', 'rooms', 'workers'] as const;
export type MetricRole = (typeof METRIC_ROLES)[number];

export type Metric = {
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** What the value counts; of a histogram, what its buckets are in. */
  readonly unit: string;
  readonly labels: readonly string[];
  /** The roles that show it. */
  readonly of: readonly MetricRole[];
  readonly help: string;
  /** The setting without which it is not shown. */
  readonly onlyWith?: string;
  /** Upper bounds, of a histogram alone. */
  readonly buckets?: readonly number[];
};

/**
 * The stages of an answer's journey, in their order: half the round trip of a heartbeat; accepted to queued; queued to taken
 * by a worker; the worker's insert; durable to told; and accepted to told, which is all but the first.
 */
export const ANSWER_STAGES = [
  'client-room',
  'room-queue',
  'queue-wait',
  'worker-store',
  'store-told',
  'room-told',
] as const;
export type AnswerStage = (typeof ANSWER_STAGES)[number];

export const DEPENDENCIES = ['store', 'redis'] as const;
export const JOB_OUTCOMES = ['done', 'retried', 'postponed', 'stalled', 'failed'] as const;
/** Where a job lies in its queue. */
export const JOB_PLACES = ['waiting', 'active', 'delayed', 'failed'] as const;
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;

const EACH = METRIC_ROLES;
const REQUEST_BUCKETS = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;
const JOB_BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30] as const;
const STAGE_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120] as const;

/** What the system counts itself. */
export const OWN_METRICS = {
  // each process
  examhall_version: {
    ...{ type: 'gauge', unit: '1', labels: ['version'], of: EACH },
    help: 'always 1; the version that this process runs',
  },
  examhall_dependency_up: {
    ...{ type: 'gauge', unit: '0 or 1', labels: ['dependency'], of: EACH },
    help: 'whether the store and Redis answer this process',
  },
  examhall_processes: {
    ...{ type: 'gauge', unit: 'processes', labels: ['state'], of: EACH },
    help: 'processes of the whole system: reporting, or silent for 10 s without having said goodbye, forgotten after a minute',
  },
  examhall_queue_jobs: {
    ...{ type: 'gauge', unit: 'jobs', labels: ['queue', 'place'], of: EACH },
    help: 'jobs of the whole system by queue and place; failed ones wait for a person',
  },
  examhall_queue_oldest_seconds: {
    ...{ type: 'gauge', unit: 'seconds', labels: ['queue'], of: EACH },
    help: 'how long ago the oldest job was added that waits or is put off',
  },
  examhall_disk_free_ratio: {
    ...{ type: 'gauge', unit: '0 to 1', labels: [], of: EACH },
    help: 'free part of the disk with EXAMHALL_DATA_DIR on this machine',
  },
  examhall_clock_jump_seconds: {
    ...{ type: 'gauge', unit: 'seconds', labels: [], of: EACH },
    help: 'how far a clock was set that is not believed',
  },
  examhall_clock_off: {
    ...{ type: 'gauge', unit: '0 or 1', labels: [], of: EACH },
    help: "1 while this machine's clock is more than a second off the store's",
  },
  examhall_certificate_left_seconds: {
    ...{ type: 'gauge', unit: 'seconds', labels: [], of: EACH, onlyWith: 'EXAMHALL_TLS_CERT' },
    help: 'how long the certificate that this process shows is still valid',
  },
  examhall_log_lines_total: {
    ...{ type: 'counter', unit: 'lines', labels: ['level'], of: EACH },
    help: 'what was logged, by level, what the level keeps out of the log not counted',
  },
  // the answer's journey
  examhall_answer_stage_seconds: {
    ...{ type: 'histogram', unit: 'seconds', labels: ['stage'], of: ['rooms', 'workers'] },
    help: 'stages of the journey of answers, a job of answers once, by its oldest; client-room by heartbeat',
    buckets: STAGE_BUCKETS,
  },
  examhall_answers_accepted_total: {
    ...{ type: 'counter', unit: 'answers', labels: [], of: ['rooms'] },
    help: 'answers that rooms accepted; durable a moment later',
  },
  examhall_answers_saved_total: {
    ...{ type: 'counter', unit: 'answers', labels: [], of: ['workers'] },
    help: 'answers made durable, repeats included',
  },
  examhall_answers_told_total: {
    ...{ type: 'counter', unit: 'answers', labels: [], of: ['rooms'] },
    help: 'answers of which their room heard that they are durable',
  },
  examhall_answers_written_through_total: {
    ...{ type: 'counter', unit: 'answers', labels: [], of: ['rooms'] },
    help: 'answers that went to the store past the queue',
  },
  examhall_journal_answers: {
    ...{ type: 'gauge', unit: 'answers', labels: [], of: ['rooms'] },
    help: 'answers accepted and not durable yet',
  },
  examhall_journal_oldest_seconds: {
    ...{ type: 'gauge', unit: 'seconds', labels: [], of: ['rooms'] },
    help: 'how long the oldest of them has waited; beyond 10 s answers are not being saved',
  },
  examhall_queue_away: {
    ...{ type: 'gauge', unit: '0 or 1', labels: [], of: ['rooms'] },
    help: '1 while the queue takes no answers and they are written to the store without it',
  },
  // rooms and links
  examhall_rooms: {
    ...{ type: 'gauge', unit: 'rooms', labels: [], of: ['rooms'] },
    help: 'rooms that this process owns',
  },
  examhall_rooms_taken_total: {
    ...{ type: 'counter', unit: 'rooms', labels: [], of: ['rooms'] },
    help: 'rooms that this process took, at an opening or from another owner',
  },
  examhall_rooms_lost_total: {
    ...{ type: 'counter', unit: 'rooms', labels: [], of: ['rooms'] },
    help: 'rooms that another process took from this one while it lived',
  },
  examhall_takeovers_total: {
    ...{ type: 'counter', unit: 'rooms', labels: [], of: ['api'] },
    help: 'rooms that this process had taken from owners that did not answer',
  },
  examhall_draining: {
    ...{ type: 'gauge', unit: '0 or 1', labels: [], of: ['rooms'] },
    help: '1 while it hands its rooms over',
  },
  examhall_clients: {
    ...{ type: 'gauge', unit: 'sockets', labels: [], of: ['rooms'] },
    help: 'clients in the rooms of this process',
  },
  examhall_links: {
    ...{ type: 'gauge', unit: 'examinees', labels: ['state'], of: ['rooms'] },
    help: 'examinees of the rooms of this process by the state of their link',
  },
  // refusals and requests
  examhall_refusals_total: {
    ...{ type: 'counter', unit: 'refusals', labels: ['road', 'code'], of: ['api', 'rooms'] },
    help: 'what was refused, by code (docs/refusals.md), over http or over a socket',
  },
  examhall_http_request_seconds: {
    ...{ type: 'histogram', unit: 'seconds', labels: ['route', 'method', 'status'], of: ['api'] },
    help: 'how long requests took, by route, method and status',
    buckets: REQUEST_BUCKETS,
  },
  examhall_http_faults_total: {
    ...{ type: 'counter', unit: 'requests', labels: ['route'], of: ['api'] },
    help: 'requests that ended in a fault',
  },
  examhall_enters_in_flight: {
    ...{ type: 'gauge', unit: 'requests', labels: [], of: ['api'] },
    help: 'enters that run now',
  },
  // workers
  examhall_jobs_total: {
    ...{ type: 'counter', unit: 'jobs', labels: ['queue', 'outcome'], of: ['workers'] },
    help: 'jobs by queue and outcome; any failed one needs a person',
  },
  examhall_job_seconds: {
    ...{ type: 'histogram', unit: 'seconds', labels: ['queue'], of: ['workers'] },
    help: 'time from taking a job to its end',
    buckets: JOB_BUCKETS,
  },
  examhall_sheet_files_failed_total: {
    ...{ type: 'counter', unit: 'files', labels: [], of: ['workers'] },
    help: 'files of sheets that could not be written; each is tried again',
  },
} as const satisfies Record<string, Metric>;

export type OwnMetric = keyof typeof OWN_METRICS;

/** All of them, Node's own too. */
export const METRICS: Readonly<Record<string, Metric>> = { ...OWN_METRICS, ...NODE_METRICS };

/** The values that a label may have, where there are few; '…' for the others, which are bounded by the code. */
export const LABEL_VALUES: Readonly<Record<string, readonly string[]>> = {
  stage: ANSWER_STAGES,
  queue: QUEUES,
  outcome: JOB_OUTCOMES,
  place: JOB_PLACES,
  level: LOG_LEVELS,
  dependency: DEPENDENCIES,
  road: ['http', 'socket'],
};

/** The states that `state` may have, by metric. */
export const STATE_VALUES: Readonly<Partial<Record<OwnMetric, readonly string[]>>> = {
  examhall_links: LINK_STATES,
  examhall_processes: ['reporting', 'silent'],
};
