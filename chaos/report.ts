// What a run comes to: its totals, a table by kinds of faults, and what was found. Totals of a run that goes on add up.
// Pure. Called by run.ts and the command.
import { z } from 'zod';
import { COLUMNS, type Column, type Verdict, type Violation } from './invariants.ts';
import { FAULT_KINDS, type Schedule } from './schedule.ts';

const Count = z.int().min(0);
const Counts = z.object({ drawn: Count, bitten: Count, bites: Count });
const Fault = z.object({
  kind: z.enum(FAULT_KINDS),
  target: z.string(),
  way: z.enum(['both', 'up', 'down']),
  at: z.number(),
  ms: z.number(),
  size: z.number(),
});
export const ScheduleShape = z.object({ seed: z.number(), seconds: z.number(), faults: z.array(Fault) });
const ViolationShape = z.object({ invariant: z.string(), column: z.enum(COLUMNS), who: z.string(), what: z.string() });

const Failure = z.object({
  schedule: ScheduleShape,
  violations: z.array(ViolationShape),
  /** The file with everything that was given, told and stored. */
  history: z.string(),
  /** The smallest schedule that was found to fail as well. */
  smallest: ScheduleShape.optional(),
});
export type Failure = z.infer<typeof Failure>;

/** As it lies in the file; `recoveriesMs` are kept so that percentiles of a run that goes on are of all of it. */
export const ReportShape = z.object({
  firstSeed: z.number(),
  seconds: z.number(),
  examinees: z.number(),
  /** How many seeds were played, from the first on. */
  played: Count,
  /** Played with at least one fault that bit; and those whose faults met nobody. */
  schedules: Count,
  idle: Count,
  faults: Count,
  acked: Count,
  ...(Object.fromEntries(COLUMNS.map((column) => [column, Count])) as Record<Column, typeof Count>),
  timeErrorMaxMs: z.number(),
  recoveryMs: z.object({ p50: z.number().nullable(), p99: z.number().nullable(), max: z.number().nullable() }),
  recoveriesMs: z.array(z.number()),
  kinds: z.record(z.string(), Counts),
  missing: z.array(z.string()),
  failures: z.array(Failure),
});
export type Report = z.infer<typeof ReportShape>;

/** What one schedule came to. */
export type Outcome = {
  readonly schedule: Schedule;
  readonly verdict: Verdict;
  readonly acked: number;
  /** By the place of the fault in the schedule: how often it has bitten. */
  readonly bites: readonly number[];
  readonly recoveriesMs: readonly number[];
};

export function emptyReport(about: Pick<Report, 'firstSeed' | 'seconds' | 'examinees' | 'missing'>): Report {
  return {
    ...about,
    ...{ played: 0, schedules: 0, idle: 0, faults: 0, acked: 0 },
    ...(Object.fromEntries(COLUMNS.map((column) => [column, 0])) as Record<Column, number>),
    timeErrorMaxMs: 0,
    recoveryMs: { p50: null, p99: null, max: null },
    recoveriesMs: [],
    kinds: {},
    failures: [],
  };
}

/** The report with this outcome. A schedule whose faults never bit counts for nothing, unless it found something. */
export function withOutcome(report: Report, outcome: Outcome): Report {
  const { schedule, verdict, acked, bites, recoveriesMs } = outcome;
  const isIdle = bites.every((count) => count === 0) && schedule.faults.length > 0;
  if (isIdle && verdict.violations.length === 0) return { ...report, played: report.played + 1, idle: report.idle + 1 };
  const recoveries = [...report.recoveriesMs, ...recoveriesMs.map(Math.round)];
  return {
    ...report,
    played: report.played + 1,
    schedules: report.schedules + 1,
    faults: report.faults + bites.filter((count) => count > 0).length,
    acked: report.acked + acked,
    ...columnsOf(report, verdict.violations),
    timeErrorMaxMs: Math.max(report.timeErrorMaxMs, Math.round(verdict.timeErrorMaxMs)),
    recoveriesMs: recoveries,
    recoveryMs: { p50: percentile(recoveries, 0.5), p99: percentile(recoveries, 0.99), max: percentile(recoveries, 1) },
    kinds: kindsOf(report.kinds, schedule, bites),
  };
}

function columnsOf(report: Report, violations: readonly Violation[]): Record<Column, number> {
  const count = (column: Column) => violations.filter((one) => one.column === column).length;
  return Object.fromEntries(COLUMNS.map((column) => [column, report[column] + count(column)])) as Record<
    Column,
    number
  >;
}

function kindsOf(before: Report['kinds'], { faults }: Schedule, bites: readonly number[]): Report['kinds'] {
  const kinds = { ...before };
  for (const [index, { kind }] of faults.entries()) {
    const { drawn, bitten, bites: all } = kinds[kind] ?? { drawn: 0, bitten: 0, bites: 0 };
    const count = bites[index] ?? 0;
    kinds[kind] = { drawn: drawn + 1, bitten: bitten + (count > 0 ? 1 : 0), bites: all + count };
  }
  return kinds;
}

function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

/** What is in every bad column together. */
export function badCount(report: Report): number {
  return COLUMNS.reduce((sum, column) => sum + report[column], 0);
}

/** For a person at a terminal. */
export function reportTable(report: Report): string {
  const { schedules, idle, faults, acked, timeErrorMaxMs, recoveryMs, kinds, missing, failures } = report;
  const bad = COLUMNS.map((column) => `${column} ${report[column]}`).join(', ');
  const rows = FAULT_KINDS.flatMap((kind) => {
    const counts = kinds[kind];
    return counts === undefined
      ? []
      : [`${kind.padEnd(20)}${[counts.drawn, counts.bitten, counts.bites].map(column).join('')}`];
  });
  return [
    `${schedules} schedules (${idle} more met nobody), ${faults} faults, ${acked} acknowledged answers`,
    bad,
    `time off by at most ${timeErrorMaxMs} ms; back after ${recoveryMs.p50} ms (p50), ${recoveryMs.p99} ms (p99), ${recoveryMs.max} ms at most`,
    '',
    `${'fault'.padEnd(20)}${['drawn', 'bitten', 'bites'].map(column).join('')}`,
    ...rows,
    ...missing.map((sentence) => `not here: ${sentence}`),
    ...failures.map(({ schedule, violations, history }) => {
      const [first] = violations;
      return `seed ${schedule.seed} failed: ${violations.length} violations, first ${first?.invariant} ${first?.what}; ${history}`;
    }),
  ].join('\n');
}

function column(value: string | number): string {
  return String(value).padStart(9);
}
