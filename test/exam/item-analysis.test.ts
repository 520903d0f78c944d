// Item analysis: the algebra of its sums, its figures against a naive batch computation, and published figures.
// Expected numbers are of the data's README and licensure-expected.csv, computed apart from this project.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type FormFigures, type ItemFigures, summarise } from '../../exam/item-analysis.ts';
import {
  type AnalysedItem,
  add,
  analysedItems,
  emptySums,
  merge,
  type ScoreSums,
  subtract,
} from '../../exam/score-sums.ts';
import { type KeyEntry, type ScoredSheet, scoreSheet } from '../../exam/scoring.ts';
import { lsat6Request } from '../../loadtest/lsat6.ts';
import { type ResponseFileRequest, readResponseFile } from '../../loadtest/replay/response-file.ts';
import { recordedFile } from '../support/recorded-data.ts';

type Form = { items: AnalysedItem[]; sheets: ScoredSheet[] };

/** A form of a few items, one of them perhaps an essay, with partial points, and a few sheets of it. */
const anyForm: fc.Arbitrary<Form> = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 1, max: 20_000 }) }, fc.constant(null)), { maxLength: 6 })
  .chain((maxima) => {
    const items = maxima.map((max, index) => ({ item: `q${index + 1}`, max, options: ['A', 'B'] }));
    const chosen = fc.option(fc.subarray(['A', 'B', 'C']), { freq: 4 });
    const scored = ({ item, max }: AnalysedItem) =>
      fc.record({ item: fc.constant(item), points: max === null ? fc.constant(null) : fc.nat(max), chosen });
    const sheet = fc.tuple(...items.map(scored)).map((responses) => sheetOf(responses));
    return fc.record({ items: fc.constant(items), sheets: fc.array(sheet, { maxLength: 25 }) });
  });

