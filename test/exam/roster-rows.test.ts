// Rows of a roster: each cell, the rest of the file, and the plan.
import assert from 'node:assert/strict';
import { columnsOf } from '../../exam/roster-columns.ts';
import { rosterRows } from '../../exam/roster-rows.ts';

const header = ['번호', '이름', '고사실', '좌석', '추가시간'];
const { columns } = columnsOf(header, {});
const read = (records: string[][], taken: string[] = []) => rosterRows(header, records, columns, new Set(taken));
const flaws = (records: string[][], taken: string[] = []) =>
  read(records, taken).errors.map(({ row, column, message }) => `${row} ${column} ${message}`);

describe('rows of a roster', () => {
  it('are people, with number and name as their label, trimmed and in NFC', () => {
    const { people, errors } = read([
      [' 17', 'e\u0301mile ', ' A ', '3', '15'],
      ['', ''],
      ['', 'Ben'],
    ]);
    assert.deepEqual(errors, []);
    assert.deepEqual(people, [
      { row: 2, label: '17 \u00e9mile', room: 'A', seat: '3', group: '', extraMs: 900_000 },
      { row: 4, label: 'Ben', room: '', seat: '', group: '', extraMs: 0 },
    ]);
  });

  it('have an error for each cell that does not fit, under the header that it stands below', () => {
    const bad = ['', 'a\nb', 'x'.repeat(201), 'x'.repeat(17), '1.5'];
    assert.deepEqual(
      flaws([bad, ['', '', 'A'], ['1', 'a', '', '', '1441'], ['2', 'b', '', '', '-1']]).map((one) => one.slice(0, 4)),
      ['2 이름', '2 고사', '2 좌석', '2 추가', '3 이름', '4 추가', '5 추가'],
    );
    for (const { allowed } of read([bad]).errors) assert.ok(allowed.length > 5);
  });

  it('have each label once, in the file and in the plan', () => {
    const twice = [
      ['1', 'Kim'],
      ['', 'Lee'],
      ['1', 'Kim'],
    ];
    assert.deepEqual(flaws(twice, ['Lee']), [
      '3 이름 The plan has somebody of this label.',
      '4 이름 Row 2 has the same label.',
    ]);
  });

  it('are no wider than the header, where there is something', () => {
    assert.deepEqual(flaws([['1', 'a', '', '', '', ' ']]), []);
    assert.match(flaws([['1', 'a', '', '', '', 'b']])[0] ?? '', /^2 {2}The row has 6 cells/);
  });

  it('are somebody, and not more than are taken at once', () => {
    assert.equal(flaws([['']]).length, 1);
    assert.match(flaws(Array.from({ length: 20_001 }, (_, at) => ['', `p${at}`]))[0] ?? '', /20001 people/);
  });
});
