// How soon a start may be.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { refusedStart, soonestStart } from '../../exam/start-instant.ts';

const NOW = 1_900_000_000_000;
const aheads = fc.integer({ min: 500, max: 60_000 });

describe('the instant of a start', () => {
  it('that names none is taken, also by who looks at it half a second later', () =>
    fc.assert(
      fc.property(aheads, fc.integer({ min: 0, max: 500 }), (ahead, laterMs) => {
        assert.equal(refusedStart(soonestStart(NOW, ahead), NOW + laterMs, ahead), undefined);
      }),
    ));

  it('is refused where it is nearer than the system allows, with what is allowed', () =>
    fc.assert(
      fc.property(aheads, fc.integer({ min: -60_000, max: 120_000 }), (ahead, inMs) => {
        const refusal = refusedStart(NOW + inMs, NOW, ahead);
        assert.equal(refusal?.refused, inMs < ahead ? 'INSTANT_TOO_SOON' : undefined);
        if (refusal !== undefined) assert.equal(refusal.allowed?.[0], `${ahead / 1_000} s ahead or more`);
      }),
    ));
});
