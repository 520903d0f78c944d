// What counts of the marks of an answer: one, two that agree, or what was decided between two that differ.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decided, type Mark, type Marks, marked, markState, pointsOf } from '../../exam/marking.ts';
import { isRefusal, type Refusal } from '../../schema/refusals.ts';

const mark = (by: string, points: number): Mark => ({ points, reason: '-', by, byRole: 'admin', at: 1 });
const kept = (result: Marks | Refusal): Marks => {
  assert.ok(!isRefusal(result), 'refused');
  return result;
};

describe('marking', () => {
  it('lets one mark count, and two where they are the same', () => {
    const one = kept(marked(undefined, 7, mark('kim', 500)));
    assert.deepEqual([pointsOf(one, 7), markState(one, 7)], [500, 'marked']);
    const two = kept(marked(one, 7, mark('lee', 500)));
    assert.deepEqual([pointsOf(two, 7), two.marks.length], [500, 2]);
  });

  it('lets neither of two that differ count, until it is decided, and keeps both', () => {
    const two = kept(marked(kept(marked(undefined, 7, mark('kim', 500))), 7, mark('lee', 900)));
    assert.deepEqual([pointsOf(two, 7), markState(two, 7)], [null, 'contested']);
    const over = kept(decided(two, 7, mark('chief', 700)));
    assert.deepEqual([pointsOf(over, 7), over.marks.map(({ points }) => points)], [700, [500, 900]]);
    assert.equal(pointsOf(kept(decided(over, 7, mark('chief', 600))), 7), 600);
  });

  it('takes the own mark anew, which takes back a decision between the two as they were', () => {
    const two = kept(marked(kept(marked(undefined, 7, mark('kim', 500))), 7, mark('lee', 900)));
    const anew = kept(marked(kept(decided(two, 7, mark('chief', 700))), 7, mark('kim', 900)));
    assert.deepEqual([pointsOf(anew, 7), anew.decision, anew.marks.length], [900, null, 2]);
  });

  it('refuses a third person, and a decision where nothing differs', () => {
    const one = kept(marked(undefined, 7, mark('kim', 500)));
    const two = kept(marked(one, 7, mark('lee', 500)));
    for (const refused of [
      marked(two, 7, mark('moon', 1)),
      decided(undefined, 7, mark('chief', 1)),
      decided(one, 7, mark('chief', 1)),
      decided(two, 7, mark('chief', 1)),
    ])
      assert.ok(isRefusal(refused) && refused.refused === 'MARK_REFUSED');
  });

  it('forgets the marks of another revision', () => {
    const one = kept(marked(undefined, 7, mark('kim', 500)));
    assert.deepEqual([pointsOf(one, 8), markState(one, 8)], [null, 'waiting']);
    assert.deepEqual(kept(marked(one, 8, mark('lee', 1))).marks, [mark('lee', 1)]);
  });

  it('counts something exactly where one marked, both agree or somebody decided, whoever comes in whatever order', () => {
    const step = fc.record({ by: fc.constantFrom('kim', 'lee', 'moon'), points: fc.nat(2), decides: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let marks: Marks | undefined;
        for (const { by, points, decides } of steps) {
          const next = (decides ? decided : marked)(marks, 7, mark(by, points));
          if (!isRefusal(next)) marks = next;
        }
        const given = marks?.marks ?? [];
        assert.equal(new Set(given.map(({ by }) => by)).size, given.length);
        assert.ok(given.length <= 2);
        const agree = given.length > 0 && new Set(given.map(({ points }) => points)).size === 1;
        assert.equal(pointsOf(marks, 7) !== null, agree || (marks?.decision ?? null) !== null);
      }),
    );
  });
});
