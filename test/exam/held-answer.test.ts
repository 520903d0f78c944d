// What becomes of an answer that a fenced device still held: the rule alone.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSheet, noteDurable, noteTaken } from '../../exam/answer-sheet.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { appliedAs, fateOfHeld, revisionOfApplied } from '../../exam/held-answer.ts';
import { fenceOf, revisionOf } from '../../exam/revision.ts';
import type { Item } from '../../schema/answers.ts';
import { holdsFor } from './seed.ts';

const options = ['A', 'B'].map((id) => ({ id, text: '' }));
const ITEM: Item = { number: 1, name: 'q1', kind: 'singleChoice', text: '', options };
const held = { item: 1, revision: revisionOf(1, 5), response: 'A' };
const stored = (revision: number, response = 'B') => ({ item: 1, revision, hash: contentHash(response) });
const fateWith = (...durable: ReturnType<typeof stored>[]) => fateOfHeld(createSheet(2, durable), ITEM, held);

describe('[S11] a held answer', () => {
  it('applies where the item has nothing newer', () => {
    assert.equal(fateWith(), 'apply');
    assert.equal(fateWith(stored(revisionOf(1, 4))), 'apply');
  });

  it('is offered where a later session has written the item, taken or durable', () => {
    assert.equal(fateWith(stored(revisionOf(2, 1))), 'offer');
    const sheet = createSheet(2);
    noteTaken(sheet, 1, revisionOf(2, 1), contentHash('B'), 1);
    assert.equal(fateOfHeld(sheet, ITEM, held), 'offer');
  });

  it('of the session that is still the last one waits, but where a file brought it counts as if its device had sent it', () => {
    const sheet = createSheet(1, [stored(revisionOf(1, 3))]);
    assert.equal(fateOfHeld(sheet, ITEM, held), 'wait');
    assert.equal(fateOfHeld(sheet, ITEM, held, true), 'apply');
    assert.equal(appliedAs(held.revision, 1), held.revision);
    assert.equal(appliedAs(held.revision, 2), revisionOfApplied(2));
    assert.equal(fateOfHeld(createSheet(1, [stored(revisionOf(1, 6))]), ITEM, held, true), 'outdated');
    assert.equal(fateOfHeld(sheet, ITEM, { ...held, revision: revisionOf(2, 1) }, true), 'wait');
  });

  it('is outdated where the same or a later one of its session is known, or the same content is current', () => {
    assert.equal(fateWith(stored(held.revision, 'A')), 'outdated');
    assert.equal(fateWith(stored(revisionOf(1, 6))), 'outdated');
    assert.equal(fateWith(stored(revisionOf(2, 1), 'A')), 'outdated');
  });

  it('waits while its own session is the live one, and is refused where it fits no item', () => {
    assert.equal(fateOfHeld(createSheet(1), ITEM, held), 'wait');
    assert.equal(fateOfHeld(createSheet(2), undefined, held), 'refused');
    assert.equal(fateOfHeld(createSheet(2), ITEM, { ...held, response: 'Z' }), 'refused');
  });

  it('that applies goes over every earlier session, and under whatever the live one writes', () => {
    const property = fc.property(
      fc.integer({ min: 2, max: 1_000 }),
      fc.integer({ min: 1, max: 999_999 }),
      (fence, counter) => {
        const applied = revisionOfApplied(fence);
        assert.equal(fenceOf(applied), fence);
        assert.ok(applied > revisionOf(fence - 1, counter) && applied < revisionOf(fence, counter));
        const sheet = createSheet(fence);
        noteTaken(sheet, 1, revisionOf(fence, counter), contentHash('B'), 1);
        noteDurable(sheet, 1, revisionOf(fence, counter), contentHash('B'));
        assert.equal(noteDurable(sheet, 1, applied, contentHash('A')), 'superseded');
      },
    );
    holdsFor(property);
  });
});
