// What a room takes for irregular: and what it must not, above all an outbox that is sent after an outage.
import assert from 'node:assert/strict';
import { isClockJump, isSecondDevice, isWithinExam, NO_PACE, type Pace, paceAfter } from '../../exam/incident-rules.ts';

const RULE = { items: 4, eachMs: 500 };

/** Whether the rule was hit at each of these messages: [instant, items]. */
function hits(messages: readonly (readonly [number, readonly number[]])[]): boolean[] {
  let pace: Pace = NO_PACE;
  return messages.map(([at, items]) => {
    const after = paceAfter(pace, items, at, RULE);
    pace = after.pace;
    return after.tooFast;
  });
}

describe('the rule of impossible speed', () => {
  it('is hit by so many different items in a row, each too soon, and then again after a minute', () => {
    const quick = (from: number) => [1, 2, 3, 4].map((item) => [from + item * 499, [item]] as const);
    const isHit = [false, false, false, true];
    const isNot = [false, false, false, false];
    assert.deepEqual(hits([...quick(0), ...quick(2_000), ...quick(61_996)]), [...isHit, ...isNot, ...isHit]);
  });

  it('is not hit at the pace that the plan allows', () => {
    assert.ok(!hits([1, 2, 3, 4, 5].map((item) => [item * 500, [item]] as const)).includes(true));
  });

  it('is not hit by one item that is changed again and again', () => {
    assert.ok(!hits([1, 2, 3, 4, 5, 6].map((step) => [step * 10, [7]] as const)).includes(true));
  });

  it('is not hit by what came together, nor by what came before it', () => {
    const batch = [1, 2, 3, 4, 5, 6, 7, 8];
    assert.ok(
      !hits([
        [0, batch],
        [10, batch],
      ]).includes(true),
    );
    assert.ok(
      !hits([
        [0, [1]],
        [10, [2]],
        [20, [3, 4, 5]],
        [30, [6]],
        [40, [7]],
        [50, [8]],
      ]).includes(true),
    );
  });
});

describe('the rule of two devices', () => {
  const before = { deviceKey: 'one', isAlive: true };
  it('is hit by another device while the first one’s link is alive', () => {
    assert.ok(isSecondDevice(before, 'two'));
  });
  it('is not hit by the same device, nor when the first is gone, nor where a device is not known', () => {
    assert.ok(!isSecondDevice(before, 'one'));
    assert.ok(!isSecondDevice({ ...before, isAlive: false }, 'two'));
    assert.ok(!isSecondDevice({ ...before, deviceKey: '' }, 'two'));
    assert.ok(!isSecondDevice(before, ''));
  });
});

describe('the rule of a clock that jumps', () => {
  it('is hit beyond the plan’s bound, forward and back', () => {
    const rule = { clockJumpMs: 5_000 };
    assert.deepEqual(
      [5_001, -5_001, 5_000, -5_000, 0].map((ms) => isClockJump(ms, rule)),
      [true, true, false, false, false],
    );
  });
});

describe('what happened while an examinee sat the exam', () => {
  const window = { startsAt: 1_000, deadlineAt: 9_000, heldSince: 0 };
  it('is after the start, before the deadline, and before the own end', () => {
    assert.deepEqual(
      [999, 1_000, 8_999, 9_000].map((at) => isWithinExam(at, window, 0)),
      [false, true, true, false],
    );
    assert.deepEqual(
      [5_000, 5_001].map((at) => isWithinExam(at, window, 5_000)),
      [true, false],
    );
    assert.ok(!isWithinExam(5, { startsAt: 0, deadlineAt: 0, heldSince: 0 }, 0));
  });
  it('goes on while the clock stands', () => {
    assert.ok(isWithinExam(20_000, { ...window, heldSince: 8_000 }, 0));
  });
});
