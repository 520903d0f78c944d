// The contract of stored papers: what is asked comes back as it was, and nobody reads it in the database itself.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import type { Item } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { mongodbUrl } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';

const CANARY = `question-${randomUUID()}`;
const options = ['A', 'B'].map((id) => ({ id, text: `${CANARY} ${id}` }));
const ITEMS: Item[] = [
  { number: 1, name: `${CANARY} 1`, kind: 'singleChoice', text: `${CANARY} 한글`, options },
  { number: 2, name: 'short', kind: 'shortText', text: '', options: [], maxLength: 10 },
];
const shut = { name: 'StoreFault', code: 'STORE_KEY' };

describe('contract of the store: papers', () => {
  let url: string;
  let store: Store;
  let other: Store;
  let none: Store;
  let client: mongoose.mongo.MongoClient;

  before(async () => {
    url = await mongodbUrl(`contract-papers-${newId()}`);
    store = await openStore({ url, autoIndex: true, paperKey: TEST_PAPER_KEY });
    other = await openStore({ url, paperKey: new Uint8Array(32).fill(8) });
    none = await openStore({ url });
    client = new mongoose.mongo.MongoClient(url);
  });
  after(async () => {
    await client.close();
    await Promise.all([store, other, none].map((one) => one.close()));
  });

  const aPaper = () => ({ _id: newId(), name: 'paper', items: ITEMS, createdAt: new Date(0) });
  const papers = () => client.db().collection<{ _id: string }>('papers');

  /** The document's own bytes, as they lie in the database's files. */
  async function rawBytes(_id: string): Promise<Buffer> {
    const document = await papers().findOne({ _id });
    assert.ok(document);
    return Buffer.from(mongoose.mongo.BSON.serialize(document));
  }

  it('[S12] come back as they were, and show nothing in the collection itself', async () => {
    const paper = aPaper();
    await store.papers.create(paper);
    const raw = await rawBytes(paper._id);
    assert.deepEqual(await store.papers.get(paper._id), paper);
    assert.ok(raw.includes('EHS1') && !raw.includes(CANARY) && !raw.includes('한글') && !raw.includes('singleChoice'));
  });

  it('[S12] open with the key that sealed them alone, and are not written without one', async () => {
    const paper = aPaper();
    await store.papers.create(paper);
    await assert.rejects(other.papers.get(paper._id), { ...shut, message: /is EXAMHALL_PAPER_KEY the one of before/ });
    await assert.rejects(none.papers.get(paper._id), shut);
    await assert.rejects(none.papers.create(aPaper()), shut);
  });

  it('[S12] do not open in the place of another paper', async () => {
    const [paper, other] = [aPaper(), aPaper()];
    for (const one of [paper, other]) await store.papers.create(one);
    const { sealedItems } = (await papers().findOne({ _id: paper._id })) as unknown as { sealedItems: unknown };
    await papers().updateOne({ _id: other._id }, { $set: { sealedItems } });
    await assert.rejects(store.papers.get(other._id), shut);
  });

  it('[S12] from before they were sealed are read, and sealed by that', async () => {
    const paper = aPaper();
    await papers().insertOne(paper);
    assert.ok((await rawBytes(paper._id)).includes(CANARY));
    assert.deepEqual(await store.papers.get(paper._id), paper);
    assert.ok(!(await rawBytes(paper._id)).includes(CANARY));
    assert.deepEqual(await store.papers.get(paper._id), paper);
  });

  it('are written once', async () => {
    const paper = aPaper();
    await store.papers.create(paper);
    await store.papers.create({ ...paper, items: [] });
    assert.deepEqual(await store.papers.get(paper._id), paper);
    assert.equal(await store.papers.get(newId()), null);
  });
});
