// The tally of an outbox: one set of answers, one tally, on both sides. Hashes are compared with the platform's own.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { contentHash } from '../../exam/content-hash.ts';
import { NOTHING_WAITS, opens, tallyEntry, tallyOf } from '../../exam/tally.ts';
import type { Answer } from '../../schema/answers.ts';
import { INCOMING } from '../../schema/messages.ts';
import { holdsFor } from './seed.ts';

const responses = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.array(fc.constantFrom('A', 'B', 'C'), { maxLength: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(null),
);
const answers: fc.Arbitrary<Answer[]> = fc.uniqueArray(
  fc.record({
    item: fc.integer({ min: 1, max: 9_999 }),
    revision: fc.integer({ min: 1, max: 2 ** 40 }),
    response: responses,
  }),
  { maxLength: 12, selector: ({ revision }) => revision },
);

describe('the tally of an outbox', () => {
  it('names a response by the same hash as the room does', () => {
    holdsFor(
      fc.property(responses, (response) => {
        assert.equal(tallyEntry({ item: 1, revision: 1, response })[2], contentHash(response));
      }),
      500,
    );
  });

  it('is opened by its own set in any order, and by no other', () => {
    const changed = fc.record({ at: fc.nat(), how: fc.constantFrom('content', 'item', 'revision', 'less', 'more') });
    holdsFor(
      fc.property(answers, changed, (list, { at, how }) => {
        const entries = list.map(tallyEntry);
        const tally = tallyOf(entries);
        assert.ok(opens(tally, entries));
        assert.ok(opens(tally, [...entries].reverse()));
        const other = entries.map((entry): [number, number, string] => [...entry]);
        const index = at % Math.max(1, other.length);
        const entry = other[index];
        if (how === 'more') other.push([1, 2 ** 41, contentHash('invented')]);
        else if (entry === undefined) return;
        else if (how === 'content') entry[2] = contentHash('invented');
        else if (how === 'item') entry[0] += 1;
        else if (how === 'revision') entry[1] += 2 ** 41;
        else other.splice(index, 1);
        assert.equal(opens(tally, other), false, how);
      }),
    );
  });

  it('says nothing where nothing waits, and what a beat may carry where something does', () => {
    assert.deepEqual(tallyOf([]), NOTHING_WAITS);
    holdsFor(
      fc.property(answers, (list) => {
        const tally = tallyOf(list.map(tallyEntry));
        assert.equal(INCOMING.heartbeat.safeParse({ sentAt: 1, tally }).success, list.length > 0);
      }),
      200,
    );
  });
});
