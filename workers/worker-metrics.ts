// The workers' own figures, in the registry that the process gives. Labels are names of queues, never ids. Called by main.ts.
import { Registry } from 'prom-client';
import { counterOf, histogramOf } from '../metrics.ts';
import type { JOB_OUTCOMES } from '../schema/metrics.ts';

/** What became of a job. `failed` is the alarm: it lies among the failed jobs until a person has looked. */
export type JobOutcome = (typeof JOB_OUTCOMES)[number];

export type WorkerMetrics = {
  count(queue: string, outcome: JobOutcome): void;
  took(queue: string, seconds: number): void;
  /** A job of answers was taken after so long. */
  answersWaited(ms: number): void;
  /** So many answers became durable, in one insert that took so long. */
  answersSaved(count: number, ms: number): void;
  sheetFileFailed(): void;
};

/** Adds the figures to this registry; without one they are kept and shown to nobody. */
export function workerMetrics(registry: Registry = new Registry()): WorkerMetrics {
  const jobs = counterOf(registry, 'examhall_jobs_total');
  const seconds = histogramOf(registry, 'examhall_job_seconds');
  const stages = histogramOf(registry, 'examhall_answer_stage_seconds');
  const answers = counterOf(registry, 'examhall_answers_saved_total');
  const files = counterOf(registry, 'examhall_sheet_files_failed_total');
  return {
    sheetFileFailed: () => files.inc(),
    count: (queue, outcome) => jobs.inc({ queue, outcome }),
    took: (queue, value) => seconds.observe({ queue }, value),
    answersWaited: (ms) => stages.observe({ stage: 'queue-wait' }, ms / 1_000),
    answersSaved(count, ms) {
      answers.inc(count);
      stages.observe({ stage: 'worker-store' }, ms / 1_000);
    },
  };
}
