// The replay's own parts: pace, progress, comparison with the file, and what the API is given.
import assert from 'node:assert/strict';
import { createMeasurements } from '../../loadtest/measurements.ts';
import { createPace } from '../../loadtest/pace.ts';
import { inParallel } from '../../loadtest/pool.ts';
import { compareScore, compareSheet, emptyComparison } from '../../loadtest/replay/comparison.ts';
import { createProgressLine, progressText } from '../../loadtest/replay/progress-line.ts';
import { keyOf, optionsOf, paperOf, roomsOf } from '../../loadtest/replay/recorded-paper.ts';
import { replayReport, replayTable } from '../../loadtest/replay/report.ts';
import type { RecordedExam } from '../../loadtest/replay/response-file.ts';

describe('a pace', () => {
  it('lets so many answers go a second, over all who ask', async () => {
    const pace = createPace(1_000);
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 40 }, () => pace.take(10)));
    const elapsed = performance.now() - startedAt;
    assert.ok(elapsed > 250 && elapsed < 1_500, `400 answers at 1,000 a second took ${elapsed} ms`);
  });

  it('does not make up in a burst for what was missed', async () => {
    let now = 0;
    const pace = createPace(1_000, () => now);
    now = 60_000;
    let gone = 0;
    const rest = Array.from({ length: 200 }, () => pace.take(1).then(() => gone++));
    await Promise.resolve();
    await Promise.resolve();
    assert.ok(gone <= 102, `${gone} went at once after a minute of silence`);
    await Promise.all(rest);
  });
});

describe('work in parallel', () => {
  it('keeps the order of results and never exceeds its width', async () => {
    let running = 0;
    let most = 0;
    const results = await inParallel([5, 1, 3, 2, 4], 2, async (ms) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, ms));
      running -= 1;
      return ms * 10;
    });
    assert.deepEqual(results, [50, 10, 30, 20, 40]);
    assert.equal(most, 2);
  });

  it('begins nothing more after a failure, and rejects with it when what was under way is over', async () => {
    let over = false;
    const failing = inParallel([0, 50], 2, async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      if (ms === 0) throw new Error('zero');
      over = true;
    });
    await assert.rejects(failing, /zero/);
    assert.equal(over, true);
    let begun = 0;
    const work = inParallel([1, 2, 3, 4, 5, 6], 2, async (item) => {
      begun += 1;
      await Promise.resolve();
      if (item === 2) throw new Error('two');
    });
    await assert.rejects(work, /two/);
    assert.ok(begun < 6);
  });
});

describe('progress', () => {
  it('says how far it is and how long it still takes', () => {
    assert.equal(progressText('entering', 25, 100, 10), 'entering: 25 of 100, 25 %, 30 s to go');
    assert.equal(progressText('entering', 0, 1_000, 3), 'entering: 0 of 1,000, 0 %');
    assert.equal(progressText('entering', 1_000, 1_000, 125), 'entering: 1,000 of 1,000 in 2 min 5 s');
  });

  it('writes a line now and then to a file, and the last one always', () => {
    let text = '';
    let now = 0;
    const line = createProgressLine({ write: (more: string) => (text += more) }, () => now);
    line.begin('answers', 100);
    for (let done = 1; done <= 100; done++) {
      now = done * 200;
      line.at(done);
    }
    line.end();
    assert.deepEqual(text.split('\n'), [
      'answers: 50 of 100, 50 %, 10 s to go',
      'answers: 100 of 100 in 20 s',
      'answers: 100 of 100 in 20 s',
      '',
    ]);
  });
});

