// The shown state of a link against what an oracle says, in any order of heartbeats, lost sockets, returns and sleeps.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DROPPED_MS } from '../../exam/grace.ts';
import { linkAfter } from '../../exam/links.ts';
import { mayTransit } from '../../exam/transitions.ts';
import { LEAST_OFFLINE_MS, OFFLINE_MS } from '../../schema/limits.ts';
import type { LinkState } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

type Step = 'beat' | 'join' | 'lose' | { readonly waitMs: number };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.constantFrom('beat' as const, 'join' as const, 'lose' as const),
    fc.record({ waitMs: fc.oneof(fc.nat(1_500), fc.nat(6_000), fc.nat(90_000)) }),
  ),
  { maxLength: 40 },
);

/** What anybody would say who knows all of it: heard lately over a socket that is there, heard within the plan's limit, or not. */
function oracle(isJoined: boolean, silentMs: number, offlineMs: number): LinkState {
  if (isJoined && silentMs < 4_000) return 'online';
  return silentMs < offlineMs ? 'dropped' : 'offline';
}

describe('links', () => {
  it('are dropped after four seconds of silence and offline after the plan’s limit, a minute unless it says otherwise', () => {
    assert.deepEqual([DROPPED_MS, OFFLINE_MS], [4_000, 60_000]);
    assert.ok(LEAST_OFFLINE_MS > DROPPED_MS);
    const at = (silentMs: number, before: LinkState, offlineMs = OFFLINE_MS) =>
      linkAfter(before, { isJoined: true, lastSignAt: 0 }, offlineMs, silentMs);
    assert.deepEqual(
      [at(3_999, 'online'), at(4_000, 'online'), at(59_999, 'dropped')],
      ['online', 'dropped', 'dropped'],
    );
    assert.equal(at(60_000, 'dropped'), 'offline');
    assert.deepEqual([at(7_999, 'dropped', 8_000), at(8_000, 'dropped', 8_000)], ['dropped', 'offline']);
    assert.equal(linkAfter('online', { isJoined: false, lastSignAt: 0 }, OFFLINE_MS, 1), 'dropped', 'a lost socket');
  });

  it('are what the oracle says after each look, in any order of beats, losses, returns and sleeps', () => {
    const property = fc.property(steps, fc.integer({ min: LEAST_OFFLINE_MS, max: 90_000 }), (all, offlineMs) => {
      let [link, now, lastSignAt, isJoined]: [LinkState, number, number, boolean] = ['offline', 1_000_000, 0, false];
      for (const step of all) {
        if (step === 'join') [isJoined, lastSignAt] = [true, now];
        else if (step === 'lose') isJoined = false;
        else if (step === 'beat') lastSignAt = isJoined ? now : lastSignAt;
        else now += step.waitMs;
        // A sleep of the process may leave two steps behind: each look takes one.
        for (let looks = 0; looks < 2; looks++) {
          const next = linkAfter(link, { isJoined, lastSignAt }, offlineMs, now);
          assert.ok(next === link || mayTransit('link', link, next), `${link} → ${next}`);
          link = next;
        }
        assert.equal(link, oracle(isJoined, now - lastSignAt, offlineMs));
      }
    });
    holdsFor(property);
  });
});
