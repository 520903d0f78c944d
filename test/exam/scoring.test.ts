// Scoring of each kind of item, and of whole sheets.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type KeyEntry,
  maxPoints,
  needsMark,
  type Response,
  scoreMarked,
  scoreResponse,
  scoreSheet,
} from '../../exam/scoring.ts';
import type { KeyEntry as KeyDocumentEntry } from '../../schema/answers.ts';

const single: KeyEntry = { item: 'q1', kind: 'singleChoice', correct: 'B' };
const multiple: KeyEntry = { item: 'q2', kind: 'multipleChoice', correct: ['A', 'C'], points: 2500 };
const text: KeyEntry = { item: 'q3', kind: 'shortText', correct: ['Straße', 'Café'] };
const number: KeyEntry = { item: 'q4', kind: 'number', correct: 1, tolerance: 0.1 };
const essay: KeyEntry = { item: 'q5', kind: 'essay' };

const anyResponse = fc.oneof(
  fc.string(),
  fc.array(fc.string()),
  fc.double(),
  fc.constantFrom(null, undefined),
) as fc.Arbitrary<Response | null | undefined>;

describe('scoring', () => {
  it('gives one point of 1000 thousandths unless the key says otherwise', () => {
    assert.equal(scoreResponse(single, 'B'), 1000);
    assert.equal(scoreResponse(multiple, ['A', 'C']), 2500);
    assert.equal(scoreResponse({ ...single, points: 0 }, 'B'), 0);
  });

  it('compares a single choice by its option id, exactly', () => {
    for (const wrong of ['A', 'b', ' B', ['B'], 2]) assert.equal(scoreResponse(single, wrong), 0);
  });

  it('gives a multiple choice all or nothing, in any order and however often an option is named', () => {
    for (const right of [
      ['A', 'C'],
      ['C', 'A'],
      ['A', 'C', 'A'],
    ])
      assert.equal(scoreResponse(multiple, right), 2500);
    for (const wrong of [['A'], ['A', 'B'], ['A', 'B', 'C'], ['B', 'D'], 'A']) {
      assert.equal(scoreResponse(multiple, wrong), 0);
    }
  });

  it('compares a short text in NFC, trimmed, and without regard to case', () => {
    const rights = ['straße', ' STRASSE\n', 'strasse', 'cafe\u0301', 'CAFÉ', '\u00a0caf\u00e9'];
    for (const right of rights) assert.equal(scoreResponse(text, right), 1000, right);
    for (const wrong of ['cafe', 'ca fé', 'Straße Café', 'x']) assert.equal(scoreResponse(text, wrong), 0, wrong);
    const greek: KeyEntry = { ...text, kind: 'shortText', correct: ['ΟΔΟΣ'] };
    assert.equal(scoreResponse(greek, 'οδος'), 1000);
    assert.equal(scoreResponse(greek, 'οδοσ'), 1000);
    const accented: KeyEntry = { ...text, kind: 'shortText', correct: ['\u1fb4'] };
    assert.equal(scoreResponse(accented, '\u03b1\u0345\u0301'), 1000, 'marks in another order are the same letter');
  });

  it('takes a number within the tolerance, its bounds included', () => {
    for (const right of [1, 1.1, 0.9, 1.05]) assert.equal(scoreResponse(number, right), 1000, String(right));
    for (const wrong of [1.1001, 0.8999, 0, Number.NaN, Number.POSITIVE_INFINITY, '1']) {
      assert.equal(scoreResponse(number, wrong), 0, String(wrong));
    }
    assert.equal(scoreResponse({ item: 1, kind: 'number', correct: 0 }, 0), 1000);
    assert.equal(scoreResponse({ item: 1, kind: 'number', correct: 0 }, 1e-9), 0);
  });

  it('never scores an essay', () => {
    assert.equal(maxPoints(essay), null);
    fc.assert(fc.property(anyResponse, (response) => scoreResponse(essay, response) === null));
  });

  it('gives an omitted item 0 points', () => {
    for (const entry of [single, multiple, text, number]) {
      for (const omitted of [null, undefined, '', ' ', []]) assert.equal(scoreResponse(entry, omitted), 0);
    }
    assert.equal(scoreResponse({ ...single, correct: '' }, ''), 0);
    assert.equal(scoreResponse({ item: 'q2', kind: 'multipleChoice', correct: [] }, []), 0);
  });

  it('gives any response either all of the points or none', () => {
    const entries = fc.constantFrom(single, multiple, text, number);
    fc.assert(
      fc.property(entries, anyResponse, (entry, response) => {
        const points = scoreResponse(entry, response);
        return points === 0 || points === maxPoints(entry);
      }),
    );
  });

  it('gives a part of a multiple choice by its rule, in whole thousandths', () => {
    const of = (partial: 'none' | 'share' | 'balance', chosen: string[]) =>
      scoreResponse({ item: 1, kind: 'multipleChoice', correct: ['A', 'B', 'C'], points: 1_000, partial }, chosen);
    assert.deepEqual([of('none', ['A']), of('share', ['A']), of('balance', ['A'])], [0, 333, 333]);
    assert.deepEqual([of('share', ['A', 'B', 'B']), of('balance', ['A', 'B', 'B'])], [666, 666]);
    assert.deepEqual([of('share', ['A', 'B', 'X']), of('balance', ['A', 'B', 'X'])], [0, 333]);
    assert.deepEqual([of('balance', ['A', 'X', 'Y']), of('balance', ['X'])], [0, 0]);
    assert.deepEqual([of('share', ['C', 'B', 'A']), of('balance', ['C', 'B', 'A', 'X'])], [1_000, 666]);
  });

  it('takes a penalty for what is wrong, and for nothing that was omitted or right in part', () => {
    const entry: KeyEntry = { ...single, penalty: 250 };
    assert.deepEqual(
      ['B', 'A', null, ' '].map((response) => scoreResponse(entry, response)),
      [1_000, -250, 0, 0],
    );
    const partly: KeyEntry = {
      ...multiple,
      kind: 'multipleChoice',
      correct: ['A', 'C'],
      partial: 'share',
      penalty: 100,
    };
    assert.deepEqual([scoreResponse(partly, ['A']), scoreResponse(partly, ['B'])], [1_250, -100]);
    assert.equal(
      scoreSheet(
        [entry, { ...entry, item: 'q2' }],
        new Map([
          ['q1', 'A'],
          ['q2', 'A'],
        ]),
      ).total,
      -500,
    );
  });

  it('takes another option for right where the key has it, too', () => {
    const entry: KeyEntry = { item: 1, kind: 'singleChoice', correct: 'B', alsoCorrect: ['D'] };
    assert.deepEqual(
      ['B', 'D', 'A'].map((response) => scoreResponse(entry, response)),
      [1_000, 1_000, 0],
    );
  });

  it('gives everybody the points of an item that was voided so, and nobody those of one that was voided otherwise', () => {
    const anyEntry = fc.constantFrom(single, multiple, text, number, { ...essay, points: 700 } as KeyEntry);
    fc.assert(
      fc.property(anyEntry, anyResponse, (entry, response) => {
        const everybody: KeyEntry = { ...entry, voided: 'everybody', penalty: 100 };
        const nobody: KeyEntry = { ...entry, voided: 'nobody', penalty: 100 };
        assert.equal(scoreResponse(everybody, response), maxPoints(entry));
        assert.deepEqual([scoreResponse(nobody, response), maxPoints(nobody)], [null, null]);
        assert.ok(!needsMark(everybody, response) && !needsMark(nobody, response));
      }),
    );
  });

  it('never gives more than the most, less than the penalty, or a fraction of a thousandth', () => {
    const letters = fc.subarray(['A', 'B', 'C', 'D', 'E', 'F', 'G']);
    const rules = fc.record({
      correct: letters.filter((chosen) => chosen.length > 0),
      points: fc.nat(1_000_000),
      penalty: fc.nat(5_000),
      partial: fc.constantFrom('none', 'share', 'balance'),
    });
    fc.assert(
      fc.property(rules, letters, letters, (rule, chosen, more) => {
        const entry = { item: 1, kind: 'multipleChoice', ...rule } as KeyEntry;
        const points = scoreResponse(entry, chosen) ?? Number.NaN;
        assert.ok(Number.isSafeInteger(points) && points >= -rule.penalty && points <= rule.points);
        assert.equal(scoreResponse(entry, rule.correct), rule.points, 'all of it is all of the points');
        const shuffled = [...chosen.toReversed(), ...chosen];
        assert.equal(scoreResponse(entry, shuffled), points, 'in any order, however often');
        const wrong = more.filter((option) => !rule.correct.includes(option));
        const worse = scoreResponse(entry, [...new Set([...chosen, ...wrong])]) ?? Number.NaN;
        if (chosen.length > 0) assert.ok(worse <= points, 'a wrong option besides never helps');
      }),
    );
  });

  it('leaves essays that count and short texts that the key does not have to people, where the key says so', () => {
    const key: KeyEntry[] = [{ ...essay, points: 3_000 }, { ...text, unmatched: 'mark' } as KeyEntry, single];
    const said = new Map([
      ['q5', 'My essay'],
      ['q3', 'strasze'],
      ['q1', 'B'],
    ]);
    const nobody = scoreMarked(key, said, new Map());
    assert.deepEqual([nobody.unmarked, nobody.total], [['q5', 'q3'], 1_000]);
    const some = scoreMarked(
      key,
      said,
      new Map([
        ['q5', 1_700],
        ['q3', 0],
        ['q1', 9],
      ]),
    );
    assert.deepEqual([some.unmarked, some.total], [[], 2_700]);
    const known = scoreMarked(
      key,
      new Map([
        ['q3', 'STRASSE'],
        ['q5', ' '],
      ]),
      new Map(),
    );
    assert.deepEqual(
      [known.unmarked, known.total],
      [[], 1_000],
      'what the key has, and what was omitted, needs nobody',
    );
  });

  it('scores a sheet in the order of the key, and passes over responses that the key does not have', () => {
    const responses = new Map<string, Response | null>([
      ['q9', 'B'],
      ['q5', 'My essay'],
      ['q4', 1.02],
      ['q2', ['C', 'A', 'C']],
      ['q1', 'A'],
      ['q3', null],
    ]);
    assert.deepEqual(scoreSheet([single, multiple, text, number, essay], responses), {
      total: 3500,
      items: [
        { item: 'q1', points: 0, chosen: ['A'] },
        { item: 'q2', points: 2500, chosen: ['C', 'A'] },
        { item: 'q3', points: 0, chosen: null },
        { item: 'q4', points: 1000, chosen: [] },
        { item: 'q5', points: null, chosen: [] },
      ],
    });
  });

  it('takes the key document of the schema as it is', () => {
    const document: KeyDocumentEntry[] = [{ item: 7, kind: 'number', correct: 2, tolerance: 0.5, points: 1000 }];
    assert.equal(scoreSheet(document, new Map([[7, 2.5]])).total, 1000);
  });
});
