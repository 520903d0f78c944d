// Two benches in their shortest form; the others are in smoke.long.ts, since all together take as long as a part of the tests.
import assert from 'node:assert/strict';
import { quickly } from './quickly.ts';

describe('bench', function () {
  this.timeout(120_000);

  it('answers: everything that was given became durable, and nothing went past the queue', async () => {
    const { figures } = await quickly('answers');
    const { pace, stored } = figures as { pace: Run; stored: Run[] };
    for (const run of [pace, ...stored]) {
      assert.ok(run.durable > 0);
      assert.equal(run.notTaken, 0);
      assert.equal(typeof run.usPerAnswer['workers-1'], 'number');
    }
  });

  it('enter: nobody was locked out of rooms that were not there yet', async () => {
    const { figures } = await quickly('enter');
    const { joined, lockedOut, examinees } = figures as { joined: number; lockedOut: number; examinees: number };
    assert.equal(joined, examinees);
    assert.equal(lockedOut, 0);
  });

  type Run = { durable: number; notTaken: number; usPerAnswer: Record<string, number> };
});
