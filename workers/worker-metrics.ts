// The workers' own figures, in the registry that the process gives. Labels are names of queues, never ids. Called by main.ts.
import { Counter, Histogram, Registry } from 'prom-client';

/** What became of a job. `failed` is the alarm: it lies among the failed jobs until a person has looked. */
export type JobOutcome = 'done' | 'retried' | 'postponed' | 'stalled' | 'failed';

export type WorkerMetrics = {
  count(queue: string, outcome: JobOutcome): void;
  took(queue: string, seconds: number): void;
  answersSaved(count: number): void;
  sheetFileFailed(): void;
};

const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];

/** Adds the figures to this registry, once; without one they are kept and shown to nobody. */
export function workerMetrics(registry: Registry = new Registry()): WorkerMetrics {
  const registers = [registry];
  const jobs =
    (registry.getSingleMetric('examhall_jobs_total') as Counter<'queue' | 'outcome'> | undefined) ??
    new Counter({
      name: 'examhall_jobs_total',
      help: 'jobs by queue and outcome; any failed one needs a person',
      labelNames: ['queue', 'outcome'] as const,
      registers,
    });
  const seconds =
    (registry.getSingleMetric('examhall_job_seconds') as Histogram<'queue'> | undefined) ??
    new Histogram({
      name: 'examhall_job_seconds',
      help: 'time from taking a job to its end',
      labelNames: ['queue'] as const,
      buckets: BUCKETS,
      registers,
    });
  const answers =
    (registry.getSingleMetric('examhall_answers_saved_total') as Counter | undefined) ??
    new Counter({ name: 'examhall_answers_saved_total', help: 'answers made durable, repeats included', registers });
  const files =
    (registry.getSingleMetric('examhall_sheet_files_failed_total') as Counter | undefined) ??
    new Counter({
      name: 'examhall_sheet_files_failed_total',
      help: 'files of sheets that could not be written; each is tried again',
      registers,
    });
  return {
    sheetFileFailed: () => files.inc(),
    count: (queue, outcome) => jobs.inc({ queue, outcome }),
    took: (queue, value) => seconds.observe({ queue }, value),
    answersSaved: (count) => answers.inc(count),
  };
}
