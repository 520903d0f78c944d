// Who may name a request: a trusted proxy alone.
import assert from 'node:assert/strict';
import { type RunningApi, startApi } from './running-api.ts';

describe('the id of a request at the edge', () => {
  const NAMED = { headers: { 'x-request-id': 'named-by-a-proxy' } };
  const answeredTo = async (api: RunningApi) => (await api.call('GET', '/health', NAMED)).headers.get('x-request-id');

  it('is the one that a trusted proxy gives, and one of ours for everybody else', async () => {
    const behindProxy = await startApi('edge-trusted');
    const bare = await startApi('edge-bare', { config: { trustedProxies: ['10.0.0.1'] } });
    assert.equal(await answeredTo(behindProxy), 'named-by-a-proxy');
    const [own, another] = [await answeredTo(bare), await answeredTo(bare)];
    assert.match(own ?? '', /^[0-9A-Za-z]{16}$/);
    assert.notEqual(own, another);
    await Promise.all([behindProxy.stop(), bare.stop()]);
  });

  it('may be read by pages of allowed origins', async () => {
    const api = await startApi('edge-origins');
    const { headers } = await api.call('GET', '/health', { headers: { origin: 'https://exam.example' } });
    assert.match(headers.get('access-control-expose-headers') ?? '', /X-Request-Id/);
    await api.stop();
  });
});