describe('item analysis', () => {
  describe('sums', () => {
    it('are restored when a sheet is added and subtracted again', () => {
      fc.assert(
        fc.property(anyForm, ({ items, sheets }) => {
          const [first, ...others] = sheets;
          if (!first) return;
          const sums = batch(items, others);
          add(sums, first);
          assert.notDeepEqual(sums, batch(items, others));
          subtract(sums, first);
          assert.deepEqual(sums, batch(items, others));
        }),
      );
    });

    it('do not depend on the order of sheets, nor on how they are spread over rooms', () => {
      fc.assert(
        fc.property(anyForm, fc.nat(25), fc.nat(25), ({ items, sheets }, cutA, cutB) => {
          const [low, high] = [Math.min(cutA, cutB), Math.max(cutA, cutB)];
          const [a, b, c] = [sheets.slice(0, low), sheets.slice(low, high), sheets.slice(high)].map((part) =>
            batch(items, part),
          ) as [ScoreSums, ScoreSums, ScoreSums];
          const whole = batch(items, sheets);
          assert.deepEqual(merge(merge(a, b), c), whole);
          assert.deepEqual(merge(a, merge(b, c)), whole);
          assert.deepEqual(merge(merge(c, b), a), whole);
          assert.deepEqual(merge(whole, emptySums(items)), whole);
          assert.deepEqual(batch(items, sheets.toReversed()), whole);
          assert.deepEqual(summarise(merge(b, merge(c, a))), summarise(whole));
        }),
      );
    });

    it('leave their operands alone when merged', () => {
      fc.assert(
        fc.property(anyForm, ({ items, sheets }) => {
          const sums = batch(items, sheets);
          const merged = merge(sums, sums);
          for (const sheet of sheets) add(merged, sheet);
          assert.deepEqual(sums, batch(items, sheets));
        }),
      );
    });

    it('stay exact where 2^53 is passed', () => {
      const sums = emptySums([{ item: 'q1', max: 100_000_001 }]);
      for (let n = 0; n < 3; n += 1) add(sums, sheetOf([{ item: 'q1', points: 100_000_001, chosen: [] }]));
      assert.equal(sums.squares, 3n * 100_000_001n ** 2n);
      assert.equal(summarise(sums).variance, 0);
    });

    it('refuse a sheet or sums of another form, and are not changed by it', () => {
      const items = [
        { item: 'q1', max: 1000 },
        { item: 'q2', max: null },
      ];
      const sums = emptySums(items);
      const right = sheetOf([
        { item: 'q1', points: 0, chosen: null },
        { item: 'q2', points: null, chosen: [] },
      ]);
      const [q1, q2] = right.items as [ScoredSheet['items'][0], ScoredSheet['items'][0]];
      const wrong = [
        sheetOf([q1]),
        sheetOf([q2, q1]),
        sheetOf([{ ...q1, points: 0.5 }, q2]),
        sheetOf([{ ...q1, points: null }, q2]),
        sheetOf([q1, { ...q2, points: 0 }]),
        { ...right, total: 1 },
      ];
      for (const sheet of wrong) assert.throws(() => add(sums, sheet), TypeError);
      assert.deepEqual(sums, emptySums(items));
      assert.throws(() => merge(sums, emptySums(items.slice(1))), TypeError);
      assert.throws(() => merge(sums, emptySums(items.toReversed())), TypeError);
      add(sums, right);
      assert.equal(sums.count, 1);
    });
  });

  describe('figures', () => {
    it('equal a naive batch computation', () => {
      fc.assert(
        fc.property(anyForm, ({ items, sheets }) => {
          assertClose(summarise(batch(items, sheets)), naiveFigures(items, sheets));
        }),
        { numRuns: 500 },
      );
    });

    it('are null, not a number made up, where they are not defined', () => {
      const figures = summarise(emptySums([{ item: 'q1', max: 1000, options: ['A'] }]));
      const { mean, variance, sd, alpha, sem, distribution } = figures;
      assert.deepEqual(
        { mean, variance, sd, alpha, sem, distribution },
        {
          ...{ mean: null, variance: null, sd: null, alpha: null, sem: null },
          distribution: [],
        },
      );
      assert.deepEqual(figures.items[0]?.options, [{ option: 'A', count: 0, meanTotal: null }]);
    });

    it('list the options of the item first, and then what else was chosen', () => {
      const sums = emptySums([{ item: 'q1', max: 1000, options: ['D', 'A'] }]);
      for (const option of ['Z', 'A', 'M']) add(sums, sheetOf([{ item: 'q1', points: 0, chosen: [option] }]));
      const options = summarise(sums).items[0]?.options.map(({ option, count }) => `${option}${count}`);
      assert.deepEqual(options, ['D0', 'A1', 'M1', 'Z1']);
    });

    it('give an alpha of 1 and no error of measurement for items that say the same', () => {
      const items = ['q1', 'q2', 'q3'].map((item) => ({ item, max: 1000 }));
      const sheet = (points: number) => sheetOf(items.map(({ item }) => ({ item, points, chosen: [] })));
      const { alpha, sem, items: figures } = summarise(batch(items, [0, 1000, 1000, 0, 1000].map(sheet)));
      assert.deepEqual([alpha, sem], [1, 0]);
      for (const item of figures) assertNear(item.pointBiserialRest, 1, 1e-12, 'rest');
    });
  });

  describe('published figures', () => {
    it('are met for LSAT6 to the last printed digit', async () => {
      const figures = await recordedFigures(lsat6Request());
      assert.deepEqual([figures.examineeCount, figures.itemCount, figures.mean], [1000, 5, 3.819]);
      assertNear(figures.sd, 1.035, 0.00005, 'sd');
      assertNear(figures.alpha, 0.295, 0.00005, 'alpha');
      const column = (pick: (item: ItemFigures) => number | null, expected: number[], within: number) =>
        expected.forEach((value, index) => {
          assertNear(pick(figures.items[index] as ItemFigures), value, within, `${pick} of item ${index + 1}`);
        });
      column((item) => item.p, [0.924, 0.709, 0.553, 0.763, 0.87], 1e-12);
      column((item) => item.pointBiserial, [0.362, 0.5668, 0.6184, 0.5344, 0.4354], 0.00005);
      column((item) => item.pointBiserialRest, [0.1128, 0.1532, 0.1728, 0.1444, 0.1216], 0.00005);
      column((item) => item.alphaIfDeleted, [0.2754, 0.2376, 0.2168, 0.2459, 0.2663], 0.00005);
      const counts = [3, 20, 85, 237, 357, 298];
      assert.deepEqual(
        figures.distribution,
        counts.map((count, total) => ({ total, count })),
      );
    });

    it('are met for CTT20 to the last printed digit', async function () {
      const [responses, key] = ['ctt20.csv', 'ctt20-key.csv'].map((name) => recordedFile(this, name)) as [
        string,
        string,
      ];
      const figures = await recordedFigures({ responses, key });
      assert.deepEqual([figures.examineeCount, figures.itemCount, figures.mean], [100, 20, 9.48]);
      assertNear(figures.alpha, 0.8128, 0.00005, 'alpha');
      const options = figures.items[0]?.options ?? [];
      assert.deepEqual(
        options.map(({ option }) => option),
        ['A', 'B', 'C', 'D'],
      );
      assert.equal(options[3]?.count, 47);
      [7.158, 6.429, 7.231, 12.404].forEach((mean, index) => {
        assertNear(options[index]?.meanTotal, mean, 0.0005, `mean total of option ${index}`);
      });
    });

    it('are met for a licensure exam of 1,607 people and 170 items within 1e-9', async function () {
      const names = ['licensure.csv', 'licensure-key.csv', 'licensure-expected.csv'];
      const [responses, key, expected] = names.map((name) => recordedFile(this, name)) as [string, string, string];
      const figures = await recordedFigures({ responses, key, roomColumn: 'centre' });
      assert.deepEqual([figures.examineeCount, figures.itemCount], [1607, 170]);
      assertNear(figures.mean, 122.668948350965, 1e-9, 'mean');
      assertNear(figures.sd, 16.165009190184, 1e-9, 'sd');
      assertNear(figures.alpha, 0.889852182175, 1e-9, 'alpha');
      assertNear(figures.sem, 5.36492808364, 1e-9, 'sem');
      const lines = readFileSync(expected, 'utf8').trim().split(/\r?\n/).slice(1);
      assert.equal(lines.length, figures.items.length);
      for (const [index, line] of lines.entries()) assertLicensureItem(line, figures.items[index] as ItemFigures);
      const suspect = figures.items.filter(({ pointBiserialRest }) => (pointBiserialRest ?? 0) < 0);
      assert.deepEqual(
        suspect.map(({ item }) => item),
        ['q030', 'q170'],
      );
    });
  });
});

