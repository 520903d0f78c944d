// Pruning over a real store: older revisions of long texts lose their content, and nothing that counts does.
import assert from 'node:assert/strict';
import { PRUNING_PERIOD_MS } from '../../exam/pruning.ts';
import { newId } from '../../schema/ids.ts';
import type { Store } from '../../store/open-store.ts';
import { createPruner, type Pruner } from '../../workers/pruner.ts';
import { newStore } from '../support/stored.ts';
import { anAnswersJob, collectingLog, queuedAnswer, until } from './worker-parts.ts';

const REV = 1_000_000;
const HALF_MINUTE = 1_000 * PRUNING_PERIOD_MS;
const draft = (number: number) => `draft ${number} `.padEnd(300, '한');
const NOTHING = { conflicts: [], failed: [], invalid: [] };

describe('pruning of stored answers', () => {
  const { log } = collectingLog();
  let store: Store;
  let pruner: Pruner;
  let planId: string;
  let examineeId: string;

  before(async () => {
    store = await newStore('pruner');
    pruner = createPruner({ store, log, delayMs: 100, lookEveryMs: 20 });
  });
  beforeEach(async () => {
    planId = newId();
    examineeId = newId();
    await store.sheets.create([{ examineeId, planId, roomId: newId() }]);
    await store.sheets.begin([examineeId]);
  });
  after(async () => {
    await pruner.stop();
    await pruner.stop();
    await store.close();
  });

  /** Stores these revisions of item 1, each with a text and the second of its writing, and tells the pruner. */
  async function write(of: string, ...revisions: [revision: number, text: string, second: number][]): Promise<void> {
    const answers = revisions.map(([revision, text, second]) =>
      queuedAnswer(of, 1, REV + revision, text, HALF_MINUTE + second * 1_000),
    );
    await store.answers.insert(planId, answers);
    pruner.note(anAnswersJob({ planId, answers }), NOTHING);
  }
  const prunedOf = async (of = examineeId) =>
    (await store.answers.history(planId, of, 1)).filter(({ pruned }) => pruned).map(({ revision }) => revision - REV);

  it('[S3] empties the older ones of a half minute and keeps the newest, one a half minute, and the hashes', async () => {
    await write(
      examineeId,
      [1, draft(1), 1],
      [2, draft(2), 2],
      [3, draft(3), 29],
      [4, draft(4), 31],
      [5, draft(5), 40],
    );
    await until('they are pruned', async () => (await prunedOf()).length === 3);
    assert.deepEqual(await prunedOf(), [1, 2, 4]);
    const history = await store.answers.history(planId, examineeId, 1);
    assert.deepEqual(
      history.map(({ response }) => response),
      [null, null, draft(3), null, draft(5)],
    );
    const repeated = await store.answers.insert(planId, [
      queuedAnswer(examineeId, 1, REV + 1, draft(1)),
      queuedAnswer(examineeId, 1, REV + 2, 'another'),
    ]);
    assert.deepEqual(repeated, { conflicts: [1] });
  });

  it('[S3] prunes across jobs, and waits until the newer one has been durable for a while', async () => {
    await write(examineeId, [1, draft(1), 1]);
    await write(examineeId, [2, draft(2), 2]);
    assert.deepEqual(await prunedOf(), []);
    await until('the older is pruned', async () => (await prunedOf()).length === 1);
    await write(examineeId, [3, draft(3), 3]);
    await until('the next is pruned', async () => (await prunedOf()).length === 2);
    assert.deepEqual(await prunedOf(), [1, 2]);
  });

  it('[S3] leaves short texts, and everything on a sheet that has ended', async () => {
    const ended = newId();
    const short = newId();
    await store.sheets.create([ended, short].map((id) => ({ examineeId: id, planId, roomId: newId() })));
    await store.sheets.begin([short]);
    await store.sheets.end(ended, 'submitted', [[1, REV + 2]], 1);
    await write(ended, [1, draft(1), 1], [2, draft(2), 2], [3, draft(3), 3]);
    await write(short, [1, 'short', 1], [2, 'shorter', 2]);
    await write(examineeId, [1, draft(1), 1], [2, draft(2), 2]);
    await until('one after them is pruned', async () => (await prunedOf()).length === 1);
    assert.deepEqual([await prunedOf(ended), await prunedOf(short)], [[], []]);
  });
});
