// Exports that are ordered, made by the workers, and kept for some days: the same bytes as at once, whoever makes them and
// however often that dies, and gone when somebody who may be in them is.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { contentHash } from '../../exam/content-hash.ts';
import { newId } from '../../schema/ids.ts';
import { type KeptExportList, KeptExportView, MOST_KEPT_EXPORTS } from '../../schema/kept-exports.ts';
import { folderBlobs } from '../../store/folder-blobs.ts';
import { type ExportMakingOptions, startExportMaking } from '../../workers/kept-exports.ts';
import { scorePlan } from '../../workers/scoring.ts';
import { startUploadSweep } from '../../workers/upload-sweep.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';
import { collectingLog, until } from '../workers/worker-parts.ts';
import { type ExamFixture, forceState, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

const REVISIONS = 400;
const HOUR_MS = 3_600_000;
const codeOf = ({ status, body }: Answered) => [status, (body as { code?: string } | undefined)?.code];

describe('kept exports', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    const fileQuota = { planBytes: 100_000_000, personBytes: 1_000_000 };
    api = await startApi('kept-exports', { config: { fileQuota } });
    exam = await makeExam(api);
    await fill(exam);
  });
  after(() => api.stop());

  /** Half a megabyte of revisions, and scores. */
  async function fill({ planId, roomIds }: ExamFixture): Promise<void> {
    const { examineeId } = personAt(exam, 0);
    const answers = Array.from({ length: REVISIONS }, (_, index) => {
      const text = `${index} ${'essay '.repeat(200)}`;
      return [examineeId, 2, 1_000_001 + index, text, contentHash(text), 5_000] as never;
    });
    await api.store.answers.insert(planId, answers);
    await api.store.sheets.end(examineeId, 'submitted', [[2, 1_000_000 + REVISIONS]], 9_000);
    for (const roomId of roomIds) {
      await api.store.sheets.settleRoom(roomId);
      await api.store.rooms.change(roomId, 0, { status: 'ended', settledAt: 9 });
    }
    await forceState(api, planId, 'ended');
    assert.equal(await scorePlan(api.store, planId), 'scored');
  }

  const order = (body: object, planId = exam.planId) =>
    api.call('POST', `/v1/plans/${planId}/exports`, { token: exam.admin, body });
  async function ordered(body: object, planId = exam.planId): Promise<string> {
    const answered = await order(body, planId);
    assert.equal(answered.status, 201, answered.text);
    return KeptExportView.parse(answered.body).exportId;
  }
  const look = (id: string) => api.call('GET', `/v1/exports/${id}`, { token: exam.admin });
  const viewOf = async (id: string) => KeptExportView.parse((await look(id)).body);
  const content = (id: string, headers: Record<string, string> = {}, token = exam.admin) =>
    fetch(`${api.url}/v1/uploads/${id}/content`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  const direct = (path: string) => api.call('GET', path, { token: exam.admin });
  const onDisk = (id: string) => globSync(`uploads/*/${id}/*`, { cwd: api.config.dataDir }).length;

  function making(given: Partial<ExportMakingOptions> = {}) {
    const { store, config } = api;
    const parts = { store, blobs: folderBlobs(config.dataDir), dataDir: config.dataDir, log: collectingLog().log };
    return startExportMaking({ ...parts, now: Date.now, everyMs: 20, pieceBytes: 1, ...given });
  }
  async function madeOf(id: string, given: Partial<ExportMakingOptions> = {}): Promise<KeptExportView> {
    const maker = making(given);
    await until('it is over', async () => (await viewOf(id)).state !== 'making');
    await maker.stop();
    return viewOf(id);
  }

  it('have the bytes that the same export has at once, in ranges and by a signed link, with their SHA-256', async () => {
    const id = await ordered({ what: 'answers', format: 'csv' });
    assert.deepEqual([(await viewOf(id)).state, (await content(id)).status], ['making', 409]);
    const view = await madeOf(id);
    assert.deepEqual([view.state, view.rows, view.flaw], ['ready', REVISIONS, '']);
    const { text } = await direct(`/v1/plans/${exam.planId}/exports/answers.csv`);
    const whole = await content(id);
    const bytes = Buffer.from(await whole.arrayBuffer());
    assert.equal(bytes.toString(), text);
    assert.deepEqual([view.bytes, view.sha256], [bytes.length, createHash('sha256').update(bytes).digest('hex')]);
    assert.match(whole.headers.get('content-disposition') ?? '', /^attachment; filename="?answers-\w+\.csv"?$/);
    assert.match(whole.headers.get('content-type') ?? '', /^text\/csv/);
    const made = await api.call('POST', `/v1/uploads/${id}/link`, { token: exam.admin, body: { lifeMs: 60_000 } });
    const part = await fetch((made.body as { url: string }).url, { headers: { range: 'bytes=70000-70009' } });
    assert.deepEqual([part.status, Buffer.from(await part.arrayBuffer())], [206, bytes.subarray(70_000, 70_010)]);
  });

  it('are in the audit chain when they are ordered, made, and taken', async () => {
    const id = await ordered({ what: 'logs', format: 'ndjson' });
    const { sha256 } = await madeOf(id);
    await (await content(id)).text();
    const entries = (await api.store.audit.waiting(1_000)).map(({ facts }) => facts);
    const own = entries.filter(({ subject }) => subject === id);
    assert.deepEqual(
      own.map(({ kind, actorRole }) => [kind, actorRole]),
      [
        ['export.ordered', 'admin'],
        ['export.made', 'system'],
        ['export.taken', 'admin'],
      ],
    );
    assert.deepEqual(new Set(own.slice(1).map(({ data }) => data.sha256)), new Set([sha256]));
  });

  it('have one room where one is named, the version of results that was ordered, and the sheets of the whole plan', async () => {
    const [first, second] = exam.roomIds;
    const here = await madeOf(await ordered({ what: 'answers', format: 'ndjson', roomId: first }));
    const there = await madeOf(await ordered({ what: 'answers', format: 'ndjson', roomId: second }));
    assert.deepEqual([here.rows, there.rows, there.bytes, there.state], [REVISIONS, 0, 0, 'ready']);
    assert.equal(await (await content(there.exportId)).text(), '', 'nothing is a file, too');
    const id = await ordered({ what: 'results', format: 'csv' });
    const before = await direct(`/v1/plans/${exam.planId}/exports/results.csv`);
    assert.equal(await scorePlan(api.store, exam.planId), 'scored');
    const results = await madeOf(id);
    assert.deepEqual([results.version, await (await content(id)).text()], [1, before.text]);
    const sheets = await madeOf(await ordered({ what: 'sheets' }));
    assert.deepEqual([sheets.format, sheets.rows], ['tar', 1]);
    assert.match(await (await content(sheets.exportId)).text(), /manifest\.ndjson/);
  });

  it('[S20] are made again where a worker is killed in the middle, and until then nobody has half of one', async () => {
    const id = await ordered({ what: 'answers', format: 'csv' });
    const path = (name: string) => JSON.stringify(new URL(`../../${name}`, import.meta.url).href);
    const program = `import { startExportMaking } from ${path('workers/kept-exports.ts')};
      import { openStore } from ${path('store/open-store.ts')};
      import { folderBlobs } from ${path('store/folder-blobs.ts')};
      import { pino } from ${path('node_modules/pino/pino.js')};
      const [url, key, dataDir] = JSON.parse(process.argv[1]);
      const store = await openStore({ url, paperKey: Buffer.from(key, 'base64') });
      const folder = folderBlobs(dataDir);
      const slow = { ...folder, put: async (...given) => { await new Promise((go) => setTimeout(go, 300)); return folder.put(...given); } };
      const log = pino({ level: 'silent' });
      startExportMaking({ store, blobs: slow, dataDir, log, now: Date.now, leaseMs: 1_000, pieceBytes: 1 });`;
    const given = JSON.stringify([api.storeUrl, Buffer.from(TEST_PAPER_KEY).toString('base64'), api.config.dataDir]);
    const child = spawn(process.execPath, ['--input-type=module', '-e', program, given], { stdio: 'ignore' });
    await until('there is half of it', async () => (await viewOf(id)).bytes > 100_000);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const half = await viewOf(id);
    assert.deepEqual(
      [half.state, half.sha256, codeOf(await direct(`/v1/uploads/${id}/content`))],
      ['making', '', [409, 'UPLOAD_UNFINISHED']],
    );
    assert.ok(onDisk(id) >= 1);
    const view = await madeOf(id);
    const { text } = await direct(`/v1/plans/${exam.planId}/exports/answers.csv`);
    const bytes = Buffer.from(await (await content(id)).arrayBuffer());
    assert.equal(bytes.toString(), text);
    assert.equal(view.sha256, createHash('sha256').update(bytes).digest('hex'));
    const row = await api.store.keptExports.get(id);
    assert.deepEqual([row?.attempt, onDisk(id)], [2, row?.pieces.length], 'of the first try no byte is left');
  });

  it('are no longer made by who was taken for dead: of two makers one file comes out', async () => {
    const id = await ordered({ what: 'answers', format: 'csv' });
    const folder = folderBlobs(api.config.dataDir);
    const stuck = Promise.withResolvers<void>();
    const blobs = {
      ...folder,
      put: (...given: Parameters<typeof folder.put>) => stuck.promise.then(() => folder.put(...given)),
    };
    // It sleeps: nothing of it says that it is at it.
    const keptExports = { ...api.store.keptExports, hold: async () => true };
    const sleeper = making({ store: { ...api.store, keptExports }, blobs, leaseMs: 200 });
    await until('it is in hand', async () => (await api.store.keptExports.get(id))?.attempt === 1);
    await wait(250);
    const view = await madeOf(id).finally(() => stuck.resolve());
    await sleeper.stop();
    const row = await api.store.keptExports.get(id);
    assert.deepEqual([view.state, row?.attempt, onDisk(id)], ['ready', 2, row?.pieces.length]);
    const bytes = Buffer.from(await (await content(id)).arrayBuffer());
    assert.equal(view.sha256, createHash('sha256').update(bytes).digest('hex'));
  });

  it('wait for what is away, and are given up where they cannot be made', async () => {
    const id = await ordered({ what: 'logs', format: 'csv' });
    const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    let [left, tried] = [12, 0];
    const failing = (error: () => Error | undefined) => {
      const folder = folderBlobs(api.config.dataDir);
      const put = async (...given: Parameters<typeof folder.put>) => {
        tried++;
        const flaw = error();
        if (flaw !== undefined) throw flaw;
        return folder.put(...given);
      };
      return { blobs: { ...folder, put }, againMs: 1, pieceBytes: 1_000_000 };
    };
    const view = await madeOf(
      id,
      failing(() => (left-- > 0 ? away : undefined)),
    );
    assert.deepEqual([view.state, tried], ['ready', 13]);
    tried = 0;
    const broken = await madeOf(
      await ordered({ what: 'logs', format: 'csv' }),
      failing(() => new Error('broken')),
    );
    assert.deepEqual([broken.state, broken.flaw, tried], ['failed', 'INTERNAL', 10]);
  });

  it('are bounded by number and by bytes, apart from what people bring', async () => {
    const other = await makeExam(api);
    const ids: string[] = [];
    for (let index = 0; index < MOST_KEPT_EXPORTS; index++)
      ids.push(await ordered({ what: 'logs', format: 'csv' }, other.planId));
    assert.deepEqual(codeOf(await order({ what: 'logs', format: 'csv' }, other.planId)), [409, 'FILE_QUOTA']);
    const token = exam.admin;
    assert.equal((await api.call('DELETE', `/v1/exports/${ids[0]}`, { token })).status, 204);
    assert.deepEqual(codeOf(await look(ids[0] ?? '')), [404, 'EXPORT_UNKNOWN']);
    assert.equal((await order({ what: 'logs', format: 'csv' }, other.planId)).status, 201);
    for (const id of ids) await api.store.uploads.remove(id);
    const small = { ...api.config.fileQuota, planBytes: 200_000 };
    const tight = await startApi('kept-exports', {
      beside: api,
      config: { dataDir: api.config.dataDir, fileQuota: small },
    });
    const body = { what: 'answers', format: 'csv' };
    const made = await tight.call('POST', `/v1/plans/${exam.planId}/exports`, { token, body });
    await tight.stop();
    const { exportId } = KeptExportView.parse(made.body);
    const view = await madeOf(exportId);
    assert.deepEqual([view.state, view.flaw, view.bytes, onDisk(exportId)], ['failed', 'FILE_QUOTA', 0, 0]);
    assert.deepEqual(codeOf(await direct(`/v1/uploads/${exportId}/content`)), [404, 'UPLOAD_UNKNOWN']);
    const file = { use: 'media', name: 'a', bytes: 400_000, sha256: '0'.repeat(64) };
    assert.equal((await api.call('POST', `/v1/plans/${exam.planId}/uploads`, { token, body: file })).status, 201);
  });

  it('are no uploads: their own routes alone show, change and list them, for admins', async () => {
    const id = await ordered({ what: 'incidents', format: 'csv' });
    await madeOf(id);
    const token = exam.admin;
    const put = { token, body: Buffer.from('x'), headers: { 'content-type': 'application/octet-stream' } };
    assert.deepEqual(codeOf(await direct(`/v1/uploads/${id}`)), [404, 'UPLOAD_UNKNOWN']);
    assert.deepEqual(codeOf(await api.call('PUT', `/v1/uploads/${id}/bytes?offset=0`, put)), [404, 'UPLOAD_UNKNOWN']);
    assert.deepEqual(codeOf(await api.call('DELETE', `/v1/uploads/${id}`, { token })), [404, 'UPLOAD_UNKNOWN']);
    const { uploads } = (await direct(`/v1/plans/${exam.planId}/uploads`)).body as { uploads: { uploadId: string }[] };
    assert.ok(uploads.every(({ uploadId }) => uploadId !== id));
    const { exports } = (await direct(`/v1/plans/${exam.planId}/exports`)).body as typeof KeptExportList._output;
    assert.ok(exports.some(({ exportId }) => exportId === id));
    const others = [await proctorToken(api, exam.planId, exam.roomIds), await api.session({ role: 'service' })];
    for (const other of others) {
      assert.equal((await content(id, {}, other)).status, 403);
      assert.equal((await api.call('GET', `/v1/exports/${id}`, { token: other })).status, 403);
    }
    assert.deepEqual(codeOf(await order({ what: 'results', format: 'csv', version: 9 })), [404, 'RESULT_UNKNOWN']);
    assert.deepEqual(codeOf(await order({ what: 'logs', format: 'csv', roomId: newId() })), [404, 'ROOM_UNKNOWN']);
    assert.equal((await order({ what: 'sheets', format: 'csv' })).status, 422);
  });

  it('are ordered by the lines of docs/files.md', async () => {
    const page = await readFile(new URL('../../docs/files.md', import.meta.url), 'utf8');
    const lines = [...page.matchAll(/```bash\n([\s\S]*?)```/g)][1]?.[1];
    assert.ok(lines);
    const env = { ...process.env, URL: api.url, TOKEN: exam.admin, PLAN: exam.planId, KEY: newId() };
    const { stdout } = await promisify(execFile)('sh', ['-euc', lines], { env });
    assert.match(stdout, /"what":"answers".*"state":"(making|ready)"/);
  });

  it('go when their time is up', async () => {
    const short = await ordered({ what: 'logs', format: 'csv', keepMs: HOUR_MS });
    const long = await ordered({ what: 'logs', format: 'csv', keepMs: 3 * HOUR_MS });
    await madeOf(short);
    await madeOf(long);
    const { store, config } = api;
    const blobs = folderBlobs(config.dataDir);
    const now = () => Date.now() + 2 * HOUR_MS;
    const sweep = startUploadSweep({ store, blobs, log: collectingLog().log, now, everyMs: 10 });
    await until('its bytes are gone', async () => onDisk(short) === 0);
    await sweep.stop();
    assert.deepEqual(codeOf(await look(short)), [404, 'EXPORT_UNKNOWN']);
    assert.equal((await viewOf(long)).state, 'ready');
  });

  it('go with everybody who may be in them: made ones, and those in the making', async () => {
    const made = await ordered({ what: 'answers', format: 'csv' });
    await madeOf(made);
    const waiting = await ordered({ what: 'answers', format: 'csv' });
    const { examineeId } = personAt(exam, 0);
    const body = { reason: 'a wish' };
    const erased = await api.call('POST', `/v1/examinees/${examineeId}/erasure`, { token: exam.admin, body });
    assert.equal(erased.status, 200, erased.text);
    assert.ok(((erased.body as { removed: Record<string, number> }).removed['kept exports'] ?? 0) >= 2);
    for (const id of [made, waiting]) {
      assert.deepEqual(codeOf(await look(id)), [404, 'EXPORT_UNKNOWN']);
      assert.deepEqual([(await content(id)).status, onDisk(id)], [404, 0]);
    }
    const after = await madeOf(await ordered({ what: 'answers', format: 'csv' }));
    assert.deepEqual([after.state, after.rows], ['ready', 0]);
  });
});
