// The archive of a finished plan, made of production's own processes' work, and its check without them: whole as it was
// written, and red for each kind of file that somebody alters, removes or adds.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { archivePlan } from '../../copies/archive.ts';
import { archiveText, readArchiveManifest } from '../../copies/archive-manifest.ts';
import type { RestoreSystem } from '../../copies/restore.ts';
import { verifyArchive } from '../../copies/verify-archive.ts';
import { endRooms } from '../../loadtest/rehearsal.ts';
import type { ReceiptKey } from '../../schema/signed-receipt.ts';
import { folderBlobs } from '../../store/folder-blobs.ts';
import { openStore } from '../../store/open-store.ts';
import { bareEnvironment } from '../support/bare-environment.ts';
import { testFolder } from '../support/parts.ts';
import { TEST_PAPER_KEY } from '../support/stored.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { storeUpload } from './stored-upload.ts';

const MAIN = fileURLToPath(new URL('../../bin/launcher/main.ts', import.meta.url));

describe('an archive', function () {
  this.timeout(120_000);
  let exam: WholeExam;
  let system: RestoreSystem;
  let folder: string;
  let keys: ReceiptKey[];
  let uploadId: string;

  before(async () => {
    const env = { EXAMHALL_PAPER_KEY: Buffer.from(TEST_PAPER_KEY).toString('hex') };
    exam = await openWholeExam('archive', { layout: 'one', examinees: 2, env });
    const { planId, roster } = exam.exam;
    const dataDir = join(exam.folder, 'files');
    const store = await openStore({ url: exam.system.mongodbUrl, paperKey: TEST_PAPER_KEY });
    const blobs = folderBlobs(dataDir);
    system = { store, blobs, dataDir, paperKey: TEST_PAPER_KEY, redisUrl: exam.system.redisUrl };
    uploadId = await storeUpload(store, blobs, planId, 'what was seen');
    const sessions = await Promise.all([exam.enter(0), exam.enter(1)]);
    await exam.begin();
    for (const session of sessions) for (const item of [1, 2, 3]) session.answer(item, 'A');
    await until('all is saved', () => sessions.every((one) => isSaved(one, 1, 2, 3)));
    sessions[0]?.answer(1, 'B');
    await until('the change of mind is saved', () => sessions[0] !== undefined && isSaved(sessions[0], 1));
    await sessions[0]?.submit();
    await assert.rejects(archivePlan(system, planId, await testFolder()), {
      code: 'NOT_POSSIBLE',
      message: 'the plan is running: only what has ended can be archived.',
    });
    await endRooms(exam.admin, exam.exam);
    folder = join(await testFolder(), 'archive');
    await until('the plan can be archived', () => mayBeArchived(roster.length), 60_000);
    await archivePlan(system, planId, folder);
    keys = await store.receiptKeys.all();
  });

  after(async () => {
    await system.store.close();
    await exam.stop();
  });

  async function mayBeArchived(people: number): Promise<boolean> {
    const { store } = system;
    const { planId } = exam.exam;
    const isSettled = (await store.rooms.unfinished([planId])).length === 0;
    const files = await store.files.byPlan(planId, { limit: people + 1 } as never);
    const waiting = (await store.audit.waiting(100)).filter((one) => one.planId === planId);
    const head = await store.audit.lastHead(planId);
    return isSettled && files.length === people && waiting.length === 0 && head !== null;
  }

  async function spoilt(spoil: (at: string) => void): Promise<readonly string[]> {
    const copy = await testFolder();
    cpSync(folder, copy, { recursive: true });
    spoil(copy);
    return (await verifyArchive(copy, { keys })).findings;
  }

  it('is whole as it was written, by the published keys, by a pinned one, and by its own claim, which is said', async () => {
    const keyId = keys[0]?.keyId ?? '';
    for (const [belief, whose] of [
      [{ keys }, 'given'],
      [{ pinned: [keyId] }, 'given'],
      [{}, 'own'],
    ] as const) {
      const check = await verifyArchive(folder, belief);
      assert.deepEqual(check.findings, []);
      assert.equal(check.keys, whose);
    }
  });

  it('is made and verified by the commands, and its own claim is said', async () => {
    const to = join(await testFolder(), 'by-command');
    const made = await examhall(['archive', '--plan', exam.exam.planId, '--to', to]);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^archive of the plan \w{16} in \S+: \d+ files of 2 people, [\d.]+ MB in [\d.]+ s\.$/m);
    const good = await examhall(['verify-archive', to, `--key=${keys[0]?.keyId}`]);
    assert.equal(good.code, 0, good.stdout);
    assert.match(good.stdout, /^Nothing is missing or different\.$/m);
    rmSync(join(to, 'paper.json'));
    const bad = await examhall(['verify-archive', to]);
    assert.equal(bad.code, 1);
    assert.match(bad.stdout, /^The keys are the claim of this archive itself/m);
    assert.match(bad.stdout, /^✘ paper\.json is missing$/m);
    const again = await examhall(['archive', '--plan', exam.exam.planId, '--to', to]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^examhall: \S+ is not empty/);
  });

  /** As an operator types it, with the settings of this system. */
  function examhall(args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = {
      ...bareEnvironment(),
      ...{ EXAMHALL_VIRUS_HOOK: 'off', EXAMHALL_SECRET: exam.system.secret },
      ...{ MONGODB_URL: exam.system.mongodbUrl, REDIS_URL: exam.system.redisUrl, EXAMHALL_DATA_DIR: system.dataDir },
      EXAMHALL_PAPER_KEY: Buffer.from(TEST_PAPER_KEY).toString('hex'),
    };
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], { env }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr }),
      );
    });
  }

  it('has each answer with its history, and nothing that lets somebody in or opens something', () => {
    const text = readFileSync(join(folder, 'tables/answers.jsonl'), 'utf8');
    const rows = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(rows.length, 7, 'three answers of each, and a change of mind');
    const everything = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
      .join('\n');
    for (const { code } of exam.exam.roster) assert.ok(!everything.includes(code), 'a code is in the archive');
    for (const name of ['sealedKey', 'passwordHash', 'deviceKey', 'entryId'])
      assert.ok(!everything.includes(`"${name}"`), name);
    assert.equal(readFileSync(join(folder, 'uploads', uploadId), 'utf8'), 'what was seen');
  });

  it('is red for one altered byte of any file, and names it', async () => {
    const { files } = await readArchiveManifest(folder);
    assert.ok(files.length > 28);
    for (const { path, bytes } of files) {
      const findings = await spoilt((at) => {
        const content = readFileSync(join(at, path));
        if (bytes === 0) writeFileSync(join(at, path), 'x');
        else
          writeFileSync(
            join(at, path),
            Buffer.concat([content.subarray(0, -1), Buffer.from([(content.at(-1) ?? 0) ^ 1])]),
          );
      });
      assert.equal(findings.length, 1, path);
      assert.ok(findings[0]?.startsWith(`${path} has`), findings.join());
    }
  });

  it('is red for a file that is missing, one too many, an altered manifest, and keys that are not believed', async () => {
    assert.deepEqual(await spoilt((at) => rmSync(join(at, 'tables/incidents.jsonl'))), [
      'tables/incidents.jsonl is missing',
    ]);
    assert.deepEqual(await spoilt((at) => writeFileSync(join(at, 'note'), '')), [
      'note does not belong to the archive',
    ]);
    const renamed = await spoilt((at) =>
      edit(join(at, 'manifest.json'), (manifest) => ({ ...manifest, name: 'another' })),
    );
    assert.deepEqual(renamed, ['manifest.json was altered: its signature does not fit']);
    const { findings } = await verifyArchive(folder, { pinned: ['AAAAAAAAAAAAAAAA'] });
    assert.match(findings.join(), /is signed with the key \S+, which is not among those that are believed/);
    const nothing = await testFolder();
    await assert.rejects(verifyArchive(nothing), { code: 'ARCHIVE_BROKEN' });
  });

  it('is red where whoever holds the signing key has altered an answer, a row of the chain or a sheet file', async () => {
    const { sign, keyId } = await system.store.receiptKeys.signer();
    for (const [path, from, to, finding] of [
      ['tables/answers.jsonl', '"response":"B"', '"response":"C"', /receipts\/.*item 1: /],
      ['tables/audit.jsonl', '"kind":"', '"kind":"x', /the audit chain does not hold at its entry 1/],
      ['tables/files.jsonl', '"sha256":"', '"sha256":"0', /is not the file that its row names/],
    ] as const) {
      const findings = await spoilt((at) => {
        const text = readFileSync(join(at, path), 'utf8');
        assert.ok(text.includes(from), path);
        writeFileSync(join(at, path), text.replace(from, to));
        resign(at, path, { keyId, sign });
      });
      assert.match(findings.join('\n'), finding);
    }
  });

  function resign(at: string, path: string, { keyId, sign }: { keyId: string; sign(text: string): Buffer }): void {
    edit(join(at, 'manifest.json'), (manifest) => {
      const bytes = readFileSync(join(at, path));
      const files = (manifest.files as { path: string }[]).map((file) =>
        file.path === path ? { ...file, bytes: bytes.length, sha256: hash('sha256', bytes) } : file,
      );
      const body = { ...manifest, files } as never;
      return { ...manifest, files, signature: { keyId, value: sign(archiveText(body)).toString('base64url') } };
    });
  }
});

function edit(path: string, change: (manifest: Record<string, unknown>) => Record<string, unknown>): void {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
}
