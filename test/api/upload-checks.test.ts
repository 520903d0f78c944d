// Files that are looked through for viruses: nobody has one before, what is found is gone, and where the command cannot look
// the file waits. The command is a real one, which finds what has the word plague in it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { newId } from '../../schema/ids.ts';
import type { IncidentReport } from '../../schema/incidents.ts';
import type { UploadView } from '../../schema/uploads.ts';
import { folderBlobs } from '../../store/folder-blobs.ts';
import { raiseIncident } from '../../workers/incidents.ts';
import { startUploadChecks } from '../../workers/upload-checks.ts';
import { lookThrough } from '../../workers/virus-hook.ts';
import { testFolder } from '../support/parts.ts';
import { until } from '../workers/worker-parts.ts';
import { type ExamFixture, makeExam, proctorToken } from './exam-fixture.ts';
import { type Answered, type RunningApi, startApi } from './running-api.ts';

const LIMIT_MS = 5_000;
const codeOf = ({ status, body }: Answered) => [status, (body as { code?: string } | undefined)?.code];
async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

describe('uploads that are looked through', () => {
  let api: RunningApi;
  let exam: ExamFixture;
  let folder: string;
  let command: string[];

  before(async () => {
    folder = await testFolder();
    command = [join(folder, 'look'), 'a', 'b'];
    const lines = ['#!/bin/sh', `env > ${folder}/environment`, `if [ -e ${folder}/broken ]; then exit 2; fi`];
    await writeFile(command[0] ?? '', [...lines, 'if grep -q plague; then exit 1; fi'].join('\n'));
    await chmod(command[0] ?? '', 0o755);
    api = await startApi('upload-checks', { config: { virusHook: { command, limitMs: LIMIT_MS } } });
    exam = await makeExam(api);
  });
  after(() => api.stop());

  async function brought(text: string, given: object = {}): Promise<string> {
    const bytes = Buffer.from(text);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const body = { use: 'evidence', roomId: exam.roomIds[0], name: 'a', bytes: bytes.length, sha256, ...given };
    const { body: row } = await api.call('POST', `/v1/plans/${exam.planId}/uploads`, { token: exam.admin, body });
    const { uploadId } = row as UploadView;
    const headers = { 'content-type': 'application/octet-stream' };
    const put = { token: exam.admin, body: bytes, headers };
    const done = await api.call('PUT', `/v1/uploads/${uploadId}/bytes?offset=0`, put);
    assert.equal((done.body as UploadView).state, 'checking', done.text);
    return uploadId;
  }
  const get = (id: string, what = '', token = exam.admin) => api.call('GET', `/v1/uploads/${id}${what}`, { token });
  const stateOf = async (id: string) => ((await get(id)).body as UploadView).state;
  const onDisk = (id: string) => globSync(`uploads/*/${id}/*`, { cwd: api.config.dataDir }).length;
  function looking(given: { readonly againMs?: number } = {}) {
    const log = { warn() {}, error() {}, debug() {} } as never;
    const blobs = folderBlobs(api.config.dataDir);
    const hook = { command, limitMs: LIMIT_MS };
    const { store, redis } = api;
    const raise = (report: IncidentReport) => raiseIncident({ store, redis, now: Date.now }, report);
    return startUploadChecks({ store, blobs, hook, log, raise, now: Date.now, everyMs: 20, ...given });
  }

  it('are nobody’s before they were found clean, by no route, for no role', async () => {
    const id = await brought('a photo');
    const proctor = await proctorToken(api, exam.planId, [exam.roomIds[0]]);
    for (const token of [exam.admin, proctor])
      assert.deepEqual(codeOf(await get(id, '/content', token)), [409, 'UPLOAD_UNCHECKED']);
    const link = { token: exam.admin, body: { lifeMs: 60_000 } };
    assert.deepEqual(codeOf(await api.call('POST', `/v1/uploads/${id}/link`, link)), [409, 'UPLOAD_UNCHECKED']);
    const checks = looking();
    await until('it is clean', async () => (await stateOf(id)) === 'ready');
    await checks.stop();
    assert.equal((await get(id, '/content')).text, 'a photo');
  });

  it('are refused and gone where something is found, and the audit chain says so', async () => {
    const id = await brought(`${'x'.repeat(300_000)} the plague`);
    assert.equal(onDisk(id), 1);
    const checks = looking();
    await until('it is refused', async () => (await stateOf(id)) === 'refused');
    await checks.stop();
    assert.deepEqual(codeOf(await get(id, '/content')), [410, 'UPLOAD_REFUSED']);
    assert.equal(onDisk(id), 0);
    assert.equal((await api.store.uploads.get(id))?.sealedKey, undefined, 'a backup of the folder cannot be read');
    const entries = (await api.store.audit.waiting(500)).map(({ facts }) => facts);
    const [entry] = entries.filter(({ source }) => source === `upload.refused.${id}`);
    assert.deepEqual([entry?.kind, entry?.actorRole, entry?.subject], ['upload.refused', 'system', id]);
  });

  it('are an incident of their room where something is found, once, for its proctors to see; media are none', async () => {
    const ids = [
      await brought('the plague again'),
      await brought('plague of the paper', { use: 'media', roomId: undefined }),
    ];
    const checks = looking();
    for (const id of ids) await until('it is refused', async () => (await stateOf(id)) === 'refused');
    await checks.stop();
    const token = await proctorToken(api, exam.planId, [exam.roomIds[0]]);
    const { body } = await api.call('GET', `/v1/plans/${exam.planId}/incidents?kind=other`, { token });
    const { incidents } = body as { incidents: { roomId: string; source: string; evidence: { data: object }[] }[] };
    const found = incidents.flatMap(({ roomId, source, evidence }) =>
      evidence.map(({ data }) => ({ roomId, source, ...data })),
    );
    const told = found.filter((one) => ids.some((id) => 'uploadId' in one && one.uploadId === id));
    assert.deepEqual(
      told.map(({ roomId, source, ...data }) => [roomId, source, data]),
      [
        [
          exam.roomIds[0],
          'rule',
          { uploadId: ids[0], use: 'evidence', by: (await api.store.uploads.get(ids[0] ?? ''))?.by },
        ],
      ],
    );
  });

  it('wait where the command cannot look, and are released when it can again', async () => {
    await writeFile(join(folder, 'broken'), '');
    const id = await brought('another photo');
    const checks = looking({ againMs: 50 });
    await wait(300);
    assert.deepEqual(codeOf(await get(id, '/content')), [409, 'UPLOAD_UNCHECKED']);
    await rm(join(folder, 'broken'));
    await until('it is clean', async () => (await stateOf(id)) === 'ready');
    await checks.stop();
  });

  it('are one process’s at a time', async () => {
    await brought('one');
    const [first, second] = [
      await api.store.uploads.toCheck(Date.now(), Date.now() + 300),
      await api.store.uploads.toCheck(Date.now(), Date.now() + 300),
    ];
    assert.ok(first !== null && second === null);
    await wait(350);
    assert.equal(
      (await api.store.uploads.toCheck(Date.now(), Date.now()))?._id,
      first._id,
      'whose process died comes again',
    );
  });

  it('are looked through without our secrets in the environment', () => {
    const names = readFileSync(join(folder, 'environment'), 'utf8').matchAll(/^(\w+)=/gm);
    const known = ['PATH', 'LANG', 'PWD', 'OLDPWD', 'SHLVL', '_'];
    assert.deepEqual(
      [...names].map(([, name = '']) => name).filter((name) => !known.includes(name)),
      [],
    );
  });
});

