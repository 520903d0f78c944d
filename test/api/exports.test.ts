// What an admin takes away: tables as CSV and NDJSON, and the sheets' files, checked against the store.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { contentHash } from '../../exam/content-hash.ts';
import { DEFAULT_INCIDENT_RULES } from '../../schema/incidents.ts';
import type { Problem } from '../../schema/replies.ts';
import { scorePlan } from '../../workers/scoring.ts';
import { aReport } from '../support/stored.ts';
import { type ExamFixture, forceState, makeExam, personAt, proctorToken } from './exam-fixture.ts';
import { type RunningApi, startApi } from './running-api.ts';

const EVIL = '=HYPERLINK("http://evil.example","click")';

describe('exports', () => {
  let api: RunningApi;
  let exam: ExamFixture;

  before(async () => {
    api = await startApi('exports');
    exam = await makeExam(api);
    const { examineeId } = personAt(exam, 0);
    const answer = (item: number, revision: number, text: string) =>
      [examineeId, item, revision, text, contentHash(text), 5_000] as [string, number, number, string, string, number];
    await api.store.answers.insert(exam.planId, [
      answer(1, 1_000_001, 'A'),
      answer(1, 1_000_002, 'B'),
      answer(2, 1_000_003, EVIL),
    ]);
    await api.store.sheets.end(
      examineeId,
      'submitted',
      [
        [1, 1_000_002],
        [2, 1_000_003],
      ],
      9_000,
    );
    const report = aReport({ planId: exam.planId, roomId: exam.roomIds[0], examineeId });
    await api.store.incidents.report(report, DEFAULT_INCIDENT_RULES, Date.now());
    for (const roomId of exam.roomIds) {
      await api.store.sheets.settleRoom(roomId);
      await api.store.rooms.change(roomId, 0, { status: 'ended', settledAt: 9 });
    }
    await forceState(api, exam.planId, 'ended');
    assert.equal(await scorePlan(api.store, exam.planId), 'scored');
    for (const index of [0, 1]) await writeSheet(index);
  });
  after(() => api.stop());

  async function writeSheet(index: number): Promise<void> {
    const { examineeId } = personAt(exam, index);
    await api.store.sheets.end(examineeId, 'submitted', [], 9_000);
    const bytes = Buffer.from(JSON.stringify({ examineeId }));
    const path = `sheets/${examineeId}.json`;
    await mkdir(dirname(join(api.config.dataDir, path)), { recursive: true });
    await writeFile(join(api.config.dataDir, path), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const about = { planId: exam.planId, kind: 'sheet' as const, subjectId: examineeId, path };
    await api.store.files.put({ _id: `sheet.${examineeId}`, ...about, sha256, bytes: bytes.length, at: new Date() });
  }

  const take = (path: string, token = exam.admin) => api.call('GET', path, { token });
  const table = async (what: string): Promise<Record<string, string>[]> => {
    const { text } = await take(`/v1/plans/${exam.planId}/exports/${what}.csv`);
    return parse(text, { columns: true, record_delimiter: '\r\n' });
  };
  const lines = async (what: string): Promise<Record<string, unknown>[]> => {
    const { text } = await take(`/v1/plans/${exam.planId}/exports/${what}.ndjson`);
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  };

  it('have results with names and each item, of the version that counts', async () => {
    const rows = await table('results');
    const { examineeId } = personAt(exam, 0);
    assert.deepEqual(
      rows.map((row) => [row.examineeId, row.label, row.points, row['item 1'], row['item 2']]),
      [[examineeId, 'Ada', '1000', '1000', '0']],
    );
    assert.equal(
      ((await take(`/v1/plans/${exam.planId}/exports/results.csv?version=9`)).body as Problem).code,
      'RESULT_UNKNOWN',
    );
  });

  it('have every revision of an answer, say which counts, and let no answer be a formula', async () => {
    const rows = await table('answers');
    assert.deepEqual(
      rows.map(({ item, revision, counts, response }) => [item, revision, counts, response]),
      [
        ['1', '1000001', 'false', 'A'],
        ['1', '1000002', 'true', 'B'],
        ['2', '1000003', 'true', `'${EVIL}`],
      ],
    );
    const json = await lines('answers');
    assert.deepEqual(
      json.map(({ response }) => response),
      ['A', 'B', EVIL],
      'NDJSON is no spreadsheet',
    );
  });

  it('have incidents, logs and the audit chain, and each export is a decision in it', async () => {
    assert.equal((await table('incidents')).length, 1);
    const taken = (await lines('logs')).filter(({ kind }) => kind === 'export.taken');
    assert.ok(taken.length >= 2);
    const waiting = (await api.store.audit.waiting(500)).filter(({ facts }) => facts.kind === 'export.taken');
    assert.ok(waiting.some(({ facts }) => facts.data.what === 'answers' && facts.actorRole === 'admin'));
    await api.store.audit.append(
      exam.planId,
      waiting.map(({ facts }) => facts),
    );
    const chain = await lines('audit');
    assert.deepEqual(
      chain.map(({ sequence }) => sequence),
      waiting.map((_, index) => index + 1),
    );
  });

  it('have the sheets of a room as an archive, whose manifest names what is not as the store knows it', async () => {
    const [good, bad] = [personAt(exam, 0).examineeId, personAt(exam, 1).examineeId];
    const path = `/v1/rooms/${exam.roomIds[0]}/sheets.tar`;
    await writeFile(join(api.config.dataDir, `sheets/${bad}.json`), 'changed by hand');
    const response = await fetch(api.url + path, { headers: { authorization: `Bearer ${exam.admin}` } });
    const input = Buffer.from(await response.arrayBuffer());
    const listed = execFileSync('tar', ['-tf', '-'], { input }).toString().trim().split('\n');
    assert.deepEqual(listed, [`sheets/${good}.json`, 'manifest.ndjson']);
    const manifest = execFileSync('tar', ['-xOf', '-', 'manifest.ndjson'], { input }).toString().trim().split('\n');
    const flaws = new Map(manifest.map((line) => JSON.parse(line)).map(({ examineeId, flaw }) => [examineeId, flaw]));
    assert.deepEqual([flaws.get(good), flaws.get(bad)], [null, 'FILE_ALTERED']);
    assert.equal((await take(`/v1/examinees/${good}/sheet-file`)).text, JSON.stringify({ examineeId: good }));
    assert.equal(((await take(`/v1/examinees/${bad}/sheet-file`)).body as Problem).code, 'FILE_ALTERED');
    assert.equal(
      ((await take(`/v1/examinees/${personAt(exam, 2).examineeId}/sheet-file`)).body as Problem).code,
      'FILE_UNKNOWN',
    );
  });

  it('are for admins alone', async () => {
    for (const token of [await api.session({ role: 'service' }), await proctorToken(api, exam.planId, exam.roomIds)])
      for (const path of [`/v1/plans/${exam.planId}/exports/results.csv`, `/v1/rooms/${exam.roomIds[0]}/sheets.tar`])
        assert.equal((await take(path, token)).status, 403);
  });
});