describe('the comparison with the file', () => {
  it('finds no difference where the store has each response, and nothing or null for omitted items', () => {
    const comparison = emptyComparison();
    compareSheet(comparison, 'e1', ['A', null, null, 'B'], [answer(1, 'A'), answer(3, null), answer(4, 'B')]);
    assert.deepEqual(comparison, { compared: 4, lost: 0, different: 0, examples: [] });
  });

  it('counts what the store lacks as lost, and what it has otherwise as different', () => {
    const comparison = emptyComparison();
    compareSheet(
      comparison,
      'e1',
      ['A', 'B', null, 'D'],
      [answer(2, 'C'), answer(3, 'A'), answer(4, null), answer(5, 'A')],
    );
    assert.equal(comparison.lost, 2);
    assert.equal(comparison.different, 3);
    assert.deepEqual(comparison.examples.slice(0, 2), ['e1, item 1: lost', 'e1, item 2: different']);
  });
});

describe('the comparison of points', () => {
  it('finds no difference where everybody has a point for each right response, and none for omitted items', () => {
    const comparison = emptyComparison();
    compareScore(comparison, 'e1', ['A', 'B', null, 'D'], ['A', 'C', 'A', 'D'], 2_000);
    assert.deepEqual(comparison, emptyComparison());
  });

  it('counts other points and missing results as different, and says whose', () => {
    const comparison = emptyComparison();
    compareScore(comparison, 'e1', ['A', 'B'], ['A', 'C'], 2_000);
    compareScore(comparison, 'e2', ['A', 'B'], ['A', 'C'], undefined);
    assert.deepEqual(comparison.examples, ['e1: 2 points, not 1', 'e2: no result, not 1']);
    assert.equal(comparison.different, 2);
  });
});

describe('the report of a replay', () => {
  it('counts every answer that was given as sent, also those that a newer one overtook, and says how many these are', () => {
    const none = { mean: null, variance: null, sd: null, alpha: null, sem: null };
    const report = replayReport({
      exam: { items: [], key: new Map(), rooms: [{ label: 'north', examinees: [{ label: 'e1', responses: [] }] }] },
      measurements: { ...createMeasurements(), sent: 12, saved: 9, overtaken: 3, ackMs: [7] },
      comparison: emptyComparison(),
      seconds: 3,
      figures: { ...none, examineeCount: 1, itemCount: 0, distribution: [], items: [] },
    });
    const { answersSent, answersSaved, overtaken, answersPerSecond } = report;
    assert.deepEqual([answersSent, answersSaved, overtaken, answersPerSecond], [12, 9, 3, 3]);
    assert.match(
      replayTable(report),
      /12 answers sent, 9 acknowledged, 3 overtaken by newer ones, 0 lost, 0 different/,
    );
  });
});

describe('a recorded exam as the API takes it', () => {
  const exam: RecordedExam = {
    items: [
      { name: 'q1', options: ['A', 'B'] },
      { name: 'q2', options: ['A'] },
    ],
    key: new Map([
      ['q1', 'B'],
      ['q2', 'A'],
    ]),
    rooms: [{ label: 'north', examinees: [{ label: 'e1', responses: ['A', null] }] }],
  };

  it('numbers its items in the order of the file and gives each a choice', () => {
    const [first, second] = paperOf(exam);
    assert.deepEqual([first?.number, first?.name, first?.options.map(({ id }) => id)], [1, 'q1', ['A', 'B']]);
    assert.equal(second?.options.length, 2);
    assert.deepEqual(keyOf(exam)[0], { item: 1, kind: 'singleChoice', correct: 'B', points: 1_000 });
    assert.deepEqual(roomsOf(exam), [{ label: 'north', examinees: [{ label: 'e1' }] }]);
  });

  it('gives an item also those options that only others chose, where all share a few', () => {
    const [first, second] = paperOf(exam);
    assert.deepEqual(second?.options, first?.options);
    const many = exam.items.map(({ name }) => ({
      name,
      options: Array.from({ length: 9 }, (_, index) => `${name} ${index}`),
    }));
    assert.deepEqual(
      optionsOf({ ...exam, items: many }),
      many.map(({ options }) => options),
    );
    const alone = { ...exam, items: [{ name: 'q1', options: ['A'] }] };
    assert.equal(optionsOf(alone)[0]?.length, 2);
  });
});

function answer(item: number, response: string | null) {
  return { item, response };
}
