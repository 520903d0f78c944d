// What more than the places allow are told: each a time of its own, at the pace at which places become free.
import assert from 'node:assert/strict';
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
    // 500 at one and a half milliseconds each, less what giving the times took.
    const spread = (times.at(-1) ?? 0) - (times[0] ?? 0);
    assert.ok(400 <= spread && spread <= 760, `${spread} ms between the first and the last`);
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
});
