// Which device may go on with a sheet: the rule alone.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decideDevice, isAnotherDevice, RELEASE_MS, released } from '../../exam/device-change.ts';
import type { Release } from '../../schema/device-change.ts';
import { holdsFor } from './seed.ts';

const NOW = 1_800_000_000_000;
const POLICY = { afterMs: 60_000 };
const facts = (given: Partial<Parameters<typeof decideDevice>[1]> = {}) => ({
  lastSignAt: NOW,
  releases: [],
  usedRelease: '',
  ...given,
});
const release = (controlId: string, examineeIds = ['kim']): Release => ({ controlId, examineeIds, until: NOW + 1 });

describe('[S11] a device', () => {
  it('is another one only where one with another key has entered before', () => {
    const stored = { fence: 2, deviceKey: 'one', entryId: 'page' };
    assert.equal(isAnotherDevice(stored, { deviceKey: 'two', entryId: 'other page' }), true);
    assert.equal(isAnotherDevice(stored, { deviceKey: 'one', entryId: 'other page' }), false);
    assert.equal(isAnotherDevice(stored, { deviceKey: 'two', entryId: 'page' }), false, 'the same entering once more');
    assert.equal(isAnotherDevice({ ...stored, fence: 0 }, { deviceKey: 'two', entryId: 'other page' }), false);
    assert.equal(isAnotherDevice({ fence: 1, deviceKey: '' }, { deviceKey: 'two', entryId: 'page' }), false);
    assert.equal(isAnotherDevice({ fence: 1 }, { deviceKey: 'two', entryId: 'page' }), false);
  });

  it('waits until the one before has been away for as long as the plan says, for any instants', () => {
    const property = fc.property(fc.nat(200_000), fc.nat(100_000), (awayMs, afterMs) => {
      const verdict = decideDevice('kim', facts({ lastSignAt: NOW - awayMs }), { afterMs }, NOW);
      assert.equal(verdict.verdict, awayMs >= afterMs ? 'in' : 'waits');
      if (verdict.verdict === 'waits') assert.ok(verdict.retryAfterMs >= 500 && verdict.retryAfterMs <= 3_000);
    });
    holdsFor(property);
  });

  it('is let in by a release that names its examinee, is open, and was not used', () => {
    const verdict = (given: Parameters<typeof facts>[0], who = 'kim', now = NOW) =>
      decideDevice(who, facts(given), POLICY, now);
    assert.deepEqual(verdict({ releases: [release('a')] }), { verdict: 'in', release: 'a' });
    assert.equal(verdict({ releases: [release('a')] }, 'lee').verdict, 'waits');
    assert.equal(verdict({ releases: [release('a')] }, 'kim', NOW + 1).verdict, 'waits');
    assert.equal(verdict({ releases: [release('a')], usedRelease: 'a' }).verdict, 'waits');
    assert.deepEqual(verdict({ releases: [release('a'), release('b')], usedRelease: 'a' }), {
      verdict: 'in',
      release: 'b',
    });
    assert.equal(verdict({ releases: [release('a'), release('b')], usedRelease: 'b' }).verdict, 'waits');
  });

  it('that would be let in anyway uses up an open release', () => {
    const away = facts({ lastSignAt: NOW - 60_000, releases: [release('a')] });
    assert.deepEqual(decideDevice('kim', away, POLICY, NOW), { verdict: 'in', release: 'a' });
  });

  it('is released for two minutes, beside those who were before and are still', () => {
    const before = [{ ...release('old'), until: NOW }, release('open')];
    const after = released(before, { controlId: 'new', examineeIds: ['lee'] }, NOW);
    assert.deepEqual(
      after.map(({ controlId, until }) => [controlId, until]),
      [
        ['open', NOW + 1],
        ['new', NOW + RELEASE_MS],
      ],
    );
  });
});