describe('the command that looks for viruses', () => {
  const hookOf = (script: string, limitMs = LIMIT_MS, ...more: string[]) => ({
    command: ['/bin/sh', '-c', script, ...more],
    limitMs,
  });
  const verdictOf = async (...given: Parameters<typeof lookThrough>) => (await lookThrough(...given)).verdict;

  it('says clean with 0 and found with 1, and nothing with anything else, also where there is none', async () => {
    for (const [code, verdict] of [
      [0, 'clean'],
      [1, 'found'],
      [2, 'failed'],
      [127, 'failed'],
    ] as const)
      assert.equal(await verdictOf(hookOf(`cat > /dev/null; exit ${code}`), chunks('a', 'b')), verdict);
    assert.equal(await verdictOf({ command: [`/none/${newId()}`], limitMs: 100 }, chunks('a')), 'failed');
  });

  it('has not said clean where it did not read the file, nor where its time was up or it was killed', async () => {
    const large = Array.from({ length: 40 }, () => 'x'.repeat(100_000));
    assert.equal(await verdictOf(hookOf('exit 0'), chunks(...large)), 'failed');
    assert.equal(
      await verdictOf(hookOf('exit 1'), chunks(...large)),
      'found',
      'who has found something need not read on',
    );
    const before = performance.now();
    const { verdict, why } = await lookThrough(hookOf('exec sleep 60', 200), chunks('a'));
    assert.deepEqual([verdict, why], ['failed', '(it ended with after 200 ms)']);
    assert.ok(performance.now() - before < 5_000);
    assert.equal(await verdictOf(hookOf('kill -9 $$'), chunks('a')), 'failed');
  });

  it('finds the file where {file} stands, and it is gone afterwards', async () => {
    const folder = await testFolder();
    const script = `echo "$0" > ${folder}/place; grep -q plague "$0" && exit 1; exit 0`;
    assert.equal(await verdictOf(hookOf(script, LIMIT_MS, '{file}'), chunks('the pla', 'gue')), 'found');
    assert.equal(await verdictOf(hookOf(script, LIMIT_MS, '{file}'), chunks('nothing')), 'clean');
    const place = readFileSync(join(folder, 'place'), 'utf8').trim();
    assert.ok(place.length > 0 && !existsSync(place));
  });

  it('throws what keeps the bytes from being read: half a file is never clean', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a');
      throw new Error('the disk is away');
    }
    for (const place of [[], ['{file}']])
      await assert.rejects(lookThrough(hookOf('cat > /dev/null', LIMIT_MS, ...place), broken()), /the disk is away/);
  });
});
