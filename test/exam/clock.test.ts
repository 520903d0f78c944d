// Time: deadlines, what remains, and the offset of a client's clock.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createOffsetEstimator, deadlineOf, hasRunOut, remainingOf, type TimeFacts } from '../../exam/clock.ts';
import { holdsFor } from './seed.ts';

const START = 1_800_000_000_000;
const HOUR = 3_600_000;
const lengths = fc.integer({ min: 0, max: 8 * HOUR });
const facts: fc.Arbitrary<TimeFacts> = fc.record({
  startsAt: fc.oneof(
    fc.constant(0),
    lengths.map((ms) => START + ms),
  ),
  durationMs: lengths,
  windowEndsAt: fc.oneof(
    fc.constant(0),
    lengths.map((ms) => START + ms),
  ),
  extraMs: lengths,
  pausedMs: lengths,
});

describe('clock', () => {
  it('ends by duration or window, whichever comes first, and adds extra and paused time to either', () => {
    const plain = { startsAt: START, durationMs: HOUR, windowEndsAt: 0, extraMs: 0, pausedMs: 0 };
    assert.equal(deadlineOf(plain), START + HOUR);
    assert.equal(deadlineOf({ ...plain, windowEndsAt: START + 600_000 }), START + 600_000);
    assert.equal(deadlineOf({ ...plain, windowEndsAt: START + 600_000, extraMs: 5, pausedMs: 7 }), START + 600_012);
    assert.equal(deadlineOf({ ...plain, windowEndsAt: START + 2 * HOUR, extraMs: 5 }), START + HOUR + 5);
  });

  it('has no deadline before a start', () => {
    holdsFor(fc.property(facts, (given) => assert.equal(deadlineOf({ ...given, startsAt: 0 }), 0)));
  });

  it('never takes time away by extra or paused time, and gives exactly what was granted', () => {
    holdsFor(
      fc.property(facts, lengths, lengths, (given, extra, paused) => {
        const more = deadlineOf({ ...given, extraMs: given.extraMs + extra, pausedMs: given.pausedMs + paused });
        assert.equal(more - deadlineOf(given), given.startsAt === 0 ? 0 : extra + paused);
      }),
    );
  });

  it('counts down with the clock, never below nothing and never upwards', () => {
    holdsFor(
      fc.property(facts, lengths, lengths, (given, first, later) => {
        const clock = { deadlineAt: deadlineOf(given), heldSince: 0 };
        const before = remainingOf(clock, START + first);
        const after = remainingOf(clock, START + first + later);
        assert.ok(after >= 0 && after <= before && before - after <= later);
        assert.equal(remainingOf(clock, clock.deadlineAt), 0);
      }),
    );
  });
});

type Exchange = { there: number; back: number; pause: number };
const exchanges = fc.array(fc.record({ there: fc.nat(3_000), back: fc.nat(3_000), pause: fc.nat(5_000) }), {
  minLength: 1,
  maxLength: 20,
});

describe('a clock that stands', () => {
  const held = { deadlineAt: START + 60_000, heldSince: START + 20_000 };

  it('keeps what was left, however long it stands, and never runs out', () => {
    for (const now of [START + 20_000, START + 59_000, START + HOUR]) {
      assert.equal(remainingOf(held, now), 40_000);
      assert.equal(hasRunOut(held, now), false);
    }
    assert.equal(hasRunOut({ ...held, heldSince: 0 }, START + 60_000), true);
    assert.equal(hasRunOut({ deadlineAt: 0, heldSince: 0 }, START), false);
  });
});

describe('offset of a client clock', () => {
  it('is nothing before the first exchange', () => {
    assert.equal(createOffsetEstimator().offsetMs(), 0);
  });

  it('is off by at most half of the shortest round trip of the last eight, for a clock hours wrong too', () => {
    holdsFor(
      fc.property(fc.integer({ min: -HOUR * 30, max: HOUR * 30 }), exchanges, (offset, list) => {
        const estimator = createOffsetEstimator();
        run(list, offset, estimator.add);
        const shortest = Math.min(...list.slice(-8).map(({ there, back }) => there + back));
        assert.ok(Math.abs(estimator.offsetMs() - offset) <= shortest / 2);
      }),
    );
  });

  it('forgets a clock that was set after eight exchanges', () => {
    const estimator = createOffsetEstimator();
    run([{ there: 1, back: 1, pause: 0 }], HOUR, estimator.add);
    run(
      Array.from({ length: 8 }, () => ({ there: 50, back: 50, pause: 100 })),
      0,
      estimator.add,
    );
    assert.equal(estimator.offsetMs(), 0);
  });

  it('does not believe an answer that came before its question', () => {
    const estimator = createOffsetEstimator();
    estimator.add(1_000, 5_000, 999);
    estimator.add(Number.NaN, 5_000, 1_000);
    assert.equal(estimator.offsetMs(), 0);
  });
});

/** Exchanges with a server whose clock is `offset` ahead. */
function run(
  list: readonly Exchange[],
  offset: number,
  add: (sentAt: number, serverAt: number, receivedAt: number) => void,
): void {
  let now = START;
  for (const { there, back, pause } of list) {
    add(now, now + there + offset, now + there + back);
    now += there + back + pause;
  }
}
