// How much one person and one address may ask, over a real Redis that several processes share; and that nobody is kept from
// an exam by it.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createRateLimits, networkOf } from '../../api/rate-limits.ts';
import { newId } from '../../schema/ids.ts';
import type { Problem } from '../../schema/replies.ts';
import { redisUrl } from '../support/parts.ts';
import { type ExamFixture, examineeToken, forceState, makeExam, personAt } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const NOW = 1_800_000_030_000;
const QUOTA = 10;
/** So long two processes take at most to hear of each other. */
const EXCHANGED_MS = 400;

describe('rate limits', () => {
  let redis: Redis;
  before(async () => {
    redis = new Redis(await redisUrl());
  });
  after(() => redis.disconnect());
  const aProcess = (over = redis) =>
    createRateLimits(over, { person: QUOTA, address: QUOTA }, pino({ level: 'silent' }));

  it('count each person and each address for itself, and begin anew with each minute', () => {
    const rates = aProcess();
    const [who, other] = [newId(), newId()];
    for (let count = 1; count <= QUOTA; count++) {
      const { remaining, isOver, resetS } = rates.take('person', who, NOW);
      assert.deepEqual([remaining, isOver, resetS], [QUOTA - count, false, 30]);
    }
    assert.equal(rates.take('person', who, NOW).isOver, true);
    assert.equal(rates.take('person', other, NOW).isOver, false);
    assert.equal(rates.take('address', who, NOW).isOver, false);
    assert.equal(rates.take('person', who, NOW + 30_000).isOver, false);
    rates.stop();
  });

  it('are counted together by all processes, a moment later', async () => {
    const [one, another] = [aProcess(), aProcess()];
    const who = newId();
    for (let count = 0; count < QUOTA; count++) one.take('person', who, NOW);
    assert.equal(another.take('person', who, NOW).isOver, false);
    await sleep(EXCHANGED_MS);
    assert.equal(another.take('person', who, NOW).isOver, true);
    one.take('person', who, NOW);
    await sleep(EXCHANGED_MS);
    assert.equal((await redis.exists(...(await redis.keys('eh:rate:person:*')))) > 0, true);
    assert.equal(one.take('person', who, NOW).remaining, 0);
  });

  it('are counted by each process for itself while Redis is away, and told when it is back', async () => {
    const away = new Redis({ port: 1, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    away.on('error', () => undefined);
    const rates = aProcess(away);
    const who = newId();
    for (let count = 0; count < QUOTA; count++) assert.equal(rates.take('address', who, NOW).isOver, false);
    await sleep(EXCHANGED_MS);
    assert.equal(rates.take('address', who, NOW).isOver, true);
    assert.equal(rates.take('address', who, NOW + 60_000).isOver, false);
    rates.stop();
    away.disconnect();
  });

  it('count an IPv6 network as one address, and IPv4 in IPv6 as IPv4', () => {
    assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
    assert.equal(networkOf('2001:DB8:1:2::9'), networkOf('2001:db8:1:2:ffff:ffff:ffff:ffff'));
    assert.notEqual(networkOf('2001:db8:1:3::9'), networkOf('2001:db8:1:2::9'));
    assert.equal(networkOf('::1'), '0:0:0:0::/64');
    assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0::/64');
    assert.equal(networkOf('::ffff:10.0.0.1'), '10.0.0.1');
  });
});

describe('rate limits of the api', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  before(async () => {
    const minute = Date.now(); // stands still, so that no new minute begins in between
    api = await startApi('rate-limits', { config: { rates: { person: 30, address: 30 } }, now: () => minute });
    exam = await makeExam(api);
    await forceState(api, exam.planId, 'open');
  });
  after(() => api.stop());

  it('say with every answer what the policy is and what is left, as the IETF draft writes it', async () => {
    const token = await api.adminToken();
    const [first, second] = [
      await api.call('GET', '/v1/plans', { token }),
      await api.call('GET', '/v1/plans', { token }),
    ];
    assert.equal(first.headers.get('ratelimit-policy'), '"person";q=30;w=60');
    assert.match(first.headers.get('ratelimit') ?? '', /^"person";r=29;t=\d+$/);
    assert.match(second.headers.get('ratelimit') ?? '', /^"person";r=28;t=\d+$/);
    const nobody = await api.call('GET', '/v1/plans');
    assert.equal(nobody.headers.get('ratelimit-policy'), '"address";q=30;w=60');
  });

  it('refuse one too many of a person with 429, the seconds to wait, and a problem, and nobody else of the address', async () => {
    const token = await api.adminToken();
    for (let count = 0; count < 30; count++) assert.equal((await api.call('GET', '/v1/plans', { token })).status, 200);
    const { status, headers, body } = await api.call('GET', '/v1/plans', { token });
    assert.deepEqual([status, (body as Problem).code, (body as Problem).retry], [429, 'RATE_EXCEEDED', 'later']);
    const [, left] = /t=(\d+)$/.exec(headers.get('ratelimit') ?? '') ?? [];
    assert.equal(headers.get('retry-after'), left);
    assert.match(headers.get('ratelimit') ?? '', /;r=0;/);
    assert.equal((await api.call('GET', '/v1/plans', { token: await api.adminToken() })).status, 200);
  });

  it('let a hall behind one address enter and save, however much has come from there; and whoever has a token', async () => {
    for (let count = 0; count < 40; count++)
      await api.call('POST', '/v1/login', { body: { login: 'none', password: 'x' } });
    assert.equal((await api.call('GET', '/v1/receipt-keys')).status, 429);
    assert.equal((await api.call('GET', '/v1/plans', { token: 'x'.repeat(43) })).status, 429);
    assert.equal((await api.call('GET', '/v1/plans', { token: await api.adminToken() })).status, 200);
    for (let device = 0; device < 40; device++) {
      const { code } = personAt(exam, 0);
      const body = { code, deviceKey: 'device-0001', entryId: `entry-${device}-of-many` };
      const { status, headers } = await api.call('POST', '/v1/enter', { body });
      assert.deepEqual([status, headers.get('ratelimit')], [200, null]);
    }
    const { examineeId } = personAt(exam, 1);
    const own = {
      token: examineeToken(api, exam, 1),
      body: { answers: [{ item: 1, revision: 1_000_001, response: 'A' }] },
    };
    for (let batch = 0; batch < 40; batch++)
      assert.equal((await api.call('POST', `/v1/examinees/${examineeId}/answers`, own)).status, 200);
    assert.equal((await api.call('GET', '/health')).status, 200);
  });

  it('exempt entering, saving, what is fetched before the start, and the signs of life, and nothing else', () => {
    const uncounted = api.routes.filter(({ route }) => route.uncounted).map(({ route }) => route.path);
    const own = '/examinees/:examineeId';
    assert.deepEqual(uncounted.toSorted(), [
      '/enter',
      '/enter/proctor',
      `${own}/answers`,
      `${own}/held-answers`,
      `${own}/standing`,
      `${own}/submit`,
      '/health',
      '/metrics',
      '/ready',
      '/rooms/:roomId/paper',
    ]);
  });
});
