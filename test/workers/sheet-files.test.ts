// Files of ended sheets: whole, readable, as the vector says, and found again whatever got lost.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { newId } from '../../schema/ids.ts';
import type { Store } from '../../store/open-store.ts';
import { createSheetFiles, type SheetFiles } from '../../workers/sheet-files.ts';
import { sheetPath } from '../../workers/sheet-record.ts';
import { workerMetrics } from '../../workers/worker-metrics.ts';
import { testFolder } from '../support/parts.ts';
import { anEntry, newStore } from '../support/stored.ts';
import { anEndedPlan, aSubmitted, ENDED_AT, type EndedPlan, SAVED_AT } from './ended-plan.ts';
import { collectingLog, queuedAnswer, until } from './worker-parts.ts';

const HOUR_MS = 3_600_000;

describe('files of ended sheets', () => {
  let store: Store;
  let plan: EndedPlan;
  let dataDir: string;
  const { log, alarms } = collectingLog();
  const running: SheetFiles[] = [];

  before(async () => {
    store = await newStore('sheet-files');
    plan = await anEndedPlan(store);
  });
  beforeEach(async () => {
    dataDir = await testFolder();
  });
  afterEach(async () => {
    for (const files of running.splice(0)) await files.stop();
  });
  after(() => store.close());

  function start(sweepEveryMs = HOUR_MS): SheetFiles {
    const files = createSheetFiles({ store, dataDir, log, metrics: workerMetrics(), sweepEveryMs });
    running.push(files);
    return files;
  }
  const pathOf = (examineeId: string) => `${plan.plan._id}/${plan.room._id}/${examineeId}.json`;
  const isFiled = async (examineeId: string) => ((await store.sheets.get(examineeId))?.filedAt ?? 0) > 0;

  it('writes what the vector names with labels, item names, responses, revisions and instants', async () => {
    const examineeId = await aSubmitted(store, plan, ['B', ['A', 'C'], '한강', undefined, 'An essay.']);
    await store.answers.insert(plan.plan._id, [queuedAnswer(examineeId, 1, 1_000_009, 'C')]); // late: not in the vector
    start().ask(examineeId);
    await until('the sheet is filed', () => isFiled(examineeId));
    const text = await readFile(join(dataDir, pathOf(examineeId)), 'utf8');
    const { examinee, room, plan: named, sheet, items } = JSON.parse(text);
    assert.deepEqual(examinee, { examineeId, label: `examinee ${examineeId}` });
    assert.deepEqual(room, { roomId: plan.room._id, label: plan.room.label });
    assert.deepEqual(named, { planId: plan.plan._id, name: 'entrance exam' });
    assert.deepEqual(sheet, { ended: 'submitted', endedAt: new Date(ENDED_AT).toISOString() });
    const savedAt = (item: number) => new Date(SAVED_AT + item).toISOString();
    assert.deepEqual(items, [
      { number: 1, name: 'q1', kind: 'singleChoice', response: 'B', revision: 1_000_001, savedAt: savedAt(1) },
      { number: 2, name: 'q2', kind: 'multipleChoice', response: ['A', 'C'], revision: 1_000_002, savedAt: savedAt(2) },
      { number: 3, name: 'river', kind: 'shortText', response: '한강', revision: 1_000_003, savedAt: savedAt(3) },
      { number: 4, name: 'sum', kind: 'number', response: null, revision: null, savedAt: null },
      { number: 5, name: 'essay', kind: 'essay', response: 'An essay.', revision: 1_000_005, savedAt: savedAt(5) },
    ]);
    assert.ok(text.includes('\n  "examinee": {\n'), 'it is indented for people');
  });

  it('stores where the file lies, with its size and SHA-256', async () => {
    const examineeId = await aSubmitted(store, plan, ['B']);
    start().ask(examineeId);
    await until('the sheet is filed', () => isFiled(examineeId));
    const bytes = await readFile(join(dataDir, pathOf(examineeId)));
    const row = await store.files.get(`sheet.${examineeId}`);
    assert.equal(row?.path, pathOf(examineeId));
    assert.equal(row?.bytes, bytes.length);
    assert.equal(row?.sha256, createHash('sha256').update(bytes).digest('hex'));
    assert.deepEqual(
      await readdir(dirname(join(dataDir, pathOf(examineeId)))),
      [`${examineeId}.json`],
      'nothing else is left',
    );
  });

  it('finds an ended sheet that nobody asked for', async () => {
    const examineeId = await aSubmitted(store, plan, ['A']);
    start(50);
    await until('the sheet is filed', () => isFiled(examineeId));
    await readFile(join(dataDir, pathOf(examineeId)));
  });

  it('writes the file again once the sheet was amended, also where the file of before was under way', async () => {
    const examineeId = await aSubmitted(store, plan, ['A']);
    const files = start();
    files.ask(examineeId);
    await until('the sheet is filed', () => isFiled(examineeId));
    const sheet = await store.sheets.get(examineeId);
    assert.ok(sheet);
    await store.answers.insert(plan.plan._id, [queuedAnswer(examineeId, 1, 2_000_001, 'C')]);
    const to = { vector: [[1, 2_000_001]] as [number, number][], receipt: 'of the amended' };
    await store.sheets.amend(sheet, to, anEntry(newId()));
    await store.sheets.filed(examineeId, ENDED_AT, 'of before');
    assert.equal(await isFiled(examineeId), false);
    files.ask(examineeId);
    await until('it is filed again', () => isFiled(examineeId));
    const { items } = JSON.parse(await readFile(join(dataDir, pathOf(examineeId)), 'utf8'));
    assert.deepEqual([items[0].response, items[0].revision], ['C', 2_000_001]);
  });

  it('writes nothing for a sheet that has not ended, and knows no sheet of another id', async () => {
    const examineeId = newId();
    await store.sheets.create([{ examineeId, planId: plan.plan._id, roomId: plan.room._id }]);
    const files = start();
    files.ask(examineeId);
    files.ask(newId());
    const ended = await aSubmitted(store, plan, ['A']);
    files.ask(ended);
    await until('the one after them is filed', () => isFiled(ended));
    assert.deepEqual(await readdir(dirname(join(dataDir, pathOf(ended)))), [`${ended}.json`]);
  });

  it('leaves the file of before whole, and says so loudly, when a new one cannot be written', async () => {
    const examineeId = await aSubmitted(store, plan, ['A']);
    const path = join(dataDir, pathOf(examineeId));
    // In the place of the room's folder lies a file: nothing can be written below it.
    await mkdir(dirname(dirname(path)), { recursive: true });
    await writeFile(dirname(path), 'in the way');
    start().ask(examineeId);
    await until('there is an alarm', () => alarms().some((line) => line.examineeId === examineeId));
    assert.equal(await isFiled(examineeId), false);
    assert.equal(await store.files.get(`sheet.${examineeId}`), null);
  });

  it('makes no path of anything that is not an id', () => {
    const sheet = { _id: newId(), planId: newId(), roomId: newId() };
    assert.equal(sheetPath(sheet), `${sheet.planId}/${sheet.roomId}/${sheet._id}.json`);
    for (const wrong of ['../../../../etc', '..', 'a/b', '', `${newId()}/..`, `${newId()}x`]) {
      assert.throws(() => sheetPath({ ...sheet, roomId: wrong }), RangeError);
    }
  });

  it('stops twice', async () => {
    const files = start();
    await Promise.all([files.stop(), files.stop()]);
  });
});
