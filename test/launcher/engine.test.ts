// The MongoDB that the launcher starts: its URL, its socket, and that what it acknowledged outlives a kill.

import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import mongoose from 'mongoose';
import { mongodbStore } from '../../bin/launcher/engine.ts';
import { type FreshStore, freshMongodb, mongodbUrl, testFolder } from '../support/parts.ts';

const { MongoClient } = mongoose.mongo;
const WRITES_A_ROUND = 150;

describe('mongodb of the launcher', () => {
  it('names its write concern in the URL, the one that waits for the disk on this kind of server', async () => {
    const { url } = await freshMongodb();
    const client = await MongoClient.connect(url);
    const { setName } = await client.db('admin').command({ hello: 1 });
    const parameters = Object.fromEntries(
      new URL(url.replace('mongodb:', 'http:').replace(/\/\/[^/]*/, '//x')).searchParams,
    );
    await client.close();
    assert.deepEqual(
      parameters,
      setName === undefined
        ? { w: '1', journal: 'true', directConnection: 'true' }
        : { replicaSet: setName, w: 'majority', journal: 'true', readConcernLevel: 'majority' },
    );
  });

  it('[T44] keeps every acknowledged insert over three SIGKILLs in the middle of writing', async function () {
    this.timeout(60_000);
    const store = await freshMongodb();
    const acknowledged: number[] = [];
    for (let round = 0; round < 3; round++) await writeUntilKilled(store, round * 1_000_000, acknowledged);
    const client = await MongoClient.connect(store.url);
    const kept = new Set(
      (await client.db().collection<{ _id: number }>('kept').find().toArray()).map(({ _id }) => _id),
    );
    await client.close();
    assert.ok(acknowledged.length >= 3 * WRITES_A_ROUND);
    assert.deepEqual(
      acknowledged.filter((id) => !kept.has(id)),
      [],
    );
  });

  it('keeps its socket path under 100 bytes, however long its folder is', async () => {
    const folder = join(await testFolder(), 'a-very-long-name-of-a-folder'.repeat(4));
    await mkdir(folder, { recursive: true });
    const { url } = await mongodbStore(folder, 'examhall');
    const host = decodeURIComponent(url.slice('mongodb://'.length).split('/')[0] ?? '');
    await rm(dirname(host), { recursive: true });
    assert.ok(Buffer.byteLength(host) + 'embedded-mongodb-XXXXXX/'.length < 100, host);
  });

  it('says what to set where the engine is forbidden and there is no mongod', async () => {
    const folder = await testFolder();
    const { PATH, EXAMHALL_ENGINE } = process.env;
    Object.assign(process.env, { PATH: '', EXAMHALL_ENGINE: 'off' });
    try {
      await assert.rejects(mongodbStore(folder, 'examhall'), { code: 'ENGINE_FORBIDDEN', message: /Set MONGODB_URL/ });
    } finally {
      process.env.PATH = PATH;
      if (EXAMHALL_ENGINE === undefined) delete process.env.EXAMHALL_ENGINE;
      else process.env.EXAMHALL_ENGINE = EXAMHALL_ENGINE;
    }
  });

  it('gives the tests a database by name, where a query without an index fails', async () => {
    const url = await mongodbUrl('launcher-engine');
    assert.match(url, /\/launcher-engine\?/);
    await assert.rejects(scan(url), NO_PLAN);
  });

  it('refuses a query without an index from its start where that was asked for, also after a SIGKILL', async () => {
    const store = await freshMongodb();
    await assert.rejects(scan(store.url), NO_PLAN);
    await store.kill();
    await store.start();
    await assert.rejects(scan(store.url), NO_PLAN);
  });

  it('has its cache from each opening on, so that an answer costs the same with a million stored', async () => {
    const store = await freshMongodb();
    await store.kill();
    await store.start();
    const client = await MongoClient.connect(store.url);
    const { wiredTiger } = await client.db('admin').command({ serverStatus: 1 });
    await client.close();
    const quarter = Math.floor(totalmem() / 2 ** 20 / 4);
    const isEngine = store.url.includes('.sock');
    const megabytes = wiredTiger.cache['maximum bytes configured'] / 2 ** 20;
    if (isEngine) assert.equal(megabytes, Math.min(2_048, quarter));
    else assert.ok(megabytes >= 256, `${megabytes} MB`);
  });

  it('answers one where nobody has asked', async () => {
    const { EXAMHALL_TABLE_SCANS } = process.env;
    delete process.env.EXAMHALL_TABLE_SCANS;
    try {
      assert.deepEqual(await scan((await freshMongodb()).url), { _id: 1, colour: 'red' });
    } finally {
      process.env.EXAMHALL_TABLE_SCANS = EXAMHALL_TABLE_SCANS;
    }
  });
});

const NO_PLAN = { codeName: 'NoQueryExecutionPlans' };

/** Looks for something that is there, by a field without an index. */
async function scan(url: string): Promise<unknown> {
  const client = await MongoClient.connect(url);
  try {
    const things = client.db().collection<{ _id: number; colour: string }>('things');
    await things.updateOne({ _id: 1 }, { $set: { colour: 'red' } }, { upsert: true });
    return await things.findOne({ colour: 'red' });
  } finally {
    await client.close();
  }
}

async function writeUntilKilled(store: FreshStore, first: number, acknowledged: number[]): Promise<void> {
  const client = await MongoClient.connect(store.url, { retryWrites: false, serverSelectionTimeoutMS: 2_000 });
  const collection = client.db().collection<{ _id: number }>('kept');
  const { promise: enough, resolve: isEnough } = Promise.withResolvers<void>();
  const killing = enough.then(() => store.kill());
  const killAt = acknowledged.length + WRITES_A_ROUND;
  const writers = [0, 1, 2, 3].map(async (writer) => {
    for (let n = first + writer; ; n += 4) {
      await collection.insertOne({ _id: n });
      if (acknowledged.push(n) >= killAt) isEnough();
    }
  });
  await Promise.allSettled(writers); // Each ends with the network error of the kill.
  await killing;
  await client.close();
  await store.start();
}
