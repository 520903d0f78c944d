// Uploads beyond one process and one folder: two processes of the api that get the bytes of one file at once, and files that
// lie in a bucket.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { bringObjectStore } from '../../bin/launcher/object-store.ts';
import { newId } from '../../schema/ids.ts';
import { KeptExportView } from '../../schema/kept-exports.ts';
import type { UploadView } from '../../schema/uploads.ts';
import type { Bucket } from '../../store/bucket-blobs.ts';
import { openBlobs } from '../../store/open-blobs.ts';
import { startExportMaking } from '../../workers/kept-exports.ts';
import { startUploadSweep } from '../../workers/upload-sweep.ts';
import { testBucket } from '../support/object-store.ts';
import { collectingLog } from '../workers/worker-parts.ts';
import { type ExamFixture, makeExam } from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

const BYTES = { 'content-type': 'application/octet-stream' };
const MIB = 1024 * 1024;
const fileQuota = { planBytes: 200 * MIB, personBytes: 100 * MIB };
const codeOf = ({ status, body }: Answered) => [status, (body as { code?: string }).code];

/** What the tests do with uploads, at the api that is named. */
function handling(exam: ExamFixture) {
  const { admin: token } = exam;
  return {
    async announce(api: RunningApi, bytes: Uint8Array): Promise<string> {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const body = { use: 'media', name: 'a', bytes: bytes.length, sha256 };
      const answer = await api.call('POST', `/v1/plans/${exam.planId}/uploads`, { token, body });
      assert.equal(answer.status, 201, answer.text);
      return (answer.body as UploadView).uploadId;
    },
    put: (api: RunningApi, id: string, offset: number, body: Uint8Array) =>
      api.call('PUT', `/v1/uploads/${id}/bytes?offset=${offset}`, { token, body, headers: BYTES }),
    look: async (api: RunningApi, id: string) =>
      (await api.call('GET', `/v1/uploads/${id}`, { token })).body as UploadView,
    remove: (api: RunningApi, id: string) => api.call('DELETE', `/v1/uploads/${id}`, { token }),
    async content(api: RunningApi, id: string, range?: string): Promise<Buffer> {
      const headers = { authorization: `Bearer ${token}`, ...(range === undefined ? {} : { range: `bytes=${range}` }) };
      const answer = await fetch(`${api.url}/v1/uploads/${id}/content`, { headers });
      assert.equal(answer.status, range === undefined ? 200 : 206);
      return Buffer.from(await answer.arrayBuffer());
    },
    /** A sender that has said only the first of its bytes: `end` says the rest and gives the answer. */
    stalled(api: RunningApi, id: string, offset: number, bytes: Uint8Array, first: number) {
      const { hostname, port } = new URL(api.url);
      const headers = { ...BYTES, authorization: `Bearer ${token}`, 'content-length': bytes.length };
      const path = `/v1/uploads/${id}/bytes?offset=${offset}`;
      const sender = request({ hostname, port, method: 'PUT', path, headers });
      const answered = new Promise<[number | undefined, string]>((resolve, reject) => {
        sender.once('error', reject);
        sender.once('response', (response) => {
          const code = (body: string) => (JSON.parse(body) as { code?: string }).code ?? '';
          text(response).then((body) => resolve([response.statusCode, code(body)]), reject);
        });
      });
      sender.write(bytes.subarray(0, first));
      return { end: () => sender.end(bytes.subarray(first)), answered };
    },
  };
}

describe('uploads at two processes of the api', () => {
  let first: RunningApi;
  let second: RunningApi;
  let on: ReturnType<typeof handling>;

  before(async () => {
    first = await startApi('upload-places', { config: { fileQuota } });
    second = await startApi('upload-places', { beside: first, config: { fileQuota, dataDir: first.config.dataDir } });
    on = handling(await makeExam(first));
  });
  after(async () => {
    await second.stop();
    await first.stop();
  });

  it('[S5] take the bytes of one of two senders who begin at the same place, each time, and never a mixture', async () => {
    for (let round = 0; round < 8; round++) {
      const bytes = randomBytes(90_000);
      const id = await on.announce(first, bytes);
      const answers = await Promise.all([
        on.put(first, id, 0, bytes.subarray(0, 30_000)),
        on.put(second, id, 0, randomBytes(60_000)),
      ]);
      const won = answers.findIndex(({ status }) => status === 200);
      assert.deepEqual(codeOf(answers[1 - won] as Answered), [409, 'UPLOAD_OFFSET'], 'the other one has lost');
      const { offset } = await on.look(first, id);
      assert.equal(offset, won === 0 ? 30_000 : 60_000);
      const rest = await on.put(second, id, offset, bytes.subarray(offset));
      if (won === 1) {
        assert.deepEqual(codeOf(rest), [422, 'UPLOAD_HASH']);
        assert.equal((await on.put(first, id, 0, bytes)).status, 200);
      }
      assert.deepEqual(await on.content(second, id), bytes);
    }
  });

  it('refuse a sender that stood still while another went on, when it wakes up, and it hears so', async () => {
    const bytes = randomBytes(8 * MIB);
    const id = await on.announce(first, bytes);
    const asleep = on.stalled(first, id, 0, bytes, 100_000);
    while ((await on.look(second, id)).offset < 100_000) await wait(50);
    const done = await on.put(second, id, 100_000, bytes.subarray(100_000));
    assert.equal((done.body as UploadView).state, 'ready');
    asleep.end();
    assert.deepEqual(await asleep.answered, [409, 'UPLOAD_OFFSET']);
    assert.deepEqual(await on.content(first, id), bytes);
  });
});

