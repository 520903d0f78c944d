// When nobody served a room, against an oracle that knows when somebody did: whatever dies and hangs.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LEAST_OUTAGE_MS, outageBefore } from '../../exam/outage.ts';
import { holdsFor } from './seed.ts';

/** A process serves for a while, noting it each second, and then dies or hangs for a while. */
const lives = fc.array(
  fc.record({ servesS: fc.integer({ min: 1, max: 30 }), hangs: fc.boolean(), goneMs: fc.nat(20_000) }),
  { maxLength: 10 },
);

describe('an outage of a room', () => {
  it('is from when it was last served to when it was made anew, or woke up', () => {
    assert.deepEqual(outageBefore({ servedUntil: 1_000, madeAt: 41_000 }, 41_900), { from: 1_000, to: 41_000 });
    assert.deepEqual(outageBefore({ servedUntil: 50_000, madeAt: 41_000 }, 80_000), { from: 50_000, to: 80_000 });
  });

  it('is none where it was shorter than what counts, or where nobody knows', () => {
    assert.equal(outageBefore({ servedUntil: 1_000, madeAt: 1_000 + LEAST_OUTAGE_MS - 1 }, 60_000), undefined);
    assert.equal(outageBefore({ servedUntil: 0, madeAt: 41_000 }, 80_000), undefined);
  });

  it('is found for each stretch without service, and for no other, in any order of deaths and sleeps', () => {
    holdsFor(
      fc.property(lives, (list) => {
        let [now, madeAt, servedUntil] = [1_000_000, 1_000_000, 0];
        const found: { from: number; to: number }[] = [];
        const gone: { from: number; to: number }[] = [];
        const note = () => {
          const outage = outageBefore({ servedUntil, madeAt }, now);
          if (outage !== undefined) found.push(outage);
          servedUntil = now;
        };
        for (const { servesS, hangs, goneMs } of list) {
          for (let second = 0; second < servesS; second++) {
            note();
            now += 1_000;
          }
          const from = now - 1_000;
          now += goneMs;
          if (hangs) gone.push({ from, to: now });
          else {
            gone.push({ from, to: now });
            madeAt = now;
            now += 500; // the first look of a room that was just made
          }
        }
        note();
        assert.deepEqual(
          found,
          gone.filter(({ from, to }) => to - from >= LEAST_OUTAGE_MS),
        );
      }),
    );
  });
});
