// What more than the places allow are told: each a time of its own, at the pace at which places become free.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createInFlight } from '../../api/in-flight.ts';
import { isRefusal, type Refusal } from '../../schema/refusals.ts';

describe('work that runs at once up to a bound', () => {
  it('gives each who is refused a time of its own, later than the one before, and not before the least', async () => {
    const inFlight = createInFlight(2, 1_000);
    const gate = Promise.withResolvers<string>();
    const running = [1, 2].map(() => inFlight.run(() => gate.promise));
    const refused: Refusal[] = [];
    for (let n = 0; n < 500; n++) {
      const outcome = await inFlight.run(() => Promise.resolve('in'));
      assert.ok(isRefusal(outcome) && outcome.refused === 'BUSY');
      refused.push(outcome);
    }
    const times = refused.map(({ retryAfterMs = 0 }) => retryAfterMs);
    assert.ok(Math.min(...times) >= 999, `${Math.min(...times)} ms`);
    // 500 at two and a quarter milliseconds each, less what giving the times took.
    const spread = (times.at(-1) ?? 0) - (times[0] ?? 0);
    assert.ok(775 <= spread && spread <= 1_135, `${spread} ms between the first and the last`);
    gate.resolve('done');
    assert.deepEqual(await Promise.all(running), ['done', 'done']);
    assert.equal(await inFlight.run(() => Promise.resolve('in')), 'in');
  });

  it('lets others run while somebody waits aside, and sends those who are refused behind them', async () => {
    const inFlight = createInFlight(1, 10);
    const gate = Promise.withResolvers<string>();
    const aside = inFlight.run(() => inFlight.aside(() => gate.promise));
    assert.equal(await inFlight.run(() => Promise.resolve('in')), 'in');
    assert.equal(inFlight.count(), 0);
    gate.resolve('waited');
    assert.equal(await aside, 'waited');
  });

  it('lets a few wait in line for a place, first come, first served, and refuses the others', async () => {
    const inFlight = createInFlight(1, 10, 2);
    const done: string[] = [];
    const gate = Promise.withResolvers<void>();
    const all = ['runs', 'first in line', 'second in line'].map((name) =>
      inFlight.run(async () => {
        await gate.promise;
        done.push(name);
        return name;
      }),
    );
    const refused = await inFlight.run(() => Promise.resolve('in'));
    assert.ok(isRefusal(refused) && refused.refused === 'BUSY');
    assert.equal(inFlight.count(), 1);
    gate.resolve();
    await Promise.all(all);
    assert.deepEqual(done, ['runs', 'first in line', 'second in line']);
    assert.equal(inFlight.count(), 0);
  });

  it('never runs more than the places after their waits have ended all at once, and none is lost', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.array(fc.constantFrom('work', 'wait', 'fail'), { maxLength: 4 }), { minLength: 1, maxLength: 40 }),
        async (most, inLine, deeds) => {
          const inFlight = createInFlight(most, 10, inLine);
          const gate = Promise.withResolvers<void>();
          let running = 0;
          let worst = 0;
          const work = async () => {
            worst = Math.max(worst, ++running);
            await Promise.resolve();
            running--;
          };
          const outcomes = deeds.map((steps) =>
            inFlight.run(async () => {
              await work();
              for (const step of steps) {
                if (step === 'wait') await inFlight.aside(() => gate.promise);
                if (step === 'fail')
                  await inFlight.aside(() => Promise.reject(new Error('fault'))).catch(() => undefined);
                await work();
              }
              return 'done';
            }),
          );
          setImmediate(gate.resolve);
          for (const outcome of await Promise.all(outcomes)) assert.ok(outcome === 'done' || isRefusal(outcome));
          assert.ok(worst <= most, `${worst} at once, of ${most}`);
          assert.equal(inFlight.count(), 0);
        },
      ),
    ));
});
