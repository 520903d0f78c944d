// A whole system as the demo and the journeys use it: its addresses, its restarts, its end.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { isAlive } from '../../bin/launcher/process-id.ts';
import { type System, startSystem } from '../../bin/launcher/system.ts';
import { testFolder } from '../support/parts.ts';

describe('system', function () {
  this.timeout(60_000);
  let folder: string;
  let system: System;
  let pids: number[];

  before(async () => {
    folder = await testFolder();
    system = await startSystem({ folder });
    pids = system.names().map((name) => system.pid(name) ?? 0);
  });

  after(() => system.stop());

  it('starts its own stores and one process for each role', () => {
    assert.deepEqual(system.names().sort(), ['api', 'mongodb', 'redis', 'rooms-1', 'workers-1']);
    assert.ok(pids.every(isAlive));
    assert.notEqual(new URL(system.redisUrl).port, '6379');
  });

  it('has a MongoDB that refuses queries without an index, as every one that tests start', async () => {
    const client = await mongoose.mongo.MongoClient.connect(system.mongodbUrl);
    const { notablescan } = await client.db('admin').command({ getParameter: 1, notablescan: 1 });
    await client.close();
    assert.equal(notablescan, true);
  });

  it('serves at its address', async () => {
    assert.equal((await fetch(`${system.url}/health`)).status, 200);
  });

  it('writes a log for each process into its folder', () => {
    for (const name of system.names()) assert.ok(existsSync(join(folder, `${name}.log`)), name);
  });

  it('makes an admin whose token the api takes', async () => {
    const headers = { authorization: `Bearer ${await system.admin()}` };
    assert.equal((await fetch(`${system.url}/v1/plans`, { headers })).status, 200);
  });

  it('brings a killed api back at the same address', async () => {
    await system.kill('api');
    await system.start('api');
    assert.equal((await fetch(`${system.url}/health`)).status, 200);
  });

  it('stops everything, and twice', async () => {
    pids = system.names().map((name) => system.pid(name) ?? 0);
    await Promise.all([system.stop(), system.stop()]);
    assert.deepEqual(pids.filter(isAlive), []);
    await system.stop();
  });
});

describe('system of one process', () => {
  it('holds all three roles', async function () {
    this.timeout(60_000);
    const system = await startSystem({ folder: await testFolder(), layout: 'one' });
    try {
      assert.deepEqual(system.names().sort(), ['mongodb', 'redis', 'server']);
      assert.equal((await fetch(`${system.url}/health`)).status, 200);
    } finally {
      await system.stop();
    }
  });
});
