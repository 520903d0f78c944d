// The contract of stored answers: a revision is there once, a repeat is recognised by its content, and the highest
// revision of an item is current. Compared with a map in memory.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answerId } from '../../exam/answer-id.ts';
import { contentHash } from '../../exam/content-hash.ts';
import type { Response } from '../../schema/answers.ts';
import { newId } from '../../schema/ids.ts';
import type { QueuedAnswer } from '../../schema/jobs.ts';
import type { Store } from '../../store/open-store.ts';
import { newStore } from '../support/stored.ts';

const AT = 1_700_000_000_000;

function queued(examineeId: string, item: number, revision: number, response: Response): QueuedAnswer {
  return [examineeId, item, revision, response, contentHash(response), AT];
}

describe('contract of the store: answers', () => {
  let store: Store;
  let planId: string;
  let examineeId: string;

  before(async () => {
    store = await newStore('contract-answers');
  });
  beforeEach(() => {
    planId = newId();
    examineeId = newId();
  });
  after(() => store.close());

  const insert = (...answers: [item: number, revision: number, response: Response][]) =>
    store.answers.insert(
      planId,
      answers.map(([item, revision, response]) => queued(examineeId, item, revision, response)),
    );

  it('gives back what was inserted, of every kind of response', async () => {
    const responses: Response[] = ['한국어 $ne \u0000', ['B', 'A'], 2.5, null, ''];
    await insert(
      ...responses.map((response, index): [number, number, Response] => [index + 1, 1_000_001 + index, response]),
    );
    assert.deepEqual(
      await store.answers.current(planId, examineeId),
      responses.map((response, index) => {
        return { item: index + 1, revision: 1_000_001 + index, response, hash: contentHash(response), at: AT };
      }),
    );
  });

  it('takes the highest revision of an item for current, whatever came last', async () => {
    await insert([7, 2_000_001, 'newer']);
    await insert([7, 1_000_009, 'older']);
    const current = await store.answers.current(planId, examineeId);
    assert.deepEqual(
      current.map(({ revision, response }) => [revision, response]),
      [[2_000_001, 'newer']],
    );
  });

  it('[S1] saves a repeat with the same content, without a trace', async () => {
    await insert([1, 1_000_001, 'A']);
    assert.deepEqual(await insert([1, 1_000_001, 'A'], [2, 1_000_002, 'B']), { conflicts: [] });
    assert.equal((await store.answers.history(planId, examineeId)).length, 2);
  });

  it('[S1] names a repeat with another content as a conflict, saves the rest, and keeps what was there', async () => {
    await insert([2, 1_000_002, 'kept'], [3, 1_000_003, 'same']);
    const { conflicts } = await insert(
      [1, 1_000_001, 'A'],
      [2, 1_000_002, 'other'],
      [3, 1_000_003, 'same'],
      [4, 1_000_004, 'D'],
    );
    assert.deepEqual(conflicts, [1]);
    const current = await store.answers.current(planId, examineeId);
    assert.deepEqual(
      current.map(({ response }) => response),
      ['A', 'kept', 'same', 'D'],
    );
  });

  it('[S1] saves one and refuses the other where two contents of one revision come at once', async () => {
    const outcomes = await Promise.all(['A', 'B', 'C'].map((response) => insert([1, 1_000_001, response])));
    const saved = outcomes.filter(({ conflicts }) => conflicts.length === 0);
    assert.equal(saved.length, 1);
    const [stored] = await store.answers.current(planId, examineeId);
    assert.equal(stored?.response, ['A', 'B', 'C'][outcomes.findIndex(({ conflicts }) => conflicts.length === 0)]);
  });

  it('saves a batch that is inserted twice at once', async () => {
    const batch = Array.from({ length: 250 }, (_, index) =>
      queued(examineeId, 1 + (index % 50), 1_000_001 + index, `${index}`),
    );
    const outcomes = await Promise.all([store.answers.insert(planId, batch), store.answers.insert(planId, batch)]);
    assert.deepEqual(outcomes, [{ conflicts: [] }, { conflicts: [] }]);
    assert.equal((await store.answers.history(planId, examineeId)).length, 250);
  });

  it('does nothing for an empty batch', async () => {
    assert.deepEqual(await store.answers.insert(planId, []), { conflicts: [] });
    assert.deepEqual(await store.answers.current(planId, examineeId), []);
    assert.deepEqual(await store.answers.revisions(planId, examineeId), []);
  });

  it('reads nobody else, also where ids are neighbours', async () => {
    const neighbours = ['0', 'zzzzzzzzzzzzzzzz', `${examineeId.slice(0, -1)}${examineeId.endsWith('0') ? '1' : '0'}`];
    await store.answers.insert(
      planId,
      neighbours.map((id) => queued(id.padEnd(16, '0'), 1, 1_000_001, 'not mine')),
    );
    await store.answers.insert(newId(), [queued(examineeId, 1, 1_000_001, 'of another plan')]);
    await insert([1, 1_000_001, 'mine']);
    const history = await store.answers.history(planId, examineeId);
    assert.deepEqual(
      history.map(({ response }) => response),
      ['mine'],
    );
  });

  it('reads what a vector names and nothing newer, and says so when one is missing', async () => {
    await insert([1, 1_000_001, 'counts'], [1, 1_000_005, 'late'], [2, 1_000_002, 'B']);
    const counted = await store.answers.byVector(planId, examineeId, [
      [1, 1_000_001],
      [2, 1_000_002],
    ]);
    assert.deepEqual(
      counted.map(({ item, response }) => [item, response]),
      [
        [1, 'counts'],
        [2, 'B'],
      ],
    );
    assert.deepEqual(await store.answers.byVector(planId, examineeId, []), []);
    await assert.rejects(store.answers.byVector(planId, examineeId, [[3, 1_000_003]]), { code: 'STORE_MISSING' });
  });

  it('empties a pruned answer and still knows its repeat', async () => {
    await insert([1, 1_000_001, 'an old draft'], [1, 1_000_002, 'the essay']);
    await store.answers.prune([answerId(planId, examineeId, 1, 1_000_001)]);
    const history = await store.answers.history(planId, examineeId, 1);
    assert.deepEqual(
      history.map(({ response, pruned, hash }) => [response, pruned ?? false, hash]),
      [
        [null, true, contentHash('an old draft')],
        ['the essay', false, contentHash('the essay')],
      ],
    );
    assert.deepEqual(await insert([1, 1_000_001, 'an old draft']), { conflicts: [] });
    assert.deepEqual(await insert([1, 1_000_001, 'another']), { conflicts: [0] });
  });

  it('agrees with a map in memory, for any batches', async () => {
    const answer = fc.record({
      item: fc.integer({ min: 1, max: 4 }),
      counter: fc.integer({ min: 1, max: 6 }),
      response: fc.constantFrom('A', 'B'),
    });
    const batches = fc.array(fc.array(answer, { maxLength: 8 }), { maxLength: 6 });
    const property = fc.asyncProperty(batches, async (given) => {
      const examinee = newId();
      const stored = new Map<string, Response>();
      for (const batch of given) {
        const answers = batch.map(({ item, counter, response }) =>
          queued(examinee, item, 1_000_000 + counter, response),
        );
        const expected = answers.flatMap(([, item, revision, response], index) => {
          const key = `${item} ${revision}`;
          if (!stored.has(key)) stored.set(key, response);
          return stored.get(key) === response ? [] : [index];
        });
        assert.deepEqual(await store.answers.insert(planId, answers), { conflicts: expected });
      }
      await agrees(examinee, stored);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  async function agrees(examinee: string, stored: Map<string, Response>): Promise<void> {
    const all = [...stored].map(([key, response]) => {
      const [item = 0, revision = 0] = key.split(' ').map(Number);
      return { item, revision, response, hash: contentHash(response), at: AT };
    });
    all.sort((a, b) => a.item - b.item || a.revision - b.revision);
    const current = [...new Map(all.map((answer) => [answer.item, answer])).values()];
    assert.deepEqual(await store.answers.history(planId, examinee), all);
    assert.deepEqual(await store.answers.current(planId, examinee), current);
    assert.deepEqual(
      await store.answers.revisions(planId, examinee),
      current.map(({ item, revision, hash }) => {
        const first = all.find((answer) => answer.item === item)?.revision;
        return { item, revision, hash, first };
      }),
    );
    for (const { item } of current) {
      assert.deepEqual(
        await store.answers.history(planId, examinee, item),
        all.filter((answer) => answer.item === item),
      );
    }
  }
});
