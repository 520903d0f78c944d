// All additive sums of a form: the scores (exam/score-sums.ts), what people with few and with many points had of each
// item, and how long its answers took. Rooms are merged by addition, in any order, and the result is exact.
// Pure. Called by the worker that scores; exam/form-figures.ts turns them into figures.
import { type AnalysedItem, add, emptySums, merge, type ScoreSums } from './score-sums.ts';
import type { ScoredSheet } from './scoring.ts';

/** How many answers, Σ and Σ² of their integer milliseconds, and the extremes; null where there is none. */
export type TimeSum = { count: number; ms: number; squares: bigint; least: number | null; most: number | null };

export type FormSums = {
  readonly scores: ScoreSums;
  /** By item in the form's order: the sum of its points over those of each total, all in thousandths. */
  readonly byTotal: readonly Map<number, number>[];
  readonly times: readonly TimeSum[];
};

const NO_TIME: TimeSum = { count: 0, ms: 0, squares: 0n, least: null, most: null };

/** Sums over no sheet at all: the neutral element of `mergeForms`. */
export function emptyForm(items: readonly AnalysedItem[]): FormSums {
  return {
    scores: emptySums(items),
    byTotal: items.map(() => new Map()),
    times: items.map(() => ({ ...NO_TIME })),
  };
}

/** Adds a sheet, in place; `times` in ms by item in the form's order, undefined where it is not known. Throws as `add` does. */
export function addSheet(sums: FormSums, sheet: ScoredSheet, times: readonly (number | undefined)[]): void {
  add(sums.scores, sheet);
  sheet.items.forEach(({ points }, index) => {
    const totals = sums.byTotal[index];
    if (totals && points !== null) totals.set(sheet.total, (totals.get(sheet.total) ?? 0) + points);
    const [sum, ms] = [sums.times[index], times[index]];
    if (sum && ms !== undefined)
      Object.assign(sum, joined(sum, { count: 1, ms, squares: BigInt(ms) ** 2n, least: ms, most: ms }));
  });
}

/** New sums over the sheets of both. Throws TypeError if they are not of the same items. */
export function mergeForms(a: FormSums, b: FormSums): FormSums {
  const scores = merge(a.scores, b.scores);
  return {
    scores,
    byTotal: a.byTotal.map((totals, index) => {
      const all = new Map(totals);
      for (const [total, points] of b.byTotal[index] ?? []) all.set(total, (all.get(total) ?? 0) + points);
      return all;
    }),
    times: a.times.map((sum, index) => joined(sum, b.times[index] ?? NO_TIME)),
  };
}

function joined(a: TimeSum, b: TimeSum): TimeSum {
  const extreme = (pick: (...all: number[]) => number, x: number | null, y: number | null) =>
    x === null ? y : y === null ? x : pick(x, y);
  return {
    count: a.count + b.count,
    ms: a.ms + b.ms,
    squares: a.squares + b.squares,
    least: extreme(Math.min, a.least, b.least),
    most: extreme(Math.max, a.most, b.most),
  };
}

/**
 * How long each counted answer took, in ms by item: from the counted answer before it, by the instants at which the room
 * took them, and of the first from `startedAt`. Who goes back to an item adds to what was answered last before. Of `startedAt` 0 the first is unknown.
 */
export function responseTimes(
  answers: readonly { readonly item: number; readonly at: number }[],
  startedAt: number,
): Map<number, number> {
  const times = new Map<number, number>();
  let before = startedAt;
  for (const { item, at } of answers.toSorted((a, b) => a.at - b.at || a.item - b.item)) {
    if (before > 0) times.set(item, Math.max(0, Math.round(at - before)));
    before = at;
  }
  return times;
}
