// What a replay says: one object for --json, whose figures are not rounded, and a table for people.
// Called by loadtest/replay.ts.
import type { FormFigures } from '../../schema/replies.ts';
import type { Measurements } from '../measurements.ts';
import { duration, figure, type Percentiles, percentileLine, percentiles, table } from '../report.ts';
import type { Comparison } from './comparison.ts';
import { optionsOf } from './recorded-paper.ts';
import type { RecordedExam } from './response-file.ts';

/** Figures of one item; `counts` by option, without those who omitted it. */
export type ReplayItem = {
  item: string;
  p: number | null;
  pointBiserial: number | null;
  pointBiserialRest: number | null;
  counts: Record<string, number>;
  omitted: number;
};

export type ReplayReport = {
  rooms: number;
  examinees: number;
  /** Answers that examinees gave, changes of mind included. */
  answersSent: number;
  /** Of those, how many were acknowledged as durable by their own revision. */
  answersSaved: number;
  /** Of those, how many a newer answer of the same person to the same item overtook before they were acknowledged. */
  overtaken: number;
  /** Final answers of the file that the store lacks, or has otherwise. */
  lost: number;
  different: number;
  /** From the first answer to the last acknowledgement. */
  seconds: number;
  answersPerSecond: number;
  ackMs: Percentiles;
  mean: number | null;
  sd: number | null;
  alpha: number | null;
  sem: number | null;
  items: ReplayItem[];
};

export type ReplayOutcome = {
  exam: RecordedExam;
  measurements: Measurements;
  comparison: Comparison;
  seconds: number;
  figures: FormFigures;
};

/** Everything together. */
export function replayReport({ exam, measurements, comparison, seconds, figures }: ReplayOutcome): ReplayReport {
  const { mean, sd, alpha, sem } = figures;
  const options = optionsOf(exam);
  return {
    rooms: exam.rooms.length,
    examinees: exam.rooms.reduce((sum, { examinees }) => sum + examinees.length, 0),
    answersSent: measurements.sent,
    answersSaved: measurements.saved,
    overtaken: measurements.overtaken,
    lost: comparison.lost,
    different: comparison.different,
    seconds,
    answersPerSecond: seconds === 0 ? 0 : measurements.saved / seconds,
    ackMs: percentiles(measurements.ackMs),
    ...{ mean, sd, alpha, sem },
    items: exam.items.map(({ name }, index) => itemOf(name, index + 1, options[index] ?? [], figures)),
  };
}

function itemOf(
  name: string,
  number: number,
  options: readonly string[],
  { items }: ReplayOutcome['figures'],
): ReplayItem {
  const found = items.find((figures) => figures.item === number);
  if (!found) throw new RangeError(`the statistics lack item ${number}`);
  const counts = new Map(found.options.map(({ option, count }) => [option, count]));
  return {
    item: name,
    p: found.p,
    pointBiserial: found.pointBiserial,
    pointBiserialRest: found.pointBiserialRest,
    counts: Object.fromEntries(options.map((option) => [option, counts.get(option) ?? 0])),
    omitted: found.omitted.count,
  };
}

/** The report as lines for a terminal. */
export function replayTable(report: ReplayReport): string {
  const rows = report.items.map(({ item, p, pointBiserial, pointBiserialRest, counts, omitted }) => [
    item,
    figure(p, 3),
    figure(pointBiserial, 4),
    figure(pointBiserialRest, 4),
    Object.entries(counts)
      .map(([option, count]) => `${option} ${count}`)
      .join('  '),
    omitted,
  ]);
  const { mean, sd, alpha, sem } = report;
  return [
    table(['item', 'p', 'r total', 'r rest', 'chosen', 'omitted'], rows),
    '',
    `mean ${figure(mean, 4)}, SD ${figure(sd, 4)}, alpha ${figure(alpha, 4)}, SEM ${figure(sem, 4)}`,
    `${report.examinees.toLocaleString('en')} examinees in ${report.rooms.toLocaleString('en')} rooms`,
    `${report.answersSent.toLocaleString('en')} answers sent, ${report.answersSaved.toLocaleString('en')} acknowledged, ${report.overtaken.toLocaleString('en')} overtaken by newer ones, ${report.lost} lost, ${report.different} different`,
    `${Math.round(report.answersPerSecond).toLocaleString('en')} answers a second for ${duration(report.seconds)}; acknowledged after ${percentileLine(report.ackMs)}`,
  ].join('\n');
}
