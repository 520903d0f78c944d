// The level of a log, changed while its process runs: by an order in Redis, by a signal, and back by itself.
import assert from 'node:assert/strict';
import { Redis } from 'ioredis';
import { followLogOrders, type LogOrders, orderLogLevel } from '../log-orders.ts';
import { createProcessLog, type ProcessLog } from '../process-log.ts';
import { newId } from '../schema/ids.ts';
import { redisKeys } from '../schema/redis-keys.ts';
import { redisUrl } from './support/parts.ts';
import { until } from './workers/worker-parts.ts';

describe('the level of a log', () => {
  let redis: Redis;
  let lines: { msg: string; code?: string; level: number | string }[];
  let processLog: ProcessLog;
  let orders: LogOrders;
  let processId: string;
  const clock = { at: 1_000_000 };

  before(async () => {
    redis = new Redis(await redisUrl());
  });
  after(() => redis.disconnect());
  beforeEach(() => {
    lines = [];
    clock.at = 1_000_000;
    processId = newId();
    processLog = createProcessLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
    orders = followLogOrders({ redis, processId, processLog, now: () => clock.at, everyMs: 5 });
  });
  afterEach(() => orders.stop());

  const level = () => orders.current().logLevel;
  const told = () => lines.filter(({ code }) => code === 'LOG_LEVEL').map(({ msg }) => msg);

  it('is as ordered until its time is over, and says so before and after, whichever is lower', async () => {
    await orderLogLevel(redis, [processId], { level: 'error', until: clock.at + 60_000 });
    await until('it follows', () => level() === 'error');
    assert.deepEqual(orders.current(), { logLevel: 'error', logLevelUntil: clock.at + 60_000 });
    assert.deepEqual(told(), ['level of the log changes']);
    processLog.log.warn('not written');
    clock.at += 59_999;
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.equal(level(), 'error');
    clock.at++;
    await until('it goes back', () => level() === 'info');
    assert.equal(orders.current().logLevelUntil, 0);
    assert.deepEqual(told(), ['level of the log changes', 'level of the log has changed']);
    assert.ok(!lines.some(({ msg }) => msg === 'not written'));
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.equal(level(), 'info', 'an order that is over is not followed again');
  });

  it('is taken back by an order whose time is over, and changed by a newer one', async () => {
    await orderLogLevel(redis, [processId], { level: 'debug', until: clock.at + 60_000 });
    await until('it follows', () => level() === 'debug');
    await orderLogLevel(redis, [processId], { level: 'warn', until: clock.at + 90_000 });
    await until('it follows the newer one', () => level() === 'warn');
    await orderLogLevel(redis, [processId], { level: 'warn', until: clock.at });
    await until('it is back', () => level() === 'info' && orders.current().logLevelUntil === 0);
  });

  it('is not that of another process, and an order that is none changes nothing', async () => {
    await orderLogLevel(redis, [newId()], { level: 'debug', until: clock.at + 60_000 });
    await redis.hset(redisKeys.logLevels(), processId, '{"level":"silent","until":9e15}');
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.equal(level(), 'info');
  });

  it('is debug for ten minutes after a signal, and back after another', async () => {
    orders.flip();
    assert.deepEqual(orders.current(), { logLevel: 'debug', logLevelUntil: clock.at + 600_000 });
    orders.flip();
    assert.deepEqual(orders.current(), { logLevel: 'info', logLevelUntil: 0 });
    orders.flip();
    clock.at += 600_000;
    await until('it goes back', () => level() === 'info');
  });
});
