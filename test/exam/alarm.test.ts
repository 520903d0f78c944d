// When alarms ring and when they are over, for every table of values.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type AlarmRule,
  type AlarmTurn,
  AT_REST,
  type Count,
  growthOf,
  isBad,
  isOver,
  judgeAlarm,
} from '../../exam/alarm.ts';

const rules = fc
  .record({
    low: fc.integer({ min: -5, max: 5 }),
    gap: fc.integer({ min: 1, max: 5 }),
    isUpwards: fc.boolean(),
    forSeconds: fc.integer({ min: 0, max: 20 }),
    clearForSeconds: fc.integer({ min: 0, max: 20 }),
  })
  .map(({ low, gap, isUpwards, forSeconds, clearForSeconds }): AlarmRule => {
    const [clear, raise] = isUpwards ? [low, low + gap] : [low + gap, low];
    return { raise, clear, forSeconds, clearForSeconds };
  });
const values = fc.array(
  fc.record({
    value: fc.option(fc.integer({ min: -12, max: 12 }), { nil: undefined }),
    afterMs: fc.integer({ min: 1, max: 9_000 }),
  }),
  { maxLength: 60 },
);

type Seen = { readonly value: number | undefined; readonly at: number; readonly turned: AlarmTurn | undefined };

function run(rule: AlarmRule, series: readonly { value: number | undefined; afterMs: number }[]): Seen[] {
  let state = AT_REST;
  let at = 0;
  return series.map(({ value, afterMs }) => {
    at += afterMs;
    const judged = judgeAlarm(rule, state, value, at);
    state = judged.state;
    return { value, at, turned: judged.turned };
  });
}

describe('the rule of alarms', () => {
  it('turns by turns: it rings, is over, rings', () => {
    fc.assert(
      fc.property(rules, values, (rule, series) => {
        const turns = run(rule, series).flatMap(({ turned }) => turned ?? []);
        turns.forEach((turn, index) => {
          assert.equal(turn, index % 2 === 0 ? 'raised' : 'cleared');
        });
      }),
    );
  });

  it('turns only when every value of its whole time stood on that side, and one was there at its beginning', () => {
    fc.assert(
      fc.property(rules, values, (rule, series) => {
        const seen = run(rule, series);
        for (const [index, { turned, at }] of seen.entries()) {
          if (turned === undefined) continue;
          const lastsMs = (turned === 'raised' ? rule.forSeconds : rule.clearForSeconds) * 1_000;
          const stands = (value: number | undefined) =>
            value !== undefined && (turned === 'raised' ? isBad(rule, value) : isOver(rule, value));
          const begin = seen.slice(0, index + 1).findLastIndex((one) => one.at <= at - lastsMs);
          assert.ok(begin >= 0, 'it turned before its time');
          for (const one of seen.slice(begin, index + 1)) assert.ok(stands(one.value), `it turned with ${one.value}`);
        }
      }),
    );
  });

  it('keeps what it is while the value stands between the thresholds, or is not known', () => {
    fc.assert(
      fc.property(rules, fc.boolean(), fc.array(fc.boolean(), { maxLength: 20 }), (rule, isRaised, series) => {
        let state: { isRaised: boolean } = { isRaised };
        for (const [index, isKnown] of series.entries()) {
          const between = (rule.raise + rule.clear) / 2;
          const judged = judgeAlarm(rule, state, isKnown ? between : undefined, index * 100_000);
          assert.equal(judged.turned, undefined);
          state = judged.state;
        }
        assert.equal(state.isRaised, isRaised);
      }),
    );
  });

  it('rings at once where it need not last, and is over no sooner than it must', () => {
    const rule = { raise: 10, clear: 3, forSeconds: 0, clearForSeconds: 15 };
    const seen = run(
      rule,
      [12, 2, 2, 4, 2, 2, 2, 2, 2].map((value) => ({ value, afterMs: 5_000 })),
    );
    assert.deepEqual(
      seen.flatMap(({ turned, at }) => (turned === undefined ? [] : [[turned, at]])),
      [
        ['raised', 5_000],
        ['cleared', 40_000],
      ],
    );
  });
});

describe('growth within a window', () => {
  it('is what came within it, never less than nothing, for counts that only grow and begin anew', () => {
    const steps = fc.array(
      fc.record({ by: fc.nat(5), afterMs: fc.integer({ min: 1, max: 30_000 }), isNew: fc.boolean() }),
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 60 }), (series, windowSeconds) => {
        let counts: readonly Count[] = [];
        let [at, count] = [0, 0];
        const since: Count[] = [];
        for (const { by, afterMs, isNew } of series) {
          at += afterMs;
          if (isNew && count > 0) since.splice(0);
          count = isNew ? 0 : count + by;
          since.push({ at, count });
          const grown = growthOf(counts, { at, count }, windowSeconds);
          counts = grown.counts;
          const inside = since.filter((one) => one.at > at - windowSeconds * 1_000);
          const before = since.findLast((one) => one.at <= at - windowSeconds * 1_000) ?? since[0];
          assert.equal(grown.growth, count - (before?.count ?? count));
          assert.ok(counts.length <= inside.length + 1, 'it remembers more than it needs');
        }
      }),
    );
  });
});
