// Forward alone: what was left stays left, in whatever order the answers arrive, and nobody who goes forward loses one.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type AnswerSheet, createSheet, noteDurable, noteFailed, noteTaken } from '../../exam/answer-sheet.ts';
import { revisionOfApplied } from '../../exam/held-answer.ts';
import { closedBy, writtenAs } from '../../exam/navigation.ts';
import { revisionOf } from '../../exam/revision.ts';
import { holdsFor } from './seed.ts';

type Sent = { readonly item: number; readonly revision: number; readonly written?: number };
const r = (counter: number, fence = 1) => revisionOf(fence, counter);

/** As a room does: what is not closed is taken. */
function send(sheet: AnswerSheet, sent: Sent): 'taken' | 'closed' {
  if (closedBy(sheet, sent) !== undefined) return 'closed';
  noteTaken(sheet, sent.item, sent.revision, 'hash', 0, writtenAs(sent));
  return 'taken';
}

describe('forward alone', () => {
  it('refuses an answer to an item before one that was answered, and takes those of it and after it', () => {
    const sheet = createSheet(1);
    assert.equal(send(sheet, { item: 2, revision: r(1) }), 'taken');
    const refusal = closedBy(sheet, { item: 1, revision: r(2) });
    assert.deepEqual([refusal?.refused, refusal?.retry], ['ITEM_CLOSED', 'never']);
    assert.match(refusal?.message ?? '', /Item 2 was answered before/);
    assert.equal(send(sheet, { item: 2, revision: r(3) }), 'taken');
    assert.equal(send(sheet, { item: 5, revision: r(4) }), 'taken');
    assert.equal(send(sheet, { item: 4, revision: r(5) }), 'closed');
  });

  it('takes what was written before and comes after, as a text that was still being typed', () => {
    const sheet = createSheet(1);
    send(sheet, { item: 4, revision: r(6) });
    assert.equal(send(sheet, { item: 3, revision: r(5) }), 'taken');
    assert.equal(send(sheet, { item: 3, revision: r(7) }), 'closed');
  });

  it('goes by the first answer to a later item, however often that was changed since', () => {
    const sheet = createSheet(1);
    send(sheet, { item: 2, revision: r(1) });
    send(sheet, { item: 2, revision: r(9) });
    assert.equal(send(sheet, { item: 1, revision: r(5) }), 'closed');
    const again = createSheet(1, [{ item: 2, revision: r(9), hash: 'hash', first: r(1) }]);
    assert.equal(send(again, { item: 1, revision: r(5) }), 'closed', 'also in a room that was made anew');
  });

  it('closes nothing by an answer that could not be stored, nor by what a room itself has written', () => {
    const sheet = createSheet(2);
    send(sheet, { item: 5, revision: r(1, 2) });
    noteFailed(sheet, r(1, 2));
    assert.equal(send(sheet, { item: 1, revision: r(2, 2) }), 'taken');
    noteDurable(sheet, 7, revisionOfApplied(2), 'hash');
    assert.equal(send(sheet, { item: 2, revision: r(3, 2) }), 'taken');
    const made = createSheet(2, [{ item: 7, revision: revisionOfApplied(2), hash: 'hash' }]);
    assert.equal(send(made, { item: 2, revision: r(3, 2) }), 'taken');
  });

  it('goes over a reload: what was left stays left, and what was on its way keeps its moment', () => {
    const sheet = createSheet(2, [{ item: 4, revision: r(6), hash: 'hash', first: r(6) }]);
    assert.equal(send(sheet, { item: 3, revision: r(1, 2) }), 'closed');
    assert.equal(send(sheet, { item: 3, revision: r(2, 2), written: r(5) }), 'taken');
    assert.equal(send(sheet, { item: 2, revision: r(3, 2), written: r(7) }), 'closed');
  });

  it('believes no other moment of an answer that its own session wrote', () => {
    const sheet = createSheet(2);
    send(sheet, { item: 4, revision: r(3, 2) });
    assert.equal(send(sheet, { item: 1, revision: r(9, 2), written: r(1, 2) }), 'closed');
    assert.equal(send(sheet, { item: 1, revision: r(9, 2), written: r(1, 3) }), 'closed');
  });

  const step = fc.record({ forward: fc.nat(2), reload: fc.integer({ min: 0, max: 9 }) });

  it('loses nothing of who goes forward, whatever arrives when, twice, or anew after a reload', () => {
    const order = fc.array(fc.nat(1_000), { maxLength: 60 });
    holdsFor(
      fc.property(fc.array(step, { minLength: 1, maxLength: 20 }), order, (steps, picks) => {
        const { sheet, waiting } = goForward(steps);
        for (const pick of picks) {
          const sent = waiting[pick % waiting.length];
          if (sent !== undefined) assert.equal(send(sheet, sent), 'taken', JSON.stringify({ sent, waiting }));
        }
      }),
    );
  });

  it('takes no pair of which the earlier item was written and arrived after the later one', () => {
    const sent = fc.record({
      item: fc.integer({ min: 1, max: 5 }),
      revision: fc.integer({ min: 1, max: 30 }).map((n) => r(n)),
    });
    let closedCount = 0;
    holdsFor(
      fc.property(fc.uniqueArray(sent, { selector: ({ revision }) => revision, maxLength: 20 }), (arrivals) => {
        const sheet = createSheet(1);
        const taken: Sent[] = [];
        for (const one of arrivals) {
          const isClosed = taken.some((before) => before.item > one.item && before.revision < one.revision);
          assert.equal(send(sheet, one), isClosed ? 'closed' : 'taken');
          if (isClosed) closedCount++;
          else taken.push(one);
        }
      }),
    );
    assert.ok(closedCount > 100, `${closedCount} were refused`);
  });
});

/** A person who never goes back and now and then reloads; what waited then is sent anew, and only that. */
function goForward(steps: readonly { readonly forward: number; readonly reload: number }[]): {
  sheet: AnswerSheet;
  waiting: Sent[];
} {
  let [item, fence, counter] = [1, 1, 0];
  let waiting: Sent[] = [];
  for (const { forward, reload } of steps) {
    item += forward;
    waiting.push({ item, revision: revisionOf(fence, ++counter) });
    if (reload > 1) continue;
    fence++;
    counter = 0;
    waiting = waiting.map(({ item, revision, written = revision }) => ({
      ...{ item, written },
      revision: revisionOf(fence, ++counter),
    }));
  }
  return { sheet: createSheet(fence), waiting };
}
