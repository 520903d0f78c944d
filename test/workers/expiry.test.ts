// The sweep of what has expired, over a real store: what has expired goes, what lives stays, and a turn is bounded.
import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import type { SessionDocument } from '../../schema/documents/people.ts';
import { newId } from '../../schema/ids.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { type ExpiryOptions, startExpiry } from '../../workers/expiry.ts';
import { startWorkers } from '../../workers/main.ts';
import { mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';
import { SECRET } from '../support/stored.ts';
import { collectingLog, until } from './worker-parts.ts';

const NOW = 1_900_000_000_000;

describe('sweep of what has expired', () => {
  const { log, alarms } = collectingLog();
  let store: Store;
  let client: mongoose.mongo.MongoClient;

  before(async () => {
    const url = await mongodbUrl(`expiry-${newId()}`);
    store = await openStore({ url, autoIndex: true });
    client = new mongoose.mongo.MongoClient(url);
  });
  after(async () => {
    await client.close();
    await store.close();
  });

  async function aSession(kind: SessionDocument['kind'], expiresAt: number): Promise<string> {
    const whose = { subjectId: newId(), role: 'admin', createdAt: new Date(0) } as const;
    const _id = newId();
    await store.sessions.create({ _id, kind, ...whose, expiresAt });
    return _id;
  }
  /** Which of these are in the store, expired or not. */
  const present = async (ids: readonly string[]) =>
    (await Promise.all(ids.map((id) => store.sessions.get(id, 0)))).flatMap((one) => one?._id ?? []);
  const sweep = (given: Partial<ExpiryOptions> = {}) => startExpiry({ store, log, now: () => NOW, ...given });

  it('removes sessions and one-time links that have expired, and leaves those that live', async () => {
    const gone = [await aSession('session', NOW), await aSession('link', NOW - 86_400_000)];
    const live = [await aSession('session', NOW + 1), await aSession('link', NOW + 86_400_000)];
    const sweeping = sweep();
    await until('what has expired is gone', async () => (await present(gone)).length === 0);
    await sweeping.stop();
    assert.deepEqual(await present(live), live);
  });

  it('removes idempotency records that have expired, and leaves those that live', async () => {
    const [gone, live] = [newId(), newId()];
    for (const [id, ttlMs] of [
      [gone, -1],
      [live, 60_000],
    ] as const) {
      await store.idempotency.begin(id, 'hash', ttlMs);
      await store.idempotency.done(id, 201, {});
    }
    // Looked at past the store, for which a record that has expired is as good as none.
    const records = client.db().collection<{ _id: string }>('idempotency');
    const sweeping = startExpiry({ store, log, now: Date.now });
    await until('what has expired is gone', async () => (await records.findOne({ _id: gone })) === null);
    await sweeping.stop();
    assert.equal((await records.findOne({ _id: live }))?._id, live);
  });

  it('goes on by itself, and does a bounded part in each turn', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index++) ids.push(await aSession('session', NOW - index));
    const first = sweep({ rowsADelete: 2, rowsATurn: 3, everyMs: 60_000 });
    await until('a turn has passed', async () => (await present(ids)).length <= 4);
    await first.stop();
    assert.equal((await present(ids)).length, 4, 'no turn after the first');
    const second = sweep({ rowsADelete: 2, rowsATurn: 3, everyMs: 10 });
    await until('all are gone', async () => (await present(ids)).length === 0);
    await second.stop();
    assert.deepEqual(alarms(), []);
  });

  it('is one of the sweeps of the workers role', async () => {
    const gone = await aSession('link', NOW);
    const workers = await startWorkers({
      store,
      redisUrl: await redisUrl(),
      dataDir: await testFolder(),
      concurrency: 1,
      log,
      secret: SECRET,
      now: () => NOW,
    });
    await until('what has expired is gone', async () => (await present([gone])).length === 0);
    await workers.stop();
  });
});
