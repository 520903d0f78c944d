// Files that people mark: who marks them has them, without knowing whose they are, once the sheet counts; nobody else has.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { contentHash } from '../../exam/content-hash.ts';
import { namedFile } from '../../schema/answer-files.ts';
import { MarkView, UnmarkedList } from '../../schema/marks.ts';
import type { UploadView } from '../../schema/uploads.ts';
import { scorePlan } from '../../workers/scoring.ts';
import {
  ENTRIES,
  type ExamFixture,
  examineeToken,
  forceState,
  ITEMS,
  makeExam,
  personAt,
  proctorToken,
} from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

const FILE = ITEMS.length + 1;
const REVISION = 1_000_000;
const MOST_POINTS = 3_000;
const BYTES = { 'content-type': 'application/octet-stream' };
const PDF = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(900)]);
const LATER = Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(700)]);

describe('marking a file', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let service: string;

  before(async () => {
    api = await startApi('marking-files');
    exam = await makeExam(api, false, [
      { number: FILE, name: 'report', kind: 'file', file: { types: ['application/pdf'], maxBytes: 5_000 } },
    ]);
    const entries = [...ENTRIES, { item: FILE, kind: 'file', points: MOST_POINTS }];
    const { status, text } = await api.call('PUT', `/v1/papers/${exam.paperId}/key`, {
      token: exam.admin,
      body: { entries },
    });
    assert.equal(status, 200, text);
    service = await api.session({ role: 'service' });
    for (const roomId of exam.roomIds) {
      await api.store.rooms.change(roomId, 0, { status: 'running', startsAt: Date.now() - 10_000 });
    }
  });
  after(() => api.stop());

  const codeOf = ({ status, body }: Answered) => [status, (body as { code?: string } | undefined)?.code];
  const fileOf = (index: number, token: string, item = FILE) =>
    api.call('GET', `/v1/examinees/${personAt(exam, index).examineeId}/marks/${item}/file`, { token });
  const download = (index: number, token: string, headers: Record<string, string> = {}) =>
    fetch(`${api.url}/v1/examinees/${personAt(exam, index).examineeId}/marks/${FILE}/file`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
  const mark = (index: number, points: number, revision: number) =>
    api.call('PUT', `/v1/examinees/${personAt(exam, index).examineeId}/marks/${FILE}`, {
      token: service,
      body: { points, revision, reason: 'as it reads' },
    });

  async function brought(index: number, bytes: Uint8Array): Promise<string> {
    const token = examineeToken(api, exam, index);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const body = { use: 'answer', item: FILE, name: 'Ada Kim.pdf', bytes: bytes.length, sha256 };
    const announced = await api.call('POST', `/v1/plans/${exam.planId}/uploads`, { token, body });
    const { uploadId } = announced.body as UploadView;
    const put = await api.call('PUT', `/v1/uploads/${uploadId}/bytes?offset=0`, { token, body: bytes, headers: BYTES });
    return (put.body as UploadView).response ?? assert.fail(put.text);
  }

  async function answered(index: number, responses: readonly string[]): Promise<void> {
    const { examineeId } = personAt(exam, index);
    await api.store.answers.insert(
      exam.planId,
      responses.map((text, at) => [examineeId, FILE, REVISION + at, text, contentHash(text), 5_000 + at]),
    );
    const vector: [number, number][] = responses.length === 0 ? [] : [[FILE, REVISION + responses.length - 1]];
    await api.store.sheets.end(examineeId, 'submitted', vector, 9_000);
  }

  it('begins when the sheet is settled, and not before', async () => {
    await answered(0, [await brought(0, PDF), await brought(0, LATER)]);
    await answered(1, [await brought(1, PDF)]);
    await answered(2, []);
    assert.deepEqual(codeOf(await fileOf(0, service)), [409, 'MARK_REFUSED']);
    assert.deepEqual(codeOf(await mark(0, 1, REVISION + 1)), [409, 'MARK_REFUSED']);
    for (const roomId of exam.roomIds) {
      await api.store.sheets.settleRoom(roomId);
      await api.store.rooms.change(roomId, 0, { status: 'ended', settledAt: 9 });
    }
    await forceState(api, exam.planId, 'ended');
    assert.equal(await scorePlan(api.store, exam.planId), 'unmarked');
  });

  it('is of what counts: the last file that was given, whole and in ranges, with the SHA-256 that the list names', async () => {
    const { body } = await api.call('GET', `/v1/plans/${exam.planId}/unmarked`, { token: service });
    const { answers } = UnmarkedList.parse(body);
    assert.equal(answers.length, 2);
    const own = answers.find(({ examineeId }) => examineeId === personAt(exam, 0).examineeId);
    const whole = await download(0, service);
    assert.deepEqual(Buffer.from(await whole.arrayBuffer()), LATER);
    assert.equal(whole.headers.get('etag'), `"${namedFile(own?.response)?.sha256}"`);
    const part = await download(0, service, { range: 'bytes=100-199' });
    assert.deepEqual([part.status, Buffer.from(await part.arrayBuffer())], [206, LATER.subarray(100, 200)]);
  });

  it('names nobody: the file has a name of ours, not that which its owner gave it', async () => {
    const { headers } = await download(0, service);
    assert.match(headers.get('content-disposition') ?? '', new RegExp(`^attachment; filename="?answer-${FILE}"?$`));
    assert.ok(![...headers.values()].some((value) => value.includes('Ada')));
    assert.equal(headers.get('content-type'), 'application/pdf');
  });

  it('is for admins and services: a service has no other way to an upload, and others have none to this', async () => {
    assert.equal((await download(1, exam.admin)).status, 200);
    const proctor = await proctorToken(api, exam.planId, exam.roomIds);
    for (const token of [proctor, examineeToken(api, exam, 0)])
      assert.deepEqual(codeOf(await fileOf(0, token)), [403, 'PERMISSION_DENIED']);
    const { body } = await api.call('GET', `/v1/plans/${exam.planId}/unmarked`, { token: service });
    const uploadId = namedFile(UnmarkedList.parse(body).answers[0]?.response)?.uploadId;
    assert.equal((await api.call('GET', `/v1/uploads/${uploadId}/content`, { token: service })).status, 403);
    assert.deepEqual(codeOf(await fileOf(2, service)), [409, 'MARK_REFUSED'], 'nothing was given');
    assert.deepEqual(codeOf(await fileOf(0, service, 1)), [409, 'MARK_REFUSED'], 'no answer to it');
    assert.deepEqual(codeOf(await fileOf(0, service, FILE + 1)), [404, 'ITEM_UNKNOWN']);
  });

  it('counts in the score, for the revision that was read', async () => {
    assert.deepEqual(codeOf(await mark(0, 1, REVISION)), [409, 'MARK_CHANGED']);
    assert.equal((await mark(0, MOST_POINTS + 1, REVISION + 1)).status, 422);
    assert.equal(MarkView.parse((await mark(0, 2_500, REVISION + 1)).body).points, 2_500);
    assert.equal(await scorePlan(api.store, exam.planId), 'unmarked');
    assert.equal((await mark(1, 0, REVISION)).status, 200);
    assert.equal(await scorePlan(api.store, exam.planId), 'scored');
    const { body } = await api.call('GET', `/v1/examinees/${personAt(exam, 0).examineeId}/result`, {
      token: exam.admin,
    });
    assert.equal((body as { points: number }).points, 2_500);
  });
});
