// How soon a start may be.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { instantOf } from '../../exam/start-instant.ts';

const NOW = 1_900_000_000_000;
const aheads = fc.integer({ min: 500, max: 60_000 });

describe('the instant of a control', () => {
  it('is taken of a start that names none, also by who looks at it half a second later', () =>
    fc.assert(
      fc.property(aheads, fc.integer({ min: 0, max: 500 }), (ahead, laterMs) => {
        const { at, tooSoon } = instantOf({ action: 'start' }, NOW, ahead);
        assert.equal(tooSoon, undefined);
        assert.equal(instantOf({ action: 'start', at }, NOW + laterMs, ahead).tooSoon, undefined);
      }),
    ));

  it('is refused of a start that is nearer than the system allows, with what is allowed', () =>
    fc.assert(
      fc.property(aheads, fc.integer({ min: -60_000, max: 120_000 }), (ahead, inMs) => {
        const { at, tooSoon } = instantOf({ action: 'start', at: NOW + inMs }, NOW, ahead);
        assert.equal(at, NOW + inMs);
        assert.equal(tooSoon?.refused, inMs < ahead ? 'INSTANT_TOO_SOON' : undefined);
        if (tooSoon !== undefined) assert.equal(tooSoon.allowed?.[0], `${ahead / 1_000} s ahead or more`);
      }),
    ));

  it('is now for everything else, whatever is named', () =>
    fc.assert(
      fc.property(aheads, fc.option(fc.integer(), { nil: undefined }), (ahead, at) => {
        assert.deepEqual(instantOf({ action: 'pause', at }, NOW, ahead), { at: NOW, tooSoon: undefined });
      }),
    ));
});
