// What the api leaves behind of a paper before its start: nothing that can be read, in no collection and not in Redis.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import mongoose from 'mongoose';
import { newId } from '../../schema/ids.ts';
import { PaperView } from '../../schema/replies.ts';
import { ENTRIES, ITEMS } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const CANARY = `question-${randomUUID()}`;

describe('papers at rest', () => {
  let api: RunningApi;

  before(async () => {
    api = await startApi('at-rest');
  });
  after(() => api.stop());

  it('[S12] show no text in any collection, also where their request was repeated', async () => {
    const token = await api.adminToken();
    const name = `paper of ${newId()}`;
    const items = ITEMS.map((item) => ({ ...item, text: `${CANARY} ${item.text}` }));
    const sent = { token, body: { name, items }, key: newId() };
    const { paperId } = PaperView.parse((await api.call('POST', '/v1/papers', sent)).body);
    const again = PaperView.parse((await api.call('POST', '/v1/papers', sent)).body);
    assert.equal(again.paperId, paperId);
    assert.ok(again.items[0]?.text.includes(CANARY), 'a repeat is answered as the first was');
    await api.call('PUT', `/v1/papers/${paperId}/key`, { token, body: { entries: ENTRIES } });
    const found = await collectionsWith(api.storeUrl, [CANARY, name]);
    assert.deepEqual(found.get(name), ['papers'], 'the scan finds what may be read');
    assert.deepEqual(found.get(CANARY), []);
    for (const key of await api.redis.keys('*')) assert.ok(!(await api.redis.dumpBuffer(key))?.includes(CANARY), key);
  });
});

/** Text → the collections in whose bytes it lies. */
async function collectionsWith(url: string, texts: string[]): Promise<Map<string, string[]>> {
  const client = new mongoose.mongo.MongoClient(url);
  const found = new Map<string, string[]>(texts.map((text) => [text, []]));
  for (const { name } of await client.db().listCollections().toArray()) {
    const rows = await client
      .db()
      .collection(name)
      .find({ _id: { $gt: '' as never } })
      .toArray();
    const bytes = Buffer.concat(rows.map((row) => Buffer.from(mongoose.mongo.BSON.serialize(row))));
    for (const [text, names] of found) if (bytes.includes(text)) names.push(name);
  }
  await client.close();
  return found;
}
