// The receipt: the same for the same answers in any order, another one for any other; and what it is made of, in words of
// the standard library.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { contentHash } from '../../exam/content-hash.ts';
import { receiptHash, receiptOf } from '../../exam/receipt.ts';
import { holdsFor } from './seed.ts';

const entry = fc.tuple(
  fc.integer({ min: 1, max: 9_999 }),
  fc.integer({ min: 1, max: 9_000_000_000 }),
  fc.oneof(fc.string(), fc.integer(), fc.array(fc.string()), fc.constant(null)).map(contentHash),
);
const sheet = fc.uniqueArray(entry, { selector: ([item]) => item, maxLength: 30 });

describe('a receipt', () => {
  it('has the SHA-256 over [item, revision, content hash] in the order of items', () => {
    holdsFor(
      fc.property(sheet, (answers) => {
        const vector = answers.toSorted(([one], [other]) => one - other);
        const expected = createHash('sha256').update(JSON.stringify(vector)).digest('hex');
        assert.equal(receiptHash(answers), expected);
        assert.equal(receiptHash(answers.toReversed()), expected);
      }),
      300,
    );
    assert.equal(receiptHash([]), createHash('sha256').update('[]').digest('hex'));
  });

  it('is another one where an answer is another, is missing, or is more', () => {
    const answers: [number, number, string][] = [
      [1, 1_000_001, contentHash('A')],
      [2, 1_000_002, contentHash(['A', 'B'])],
    ];
    const { hash } = receiptOf(answers, 5);
    assert.deepEqual(receiptOf(answers, 5), { count: 2, at: 5, hash });
    const [one, two] = answers;
    assert.ok(one && two);
    const others = [
      [one],
      [...answers, [3, 1, contentHash('A')]],
      [one, [2, 1_000_003, two[2]]],
      [one, [2, two[1], one[2]]],
    ];
    for (const other of others) assert.notEqual(receiptHash(other as typeof answers), hash);
  });
});
