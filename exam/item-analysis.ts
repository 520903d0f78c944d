// Classical item analysis: the figures of a form and of its items, from the additive sums of exam/score-sums.ts.
// Pure, and exact up to the last division: every sum of squares is an integer before it is divided or rooted.
// Every variance divides by n - 1. It must never read sheets again, and never judge: figures are for people.
// Called by the statistics worker, by scoring, and by reports.
//
// Below, C_xy = n·Σxy − Σx·Σy, so that var(x) = C_xx / (n(n−1)) and corr(x, y) = C_xy / √(C_xx·C_yy).

import type { AnalysedItem, ItemSums, ScoreSums, TotalSum } from './score-sums.ts';
import type { ItemId } from './scoring.ts';

/** Those who chose an option (or nothing): how many, and their mean total in points; null if there is nobody. */
export type OptionFigures = { count: number; meanTotal: number | null };

/** Figures of an item, in points. Null: not defined, since too few, no variance, or no machine scores the item. */
export type ItemFigures = {
  item: ItemId;
  /** The most that the item gives. */
  max: number | null;
  mean: number | null;
  variance: number | null;
  /** Difficulty: mean / max, 0 to 1, high is easy. */
  p: number | null;
  /** Correlation with the total, the item itself included. Lord & Novick 1968, ch. 15. */
  pointBiserial: number | null;
  /** Correlation with the total of all other items: corr(x, t − x). */
  pointBiserialRest: number | null;
  /** Alpha of the form without this item. */
  alphaIfDeleted: number | null;
  omitted: OptionFigures;
  /** The item's own options first, then what else was chosen, sorted. */
  options: ({ option: string } & OptionFigures)[];
};

/** Figures of a form, in points. Null: not defined, since too few people or items, or no variance. */
export type FormFigures = {
  examineeCount: number;
  /** Machine-scored items alone; the statistics of points are over these. */
  itemCount: number;
  mean: number | null;
  variance: number | null;
  sd: number | null;
  /** Cronbach's alpha, in (−∞, 1]; with items of one point it is KR-20. */
  alpha: number | null;
  /** Standard error of measurement, sd·√(1 − alpha). Lord & Novick 1968, §3.4. */
  sem: number | null;
  /** How many have which total, from the lowest; nobody's totals are left out. */
  distribution: { total: number; count: number }[];
  items: ItemFigures[];
};

/** n, the number of scored items, C_tt, and C_xx summed over the scored items. */
type Spread = { count: bigint; itemCount: number; total: bigint; items: bigint };

/** The figures of the sums. Changes nothing; may be called at any moment of a running exam. */
export function summarise(sums: ScoreSums): FormFigures {
  const scored = sums.items.filter(({ max }) => max !== null);
  const count = BigInt(sums.count);
  const spread = {
    count,
    itemCount: scored.length,
    total: count * sums.squares - BigInt(sums.total) ** 2n,
    items: scored.reduce((sum, item) => sum + itemSpread(count, item), 0n),
  };
  const alpha = alphaOf(spread.itemCount, spread.items, spread.total);
  const variance = varianceOf(count, spread.total);
  const sd = variance === null ? null : Math.sqrt(variance);
  return {
    examineeCount: sums.count,
    itemCount: scored.length,
    mean: ratio(sums.total, sums.count * 1000),
    ...{ variance, sd, alpha },
    sem: alpha === null ? null : errorOf(spread),
    distribution: [...sums.distribution]
      .sort(([a], [b]) => a - b)
      .map(([total, people]) => ({ total: total / 1000, count: people })),
    items: sums.items.map((item) => itemFigures(item, sums, spread)),
  };
}

function itemFigures(item: ItemSums, sums: ScoreSums, spread: Spread): ItemFigures {
  return {
    item: item.item,
    ...(item.max === null ? NOT_SCORED : pointFigures(item, item.max, sums, spread)),
    omitted: optionFigures(item.omitted),
    options: listedOptions(item).map((option) => ({ option, ...optionFigures(item.chosen.get(option)) })),
  };
}

const NOT_SCORED = {
  max: null,
  mean: null,
  variance: null,
  p: null,
  pointBiserial: null,
  pointBiserialRest: null,
  alphaIfDeleted: null,
} as const;

/** Of the rest r = t − x: C_xr = C_xt − C_xx and C_rr = C_tt − 2·C_xt + C_xx. */
function pointFigures(item: ItemSums, max: number, sums: ScoreSums, spread: Spread) {
  const own = itemSpread(spread.count, item);
  const withTotal = spread.count * item.products - BigInt(item.points) * BigInt(sums.total);
  const rest = spread.total - 2n * withTotal + own;
  return {
    max: max / 1000,
    mean: ratio(item.points, sums.count * 1000),
    variance: varianceOf(spread.count, own),
    p: ratio(item.points, sums.count * max),
    pointBiserial: correlation(withTotal, own, spread.total),
    pointBiserialRest: correlation(withTotal - own, own, rest),
    alphaIfDeleted: alphaOf(spread.itemCount - 1, spread.items - own, rest),
  };
}

/**
 * k/(k−1) · (1 − Σ var(x_i) / var(t)) from C_xx summed over k items and C_tt. Null below two items or without variance.
 * Cronbach 1951; for items of one point it is formula 20 of Kuder & Richardson 1937.
 */
function alphaOf(itemCount: number, itemSpreads: bigint, totalSpread: bigint): number | null {
  if (itemCount < 2 || totalSpread === 0n) return null;
  return (itemCount / (itemCount - 1)) * (Number(totalSpread - itemSpreads) / Number(totalSpread));
}

/**
 * sd·√(1 − alpha) with alpha's formula put in, (k·Σ C_xx − C_tt) / (k−1) under the root, because 1 − alpha would lose
 * the digits of an alpha near 1. Lord & Novick 1968, §3.4.
 */
function errorOf({ count, itemCount, items, total }: Spread): number | null {
  const variance = varianceOf(count, BigInt(itemCount) * items - total);
  return variance === null ? null : Math.sqrt(variance / (itemCount - 1));
}

/** Pearson's product-moment correlation from C_xy, C_xx, C_yy; for an item of one point it is the point-biserial. */
function correlation(xy: bigint, xx: bigint, yy: bigint): number | null {
  if (xx === 0n || yy === 0n) return null;
  return Number(xy) / (Math.sqrt(Number(xx)) * Math.sqrt(Number(yy)));
}

/** C_xx of an item. */
function itemSpread(count: bigint, item: ItemSums): bigint {
  return count * item.squares - BigInt(item.points) ** 2n;
}

/** C_xx / (n(n−1)), from thousandths to points². */
function varianceOf(count: bigint, spread: bigint): number | null {
  return count < 2n ? null : Number(spread) / Number(count * (count - 1n) * 1_000_000n);
}

function optionFigures(sum: TotalSum = { count: 0, total: 0 }): OptionFigures {
  return { count: sum.count, meanTotal: ratio(sum.total, sum.count * 1000) };
}

function listedOptions(item: AnalysedItem & Pick<ItemSums, 'chosen'>): string[] {
  return [...new Set([...(item.options ?? []), ...[...item.chosen.keys()].sort()])];
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