function assertLicensureItem(line: string, figures: ItemFigures): void {
  const [item, p, pointBiserial, pointBiserialRest, ...counts] = line.split(',');
  assert.equal(figures.item, item);
  assertNear(figures.p, Number(p), 1e-9, `p of ${item}`);
  assertNear(figures.pointBiserial, Number(pointBiserial), 1e-9, `point-biserial of ${item}`);
  assertNear(figures.pointBiserialRest, Number(pointBiserialRest), 1e-9, `point-biserial with the rest of ${item}`);
  const count = (option: string) => figures.options.find((known) => known.option === option)?.count ?? 0;
  assert.deepEqual(
    [...['A', 'B', 'C', 'D'].map(count), figures.omitted.count],
    counts.map(Number),
    `counts of ${item}`,
  );
}

/** Reads, scores and sums a recorded exam room by room, and merges the rooms. */
async function recordedFigures(request: ResponseFileRequest): Promise<FormFigures> {
  const exam = await readResponseFile(request);
  const key = [...exam.key].map(([item, correct]): KeyEntry => ({ item, kind: 'singleChoice', correct }));
  const items = analysedItems(key, new Map(exam.items.map(({ name, options }) => [name, options])));
  const rooms = exam.rooms.map(({ examinees }) =>
    batch(
      items,
      examinees.map(({ responses }) =>
        scoreSheet(key, new Map(exam.items.map(({ name }, index) => [name, responses[index]]))),
      ),
    ),
  );
  return summarise(rooms.reduce(merge));
}

function batch(items: AnalysedItem[], sheets: readonly ScoredSheet[]): ScoreSums {
  const sums = emptySums(items);
  for (const sheet of sheets) add(sums, sheet);
  return sums;
}

function sheetOf(items: ScoredSheet['items']): ScoredSheet {
  return { total: items.reduce((sum, { points }) => sum + (points ?? 0), 0), items };
}

/**
 * The definitions on the whole matrix of points, sharing nothing with the code under test: deviations from means,
 * totals and rests added up person by person, and alpha from the covariances of all pairs of items. Deviations are
 * n times as large, and in thousandths, so that they are integers and the reference itself is exact to its last step.
 */
function naiveFigures(items: AnalysedItem[], sheets: ScoredSheet[]): FormFigures {
  const columns = items.map((_, index) => sheets.map((sheet) => sheet.items[index]?.points ?? 0));
  const scored = columns.filter((_, index) => items[index]?.max !== null);
  const totals = rowSums(scored, sheets.length);
  const variance = naiveVariance(totals);
  return {
    examineeCount: sheets.length,
    itemCount: scored.length,
    mean: naiveMean(totals),
    variance,
    sd: variance === null ? null : Math.sqrt(variance),
    alpha: naiveAlpha(scored, sheets.length),
    sem: naiveError(scored, sheets.length),
    distribution: [...new Set(totals)]
      .sort((a, b) => a - b)
      .map((total) => ({ total: total / 1000, count: totals.filter((other) => other === total).length })),
    items: items.map((item, index) => naiveItem(item, index, columns, scored, sheets)),
  };
}

