// Files that examinees bring as answers: when, which, whose, what names them, what the office takes away, and what goes with
// the person. That a room takes them is shown in test/rooms and test/client.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { globSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentHash } from '../../exam/content-hash.ts';
import { namedFile } from '../../schema/answer-files.ts';
import { newId } from '../../schema/ids.ts';
import type { UploadView } from '../../schema/uploads.ts';
import {
  type ExamFixture,
  examineeToken,
  forceState,
  ITEMS,
  makeExam,
  personAt,
  proctorToken,
} from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const FILE = ITEMS.length + 1;
const MOST = 5_000;
const PDF = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(400)]);

describe('files as answers', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let planId: string;
  let tokens: string[];

  before(async () => {
    api = await startApi('answer-files');
    exam = await makeExam(api, false, [
      { number: FILE, name: 'report', kind: 'file', file: { types: ['application/pdf'], maxBytes: MOST } },
    ]);
    planId = exam.planId;
    tokens = [0, 1, 2].map((index) => examineeToken(api, exam, index));
    await api.store.rooms.change(exam.roomIds[0], 0, { status: 'running', startsAt: Date.now() - 10_000 });
  });
  after(() => api.stop());

  const codeOf = ({ status, body }: Answered) => [status, (body as { code?: string } | undefined)?.code];
  const announce = (bytes: Uint8Array, token: string | undefined, given: object = {}) =>
    api.call('POST', `/v1/plans/${planId}/uploads`, {
      ...(token === undefined ? {} : { token }),
      body: { use: 'answer', item: FILE, name: 'a report.pdf', bytes: bytes.length, sha256: sha256(bytes), ...given },
    });
  const put = (id: string, offset: number, body: Uint8Array, token: string | undefined) =>
    api.call('PUT', `/v1/uploads/${id}/bytes?offset=${offset}`, {
      ...(token === undefined ? {} : { token }),
      body,
      headers: { 'content-type': 'application/octet-stream' },
    });
  async function brought(bytes: Uint8Array, token = tokens[0]): Promise<UploadView> {
    const announced = await announce(bytes, token);
    assert.equal(announced.status, 201, announced.text);
    const { uploadId, response } = announced.body as UploadView;
    assert.equal(response, undefined, 'nothing names a file that is not there');
    const half = await put(uploadId, 0, bytes.subarray(0, 10), token);
    assert.equal((half.body as UploadView).response, undefined);
    return (await put(uploadId, 10, bytes.subarray(10), token)).body as UploadView;
  }
  const isProven = (index: number, item: number, response: string | undefined) =>
    api.store.answerFiles.isProven({ planId, examineeId: personAt(exam, index).examineeId, item }, response);

  it('are named by a response once they are whole, for their person and their item alone', async () => {
    const { response = '', uploadId, state } = await brought(PDF);
    assert.equal(state, 'ready');
    assert.deepEqual([namedFile(response)?.uploadId, namedFile(response)?.sha256], [uploadId, sha256(PDF)]);
    assert.equal(isProven(0, FILE, response), true);
    assert.deepEqual([isProven(1, FILE, response), isProven(0, 1, response)], [false, false]);
    const other = response.replace(uploadId, newId());
    assert.equal(isProven(0, FILE, other), false, 'another file');
    assert.equal(isProven(0, FILE, response.replace(sha256(PDF), sha256(randomBytes(3)))), false, 'other bytes');
  });

  it('are refused by type, whatever they are called, by size, to other items, and before and after the exam', async () => {
    const text = Buffer.from('no PDF at all, but called one');
    const announced = await announce(text, tokens[0]);
    const { uploadId } = announced.body as UploadView;
    assert.deepEqual(codeOf(await put(uploadId, 0, text, tokens[0])), [422, 'UPLOAD_TYPE']);
    const { body } = await api.call('GET', `/v1/uploads/${uploadId}`, { token: tokens[0] ?? '' });
    assert.deepEqual([(body as UploadView).offset, (body as UploadView).response], [0, undefined]);
    assert.deepEqual(codeOf(await announce(PDF, tokens[0], { bytes: MOST + 1 })), [413, 'ANSWER_TOO_LARGE']);
    assert.deepEqual(codeOf(await announce(PDF, tokens[0], { item: 1 })), [404, 'ITEM_UNKNOWN']);
    assert.deepEqual(codeOf(await announce(PDF, tokens[2])), [409, 'ROOM_NOT_RUNNING'], 'the other room');
    await api.store.rooms.change(exam.roomIds[1], 0, { status: 'ended', startsAt: 1, endsAt: 2 });
    assert.deepEqual(codeOf(await announce(PDF, tokens[2])), [409, 'EXAM_ENDED']);
  });

  it('are announced by examinees of the plan alone, and seen by who brought them and by admins', async () => {
    const proctor = await proctorToken(api, planId, [exam.roomIds[0]]);
    for (const token of [exam.admin, proctor])
      assert.deepEqual(codeOf(await announce(PDF, token)), [403, 'PERMISSION_DENIED']);
    assert.equal((await announce(PDF, tokens[0], { use: 'media', item: undefined })).status, 403);
    const { uploadId } = await brought(Buffer.concat([PDF, Buffer.of(1)]));
    for (const path of ['', '/content']) {
      const get = (token = '') => api.call('GET', `/v1/uploads/${uploadId}${path}`, { token });
      assert.deepEqual(
        await Promise.all([tokens[0], exam.admin, tokens[1], proctor].map(async (token) => (await get(token)).status)),
        [200, 200, 403, 403],
      );
    }
    assert.equal((await put(uploadId, 0, PDF, tokens[1])).status, 403);
    assert.equal((await api.call('GET', `/v1/plans/${planId}/uploads`, { token: tokens[0] ?? '' })).status, 403);
  });

  it('are removed by nobody while an answer may name them', async () => {
    const { uploadId } = await brought(Buffer.concat([PDF, Buffer.of(2)]));
    const gone = await api.call('DELETE', `/v1/uploads/${uploadId}`, { token: exam.admin });
    assert.deepEqual(codeOf(gone), [409, 'UPLOAD_IN_USE']);
    assert.equal((await api.store.uploads.get(uploadId))?.state, 'ready');
  });

  it('that count are in the archive of their room, each checked; and go with their person', async () => {
    const { examineeId } = personAt(exam, 1);
    const [first, last] = [await brought(Buffer.concat([PDF, Buffer.of(3)]), tokens[1]), await brought(PDF, tokens[1])];
    const revisions = [1_000_001, 1_000_002];
    await api.store.answers.insert(
      planId,
      [first, last].map(({ response = '' }, index) => [
        examineeId,
        FILE,
        revisions[index] ?? 0,
        response,
        contentHash(response),
        5_000,
      ]),
    );
    await api.store.sheets.end(examineeId, 'submitted', [[FILE, 1_000_002]], 9_000);
    const sheet = Buffer.from('{}');
    const path = `sheets/${examineeId}.json`;
    await mkdir(join(api.config.dataDir, 'sheets'), { recursive: true });
    await writeFile(join(api.config.dataDir, path), sheet);
    const row = { planId, kind: 'sheet' as const, subjectId: examineeId, path, sha256: sha256(sheet), bytes: 2 };
    await api.store.files.put({ _id: `sheet.${examineeId}`, ...row, at: new Date() });
    const taken = await fetch(`${api.url}/v1/rooms/${exam.roomIds[0]}/sheets.tar`, {
      headers: { authorization: `Bearer ${exam.admin}` },
    });
    const input = Buffer.from(await taken.arrayBuffer());
    const inside = `files/${examineeId}/${String(FILE).padStart(4, '0')}.pdf`;
    assert.deepEqual(execFileSync('tar', ['-xOf', '-', inside], { input }), PDF, 'the revision that counts');
    const manifest = execFileSync('tar', ['-xOf', '-', 'manifest.ndjson'], { input }).toString().trim().split('\n');
    const told = manifest.map((line) => JSON.parse(line)).find((line) => line.path === inside);
    assert.deepEqual(told, {
      examineeId,
      item: FILE,
      name: 'a report.pdf',
      path: inside,
      sha256: sha256(PDF),
      bytes: PDF.length,
      flaw: null,
    });
    for (const roomId of exam.roomIds) await api.store.rooms.change(roomId, 0, { status: 'ended', settledAt: 9 });
    await forceState(api, planId, 'ended');
    const erased = await api.call('POST', `/v1/examinees/${examineeId}/erasure`, {
      token: exam.admin,
      body: { reason: 'asked for' },
    });
    assert.equal(erased.status, 200, erased.text);
    for (const { uploadId } of [first, last]) {
      assert.notEqual((await api.store.uploads.get(uploadId))?.state, 'ready');
      assert.deepEqual(globSync(`uploads/*/${uploadId}/*`, { cwd: api.config.dataDir }), []);
    }
  });
});