describe('uploads in a bucket', () => {
  let api: RunningApi;
  let bucket: Bucket;
  let exam: ExamFixture;
  let on: ReturnType<typeof handling>;

  before(async function () {
    this.timeout(180_000); // the first time the store is brought
    await bringObjectStore();
    const found = await testBucket();
    if ('missing' in found) {
      console.log(`      skipped: ${found.missing}`);
      return this.skip();
    }
    bucket = found;
    api = await startApi('upload-bucket', { config: { fileQuota }, bucket });
    exam = await makeExam(api);
    on = handling(exam);
  });
  after(() => api?.stop());

  const keys = async () => {
    const list = await (await fetch(`${bucket.url}?list-type=2`)).text();
    return [...list.matchAll(/<Key>([^<]+)</g)].map(([, key = '']) => key);
  };

  it('come in pieces over a broken link, and go out whole and in ranges', async () => {
    const bytes = randomBytes(12 * MIB);
    const id = await on.announce(api, bytes);
    const broken = on.stalled(api, id, 0, bytes, 200_000);
    while ((await on.look(api, id)).offset < 200_000) await wait(50);
    broken.end();
    assert.deepEqual(await broken.answered, [200, '']);
    assert.ok((await keys()).length >= 3, 'in pieces of some MiB');
    assert.deepEqual(await on.content(api, id), bytes);
    assert.deepEqual(await on.content(api, id, '150000-11000000'), bytes.subarray(150_000, 11_000_001));
  });

  it('leave nothing there when they were removed', async () => {
    const said = Buffer.from('the third question is about whales '.repeat(20));
    const id = await on.announce(api, said);
    await on.put(api, id, 0, said);
    const blobs = openBlobs({ dataDir: '-', bucket });
    const [key = ''] = (await keys()).filter((one) => one.includes(id));
    const lies: Uint8Array[] = [];
    for await (const chunk of await blobs.read(id, key.split('/').at(-1) ?? '', { start: 0, end: said.length - 1 }))
      lies.push(chunk);
    assert.ok(Buffer.concat(lies).length === said.length && !Buffer.concat(lies).includes('whales'), 'enciphered');
    assert.equal((await on.remove(api, id)).status, 204);
    const log = { debug() {}, error: (line: unknown) => assert.fail(String(line)) } as never;
    const sweep = startUploadSweep({ store: api.store, blobs, log, now: Date.now, everyMs: 10 });
    while ((await api.store.uploads.removed(9)).length > 0) await wait(10);
    await sweep.stop();
    assert.deepEqual(
      (await keys()).filter((one) => one.includes(id)),
      [],
    );
  });

  it('have exports that were ordered: enciphered, in pieces, whole and in ranges, and nothing once they are removed', async () => {
    const { admin: token, planId } = exam;
    const entry = { planId, stream: 'system' as const, subject: planId, kind: 'whales', at: 1, data: {} };
    await api.store.logs.insert(Array.from({ length: 1_200 }, () => ({ ...entry, logId: newId() })));
    const answered = await api.call('POST', `/v1/plans/${planId}/exports`, {
      token,
      body: { what: 'logs', format: 'ndjson' },
    });
    const { exportId } = KeptExportView.parse(answered.body);
    const blobs = openBlobs({ dataDir: '-', bucket });
    const { log } = collectingLog();
    const parts = { store: api.store, blobs, dataDir: '-', log, now: Date.now };
    const maker = startExportMaking({ ...parts, everyMs: 20, pieceBytes: 1 });
    const look = async () => {
      const { body } = await api.call('GET', `/v1/exports/${exportId}`, { token });
      return KeptExportView.parse(body);
    };
    while ((await look()).state === 'making') await wait(20);
    await maker.stop();
    const view = await look();
    const bytes = await on.content(api, exportId);
    assert.deepEqual([view.state, view.bytes], ['ready', bytes.length]);
    assert.equal(view.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.match(bytes.toString(), /"whales"/);
    assert.deepEqual(await on.content(api, exportId, '10-99'), bytes.subarray(10, 100));
    const own = async () => (await keys()).filter((key) => key.includes(exportId));
    const lies = await own();
    assert.ok(lies.length > 1, 'in pieces');
    for (const key of lies) {
      const stored = await blobs.read(exportId, key.split('/').at(-1) ?? '', { start: 0, end: 99 });
      assert.doesNotMatch(await text(Readable.from(stored)), /whales|logId/);
    }
    assert.equal((await api.call('DELETE', `/v1/exports/${exportId}`, { token })).status, 204);
    const sweep = startUploadSweep({ ...parts, everyMs: 10 });
    while ((await own()).length > 0) await wait(10);
    await sweep.stop();
  });
});