function naiveItem(
  { item, max, options = [] }: AnalysedItem,
  index: number,
  columns: number[][],
  scored: number[][],
  sheets: ScoredSheet[],
): ItemFigures {
  const own = columns[index] ?? [];
  const totals = rowSums(scored, sheets.length);
  const others = scored.filter((column) => column !== own);
  const ifScored = (figure: () => number | null) => (max === null ? null : figure());
  const chosenBy = (test: (chosen: readonly string[] | null | undefined) => boolean) => {
    const theirs = totals.filter((_, row) => test(sheets[row]?.items[index]?.chosen));
    return { count: theirs.length, meanTotal: naiveMean(theirs) };
  };
  const extra = sheets.some((sheet) => sheet.items[index]?.chosen?.includes('C')) ? ['C'] : [];
  return {
    item,
    max: ifScored(() => (max ?? 0) / 1000),
    mean: ifScored(() => naiveMean(own)),
    variance: ifScored(() => naiveVariance(own)),
    p: ifScored(() => (own.length === 0 ? null : (naiveMean(own) ?? 0) / ((max ?? 0) / 1000))),
    pointBiserial: ifScored(() => naiveCorrelation(own, totals)),
    pointBiserialRest: ifScored(() => naiveCorrelation(own, rowSums(others, sheets.length))),
    alphaIfDeleted: ifScored(() => naiveAlpha(others, sheets.length)),
    omitted: chosenBy((chosen) => chosen === null),
    options: [...options, ...extra].map((option) => ({
      option,
      ...chosenBy((chosen) => chosen?.includes(option) === true),
    })),
  };
}

function rowSums(columns: number[][], length: number): number[] {
  return Array.from({ length }, (_, row) => columns.reduce((sum, column) => sum + (column[row] ?? 0), 0));
}

function naiveMean(values: number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / (values.length * 1000);
}

/** Σ (n·x − Σx)(n·y − Σy), which is n²(n−1) times the covariance. */
function codeviation(x: number[], y: number[]): number {
  const deviations = (values: number[]) => {
    const sum = values.reduce((a, b) => a + b, 0);
    return values.map((value) => values.length * value - sum);
  };
  const other = deviations(y);
  return deviations(x).reduce((sum, deviation, index) => sum + deviation * (other[index] ?? 0), 0);
}

function naiveVariance(values: number[]): number | null {
  const n = values.length;
  return n < 2 ? null : codeviation(values, values) / (n * n * (n - 1) * 1e6);
}

function naiveCorrelation(x: number[], y: number[]): number | null {
  const [spreadX, spreadY] = [codeviation(x, x), codeviation(y, y)];
  return spreadX === 0 || spreadY === 0 ? null : codeviation(x, y) / Math.sqrt(spreadX) / Math.sqrt(spreadY);
}

function pairwise(columns: number[][]): number {
  const pairs = columns.flatMap((x, i) => columns.filter((_, j) => j !== i).map((y) => codeviation(x, y)));
  return pairs.reduce((a, b) => a + b, 0);
}

function naiveAlpha(columns: number[][], length: number): number | null {
  const totals = rowSums(columns, length);
  const [k, spread] = [columns.length, codeviation(totals, totals)];
  return k < 2 || spread === 0 ? null : ((k / (k - 1)) * pairwise(columns)) / spread;
}

/** √(var(t)·(1 − alpha)), multiplied out. */
function naiveError(columns: number[][], n: number): number | null {
  if (naiveAlpha(columns, n) === null) return null;
  const [k, totals] = [columns.length, rowSums(columns, n)];
  const errors = (k - 1) * codeviation(totals, totals) - k * pairwise(columns);
  return Math.sqrt(errors / ((k - 1) * n * n * (n - 1) * 1e6));
}

/** Equal but for numbers, which may differ by 1e-12 of the expected one. */
function assertClose(actual: unknown, expected: unknown, path = 'figures'): void {
  if (typeof actual === 'number' && typeof expected === 'number') {
    assertNear(actual, expected, 1e-12 * Math.abs(expected), path);
  } else if (typeof actual === 'object' && actual !== null && typeof expected === 'object' && expected !== null) {
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(expected).sort(), path);
    for (const [name, value] of Object.entries(actual)) {
      assertClose(value, (expected as Record<string, unknown>)[name], `${path}.${name}`);
    }
  } else {
    assert.equal(actual, expected, path);
  }
}

function assertNear(actual: number | null | undefined, expected: number, within: number, what: string): void {
  const isNear = typeof actual === 'number' && Math.abs(actual - expected) <= within;
  assert.ok(isNear, `${what}: ${actual} is not within ${within} of ${expected}`);
}
