// The sums of rooms are those of the plan, to the last digit; upper-lower and times against a computation from the sheets.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { moreFigures } from '../../exam/form-figures.ts';
import { addSheet, emptyForm, mergeForms, responseTimes } from '../../exam/form-sums.ts';
import { changeBetween } from '../../exam/score-change.ts';
import { analysedItems } from '../../exam/score-sums.ts';
import { type KeyEntry, scoreSheet } from '../../exam/scoring.ts';

const KEY: KeyEntry[] = [
  { item: 1, kind: 'singleChoice', correct: 'A' },
  { item: 2, kind: 'singleChoice', correct: 'B', points: 2_000, penalty: 500 },
  { item: 3, kind: 'essay' },
];
const ITEMS = analysedItems(KEY);
type Sheet = { room: number; said: [string, string]; times: (number | undefined)[] };
const sheet: fc.Arbitrary<Sheet> = fc.record({
  room: fc.nat(3),
  said: fc.tuple(fc.constantFrom('A', 'B', ''), fc.constantFrom('A', 'B', '')),
  times: fc.tuple(fc.option(fc.nat(9_000_000), { nil: undefined }), fc.nat(60_000), fc.constant(undefined)),
});
const scored = ({ said: [one, two] }: Sheet) =>
  scoreSheet(
    KEY,
    new Map([
      [1, one],
      [2, two],
    ]),
  );

describe('sums of a form', () => {
  it('[S19] of rooms, merged in any order, are those of all sheets at once', () => {
    fc.assert(
      fc.property(fc.array(sheet, { maxLength: 30 }), (sheets) => {
        const rooms = [0, 1, 2, 3].map(() => emptyForm(ITEMS));
        const all = emptyForm(ITEMS);
        for (const one of sheets)
          for (const sums of [all, rooms[one.room] ?? all]) addSheet(sums, scored(one), one.times);
        const merged = rooms.reduce(mergeForms);
        const backwards = rooms.toReversed().reduce(mergeForms);
        assert.deepEqual(merged, all);
        assert.deepEqual(moreFigures(backwards), moreFigures(all));
      }),
    );
  });

  it('say how the upper and the lower 27 % did, ties with the last one inside', () => {
    fc.assert(
      fc.property(fc.array(sheet, { minLength: 1, maxLength: 40 }), (sheets) => {
        const sums = emptyForm(ITEMS);
        const rows = sheets.map(scored).sort((a, b) => a.total - b.total);
        for (const row of rows) addSheet(sums, row, []);
        const size = Math.ceil((rows.length * 27) / 100);
        const lower = rows.filter(({ total }) => total <= (rows[size - 1]?.total ?? 0));
        const upper = rows.filter(({ total }) => total >= (rows.at(-size)?.total ?? 0));
        const mean = (of: typeof rows) =>
          of.reduce((sum, { items }) => sum + (items[1]?.points ?? 0), 0) / of.length / 2_000;
        const { upperLower } = moreFigures(sums)[1] ?? {};
        assert.ok(Math.abs((upperLower ?? Number.NaN) - (mean(upper) - mean(lower))) < 1e-12);
        assert.equal(moreFigures(sums)[2]?.upperLower, null);
      }),
    );
  });

  it('measure times by hand: 1, 2 and 6 s have a mean of 3 s and a deviation of √7', () => {
    const sums = emptyForm(ITEMS);
    for (const ms of [1_000, 6_000, 2_000]) addSheet(sums, scoreSheet(KEY, new Map()), [ms, undefined, undefined]);
    const [first, second] = moreFigures(sums);
    assert.deepEqual(first?.time, { count: 3, mean: 3, sd: Math.sqrt(7), least: 1, most: 6 });
    assert.deepEqual(second?.time, { count: 0, mean: null, sd: null, least: null, most: null });
  });

  it('take an answer as long as it is since the one before, and the first since the start', () => {
    const answers = [
      { item: 2, at: 5_000 },
      { item: 1, at: 9_500 },
      { item: 3, at: 4_000 },
    ];
    assert.deepEqual(
      [...responseTimes(answers, 1_000)],
      [
        [3, 3_000],
        [2, 1_000],
        [1, 4_500],
      ],
    );
    assert.deepEqual(
      [...responseTimes(answers, 0)],
      [
        [2, 1_000],
        [1, 4_500],
      ],
    );
  });
});

describe('what a version of the scores changed', () => {
  it('is named by item, and nothing where nothing did', () => {
    const before = { points: 3_000, itemPoints: [1_000, 2_000, null] };
    assert.equal(changeBetween(before, { ...before }, [1, 2, 3]), undefined);
    assert.deepEqual(changeBetween(before, { points: 3_500, itemPoints: [1_000, 2_000, 500] }, [1, 2, 3]), {
      before: 3_000,
      items: [{ item: 3, before: null, after: 500 }],
    });
  });
});
