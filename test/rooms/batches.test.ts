// When accepted answers are sent on together: by their number, by their bytes, and after a tick that grows with what is under way.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { createBatches, tickMs } from '../../rooms/batches.ts';
import { LIMITS } from '../../schema/limits.ts';

type Entry = { planId: string; response: string };
const entry = (planId: string, response = 'A'): Entry => ({ planId, response });

describe('batches of accepted answers', () => {
  it('wait 10 ms while two jobs are under way, at most 25 ms up to 64 of them, and never more than a second', () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5, 63, 64].map(tickMs), [10, 10, 10, 15, 20, 25, 25, 25]);
    assert.equal(tickMs(1_000_000), 1_000);
    fc.assert(
      fc.property(fc.nat(100_000), (jobs) => {
        const tick = tickMs(jobs);
        assert.ok(tick >= 10 && tick <= 1_000, `${tick} ms`);
        assert.ok(tickMs(jobs + 1) >= tick, 'more under way waits no shorter');
        assert.ok(tickMs(jobs + 1) - tick <= 5, 'and grows by steps');
      }),
    );
  });

  it('hold answers of one plan each, in their order, and lose none', async () => {
    const plans = fc.array(fc.constantFrom('one', 'other'), { minLength: 1, maxLength: 3 * LIMITS.jobAnswers });
    await fc.assert(
      fc.asyncProperty(plans, async (given) => {
        const sent: [string, Entry[]][] = [];
        const batches = createBatches<Entry>(
          (planId, entries) => void sent.push([planId, entries]),
          () => 0,
        );
        const entries = given.map((planId, n) => entry(planId, String(n)));
        for (const one of entries) batches.push(one);
        batches.flush();
        batches.stop();
        for (const [planId, batch] of sent) {
          assert.ok(batch.every((one) => one.planId === planId));
          assert.ok(batch.length <= LIMITS.jobAnswers);
        }
        for (const planId of ['one', 'other']) {
          const ofPlan = sent.filter(([id]) => id === planId).flatMap(([, batch]) => batch);
          assert.deepEqual(
            ofPlan,
            entries.filter((one) => one.planId === planId),
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are sent on by themselves, a full one at once', async () => {
    const sizes: number[] = [];
    const batches = createBatches<Entry>(
      (_, entries) => void sizes.push(entries.length),
      () => 0,
    );
    for (let n = 0; n < LIMITS.jobAnswers + 1; n++) batches.push(entry('one'));
    assert.deepEqual(sizes, [LIMITS.jobAnswers]);
    while (sizes.length < 2) await sleep(1);
    assert.deepEqual(sizes, [LIMITS.jobAnswers, 1]);
    batches.push(entry('one', 'x'.repeat(LIMITS.aloneBytes)));
    assert.deepEqual(sizes, [LIMITS.jobAnswers, 1, 1], 'one that is very large does not wait at all');
    batches.stop();
  });
});
