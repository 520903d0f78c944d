// What the api leaves behind of a paper before its start: nothing that can be read, in no collection and not in Redis.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { newId } from '../../schema/ids.ts';
import { PaperView } from '../../schema/replies.ts';
import { bytesByCollection } from '../support/all-bytes.ts';
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
    const collections = [...(await bytesByCollection(api.storeUrl))];
    const holding = (text: string) => collections.filter(([, bytes]) => bytes.includes(text)).map(([of]) => of);
    assert.deepEqual(holding(name), ['papers'], 'the scan finds what may be read');
    assert.deepEqual(holding(CANARY), []);
    for (const key of await api.redis.keys('*')) assert.ok(!(await api.redis.dumpBuffer(key))?.includes(CANARY), key);
  });
});
