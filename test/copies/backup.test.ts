// A backup that is taken while people answer, in production's own processes, and its restore into another system,
// compared answer by answer; and what is refused: a broken or altered backup, another key, a system that is not empty.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { startSystem } from '../../bin/launcher/system.ts';
import { enterExam } from '../../client/enter-exam.ts';
import { memoryOutbox } from '../../client/outbox-memory.ts';
import { backUp } from '../../copies/backup.ts';
import type { CopyError } from '../../copies/copy-error.ts';
import type { Manifest } from '../../copies/manifest.ts';
import { type RestoreSystem, restore, verifyBackup } from '../../copies/restore.ts';
import { headKey } from '../../exam/audit-chain.ts';
import { rebuildLive, requireWholeStore } from '../../operations.ts';
import type { Response } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import { checkChain } from '../../store/audit-check.ts';
import { PARTS } from '../../store/copying.ts';
import { folderBlobs } from '../../store/folder-blobs.ts';
import { makeModels } from '../../store/models.ts';
import { openStore, type Store } from '../../store/open-store.ts';
import { freshRedis, mongodbUrl, redisUrl, testFolder } from '../support/parts.ts';
import { anEntry, anExaminee, TEST_PAPER_KEY } from '../support/stored.ts';
import { isSaved, openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { storeUpload, uploadText } from './stored-upload.ts';

const PEOPLE = 6;
const KEY = Buffer.from(TEST_PAPER_KEY).toString('hex');

/** What each person was told is saved: item → response. */
type Told = Map<number, Response>[];

function refusal(code: CopyError['code'], ...words: (string | RegExp)[]) {
  return (error: CopyError) => {
    assert.equal(error.code, code, String(error));
    for (const word of words) assert.match(error.message, word instanceof RegExp ? word : new RegExp(word));
    return true;
  };
}

describe('a backup of a running exam', function () {
  this.timeout(120_000);
  let exam: WholeExam;
  let whole: RestoreSystem;
  let folder: string;
  let manifest: Manifest;
  let toldBefore: Told;
  let uploadId: string;
  let empty: RestoreSystem;
  const stores: Store[] = [];

  async function emptySystem(name: string): Promise<RestoreSystem> {
    const dataDir = await testFolder();
    const store = await openStore({ url: await mongodbUrl(`${name}-${newId()}`), paperKey: TEST_PAPER_KEY });
    stores.push(store);
    return { store, blobs: folderBlobs(dataDir), dataDir, paperKey: TEST_PAPER_KEY, redisUrl: await redisUrl() };
  }

  async function copyOfBackup(): Promise<string> {
    const copy = await testFolder();
    cpSync(folder, copy, { recursive: true });
    return copy;
  }

  before(async () => {
    empty = await emptySystem('backup-empty');
    const env = { EXAMHALL_PAPER_KEY: KEY };
    exam = await openWholeExam('backup', { layout: 'one', rooms: 2, examinees: PEOPLE / 2, env });
    const dataDir = join(exam.folder, 'files');
    const store = await openStore({ url: exam.system.mongodbUrl, paperKey: TEST_PAPER_KEY });
    stores.push(store);
    whole = { store, blobs: folderBlobs(dataDir), dataDir, paperKey: TEST_PAPER_KEY, redisUrl: exam.system.redisUrl };
    uploadId = await storeUpload(store, whole.blobs, exam.exam.planId, 'what was seen');
    const sessions = await Promise.all(Array.from({ length: PEOPLE }, (_, index) => exam.enter(index)));
    await exam.begin();
    await exam.admin.control(exam.exam.planId, { action: 'extend', extraMs: 300_000, reason: 'fire alarm' });
    for (const session of sessions) for (let item = 1; item <= 20; item++) session.answer(item, 'A');
    const first = sessions[0];
    if (first === undefined) throw new Error('nobody sits');
    await until(
      'all is saved',
      () => sessions.every((one) => isSaved(one, ...Array.from({ length: 20 }, (_, i) => i + 1))),
      30_000,
    );
    await first.submit();
    const firstId = exam.exam.roster[0]?.examineeId ?? '';
    await until('the file of the first is written', async () => (await store.files.get(`sheet.${firstId}`)) !== null);

    // From here on everybody but the first writes on, until the backup is done.
    let going = true;
    const writing = sessions.slice(1).map(async (session, person) => {
      for (let round = 0; going; round++) {
        session.answer(1 + ((round * 7 + person) % 200), ['A', 'B', 'C', 'D'][round % 4] ?? 'A');
        await sleep(5);
      }
    });
    await sleep(300);
    toldBefore = sessions.map((session) => {
      const saved = [...session.answers()].filter(([, { state }]) => state === 'saved');
      return new Map(saved.map(([item, { response }]) => [item, response]));
    });
    folder = join(await testFolder(), 'copy');
    const backing = backUp(whole, folder);
    try {
      await exam.admin.control(exam.exam.planId, { action: 'extend', extraMs: 60_000, reason: 'in the middle' });
      manifest = await backing;
    } finally {
      going = false;
      await Promise.all(writing);
    }
  });

  after(async () => {
    await exam.stop();
    for (const store of stores) await store.close();
  });

  it('is restored into an empty system with everything that was acknowledged before it began, and exams go on there', async () => {
    const { planId, roster } = exam.exam;
    await exam.system.stop();
    const redis = await freshRedis();
    const url = await mongodbUrl(`backup-restored-${newId()}`);
    const restored = await restoredOn(url, redis.url);
    try {
      for (const [index, { examineeId }] of roster.entries()) {
        const there = await restored.store.answers.history(planId, examineeId);
        const current = new Map(
          (await restored.store.answers.current(planId, examineeId)).map((one) => [one.item, one]),
        );
        for (const [item, response] of toldBefore[index] ?? []) {
          const given = there.filter((one) => one.item === item);
          assert.ok(
            given.some((one) => JSON.stringify(one.response) === JSON.stringify(response)),
            `person ${index}, item ${item}: ${JSON.stringify(response)} was acknowledged and is not in the copy`,
          );
          assert.ok(current.has(item));
        }
        // Every revision that is in the copy is as it is in the system that was copied, with a root behind it.
        const original = new Map(
          (await whole.store.answers.history(planId, examineeId)).map((one) => [one.revision * 1e4 + one.item, one]),
        );
        for (const one of there) assert.deepEqual(one, original.get(one.revision * 1e4 + one.item));
        const proofs = await restored.store.answers.proofs(planId, examineeId, null);
        assert.ok(
          proofs.answers.every((answer) => !('unproved' in answer)),
          'an answer has no root in the copy',
        );
        const person = await restored.store.examinees.get(examineeId);
        const highest = Math.max(...there.map(({ revision }) => Math.floor(revision / 1e6)));
        assert.ok((person?.fence ?? 0) >= highest, 'a session of the copy would give revisions away again');
      }
      const submitted = await restored.store.sheets.get(roster[0]?.examineeId ?? '');
      assert.equal(submitted?.state, 'submitted');
      assert.equal(submitted?.vector?.length, 20);
      const file = await restored.store.files.get(`sheet.${submitted?._id}`);
      assert.ok(file !== null);
      assert.equal(hash('sha256', readFileSync(join(restored.dataDir, file.path))), file.sha256);
      assert.equal(await uploadText(restored.store, restored.blobs, uploadId), 'what was seen');
      await goOn(restored.store, url, redis.url);
    } finally {
      await restored.store.close();
      await redis.stop();
    }
  });

  async function restoredOn(url: string, redis: string): Promise<RestoreSystem> {
    const dataDir = await testFolder();
    const store = await openStore({ url, paperKey: TEST_PAPER_KEY });
    const system = { store, blobs: folderBlobs(dataDir), dataDir, paperKey: TEST_PAPER_KEY, redisUrl: redis };
    const { manifest: of } = await restore(system, folder);
    assert.equal(of.backupId, manifest.backupId);
    await rebuildLive({ mongodbUrl: url, redisUrl: redis });
    return system;
  }

  /**
   * Processes on the restored stores: the rooms run, their time has both extensions at most, people enter and are
   * saved.
   */
  async function goOn(store: Store, mongodbUrl: string, redisUrl: string): Promise<void> {
    const env = { NODE_ENV: 'production', EXAMHALL_PAPER_KEY: KEY, EXAMHALL_SECRET: exam.system.secret };
    const system = await startSystem({ layout: 'one', folder: await testFolder(), mongodbUrl, redisUrl, env });
    try {
      const { code = '', examineeId = '' } = exam.exam.roster[1] ?? {};
      const device = { url: system.url, code, deviceKey: `device-${examineeId}`, storage: memoryOutbox() };
      const session = await enterExam(device);
      await until('the room runs on', () => session.room().status === 'running', 30_000);
      assert.ok(session.answers().size >= 20, 'the person does not see what was saved');
      session.answer(200, 'C');
      await until('the next answer is saved', () => isSaved(session, 200), 30_000);
      const seen = (await store.answers.current(exam.exam.planId, examineeId)).find(({ item }) => item === 200);
      assert.equal(seen?.response, 'C');
      await session.leave();
      for (const { roomId } of exam.exam.rooms) {
        const room = await store.rooms.get(roomId);
        assert.equal(new Set(room?.appliedControls).size, room?.appliedControls.length, 'a control was applied twice');
        assert.equal(room?.adjustments.filter(({ extraMs }) => extraMs === 300_000).length, 1);
      }
      await until(
        'the chain has taken up what the copy carries',
        async () => (await store.audit.waiting(10)).length === 0,
        30_000,
      );
      const chain = await checkChain(store, await testFolder(), headKey(exam.system.secret), exam.exam.planId);
      assert.equal(chain.flaw, undefined, JSON.stringify(chain));
      assert.ok(chain.verified > 0);
    } finally {
      await system.stop();
    }
  }

  for (const [what, spoil, words] of [
    [
      'a file that was cut short',
      (at: string) => truncateSync(join(at, 'answers.bson.gz'), 100),
      ['answers.bson.gz has 100 bytes'],
    ],
    ['a file that is missing', (at: string) => rmSync(join(at, 'sheets.bson.gz')), ['sheets.bson.gz is missing']],
    ['a file that was altered', flipByte('rooms.bson.gz'), ['rooms.bson.gz has other content']],
    ['a file too many', (at: string) => writeFileSync(join(at, 'more'), ''), ['more does not belong']],
    ['no manifest, as after a backup that broke off', (at: string) => rmSync(join(at, 'manifest.json')), ['broke off']],
    ['an altered manifest', replaceInManifest('"removedMeanwhile": 0', '"removedMeanwhile": 1'), ['altered']],
    ['a manifest that is none', (at: string) => writeFileSync(join(at, 'manifest.json'), '{}'), ['not the manifest']],
  ] as const) {
    it(`is refused with ${what}, which is named, and nothing is written`, async () => {
      const copy = await copyOfBackup();
      spoil(copy);
      await assert.rejects(restore(empty, copy), refusal('BACKUP_BROKEN', ...words));
      assert.deepEqual(await empty.store.copies.inTheWay(), []);
    });
  }

  it('is refused where the key is another, and says which setting', async () => {
    const other = { ...empty, paperKey: new Uint8Array(32).fill(8) };
    await assert.rejects(restore(other, folder), refusal('BACKUP_KEY', 'EXAMHALL_PAPER_KEY'));
    await verifyBackup(folder, TEST_PAPER_KEY);
  });

  it('goes into an empty system alone, and names what is in the way', async () => {
    await assert.rejects(
      restore({ ...whole, redisUrl: await redisUrl() }, folder),
      refusal('IN_THE_WAY', /MongoDB: \d+ in answers/, /MongoDB: 1 in plans/),
    );
  });

  it('goes on with a restore that broke off, and lets no other one in between', async () => {
    await assert.rejects(
      restore(empty, folder, ({ name }) => {
        if (name === 'answers.bson.gz') throw new Error('the power went');
      }),
      /the power went/,
    );
    assert.equal(await empty.store.copies.restoring(), manifest.backupId);
    await assert.rejects(requireWholeStore(empty.store), /is being restored here/);
    await assert.rejects(backUp(empty, join(await testFolder(), 'half')), refusal('NOT_POSSIBLE', manifest.backupId));
    const another = join(await testFolder(), 'another');
    await backUp(whole, another);
    await assert.rejects(restore(empty, another), refusal('IN_THE_WAY', manifest.backupId));
    assert.equal((await restore(empty, folder)).wentOn, true);
    assert.equal(await empty.store.copies.restoring(), undefined);
    await assert.rejects(restore(empty, folder), refusal('IN_THE_WAY', /MongoDB: 6 in examinees/));
  });

  it('has every collection that there is', () => {
    const copied = new Set<string>(Object.values(PARTS).map(({ model }) => model));
    assert.deepEqual(
      Object.keys(makeModels(mongoose.createConnection())).filter((name) => !copied.has(name)),
      [],
    );
  });

  it('[S1] brings back the session that answers came by, where its person entered after the row was read', async () => {
    const { store } = await emptySystem('backup-entries');
    await store.ensureIndexes();
    const { _id, ...person } = anExaminee(newId(), newId());
    await store.examinees.create([{ _id, ...person }]);
    const entry = (fence: number, entryId: string) => {
      const unchained = [anEntry(`entered.${_id}.${fence}`)];
      return store.copies.write('entries', [mongoose.mongo.BSON.serialize({ _id, fence, entryId, unchained })]);
    };
    await entry(2, 'second');
    await entry(1, 'first');
    const { fence, entryId, status } = (await store.examinees.get(_id)) ?? person;
    assert.deepEqual({ fence, entryId, status }, { fence: 2, entryId: 'second', status: 'entered' });
    const waiting = await store.audit.waiting(10);
    assert.deepEqual(
      waiting.map(({ facts }) => facts.source),
      [`entered.${_id}.2`],
    );
  });

  it('ends without a manifest where bytes of an upload are missing, and names it', async () => {
    const [piece] = (await whole.store.uploads.get(uploadId))?.pieces ?? [];
    await whole.blobs.remove(uploadId, piece?.name);
    const broken = join(await testFolder(), 'broken');
    await assert.rejects(backUp(whole, broken), refusal('NOT_POSSIBLE', uploadId, 'is missing'));
    await assert.rejects(verifyBackup(broken, TEST_PAPER_KEY), refusal('BACKUP_BROKEN', 'broke off'));
  });

  it('is not written over another one', async () => {
    await assert.rejects(backUp(whole, folder), refusal('IN_THE_WAY', 'there is a backup in it already'));
    await verifyBackup(folder, TEST_PAPER_KEY);
  });
});

function flipByte(name: string) {
  return (at: string) => {
    const bytes = readFileSync(join(at, name));
    bytes[50] = (bytes[50] ?? 0) ^ 1;
    writeFileSync(join(at, name), bytes);
  };
}

function replaceInManifest(from: string, to: string) {
  return (at: string) => {
    const path = join(at, 'manifest.json');
    const text = readFileSync(path, 'utf8');
    assert.ok(text.includes(from));
    writeFileSync(path, text.replace(from, to));
  };
}
