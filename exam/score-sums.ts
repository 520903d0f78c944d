// The additive sums behind item analysis: sheets are added and subtracted, rooms are merged, in any order, and the
// result is exact. Live statistics subtract a sheet's old scores and add the new ones; nothing is ever re-read.
// They must never hold a rounded number: points are integer thousandths, and sums of products are BigInt, since
// n × total² passes 2^53 with 9,000 examinees on a form of 1,000 points. First-order sums stay Number: they pass 2^53
// only beyond 9 billion examinees on that form.
// Called by the statistics worker and by exam/item-analysis.ts, which turns them into figures.

import { type ItemId, type KeyEntry, maxPoints, type ScoredResponse, type ScoredSheet } from './scoring.ts';

/** An item as the analysis sees it. `max` in thousandths, null where no machine scores it. */
export type AnalysedItem = {
  item: ItemId;
  max: number | null;
  /** Options to list even if nobody chose them. Others are listed when they are chosen. */
  options?: readonly string[] | undefined;
};

/** How many, and the sum of their totals in thousandths. */
export type TotalSum = { count: number; total: number };

/** Sums of one item over the sheets. x is the item's points, t the sheet's total, both in thousandths. */
export type ItemSums = AnalysedItem & {
  /** Σx */
  points: number;
  /** Σx² */
  squares: bigint;
  /** Σx·t */
  products: bigint;
  omitted: TotalSum;
  /** By option; an option whose count is 0 is not in it. */
  chosen: Map<string, TotalSum>;
};

/** Sums of a form over the sheets of some examinees. Plain data; changed only by `add` and `subtract`. */
export type ScoreSums = {
  /** n, the number of sheets. */
  count: number;
  /** Σt */
  total: number;
  /** Σt² */
  squares: bigint;
  /** Number of sheets by total in thousandths; a total with count 0 is not in it. */
  distribution: Map<number, number>;
  items: ItemSums[];
};

/** The analysed items of a key, in its order; `options` names, by item, what to list even if nobody chose it. */
export function analysedItems(
  key: readonly KeyEntry[],
  options?: ReadonlyMap<ItemId, readonly string[]>,
): AnalysedItem[] {
  return key.map((entry) => ({ item: entry.item, max: maxPoints(entry), options: options?.get(entry.item) }));
}

/** Sums over no sheet at all: the neutral element of `merge`. */
export function emptySums(items: readonly AnalysedItem[]): ScoreSums {
  const empty = ({ item, max, options }: AnalysedItem): ItemSums => ({
    ...{ item, max, options },
    ...{ points: 0, squares: 0n, products: 0n, omitted: { count: 0, total: 0 }, chosen: new Map() },
  });
  return { count: 0, total: 0, squares: 0n, distribution: new Map(), items: items.map(empty) };
}

/** Adds a sheet, in place. Throws TypeError if it is not a sheet of these items; then nothing was changed. */
export function add(sums: ScoreSums, sheet: ScoredSheet): void {
  accumulate(sums, sheet, 1);
}

/** Takes a sheet out again, in place; it must have been added as it is. Throws as `add` does. */
export function subtract(sums: ScoreSums, sheet: ScoredSheet): void {
  accumulate(sums, sheet, -1);
}

/** New sums over the sheets of both. Throws TypeError if they are not of the same items. */
export function merge(a: ScoreSums, b: ScoreSums): ScoreSums {
  if (a.items.length !== b.items.length) throw new TypeError('the sums are of different forms');
  return {
    count: a.count + b.count,
    total: a.total + b.total,
    squares: a.squares + b.squares,
    distribution: mergeMaps(a.distribution, b.distribution, (x, y) => x + y),
    items: a.items.map((item, index) => mergeItems(item, b.items[index])),
  };
}

function accumulate(sums: ScoreSums, sheet: ScoredSheet, sign: 1 | -1): void {
  requireSheetOf(sums, sheet);
  const { total } = sheet;
  sums.count += sign;
  sums.total += sign * total;
  sums.squares += BigInt(sign) * BigInt(total) ** 2n;
  const count = (sums.distribution.get(total) ?? 0) + sign;
  if (count === 0) sums.distribution.delete(total);
  else sums.distribution.set(total, count);
  sums.items.forEach((item, index) => {
    const scored = sheet.items[index];
    if (scored) accumulateItem(item, scored, total, sign);
  });
}

function accumulateItem(item: ItemSums, { points, chosen }: ScoredResponse, total: number, sign: 1 | -1): void {
  if (points !== null && points !== 0) {
    const signed = BigInt(sign * points);
    item.points += sign * points;
    item.squares += signed * BigInt(points);
    item.products += signed * BigInt(total);
  }
  if (chosen === null) {
    item.omitted.count += sign;
    item.omitted.total += sign * total;
    return;
  }
  for (const option of chosen) {
    const sum = item.chosen.get(option) ?? { count: 0, total: 0 };
    if (sum.count + sign === 0) item.chosen.delete(option);
    else item.chosen.set(option, { count: sum.count + sign, total: sum.total + sign * total });
  }
}

function requireSheetOf(sums: ScoreSums, sheet: ScoredSheet): void {
  if (sheet.items.length !== sums.items.length) throw new TypeError('the sheet is of a form of another length');
  let total = 0;
  sums.items.forEach(({ item, max }, index) => {
    const scored = sheet.items[index];
    if (scored?.item !== item) throw new TypeError(`the sheet has not item ${item} at place ${index + 1}`);
    const isFitting = max === null ? scored.points === null : Number.isSafeInteger(scored.points);
    if (!isFitting) throw new TypeError(`item ${item} needs ${max === null ? 'no points' : 'points in thousandths'}`);
    total += scored.points ?? 0;
  });
  if (total !== sheet.total) throw new TypeError("the sheet's total is not the sum of its points");
}

function mergeItems(a: ItemSums, b: ItemSums | undefined): ItemSums {
  if (a.item !== b?.item || a.max !== b.max) throw new TypeError(`the sums differ at item ${a.item}`);
  return {
    ...a,
    points: a.points + b.points,
    squares: a.squares + b.squares,
    products: a.products + b.products,
    omitted: mergeTotals(a.omitted, b.omitted),
    chosen: mergeMaps(a.chosen, b.chosen, mergeTotals),
  };
}

function mergeTotals(a: TotalSum, b: TotalSum): TotalSum {
  return { count: a.count + b.count, total: a.total + b.total };
}

function mergeMaps<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>, join: (x: V, y: V) => V): Map<K, V> {
  const merged = new Map(a);
  for (const [key, value] of b) {
    const other = merged.get(key);
    merged.set(key, other === undefined ? value : join(other, value));
  }
  return merged;
}
