// Redis keys: one prefix, hash tags, and a row in the table for each.

import assert from 'node:assert/strict';
import { newId } from '../../schema/ids.ts';
import { REDIS_KEY_TABLE, redisKeys } from '../../schema/redis-keys.ts';

const plan = newId();
const all = [
  redisKeys.sheet(plan, newId()),
  redisKeys.room(plan, newId()),
  redisKeys.examinee(plan, newId()),
  redisKeys.incidents(plan),
  redisKeys.incidentCounts(plan),
  redisKeys.lease(newId()),
  redisKeys.incidentHints(),
  redisKeys.acknowledgements('process'),
  redisKeys.orphans(),
  redisKeys.controls(),
  redisKeys.queues(),
  redisKeys.tries('code', 'somebody'),
  redisKeys.runId(),
];

describe('redis keys', () => {
  it('have one prefix and are all different', () => {
    for (const key of all) assert.match(key, /^eh:/);
    assert.equal(new Set(all).size, all.length);
  });

  it('of one plan lie in one slot of a cluster', () => {
    for (const key of all.slice(0, 5)) assert.equal(/\{([^}]+)\}/.exec(key)?.[1], plan);
  });

  it('each have a row in the table, and no row is left over', () => {
    assert.deepEqual(Object.keys(REDIS_KEY_TABLE).sort(), Object.keys(redisKeys).sort());
  });
});
