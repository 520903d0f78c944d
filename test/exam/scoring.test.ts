// Scoring of each kind of item, and of whole sheets.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type KeyEntry, maxPoints, type Response, scoreResponse, scoreSheet } from '../../exam/scoring.ts';
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
