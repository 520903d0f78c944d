// When a hand may be raised, and how a call ends.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decideEnd, decideRaise, toldOfCall } from '../../exam/call.ts';
import type { Call, CallEnd } from '../../schema/calls.ts';
import { LIMITS } from '../../schema/limits.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { aCall } from '../support/stored.ts';
import { holdsFor } from './seed.ts';

const end = (given: Partial<CallEnd> = {}): CallEnd => ({
  status: 'answered',
  answer: 'page 4',
  by: 'lee',
  byRole: 'proctor',
  endedAt: 9,
  ...given,
});

describe('a raised hand', () => {
  it('is one of each examinee, and not again at once', () => {
    const codeOf = (decision: ReturnType<typeof decideRaise>) => (isRefusal(decision) ? decision.refused : decision);
    assert.equal(decideRaise(undefined, 0, 'c1', 5), 'raise');
    assert.equal(decideRaise({ _id: 'c1' }, 1, 'c1', 2), 'known');
    assert.equal(codeOf(decideRaise({ _id: 'c1' }, 1, 'c2', 99_999)), 'CALL_OPEN');
    const soon = decideRaise(undefined, 1_000, 'c2', 1_001);
    assert.ok(isRefusal(soon) && soon.retryAfterMs === LIMITS.callEveryMs - 1);
    assert.equal(decideRaise(undefined, 1_000, 'c2', 1_000 + LIMITS.callEveryMs), 'raise');
  });

  it('is answered, closed or withdrawn once; the second is told what it is now', () => {
    const call = aCall();
    const answered = decideEnd(call, end());
    assert.ok(!isRefusal(answered));
    assert.deepEqual(
      [answered.status, answered.answer, answered.open, answered.waiting],
      ['answered', 'page 4', `${call._id}.over`, true],
    );
    assert.equal(decideEnd(answered, end()), answered, 'the repeat');
    const second = decideEnd(answered, end({ by: 'kim', answer: 'page 5' }));
    assert.ok(isRefusal(second) && second.refused === 'CALL_CHANGED' && /answered/.test(second.message));
  });

  it('is over after its first end, whatever comes then, and never open again', () => {
    const ends = fc.record({
      status: fc.constantFrom('answered', 'closed', 'withdrawn'),
      answer: fc.constantFrom('', 'a', 'b'),
      by: fc.constantFrom('lee', 'kim'),
      byRole: fc.constant('proctor' as const),
      endedAt: fc.nat(),
    }) as fc.Arbitrary<CallEnd>;
    holdsFor(
      fc.property(fc.array(ends, { minLength: 1, maxLength: 8 }), ([first, ...rest]) => {
        assert.ok(first);
        const over = decideEnd(aCall(), first);
        assert.ok(!isRefusal(over));
        for (const one of rest) {
          const next: Call | object = decideEnd(over, one);
          assert.ok(isRefusal(next) || next === over);
        }
      }),
    );
  });

  it('tells the examinee what became of it, and not by whom', () => {
    const told = toldOfCall(aCall({ by: 'lee', byRole: 'proctor', answer: 'page 4', status: 'answered' }));
    assert.ok(!JSON.stringify(told).includes('lee') && !('planId' in told));
  });
});
