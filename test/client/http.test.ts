// How the client calls the `fetch` that it is given, where there is no browser to try it in.
import assert from 'node:assert/strict';
import { deviceClock } from '../../client/clock.ts';
import { download } from '../../client/download.ts';
import { exchange } from '../../client/http.ts';

describe('the fetch of the client', () => {
  it("is called as a function: a browser's own refuses to be a method of anything but its window", async () => {
    const callers: unknown[] = [];
    async function fetch(this: unknown): Promise<Response> {
      callers.push(this);
      return Response.json({ status: 'ok' });
    }
    const api = { url: 'http://h', fetch };
    assert.deepEqual(await exchange(api, { path: 'v1/health' }), { kind: 'reply', body: { status: 'ok' } });
    const effects = {
      api,
      clock: deviceClock,
      random: Math.random,
      signal: AbortSignal.timeout(2_000),
      token: () => '',
    };
    assert.equal((await download('v1/x', effects)).kind, 'whole');
    assert.deepEqual(callers, [undefined, undefined]);
  });
});
