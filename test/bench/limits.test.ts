// How a bench judges a figure.
import assert from 'node:assert/strict';
import { judge, LIMITS, verdictLine } from '../../bench/limits.ts';

describe('a verdict of a bench', () => {
  it('passes at the limit and fails beyond it, in the limit’s own direction', () => {
    assert.equal(judge(LIMITS.rooms.p99, 50, 5).outcome, 'PASS');
    assert.equal(judge(LIMITS.rooms.p99, 50.1, 5).outcome, 'FAIL');
    assert.equal(judge(LIMITS.answers.rate, 0.5, 80_000).outcome, 'PASS');
    assert.equal(judge(LIMITS.answers.rate, 0.49, 80_000).outcome, 'FAIL');
    assert.equal(judge(LIMITS.enter.lockedOut, 0, null).outcome, 'PASS');
    assert.equal(judge(LIMITS.enter.lockedOut, 1, null).outcome, 'FAIL');
  });

  it('fails where the figure could not be measured', () => {
    for (const limit of [LIMITS.rooms.p99, LIMITS.answers.rate]) assert.equal(judge(limit, null, null).outcome, 'FAIL');
  });

  it('shows the limit, the peer and both quotients in one line', () => {
    const line = verdictLine(judge(LIMITS.rooms.answerUs, 90, 30));
    assert.match(line, /^PASS .*: 90 µs, at most 120 \(0\.75 of it\); .*: 30 \(×3\)$/);
  });
});
