// Figures that stand beside those of exam/item-analysis.ts, from the sums of exam/form-sums.ts: upper-lower and response
// times. Pure. Called by the worker that scores.
import type { FormSums, TimeSum } from './form-sums.ts';
import type { ItemId } from './scoring.ts';

/** Seconds; null where there is nobody, or for `sd` only one. */
export type TimeFigures = {
  count: number;
  mean: number | null;
  sd: number | null;
  least: number | null;
  most: number | null;
};
/** Of one item. `upperLower`: −1 to 1, null where it is not defined. */
export type MoreFigures = { item: ItemId; upperLower: number | null; time: TimeFigures };

/** Kelley 1939: with 27 % at each end the difference tells most. */
const GROUP_PERCENT = 27;

/** By item in the form's order. */
export function moreFigures(sums: FormSums): MoreFigures[] {
  const groups = groupsOf(sums.scores.distribution, sums.scores.count);
  return sums.scores.items.map(({ item, max }, index) => ({
    item,
    upperLower: upperLowerOf(sums.byTotal[index] ?? new Map(), groups, max),
    time: timeFigures(sums.times[index]),
  }));
}

type Group = { readonly count: number; has(total: number): boolean };

/** The 27 % with the least and the most points. Who has as many as the last one inside is inside, so a group may be larger. */
function groupsOf(distribution: ReadonlyMap<number, number>, count: number): { lower: Group; upper: Group } {
  const size = Math.ceil((count * GROUP_PERCENT) / 100);
  const totals = [...distribution].sort(([a], [b]) => a - b);
  const lower = edgeOf(totals, size);
  const upper = edgeOf(totals.toReversed(), size);
  return {
    lower: { count: lower.count, has: (total) => total <= lower.edge },
    upper: { count: upper.count, has: (total) => total >= upper.edge },
  };
}

function edgeOf(totals: readonly (readonly [number, number])[], size: number): { edge: number; count: number } {
  let count = 0;
  for (const [edge, people] of totals) {
    count += people;
    if (count >= size) return { edge, count };
  }
  return { edge: 0, count: 0 };
}

/** The mean share of the item's points in the upper group less that in the lower one. */
function upperLowerOf(
  byTotal: ReadonlyMap<number, number>,
  { lower, upper }: { lower: Group; upper: Group },
  max: number | null,
): number | null {
  if (max === null || max === 0 || lower.count === 0) return null;
  let [low, high] = [0, 0];
  for (const [total, points] of byTotal) {
    if (lower.has(total)) low += points;
    if (upper.has(total)) high += points;
  }
  return (high * lower.count - low * upper.count) / (upper.count * lower.count * max);
}

function timeFigures(sum: TimeSum | undefined): TimeFigures {
  if (sum === undefined || sum.count === 0) return { count: 0, mean: null, sd: null, least: null, most: null };
  const { count, ms, squares, least, most } = sum;
  const spread = BigInt(count) * squares - BigInt(ms) ** 2n;
  const sd = count < 2 ? null : Math.sqrt(Number(spread) / (count * (count - 1) * 1_000_000));
  return { count, mean: ms / count / 1_000, sd, least: (least ?? 0) / 1_000, most: (most ?? 0) / 1_000 };
}
