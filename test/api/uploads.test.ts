// Uploads: pieces, broken links, what is refused and what is left of it, ranges, links, and who may. The bytes are looked at
// past the api where it matters: on the disk.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createTokens } from '../../api/tokens.ts';
import { newId } from '../../schema/ids.ts';
import type { UploadView } from '../../schema/uploads.ts';
import { UPLOAD_IDLE_MS } from '../../schema/uploads.ts';
import { folderBlobs } from '../../store/folder-blobs.ts';
import { startUploadSweep } from '../../workers/upload-sweep.ts';
import { testFolder } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';
import { type ExamFixture, examineeToken, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

const BYTES = { 'content-type': 'application/octet-stream' };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('uploads', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('uploads');
    exam = await makeExam(api);
  });
  after(() => api.stop());

  const codeOf = ({ status, body }: Answered) => [status, (body as { code?: string }).code];
  const announce = (bytes: Uint8Array, given: object = {}, token = exam.admin) =>
    api.call('POST', `/v1/plans/${exam.planId}/uploads`, {
      token,
      body: {
        use: 'evidence',
        roomId: exam.roomIds[0],
        name: 'a',
        bytes: bytes.length,
        sha256: sha256(bytes),
        ...given,
      },
    });
  async function announced(bytes: Uint8Array, given: object = {}): Promise<string> {
    const answer = await announce(bytes, given);
    assert.equal(answer.status, 201, answer.text);
    return (answer.body as UploadView).uploadId;
  }
  const put = (id: string, offset: number, body: Uint8Array, token = exam.admin) =>
    api.call('PUT', `/v1/uploads/${id}/bytes?offset=${offset}`, { token, body, headers: BYTES });
  const look = async (id: string) =>
    (await api.call('GET', `/v1/uploads/${id}`, { token: exam.admin })).body as UploadView;
  const content = (id: string, headers: Record<string, string> = {}, token = exam.admin) =>
    fetch(`${api.url}/v1/uploads/${id}/content`, { headers: { ...headers, authorization: `Bearer ${token}` } });
  async function stored(bytes: Uint8Array, given: object = {}): Promise<string> {
    const id = await announced(bytes, given);
    assert.equal((await put(id, 0, bytes)).status, 200);
    return id;
  }
  async function onDisk(): Promise<string[]> {
    const names = await readdir(join(api.config.dataDir, 'uploads'), { recursive: true }).catch(() => []);
    return names.filter((name) => name.length > 2);
  }

  it('come in pieces, at the offset that is kept, and are ready with the last byte', async () => {
    const bytes = randomBytes(1_000);
    const id = await announced(bytes, { name: '../../etc/passwd <b>.html' });
    assert.deepEqual(codeOf(await put(id, 1, bytes.subarray(1))), [409, 'UPLOAD_OFFSET']);
    assert.equal(((await put(id, 0, bytes.subarray(0, 333))).body as UploadView).offset, 333);
    assert.deepEqual(codeOf(await put(id, 0, bytes)), [409, 'UPLOAD_OFFSET']);
    assert.equal((await look(id)).offset, 333);
    assert.equal((await content(id)).status, 409);
    const done = (await put(id, 333, bytes.subarray(333))).body as UploadView;
    assert.deepEqual([done.offset, done.state], [1_000, 'ready']);
    const again = (await put(id, 333, bytes.subarray(333))).body as UploadView;
    assert.equal(again.state, 'ready', 'whose answer was lost sends it again');
    const down = await content(id);
    assert.deepEqual(Buffer.from(await down.arrayBuffer()), bytes);
    assert.match(down.headers.get('content-disposition') ?? '', /^attachment; filename="\.\._\.\._etc_passwd/);
    assert.equal(down.headers.get('x-content-type-options'), 'nosniff');
    assert.ok(
      (await onDisk()).some((path) => path.includes(`/${id}/`)),
      'its id is its place',
    );
  });

  it('keep what came before the link broke', async () => {
    const bytes = randomBytes(200_000);
    const id = await announced(bytes);
    const { hostname, port } = new URL(api.url);
    const headers = { ...BYTES, authorization: `Bearer ${exam.admin}`, 'content-length': bytes.length };
    const sender = request({ hostname, port, method: 'PUT', path: `/v1/uploads/${id}/bytes?offset=0`, headers });
    sender.on('error', () => undefined); // it is broken on purpose
    sender.write(bytes.subarray(0, 150_000));
    while ((await look(id)).offset < 100_000) await wait(5);
    assert.deepEqual(codeOf(await put(id, 0, bytes)), [503, 'BUSY'], 'there is one sender at a time');
    sender.destroy();
    let kept = await put(id, 0, bytes);
    while (kept.status === 503) kept = await wait(20).then(() => put(id, 0, bytes));
    assert.deepEqual(codeOf(kept), [409, 'UPLOAD_OFFSET']);
    const { offset } = await look(id);
    assert.equal(((await put(id, offset, bytes.subarray(offset))).body as UploadView).state, 'ready');
  });

  it('[S20] survive the kill of who writes them, and are gone on with', async () => {
    const bytes = randomBytes(60_000);
    const id = await announced(bytes);
    const path = (name: string) => JSON.stringify(new URL(`../../${name}`, import.meta.url).href);
    const program = `import { takeBytes } from ${path('api/uploading.ts')};
      import { openStore } from ${path('store/open-store.ts')};
      import { folderBlobs } from ${path('store/folder-blobs.ts')};
      import { Readable } from 'node:stream';
      const [url, key, dataDir, id, head] = JSON.parse(process.argv[1]);
      const store = await openStore({ url, paperKey: Buffer.from(key, 'base64') });
      async function* stalling() { yield Buffer.from(head, 'base64'); await new Promise(() => setInterval(() => {}, 1e6)); }
      const parts = { store, blobs: folderBlobs(dataDir), now: Date.now };
      await takeBytes(parts, await store.uploads.get(id), 0, Readable.from(stalling()));`;
    const key = Buffer.from(TEST_PAPER_KEY).toString('base64');
    const head = bytes.subarray(0, 20_000).toString('base64');
    const given = JSON.stringify([api.storeUrl, key, api.config.dataDir, id, head]);
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, given], { stdio: 'ignore' });
    while ((await look(id)).offset < 20_000) await wait(50);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(((await put(id, 20_000, bytes.subarray(20_000))).body as UploadView).state, 'ready');
    assert.deepEqual(Buffer.from(await (await content(id)).arrayBuffer()), bytes);
  });

  it('are thrown away where their SHA-256 is another, and begin anew', async () => {
    const bytes = randomBytes(500);
    const id = await announced(bytes);
    assert.deepEqual(codeOf(await put(id, 0, randomBytes(500))), [422, 'UPLOAD_HASH']);
    assert.deepEqual([(await look(id)).offset, (await look(id)).state], [0, 'uploading']);
    assert.equal(((await put(id, 0, bytes)).body as UploadView).state, 'ready');
  });

  it('take no byte more than was announced, no packed ones, and nothing that is not sent as bytes', async () => {
    const bytes = randomBytes(500);
    const id = await announced(bytes);
    assert.deepEqual(codeOf(await put(id, 0, Buffer.concat([bytes, bytes]))), [422, 'UPLOAD_TOO_LONG']);
    const packed = { ...BYTES, 'content-encoding': 'gzip' };
    for (const headers of [packed, { 'content-type': 'text/html' }])
      assert.equal(
        (await api.call('PUT', `/v1/uploads/${id}/bytes?offset=0`, { token: exam.admin, body: bytes, headers })).status,
        415,
      );
    const { offset } = await look(id);
    assert.equal(((await put(id, offset, bytes.subarray(offset))).body as UploadView).state, 'ready');
    assert.equal((await announce(bytes, { bytes: 1024 ** 3 + 1 })).status, 422);
  });

  it('are given out in ranges', async () => {
    const bytes = randomBytes(1_000);
    const id = await stored(bytes);
    for (const [range, start, end] of [
      ['17-500', 17, 500],
      ['990-', 990, 999],
      ['-5', 995, 999],
    ] as const) {
      const part = await content(id, { range: `bytes=${range}` });
      assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes ${start}-${end}/1000`]);
      assert.deepEqual(Buffer.from(await part.arrayBuffer()), bytes.subarray(start, end + 1));
    }
    const beyond = await content(id, { range: 'bytes=1000-' });
    assert.deepEqual([beyond.status, beyond.headers.get('content-range')], [416, 'bytes */1000']);
    assert.equal((await content(id, { range: 'bytes=1-2', 'if-range': '"another"' })).status, 200);
  });

  it('have a type by what they are, and are an attachment whatever that is', async () => {
    const cases = [
      ['%PDF-1.7', 'application/pdf'],
      ['<script>alert(1)</script>', 'text/plain; charset=utf-8'],
      ['\u0000\u0001', 'application/octet-stream'],
    ] as const;
    for (const [text, type] of cases) {
      const down = await content(await stored(Buffer.from(text), { name: 'page.html' }));
      assert.equal(down.headers.get('content-type'), type);
      assert.match(down.headers.get('content-disposition') ?? '', /^attachment/);
    }
  });

  it('lie enciphered, and cannot be read by who has folder and rows of a removed one', async () => {
    const bytes = Buffer.from('the third question is about whales '.repeat(20));
    const id = await stored(bytes, { use: 'media', roomId: undefined });
    const [piece = ''] = (await onDisk()).filter((path) => path.includes(`${id}/`));
    assert.ok(!(await readFile(join(api.config.dataDir, 'uploads', piece))).includes('whales'));
    assert.equal((await api.call('DELETE', `/v1/uploads/${id}`, { token: exam.admin })).status, 204);
    assert.equal((await content(id)).status, 404);
    assert.equal((await api.call('DELETE', `/v1/uploads/${id}`, { token: exam.admin })).status, 404);
    assert.deepEqual(await api.store.uploads.removed(9), [id]);
  });

  it('are swept when they were removed, or when nobody went on with them for a day', async () => {
    const half = await announced(randomBytes(10));
    await put(half, 0, randomBytes(3));
    const whole = await stored(randomBytes(10));
    const blobs = folderBlobs(api.config.dataDir);
    const { store } = api;
    const later = () => Date.now() + UPLOAD_IDLE_MS + 1_000;
    const log = { debug() {}, error: (line: unknown) => assert.fail(String(line)) } as never;
    const sweep = startUploadSweep({ store, blobs, log, now: later, everyMs: 10 });
    while ((await store.uploads.removed(9)).length > 0 || (await store.uploads.get(half)) !== null) await wait(10);
    await sweep.stop();
    const left = await onDisk();
    assert.deepEqual(
      [left.some((path) => path.includes(half)), left.some((path) => path.includes(whole))],
      [false, true],
    );
    assert.ok((await store.uploads.removeOf((await look(whole)).by, exam.planId)).includes(whole));
    assert.equal(await store.uploads.get(whole), null, 'all that a person brought');
  });

  it('have a quota by person and by plan, which a repeat does not use up twice', async () => {
    const other = await makeExam(api);
    const size = 300_000;
    const body = { use: 'media', name: 'a', bytes: size, sha256: '0'.repeat(64) };
    const send = (token: string, key = newId()) =>
      api.call('POST', `/v1/plans/${other.planId}/uploads`, { token, body, key });
    const [first, second, third, fourth] = await Promise.all([1, 2, 3, 4].map(() => api.adminToken()));
    assert.ok(first && second && third && fourth);
    const key = newId();
    const ids = [await send(first, key), await send(first, key)].map(({ body }) => (body as UploadView).uploadId);
    assert.equal(ids[0], ids[1]);
    assert.deepEqual(codeOf(await send(first)), [409, 'FILE_QUOTA'], 'of the person');
    assert.equal((await send(second)).status, 201);
    assert.equal((await send(third)).status, 201);
    assert.deepEqual(codeOf(await send(fourth)), [409, 'FILE_QUOTA'], 'of the plan');
  });

  it('are given by a signed link to whoever has it, until it expires', async () => {
    const bytes = randomBytes(100);
    const id = await stored(bytes);
    const made = await api.call('POST', `/v1/uploads/${id}/link`, { token: exam.admin, body: { lifeMs: 60_000 } });
    const { url } = made.body as { url: string };
    const down = await fetch(url, { headers: { range: 'bytes=1-3' } });
    assert.deepEqual([down.status, Buffer.from(await down.arrayBuffer())], [206, bytes.subarray(1, 4)]);
    assert.equal((await fetch(`${url.slice(0, -4)}AAAA`)).status, 410);
    assert.equal((await fetch(`${api.url}/v1/file-links/${tokenOf(id, Date.now() - 1)}`)).status, 410);
    await api.call('DELETE', `/v1/uploads/${id}`, { token: exam.admin });
    assert.equal((await fetch(url)).status, 404);
  });
  it('have an entry of the audit chain for each link, with who made it and when it ends', async () => {
    const id = await stored(randomBytes(10));
    const made = [60_000, 120_000].map((lifeMs) =>
      api.call('POST', `/v1/uploads/${id}/link`, { token: exam.admin, body: { lifeMs } }),
    );
    const ends = (await Promise.all(made)).map(({ body }) => (body as { expiresAt: number }).expiresAt);
    const entries = (await api.store.audit.waiting(1_000)).map(({ facts }) => facts);
    const links = entries.filter(({ kind, subject }) => kind === 'upload.linked' && subject === id);
    assert.deepEqual(links.map(({ data }) => data.expiresAt).sort(), ends.sort());
    assert.deepEqual(new Set(links.map(({ actorRole, data }) => `${actorRole} ${data.sha256}`)).size, 1);
    assert.equal(links[0]?.actorRole, 'admin');
  });

  const tokenOf = (id: string, expiresAt: number) => createTokens(api.config.secret).forFile(id, expiresAt);

  it('of a room are its proctors’, and nobody’s of another room or plan; media are the admins’', async () => {
    const bytes = randomBytes(20);
    const id = await stored(bytes);
    const media = await stored(bytes, { use: 'media', roomId: undefined });
    const own = await proctorToken(api, exam.planId, [exam.roomIds[0]]);
    const others = [
      await proctorToken(api, exam.planId, [exam.roomIds[1]]),
      await proctorToken(api, newId(), [exam.roomIds[0]]),
    ];
    assert.equal((await content(id, {}, own)).status, 200);
    assert.equal((await announce(bytes, {}, own)).status, 201);
    assert.equal((await announce(bytes, { use: 'media', roomId: undefined }, own)).status, 403);
    assert.equal((await content(media, {}, own)).status, 403);
    for (const token of others) {
      assert.equal((await content(id, {}, token)).status, 403);
      assert.equal((await put(id, 0, bytes, token)).status, 403);
      assert.notEqual((await announce(bytes, {}, token)).status, 201);
    }
    const list = await api.call('GET', `/v1/plans/${exam.planId}/uploads`, { token: others[0] });
    assert.deepEqual((list.body as { uploads: unknown[] }).uploads, []);
    assert.deepEqual(codeOf(await announce(bytes, { incidentId: newId() })), [404, 'INCIDENT_UNKNOWN']);
  });

  it('[S14] that are media are shut for examinees until their own room has started', async () => {
    const media = await stored(randomBytes(20), { use: 'media', roomId: undefined });
    const evidence = await stored(randomBytes(20));
    const [first, third] = [examineeToken(api, exam, 0), examineeToken(api, exam, 2)];
    assert.equal((await content(media, {}, first)).status, 403);
    await api.store.rooms.change(personAt(exam, 0).roomId, 0, { status: 'running', startsAt: Date.now() - 1_000 });
    await wait(1_100); // what the api knows of a room is a second old at most
    assert.equal((await content(media, {}, first)).status, 200);
    assert.equal((await content(evidence, {}, first)).status, 403);
    assert.equal((await content(media, {}, third)).status, 403, 'the other room has not');
    const other = await makeExam(api);
    assert.equal((await content(media, {}, examineeToken(api, other, 0))).status, 403);
  });

  it('are brought by the lines of docs/files.md', async () => {
    const page = await readFile(new URL('../../docs/files.md', import.meta.url), 'utf8');
    const lines = /```bash\n([\s\S]*?)```/.exec(page)?.[1];
    assert.ok(lines);
    const token = await api.adminToken();
    const env = { ...process.env, URL: api.url, TOKEN: token, PLAN: exam.planId, ROOM: exam.roomIds[0], KEY: newId() };
    const { stdout } = await promisify(execFile)('sh', ['-euc', lines], { cwd: await testFolder(), env });
    assert.match(stdout, /"state":"ready"/);
  });
});
