// The counter of wrong tries over a real Redis, which several processes share.
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createTries } from '../../api/tries.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { redisUrl } from '../support/parts.ts';

describe('wrong tries', () => {
  let redis: Redis;
  before(async () => {
    redis = new Redis(await redisUrl());
  });
  after(() => redis.disconnect());
  const aProcess = () => createTries(redis, pino({ level: 'silent' }));

  it('are counted together by all processes: another one refuses with the first wrong try after ten', async () => {
    const [one, other] = [aProcess(), aProcess()];
    for (let tries = 0; tries < 10; tries++) {
      assert.equal(one.check('code', '10.0.0.1', ['device a']), undefined);
      assert.equal(await one.wrong('code', '10.0.0.1', ['device a', `code ${tries}`]), undefined);
    }
    assert.ok(isRefusal(one.check('code', '10.0.0.1', ['device a'])));
    assert.equal(other.check('code', '10.0.0.1', ['device a']), undefined);
    assert.ok(isRefusal(await other.wrong('code', '10.0.0.1', ['device a'])));
    assert.ok(isRefusal(other.check('code', '10.0.0.1', ['device a', 'code of another'])));
  });

  it('shut one pair: not the address, not the device behind another one, not the login of the same name', async () => {
    const tries = aProcess();
    for (let count = 0; count < 11; count++) await tries.wrong('login', '10.0.0.2', ['somebody']);
    assert.ok(isRefusal(tries.check('login', '10.0.0.2', ['somebody'])));
    assert.equal(tries.check('login', '10.0.0.2', ['somebody else']), undefined);
    assert.equal(tries.check('login', '10.0.0.3', ['somebody']), undefined);
    assert.equal(tries.check('code', '10.0.0.2', ['somebody']), undefined);
  });

  it('shut for no longer than they are counted', async () => {
    const tries = aProcess();
    for (let count = 0; count < 9; count++) await tries.wrong('login', '10.0.0.4', ['somebody']);
    for (const key of await redis.keys('eh:tries:login:*')) await redis.pexpire(key, 300);
    await tries.wrong('login', '10.0.0.4', ['somebody']);
    assert.ok(isRefusal(tries.check('login', '10.0.0.4', ['somebody'])));
    await new Promise((resolve) => setTimeout(resolve, 350));
    assert.equal(tries.check('login', '10.0.0.4', ['somebody']), undefined);
    assert.equal(await tries.wrong('login', '10.0.0.4', ['somebody']), undefined);
  });

  it('are not counted while Redis is away, and shut nobody out', async () => {
    const away = new Redis({ port: 1, lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
    away.on('error', () => undefined);
    const tries = createTries(away, pino({ level: 'silent' }));
    for (let count = 0; count < 12; count++) assert.equal(await tries.wrong('code', '10.0.0.5', ['device']), undefined);
    assert.equal(tries.check('code', '10.0.0.5', ['device']), undefined);
    away.disconnect();
  });
});
