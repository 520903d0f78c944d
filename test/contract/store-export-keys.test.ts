// The contract of plans' export keys: one pair a plan, whoever asks first; its private half sealed where it lies, and good for
// nothing but the secret that it shares with a file's own key.

import assert from 'node:assert/strict';
import mongoose from 'mongoose';
import { sealExport } from '../../client/sealed-export.ts';
import type { ExportFile } from '../../schema/export-file.ts';
import { newId } from '../../schema/ids.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { mongodbUrl } from '../support/parts.ts';
import { aPlan, TEST_PAPER_KEY } from '../support/stored.ts';

const shut = { name: 'StoreFault', code: 'STORE_KEY' };

describe("contract of the store: plans' export keys", () => {
  let url: string;
  let store: Store;
  let other: Store;
  let none: Store;
  let client: mongoose.mongo.MongoClient;

  before(async () => {
    url = await mongodbUrl(`contract-export-keys-${newId()}`);
    store = await openStore({ url, autoIndex: true, paperKey: TEST_PAPER_KEY });
    other = await openStore({ url, paperKey: new Uint8Array(32).fill(8) });
    none = await openStore({ url });
    client = new mongoose.mongo.MongoClient(url);
  });
  after(async () => {
    await client.close();
    await Promise.all([store, other, none].map((one) => one.close()));
  });

  async function aStoredPlan(): Promise<string> {
    const plan = aPlan();
    await store.plans.create(plan);
    return plan._id;
  }
  async function publicOf(planId: string) {
    const key = await store.exportKeys.publicOf(planId);
    assert.ok(key);
    return key;
  }

  it('are one for each plan, however many ask for the first time at once', async () => {
    const [planId, another] = [await aStoredPlan(), await aStoredPlan()];
    const asked = await Promise.all(Array.from({ length: 20 }, () => publicOf(planId)));
    assert.equal(new Set(asked.map((key) => JSON.stringify(key))).size, 1);
    assert.equal(Buffer.from(asked[0]?.publicKey ?? '', 'base64url').length, 65, 'an uncompressed point');
    assert.notEqual((await publicOf(another)).publicKey, asked[0]?.publicKey);
    assert.equal(await store.exportKeys.publicOf(newId()), null);
  });

  async function aFileFor(planId: string): Promise<ExportFile> {
    const target = { planId, roomId: newId(), proof: 'proof', ...(await publicOf(planId)) };
    const owner = { examineeId: newId(), fence: 1, madeAt: 5 };
    const [file = ''] = await sealExport(owner, target, { answers: [], acknowledged: [[1, 1_000_001]] });
    return JSON.parse(file) as ExportFile;
  }
  const textOf = (opened: Uint8Array | string) =>
    typeof opened === 'string' ? opened : Buffer.from(opened).toString();

  it('open what a device sealed to their public half, however often', async () => {
    const planId = await aStoredPlan();
    for (let round = 0; round < 30; round++) {
      const file = await aFileFor(planId);
      assert.equal(textOf(await store.exportKeys.open(file)), '{"answers":[],"acknowledged":[[1,1000001]]}');
    }
  });

  it('open nothing for another plan, under the id of another key, and with what is no point of the curve', async () => {
    const [planId, another] = [await aStoredPlan(), await aStoredPlan()];
    const file = await aFileFor(planId);
    const { keyId } = await publicOf(another);
    const open = (given: Partial<ExportFile>) => store.exportKeys.open({ ...file, ...given });
    assert.equal(await open({ keyId: newId() }), 'other-key');
    assert.equal(await open({ planId: another }), 'other-key');
    assert.equal(await open({ planId: newId() }), 'other-key');
    assert.equal(await open({ planId: another, keyId }), 'altered');
    for (const ephemeralKey of [
      '',
      'AAAA',
      Buffer.alloc(65).toString('base64url'),
      Buffer.alloc(65, 4).toString('base64url'),
    ])
      assert.equal(await open({ ephemeralKey }), 'altered');
  });

  it('lie sealed, and open with the key from the environment alone', async () => {
    const planId = await aStoredPlan();
    await publicOf(planId);
    const plan = await client.db().collection<{ _id: string }>('plans').findOne({ _id: planId });
    assert.ok(plan && Buffer.from(mongoose.mongo.BSON.serialize(plan)).includes('EHS1'));
    const file = await aFileFor(planId);
    await assert.rejects(other.exportKeys.open(file), shut);
    await assert.rejects(none.exportKeys.open(file), shut);
    await assert.rejects(none.exportKeys.publicOf(await aStoredPlan()), shut);
  });
});
