// SIGKILL of the worker and of Redis while a hundred people answer. What was acknowledged is in the store, everybody comes back.
import { KILLS, nothingIsLost, run } from './kills.ts';
import '../support/parts.ts';

describe(`more kills ${KILLS}`, function () {
  this.timeout(180_000);

  it('of the worker lose nothing', async () => nothingIsLost(await run({ victims: ['workers-1'] })));
  it('of Redis lose nothing', async () => nothingIsLost(await run({ victims: ['redis'] })));
  it('[T8] of Redis without its data lose nothing', async () =>
    nothingIsLost(await run({ victims: ['redis'], after: 'without-its-data' })));
});
