// What the store says of indexes that are not there, and that it only looks.
import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { collections } from '../../docs/entities.ts';
import { newId } from '../../schema/ids.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { mongodbUrl } from '../support/parts.ts';

describe('indexes that are missing', () => {
  let store: Store;
  let client: mongoose.mongo.MongoClient;

  beforeEach(async () => {
    const url = await mongodbUrl(`indexes-${newId()}`);
    store = await openStore({ url });
    client = new mongoose.mongo.MongoClient(url);
  });
  afterEach(async () => {
    await client.close();
    await store.close();
  });

  it('are all of them in an empty database, where looking makes none', async () => {
    const all = collections().flatMap(({ name, indexes }) =>
      indexes.map(({ keys, unique }) => `${name}: ${keys}${unique ? ' (unique)' : ''}`),
    );
    assert.deepEqual((await store.missingIndexes()).sort(), all.sort());
    assert.deepEqual(await client.db().listCollections().toArray(), []);
  });

  it('are none once they were made', async () => {
    await store.ensureIndexes();
    assert.deepEqual(await store.missingIndexes(), []);
  });

  it('are named one by one, and stay away', async () => {
    await store.ensureIndexes();
    await client.db().collection('sessions').dropIndex('expiresAt_1');
    await client.db().collection('keys').dropIndex('paperId_1_version_-1');
    const missing = ['keys: paperId, version falling (unique)', 'sessions: expiresAt'];
    assert.deepEqual((await store.missingIndexes()).sort(), missing);
    assert.deepEqual((await store.missingIndexes()).sort(), missing);
  });

  it('are also those that are there without being unique', async () => {
    await store.ensureIndexes();
    await client.db().collection('admins').dropIndex('login_1');
    await client.db().collection('admins').createIndex({ login: 1 });
    assert.deepEqual(await store.missingIndexes(), ['admins: login (unique)']);
  });
});
