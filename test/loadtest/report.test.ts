// What load tests say: percentiles and tables.
import assert from 'node:assert/strict';
import { duration, figure, percentileLine, percentiles, table } from '../../loadtest/report.ts';

describe('percentiles', () => {
  it('are nearest ranks: of 1 to 100 the 50th, 95th, 99th and last, in whatever order they came', () => {
    const samples = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
    assert.deepEqual(percentiles(samples), { p50: 50, p95: 95, p99: 99, max: 100 });
  });

  it('are values that were measured, never between two', () => {
    assert.deepEqual(percentiles([10, 20]), { p50: 10, p95: 20, p99: 20, max: 20 });
    assert.deepEqual(percentiles([7]), { p50: 7, p95: 7, p99: 7, max: 7 });
  });

  it('sort as numbers, not as texts', () => {
    assert.equal(percentiles([9, 10, 100]).p50, 10);
  });

  it('are null where nothing was measured, and shown as a dash', () => {
    assert.deepEqual(percentiles([]), { p50: null, p95: null, p99: null, max: null });
    assert.equal(percentileLine(percentiles([])), 'p50 –, p95 –, p99 –, max –');
  });
});

describe('a table', () => {
  it('puts texts to the left and numbers to the right, under a line', () => {
    const shown = table(
      ['item', 'n'],
      [
        ['one', 5],
        ['a long one', 1234],
        ['none', null],
      ],
    );
    assert.deepEqual(shown.split('\n'), [
      'item           n',
      '──────────  ────',
      'one            5',
      'a long one  1234',
      'none           –',
    ]);
  });

  it('shows figures as psychometric tables do, and durations as people say them', () => {
    assert.deepEqual(
      [figure(0.9234, 3), figure(-0.05, 2), figure(12.5, 1), figure(null, 3)],
      ['.923', '-.05', '12.5', '–'],
    );
    assert.deepEqual([duration(0.42), duration(59.6), duration(125)], ['0.4 s', '1 min 0 s', '2 min 5 s']);
  });
});
