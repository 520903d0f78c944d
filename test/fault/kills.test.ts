// SIGKILL of the rooms process and of the engine while a hundred people answer. What was acknowledged is in the store, everybody comes back.
import assert from 'node:assert/strict';
import { KILLS, nothingIsLost, run } from './kills.ts';
import { startPrematureWorker } from './premature-worker.ts';
import '../support/parts.ts';

describe(`kills ${KILLS}`, function () {
  this.timeout(180_000);

  it('[T7] of the rooms process lose nothing, and everybody goes on in a rebuilt room', async () =>
    nothingIsLost(await run({ victims: ['rooms-1'] })));
  it('[T44] of the engine lose nothing', async () => nothingIsLost(await run({ victims: ['mongodb'] })));

  it('would be noticed if the acknowledgement came before the store', async () => {
    const report = await run({ workers: 0, beside: startPrematureWorker, seconds: 6, drainMs: 3_000 });
    assert.ok(report.lost > 0, 'the control run lost nothing, so this harness proves nothing');
  });
});
