// Rows as CSV and NDJSON, against the parser that rosters are read with, and a tar against the system's own.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvCell, csvLine, csvRow, ndjsonLine } from '../../exam/export-text.ts';
import { tarEnd, tarHeader, tarPadding } from '../../exam/tar.ts';

const FORMULAS = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'];

describe('rows of an export', () => {
  it('let no text begin as a formula, and leave numbers as they are', () => {
    for (const text of FORMULAS) assert.match(csvCell(text), /^"?'/, JSON.stringify(text));
    assert.deepEqual([-500, 0, true, null, 'a=b', ''].map(csvCell), ['-500', '0', 'true', '', 'a=b', '']);
    assert.equal(csvRow(['b', 'a', 'c'], { a: '-x', b: -1 }), "-1,'-x,\r\n");
  });

  it('come back from a parser of RFC 4180 as they went, but for the apostrophe', () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...FORMULAS, '"', ',', '\r\n', '""', "'"));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const parsed: string[][] = parse(rows.map(csvLine).join(''), {
          relax_column_count: true,
          record_delimiter: '\r\n',
        });
        const expected = rows.map((cells) => cells.map((text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)));
        assert.deepEqual(parsed, expected);
      }),
    );
  });

  it('are a line each as NDJSON, whatever is in them', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (row) => {
        const line = ndjsonLine(row);
        assert.ok(line.indexOf('\n') === line.length - 1);
        assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(row)));
      }),
    );
  });
});

describe('a tar', () => {
  it('is read by the system, with the files as they were', () => {
    const files = [
      ['sheets/a.json', 'A'],
      ['sheets/b.json', 'x'.repeat(512)],
      ['empty', ''],
      ['manifest.ndjson', '가나다\n'.repeat(400)],
    ] as const;
    const parts = files.flatMap(([name, text]) => {
      const bytes = Buffer.from(text);
      return [tarHeader(name, bytes.length, 1_700_000_000_000), bytes, tarPadding(bytes.length)];
    });
    const input = Buffer.concat([...parts, tarEnd()]);
    assert.deepEqual(
      execFileSync('tar', ['-tf', '-'], { input }).toString().trim().split('\n'),
      files.map(([name]) => name),
    );
    for (const [name, text] of files)
      assert.equal(execFileSync('tar', ['-xOf', '-', name], { input }).toString(), text);
  });

  it('takes no name that an archive cannot have', () => {
    for (const name of ['', 'x'.repeat(101), '이름', 'a\nb']) assert.throws(() => tarHeader(name, 1, 1), RangeError);
  });
});
