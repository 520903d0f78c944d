// Redis keys: one prefix, hash tags, a row in the table for each, and the folders that the row names.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { newId } from '../../schema/ids.ts';
import { REDIS_KEY_TABLE, type RedisKeyName, redisKeys } from '../../schema/redis-keys.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const plan = newId();
const samples: Record<RedisKeyName, string> = {
  masterPlan: redisKeys.masterPlan(plan),
  masterRooms: redisKeys.masterRooms(plan),
  masterExaminees: redisKeys.masterExaminees(plan),
  masterProctors: redisKeys.masterProctors(plan),
  plan: redisKeys.plan(plan),
  counts: redisKeys.counts(plan),
  lastSeen: redisKeys.lastSeen(plan),
  proctors: redisKeys.proctors(plan),
  livePlans: redisKeys.livePlans(),
  keeper: redisKeys.keeper(),
  sheet: redisKeys.sheet(plan, newId()),
  room: redisKeys.room(plan, newId()),
  examinee: redisKeys.examinee(plan, newId()),
  erased: redisKeys.erased(plan),
  needs: redisKeys.needs(plan),
  incidents: redisKeys.incidents(plan),
  incidentCounts: redisKeys.incidentCounts(plan),
  monitorLog: redisKeys.monitorLog(plan),
  monitorBase: redisKeys.monitorBase(plan),
  monitorLead: redisKeys.monitorLead(plan),
  processes: redisKeys.processes(),
  lease: redisKeys.lease(newId()),
  takeover: redisKeys.takeover(newId()),
  acknowledgements: redisKeys.acknowledgements('process'),
  orphans: redisKeys.orphans(),
  controls: redisKeys.controls(),
  assignments: redisKeys.assignments(),
  planHints: redisKeys.planHints(),
  incidentHints: redisKeys.incidentHints(),
  seats: redisKeys.seats('process'),
  seatReplies: redisKeys.seatReplies('process'),
  queues: redisKeys.queues(),
  tries: redisKeys.tries('code', 'somebody'),
  rate: redisKeys.rate('person', 'somebody', 1),
  alarm: redisKeys.alarm('StoreAway'),
  logLevels: redisKeys.logLevels(),
  runId: redisKeys.runId(),
};
const names = Object.keys(redisKeys) as RedisKeyName[];

/** Key → the folders, or files beside them, whose code makes it. */
function makers(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const files = globSync('**/*.ts', {
    cwd: ROOT,
    exclude: ['node_modules/**', 'docs/**', 'test/**', 'bench/**', 'coverage/**'],
  });
  for (const file of files) {
    for (const [, name = ''] of readFileSync(ROOT + file, 'utf8').matchAll(/\bredisKeys\.(\w+)/g))
      found.set(name, (found.get(name) ?? new Set()).add(file.split('/')[0] ?? ''));
  }
  return found;
}

describe('redis keys', () => {
  it('have one prefix and are all different', () => {
    const keys = Object.values(samples);
    assert.equal(keys.length, names.length);
    for (const key of keys) assert.match(key, /^eh:/);
    assert.equal(new Set(keys).size, keys.length);
  });

  it('of one plan lie in one slot of a cluster', () => {
    const ofPlan = Object.values(samples).filter((key) => key.includes(plan));
    assert.equal(ofPlan.length, 18);
    for (const key of ofPlan) assert.equal(/\{([^}]+)\}/.exec(key)?.[1], plan);
  });

  it('each have a row in the table, and no row is left over', () => {
    assert.deepEqual(Object.keys(REDIS_KEY_TABLE).sort(), [...names].sort());
  });

  it('are taken from nowhere but the one object, by their names', () => {
    const files = globSync('{api,bin,client,exam,loadtest,rooms,store,workers}/**/*.ts', { cwd: ROOT });
    assert.ok(files.length > 100);
    for (const file of files) {
      const text = readFileSync(ROOT + file, 'utf8');
      assert.doesNotMatch(text, /['"`]eh:/, `${file} spells a key`);
      assert.doesNotMatch(
        text,
        /redisKeys\s*[[;=]|=\s*redisKeys\b(?!\.)/,
        `${file} takes a key in a way that nobody finds`,
      );
    }
  });

  const made = makers();
  for (const name of names) {
    it(`${name}: is made by the folders that the table names, and by no others`, () => {
      const { writers, readers, told = [], makers: others } = REDIS_KEY_TABLE[name];
      const named = new Set(others ?? [...writers, ...readers].filter((place) => !told.includes(place)));
      assert.deepEqual([...(made.get(name) ?? [])].sort(), [...named].sort());
    });
  }
});
