// The `_id` of a stored answer: what the store sorts and searches by.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { answerId, answerRange, itemAndRevision, parseAnswerId, planRange } from '../../exam/answer-id.ts';
import { ID_LENGTH, newId } from '../../schema/ids.ts';
import { holdsFor } from './seed.ts';

const LETTERS = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'];
const ids = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: ID_LENGTH, maxLength: ID_LENGTH });
/** Ids that differ seldom, so that neighbours in the order of bytes are drawn too. */
const nearIds = fc.constantFrom(
  '0'.repeat(16),
  `${'0'.repeat(15)}1`,
  'z'.repeat(16),
  `${'z'.repeat(15)}y`,
  'A'.repeat(16),
);
const names = fc.record(
  {
    planId: fc.oneof(ids, nearIds),
    examineeId: fc.oneof(ids, nearIds),
    item: fc.integer({ min: 1, max: 9_999 }),
    revision: fc.oneof(fc.integer({ min: 1_000_001, max: 3_000_009 }), fc.maxSafeNat()),
  },
  { noNullPrototype: true },
);
type Name = { planId: string; examineeId: string; item: number; revision: number };

const idOf = (name: Name): string => answerId(name.planId, name.examineeId, name.item, name.revision);
const inRange = (id: string, range: { $gte: string; $lt: string }): boolean =>
  compare(id, range.$gte) >= 0 && compare(id, range.$lt) < 0;

/** The order of the store: that of UTF-8 bytes. */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

describe('answer id', () => {
  it('is plan, examinee, four digits of the item and sixteen of the revision', () => {
    assert.equal(
      answerId('planplanplanplan', 'examexamexamexam', 7, 1_000_001),
      'planplanplanplan.examexamexamexam.0007.0000000001000001',
    );
  });

  it('gives its parts back', () => {
    holdsFor(
      fc.property(names, (name) => {
        assert.deepEqual(parseAnswerId(idOf(name)), name);
        assert.deepEqual(itemAndRevision(idOf(name)), [name.item, name.revision]);
      }),
    );
  });

  it('sorts the answers of one examinee by item and then by revision', () => {
    holdsFor(
      fc.property(names, names, (a, b) => {
        const sameSheet = { ...b, planId: a.planId, examineeId: a.examineeId };
        const byParts = a.item === b.item ? a.revision - b.revision : a.item - b.item;
        assert.equal(Math.sign(compare(idOf(a), idOf(sameSheet))), Math.sign(byParts));
      }),
    );
  });

  it('lies in the range of its own examinee and plan and in no other', () => {
    holdsFor(
      fc.property(names, names, (a, b) => {
        const sameExaminee = a.planId === b.planId && a.examineeId === b.examineeId;
        assert.equal(inRange(idOf(a), answerRange(b.planId, b.examineeId)), sameExaminee);
        assert.equal(inRange(idOf(a), planRange(b.planId)), a.planId === b.planId);
      }),
      5_000,
    );
  });

  it('refuses everything that answerId does not make', () => {
    const good = answerId(newId(), newId(), 7, 1_000_001);
    assert.equal(parseAnswerId(good).item, 7);
    const sheet = good.slice(0, 34);
    const bad = [
      '',
      'x',
      `${good}0`,
      good.slice(1),
      good.replaceAll('.', '-'),
      `${sheet}0x07.0000000001000001`,
      `${sheet}0NaN.0000000001000001`,
    ];
    bad.push(
      `${sheet}0007.0000000000000NaN`,
      `${sheet}-007.0000000001000001`,
      `${sheet}0007.00000000001e3`,
      `${sheet}0007.0000000001000001.`,
    );
    for (const id of bad) assert.throws(() => parseAnswerId(id), RangeError, id);
    holdsFor(
      fc.property(names, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), (name, at, letter) => {
        const id = idOf(name);
        const changed = id.slice(0, at % id.length) + letter + id.slice((at % id.length) + 1);
        assert.ok(isRefusedOrRemade(changed), changed);
      }),
    );
  });
});

function isRefusedOrRemade(id: string): boolean {
  try {
    return idOf(parseAnswerId(id)) === id && Number.isInteger(parseAnswerId(id).revision);
  } catch (error) {
    return error instanceof RangeError;
  }
}
