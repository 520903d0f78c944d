// The contract of rooms' paper keys: each room its own, sealed where it lies, and opened by the room's start alone.

import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { newId } from '../../schema/ids.ts';
import { ofRoom } from '../../schema/sealed-paper.ts';
import type { RoomState } from '../../schema/states.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { unseal } from '../../store/sealing.ts';
import { mongodbUrl } from '../support/parts.ts';
import { aRoom, TEST_PAPER_KEY } from '../support/stored.ts';

const TEXT = Buffer.from('what is asked');
const shut = { name: 'StoreFault', code: 'STORE_KEY' };

describe("contract of the store: rooms' paper keys", () => {
  const planId = newId();
  let url: string;
  let store: Store;
  let client: mongoose.mongo.MongoClient;

  before(async () => {
    url = await mongodbUrl(`contract-paper-keys-${newId()}`);
    store = await openStore({ url, autoIndex: true, paperKey: TEST_PAPER_KEY });
    client = new mongoose.mongo.MongoClient(url);
  });
  after(async () => {
    await client.close();
    await store.close();
  });

  async function stored(given: Parameters<typeof aRoom>[1] = {}): Promise<string> {
    const room = aRoom(planId, given);
    await store.rooms.create([room]);
    return room._id;
  }
  const sealedFor = async (roomId: string) => (await store.paperKeys.seal(roomId, TEXT)) ?? new Uint8Array();
  const started = (roomId: string, status: RoomState = 'running') =>
    store.rooms.change(roomId, 0, { status, startsAt: 1_000 });
  const keyOf = async (roomId: string) => (await store.paperKeys.released(roomId)) ?? new Uint8Array();
  const rows = () => client.db().collection<{ _id: string; sealedKey: mongoose.mongo.Binary }>('rooms');

  it("[S12] open the own room's paper, and never another room's", async () => {
    const [one, two] = [await stored(), await stored()];
    const [sealedOne, sealedTwo] = [await sealedFor(one), await sealedFor(two)];
    for (const room of [one, two]) await started(room);
    const [keyOne, keyTwo] = [await keyOf(one), await keyOf(two)];
    assert.deepEqual(unseal(keyOne, sealedOne, ofRoom(planId, one)), TEXT);
    assert.deepEqual(unseal(keyTwo, sealedTwo, ofRoom(planId, two)), TEXT);
    assert.throws(() => unseal(keyOne, sealedTwo, ofRoom(planId, two)), shut);
    assert.throws(() => unseal(keyTwo, sealedOne, ofRoom(planId, one)), shut);
    assert.throws(() => unseal(keyOne, sealedOne, ofRoom(planId, two)), shut, 'nor is one taken for the other');
  });

  it('[S12] are released while the stored room runs, is paused or has run, and in no other state', async () => {
    const roomId = await stored();
    for (const status of ['closed', 'open'] as const) {
      await started(roomId, status);
      assert.equal(await store.paperKeys.released(roomId), null, status);
    }
    for (const status of ['running', 'paused', 'ended'] as const) {
      await started(roomId, status);
      assert.equal((await keyOf(roomId)).length, 32, status);
    }
    assert.equal(await store.paperKeys.released(newId()), null);
  });

  it('[S12] lie sealed, bound to their room, and open with the key from the environment alone', async () => {
    const [one, two] = [await stored(), await stored()];
    await store.paperKeys.make(planId, [one, two]);
    for (const room of [one, two]) await started(room);
    const row = await rows().findOne({ _id: one });
    assert.ok(row);
    const raw = Buffer.from(mongoose.mongo.BSON.serialize(row));
    assert.ok(raw.includes('EHS1') && !raw.includes(await keyOf(one)));
    await rows().updateOne({ _id: two }, { $set: { sealedKey: row.sealedKey } });
    await assert.rejects(store.paperKeys.released(two), shut);
    const other = await openStore({ url, paperKey: new Uint8Array(32).fill(8) });
    try {
      await assert.rejects(other.paperKeys.released(one), shut);
      await assert.rejects(other.paperKeys.seal(one, TEXT), shut);
    } finally {
      await other.close();
    }
  });

  it('are made once, by whoever asks first, also for rooms from before there were keys', async () => {
    const roomId = await stored();
    const sealed = await Promise.all(Array.from({ length: 10 }, () => sealedFor(roomId)));
    assert.equal(new Set(sealed.map((bytes) => Buffer.from(bytes).toString('hex'))).size, 1);
    await store.paperKeys.make(planId, [roomId]);
    assert.deepEqual(await sealedFor(roomId), sealed[0]);
    await started(roomId);
    assert.deepEqual(unseal(await keyOf(roomId), sealed[0] ?? new Uint8Array(), ofRoom(planId, roomId)), TEXT);
    assert.equal(await store.paperKeys.seal(newId(), TEXT), null);
  });
});
