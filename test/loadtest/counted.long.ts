// What a rehearsal asks of a system that counts requests: it waits as often as it is told to, and fails by nothing.
import assert from 'node:assert/strict';
import { createAdministrator } from '../../loadtest/administrator.ts';
import { makeExam } from '../api/exam-fixture.ts';
import { type RunningApi, startApi } from '../api/running-api.ts';
import { until } from '../support/hall.ts';

const QUOTA = 10;
/** More often than it tries again what failed. */
const REFUSED = 7;
const MINUTE_MS = 60_000;

describe('a rehearsal on a system that counts requests', function () {
  this.timeout(60_000);
  let api: RunningApi;
  /** Stands still, at the end of a minute, until it is moved. */
  let now = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS + MINUTE_MS - 1;
  before(async () => {
    api = await startApi('counted', { config: { rates: { person: QUOTA, address: QUOTA } }, now: () => now });
  });
  after(() => api.stop());

  it('waits for the next minute when it has asked too much, and gets what it asked for', async () => {
    const exam = await makeExam(api);
    const administrator = createAdministrator({ url: api.url, token: await api.adminToken() });
    const asked = Promise.all(Array.from({ length: QUOTA + 1 }, () => administrator.plan(exam.planId)));
    await until(async () => {
      const counts = await Promise.all((await api.redis.keys('eh:rate:person:*')).map((key) => api.redis.get(key)));
      return counts.some((count) => Number(count) >= QUOTA + REFUSED);
    }, 40_000);
    now += MINUTE_MS;
    assert.deepEqual(new Set((await asked).map(({ planId }) => planId)), new Set([exam.planId]));
  });
});
