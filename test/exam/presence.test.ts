// Where a proctor is, by what is heard.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { presenceIn, presenceOf } from '../../exam/presence.ts';
import { mayTransit } from '../../exam/transitions.ts';
import { PROCTOR_STATES } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

describe('a proctor’s presence', () => {
  const state = fc.constantFrom(...PROCTOR_STATES);

  it('lasts as long as a link may be silent, and not a millisecond longer', () => {
    assert.equal(presenceOf('present', 3_999, 4_000), 'present');
    assert.equal(presenceOf('present', 4_000, 4_000), 'away');
  });

  it('changes by the table of transitions alone, whatever is heard', () => {
    holdsFor(
      fc.property(state, fc.nat(), fc.nat(), (before, silentMs, droppedMs) => {
        const after = presenceOf(before, silentMs, droppedMs);
        assert.ok(after === before || mayTransit('proctor', before, after), `${before} to ${after}`);
      }),
    );
  });

  it('of several rooms is the one in which somebody finds the proctor', () => {
    assert.equal(presenceIn([]), 'assigned');
    assert.equal(presenceIn(['assigned', 'away']), 'away');
    assert.equal(presenceIn(['away', 'present', 'assigned']), 'present');
  });
});
