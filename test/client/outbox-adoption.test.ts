// What becomes of a device's unsaved answers when it enters again: after a reload, and after another device.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { adopt } from '../../client/outbox-adoption.ts';
import { createOutboxFold, type OutboxEntry, type StoredOutbox } from '../../client/outbox-storage.ts';
import { fenceOf, revisionOf } from '../../exam/revision.ts';
import type { Answer, Response } from '../../schema/answers.ts';
import { holdsFor } from '../exam/seed.ts';

const EXAMINEE = 'examinee00000001';

const entry = (revision: number, item = 1, response: Response = 'A', examineeId = EXAMINEE): OutboxEntry => ({
  examineeId,
  item,
  revision,
  response,
  at: 0,
  place: 'outbox',
});
const lying = (fence: number, counter: number, ...entries: OutboxEntry[]): StoredOutbox => ({
  entryId: undefined,
  sessions: [{ examineeId: EXAMINEE, fence, counter }],
  entries,
});
const short = (entries: readonly OutboxEntry[]) =>
  entries.map(({ item, revision, response }) => [item, revision, response]);

describe('what lies in the outbox when a session has its fence', () => {
  it('[S1] is sent on under new revisions, in its order, where the fence before was this device’s own', () => {
    const stored = lying(4, 0, entry(revisionOf(4, 9), 2, 'B'), entry(revisionOf(4, 3), 1, 'A'));
    const { entries, held, counter } = adopt(stored, EXAMINEE, 5, []);
    assert.deepEqual(short(entries), [
      [1, revisionOf(5, 1), 'A'],
      [2, revisionOf(5, 2), 'B'],
    ]);
    assert.deepEqual([held, counter], [[], 2]);
  });

  it('keeps the moment of its writing through every reload', () => {
    const fold = createOutboxFold();
    fold.apply([
      { kind: 'put', entry: entry(revisionOf(4, 7)) },
      { kind: 'session', session: { examineeId: EXAMINEE, fence: 4, counter: 0 } },
    ]);
    for (const fence of [5, 6]) {
      fold.apply(adopt(fold.stored(), EXAMINEE, fence, []).changes);
      const [found] = fold.stored().entries;
      assert.deepEqual([found?.revision, found?.written], [revisionOf(fence, 1), revisionOf(4, 7)]);
    }
  });

  it('[S11] is held and not sent where another device was in between', () => {
    const stored = lying(4, 0, entry(revisionOf(4, 1)));
    const { entries, held } = adopt(stored, EXAMINEE, 6, []);
    assert.deepEqual(entries, []);
    assert.deepEqual(
      held.map(({ revision, place }) => [revision, place]),
      [[revisionOf(4, 1), 'held']],
    );
  });

  it('stays held at every later reload', () => {
    const fold = createOutboxFold();
    fold.apply([
      { kind: 'put', entry: entry(revisionOf(4, 1)) },
      { kind: 'session', session: { examineeId: EXAMINEE, fence: 4, counter: 0 } },
    ]);
    fold.apply(adopt(fold.stored(), EXAMINEE, 6, []).changes);
    const { entries, held } = adopt(fold.stored(), EXAMINEE, 7, []);
    assert.deepEqual([entries, held.length], [[], 1]);
  });

  it('keeps its revisions where the same session goes on, and counts from there', () => {
    const stored = lying(4, 2, entry(revisionOf(4, 7)));
    const { entries, counter } = adopt(stored, EXAMINEE, 4, [{ item: 3, revision: revisionOf(4, 8), response: 'C' }]);
    assert.deepEqual(short(entries), [[1, revisionOf(4, 7), 'A']]);
    assert.equal(counter, 8);
  });

  it('is forgotten where the store has this very answer, or a later one of the same session', () => {
    const stored = lying(4, 0, entry(revisionOf(4, 1), 1, 'A'), entry(revisionOf(4, 2), 2, 'B'));
    const sheet: Answer[] = [
      { item: 1, revision: revisionOf(4, 1), response: 'A' },
      { item: 2, revision: revisionOf(4, 5), response: 'D' },
    ];
    for (const fence of [4, 5, 9]) {
      const { entries, held } = adopt(stored, EXAMINEE, fence, sheet);
      assert.deepEqual([entries, held], [[], []], `fence ${fence}`);
    }
  });

  it('is not forgotten where the store has this revision with another content', () => {
    const sheet: Answer[] = [{ item: 1, revision: revisionOf(4, 1), response: 'D' }];
    assert.equal(adopt(lying(4, 0, entry(revisionOf(4, 1))), EXAMINEE, 5, sheet).entries.length, 1);
  });

  it('of another examinee at the same device is neither sent, shown nor touched', () => {
    const stored = lying(4, 0, entry(revisionOf(4, 1), 1, 'A', 'examinee00000002'));
    const { entries, held, changes } = adopt(stored, EXAMINEE, 5, []);
    assert.deepEqual([entries, held], [[], []]);
    assert.deepEqual(changes, [{ kind: 'session', session: { examineeId: EXAMINEE, fence: 5, counter: 0 } }]);
  });

  it('that a page of an earlier session left behind is held', () => {
    const stored = lying(5, 0, entry(revisionOf(4, 1)), entry(revisionOf(5, 1), 2));
    const { entries, held } = adopt(stored, EXAMINEE, 6, []);
    assert.deepEqual([short(entries), held.length], [[[2, revisionOf(6, 1), 'A']], 1]);
  });

  it('[S11] never goes over an answer of another session, is never lost, and leaves the storage as it says', () => {
    const answer = fc.record({
      item: fc.integer({ min: 1, max: 3 }),
      fence: fc.integer({ min: 3, max: 7 }),
      counter: fc.integer({ min: 1, max: 5 }),
      response: fc.constantFrom('A', 'B'),
    });
    const toAnswer = ({
      item,
      fence,
      counter,
      response,
    }: {
      item: number;
      fence: number;
      counter: number;
      response: string;
    }): Answer => ({ item, revision: revisionOf(fence, counter), response });
    holdsFor(
      fc.property(
        fc.uniqueArray(answer, { maxLength: 8, selector: (one) => toAnswer(one).revision }),
        fc.uniqueArray(answer, { maxLength: 3, selector: (one) => one.item }),
        fc.integer({ min: 3, max: 6 }),
        fc.nat(3),
        (local, remote, last, step) => {
          const fence = last + step;
          const sheet = remote.filter((one) => one.fence <= fence).map(toAnswer);
          const fold = createOutboxFold();
          fold.apply([{ kind: 'session', session: { examineeId: EXAMINEE, fence: last, counter: 5 } }]);
          fold.apply(
            local
              .filter((one) => one.fence <= last)
              .map((one) => ({ kind: 'put', entry: { ...entry(0), ...toAnswer(one) } })),
          );
          const before = fold.stored().entries;
          const { entries, held, counter, changes } = adopt(fold.stored(), EXAMINEE, fence, sheet);
          fold.apply(changes);
          const after = fold.stored();
          assert.deepEqual(
            new Set(after.entries.map(({ revision }) => revision)),
            new Set([...entries, ...held].map(({ revision }) => revision)),
          );
          assert.deepEqual(after.sessions, [{ examineeId: EXAMINEE, fence, counter }]);
          for (const one of entries) {
            assert.ok(fenceOf(one.revision) === fence && one.revision <= revisionOf(fence, counter));
            const known = sheet.find(({ item }) => item === one.item);
            assert.ok(
              known === undefined || fenceOf(known.revision) <= last || fence === last,
              'it would go over a later session',
            );
          }
          if (step > 1) assert.deepEqual(entries, []);
          const dropped = before.length - entries.length - held.length;
          const inStore = before.filter(({ item, revision }) =>
            sheet.some(
              (one) => one.item === item && one.revision >= revision && fenceOf(one.revision) === fenceOf(revision),
            ),
          );
          assert.ok(dropped <= inStore.length, 'only what the store has, or has newer, is forgotten');
        },
      ),
    );
  });
});
