// The table of alarms: what needs a person, by which metric it is seen, from where on, and how bad it is. The notifier
// (alarms/), the rule file for Prometheus and the table in docs/operations.md come from it; each has a runbook section there
// under its name. `raise` and `clear` are apart, so that a value that swings around one of them rings once.
import type { OwnMetric } from './metrics.ts';

export const SEVERITIES = ['critical', 'warning'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type Alarm = {
  /** `critical`: somebody comes at once; `warning`: today. */
  readonly severity: Severity;
  /** Whose: one process's, named with it, or the whole system's, which every process sees. */
  readonly scope: 'system' | 'process';
  readonly metric: OwnMetric;
  readonly where: Readonly<Record<string, string>>;
  /** Of the values that match: the largest, the smallest, or by how much their sum has grown within the window. */
  readonly read: 'largest' | 'smallest' | 'growth';
  /** Of growth alone. */
  readonly windowSeconds?: number;
  /** Rings from here on: upwards where `clear` is below it, else downwards. */
  readonly raise: number;
  /** Is over from here on. */
  readonly clear: number;
  /** How long it must stand there before it rings, and before it is over. */
  readonly forSeconds: number;
  readonly clearForSeconds: number;
  readonly sentence: string;
};

const ONE = { raise: 1, clear: 0 } as const;
const SOON = { forSeconds: 10, clearForSeconds: 15 } as const;

export const ALARMS = {
  AnswersUnsaved: {
    ...{
      severity: 'critical',
      scope: 'process',
      metric: 'examhall_journal_oldest_seconds',
      where: {},
      read: 'largest',
    },
    ...{ raise: 10, clear: 3, forSeconds: 0, clearForSeconds: 15 },
    sentence: 'answers that a room accepted have not been saved for 10 s',
  },
  AnswersWaitInQueue: {
    ...{ severity: 'critical', scope: 'system', metric: 'examhall_queue_oldest_seconds', where: { queue: 'answers' } },
    ...{ read: 'largest', raise: 20, clear: 5, forSeconds: 5, clearForSeconds: 15 },
    sentence: 'the oldest job of answers has waited for 20 s',
  },
  QueueAway: {
    ...{ severity: 'warning', scope: 'process', metric: 'examhall_queue_away', where: {}, read: 'largest', ...ONE },
    ...{ forSeconds: 0, clearForSeconds: 15 },
    sentence: 'the queue takes no answers; they go to the store without it',
  },
  JobsFailed: {
    ...{ severity: 'warning', scope: 'system', metric: 'examhall_queue_jobs', where: { place: 'failed' } },
    ...{ read: 'largest', ...ONE, ...SOON },
    sentence: 'a job failed for good, and waits for a person among the failed ones',
  },
  ProcessGone: {
    ...{ severity: 'critical', scope: 'system', metric: 'examhall_processes', where: { state: 'silent' } },
    ...{ read: 'largest', ...ONE, forSeconds: 0, clearForSeconds: 15 },
    sentence: 'a process has said nothing for 10 s, and did not say goodbye',
  },
  StoreAway: {
    ...{ severity: 'critical', scope: 'process', metric: 'examhall_dependency_up', where: { dependency: 'store' } },
    ...{ read: 'smallest', raise: 0, clear: 1, ...SOON },
    sentence: 'MongoDB does not answer',
  },
  RedisAway: {
    ...{ severity: 'critical', scope: 'process', metric: 'examhall_dependency_up', where: { dependency: 'redis' } },
    ...{ read: 'smallest', raise: 0, clear: 1, ...SOON },
    sentence: 'Redis does not answer',
  },
  DiskLow: {
    ...{ severity: 'warning', scope: 'process', metric: 'examhall_disk_free_ratio', where: {}, read: 'smallest' },
    ...{ raise: 0.2, clear: 0.25, ...SOON },
    sentence: 'less than a fifth of the disk with EXAMHALL_DATA_DIR is free',
  },
  DiskFull: {
    ...{ severity: 'critical', scope: 'process', metric: 'examhall_disk_free_ratio', where: {}, read: 'smallest' },
    ...{ raise: 0.05, clear: 0.1, ...SOON },
    sentence: 'less than a twentieth of the disk with EXAMHALL_DATA_DIR is free',
  },
  ClockOff: {
    ...{ severity: 'critical', scope: 'process', metric: 'examhall_clock_off', where: {}, read: 'largest', ...ONE },
    ...{ forSeconds: 0, clearForSeconds: 30 },
    sentence: "this machine's clock is more than a second off the store's",
  },
  ClockSet: {
    ...{ severity: 'critical', scope: 'process', metric: 'examhall_clock_jump_seconds', where: {}, read: 'largest' },
    ...{ raise: 2, clear: 0, forSeconds: 0, clearForSeconds: 30 },
    sentence: "the store's clock was set, and is not believed",
  },
  RoomsFlap: {
    ...{ severity: 'warning', scope: 'process', metric: 'examhall_rooms_lost_total', where: {}, read: 'growth' },
    ...{ windowSeconds: 300, raise: 3, clear: 0, forSeconds: 0, clearForSeconds: 30 },
    sentence: 'other processes took three rooms from one that lives, within five minutes',
  },
  RequestsFail: {
    ...{ severity: 'critical', scope: 'process', metric: 'examhall_http_faults_total', where: {}, read: 'growth' },
    ...{ windowSeconds: 60, raise: 10, clear: 2, forSeconds: 0, clearForSeconds: 30 },
    sentence: 'ten requests within a minute ended in a fault of ours',
  },
  ErrorsLogged: {
    ...{ severity: 'warning', scope: 'process', metric: 'examhall_log_lines_total', where: { level: 'error' } },
    ...{ read: 'growth', windowSeconds: 60, raise: 30, clear: 5, forSeconds: 0, clearForSeconds: 30 },
    sentence: 'thirty errors within a minute in the log of one process',
  },
  SheetFilesFail: {
    ...{
      severity: 'warning',
      scope: 'process',
      metric: 'examhall_sheet_files_failed_total',
      where: {},
      read: 'growth',
    },
    ...{ windowSeconds: 300, raise: 1, clear: 0, forSeconds: 0, clearForSeconds: 30 },
    sentence: 'files of sheets cannot be written; the sheets are safe in the store',
  },
} as const satisfies Record<string, Alarm>;

export type AlarmName = keyof typeof ALARMS;
