// A CSV file as a table: UTF-8 with or without byte order mark, commas, a header of distinct names, every row as wide
// as the header, cells trimmed, in NFC, short, and without control characters. It knows nothing of exams.
// It must never guess: what is not such a table is refused with line and column (ResponseFileError).
// Called by response-file.ts.

import { isUtf8 } from 'node:buffer';
import { open, readFile, stat } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { type Place, ResponseFileError } from './response-file-error.ts';

/** A file on disk by its path, or content under a name that errors are to show. */
export type TextSource = string | { name: string; content: string | Uint8Array };

/** A row, and the line from 1 where it begins. Empty lines are passed over, but counted. */
export type Row = { line: number; cells: string[] };

/** `file` and `headerLine` are for errors. Rows are as wide as the header. There may be no row. */
export type Table = { file: string; headerLine: number; header: string[]; rows: Row[] };

/** Bounds of what is read: bytes of a file, characters of a cell. */
export const CSV_LIMITS = { bytes: 64 * 1024 * 1024, characters: 200 } as const;

/** Reads and checks a table. Throws ResponseFileError, also when the file cannot be read. */
export async function readTable(source: TextSource): Promise<Table> {
  const file = typeof source === 'string' ? source : source.name;
  const content = typeof source === 'string' ? await readBytes(source) : source.content;
  const [header, ...rows] = parseRows(file, typeof content === 'string' ? content : decode(file, content));
  if (!header || header.cells.every((cell) => cell === '')) {
    throw new ResponseFileError('FILE_EMPTY', { file, line: 1, column: 1 }, 'it is empty', 'a header is needed');
  }
  checkHeader(file, header);
  for (const row of [header, ...rows]) checkRow(file, row, header.cells);
  return { file, headerLine: header.line, header: header.cells, rows };
}

async function readBytes(path: string): Promise<Uint8Array> {
  const size = await stat(path).then(({ size }) => size, unreadable);
  if (size <= CSV_LIMITS.bytes) return await readFile(path).catch(unreadable);
  const place = { file: path, ...endOf(await firstBytes(path).catch(unreadable)) };
  throw new ResponseFileError(
    'FILE_TOO_LARGE',
    place,
    `it has ${size} bytes`,
    `at most ${CSV_LIMITS.bytes} are read, which end here`,
  );

  function unreadable(cause: unknown): never {
    const why = cause instanceof Error ? cause.message : String(cause);
    const place = { file: path, line: 1, column: 1 };
    throw new ResponseFileError('FILE_UNREADABLE', place, why, 'a file that can be read is needed', cause);
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const bytes = Buffer.alloc(CSV_LIMITS.bytes);
    await file.read(bytes);
    return bytes;
  } finally {
    await file.close();
  }
}

/** The line and the column in which these bytes end, as far as separators alone can say. */
function endOf(bytes: Uint8Array): { line: number; column: number } {
  let line = 1;
  for (const byte of bytes) if (byte === LINE_FEED) line++;
  const last = bytes.subarray(bytes.lastIndexOf(LINE_FEED) + 1);
  return { line, column: last.filter((byte) => byte === COMMA).length + 1 };
}

/** A broken character is looked for by bytes: neither a line feed nor a comma is ever part of a longer character. */
function decode(file: string, bytes: Uint8Array): string {
  if (isUtf8(bytes)) return new TextDecoder('utf-8').decode(bytes);
  let line = 1;
  let column = 1;
  let start = 0;
  for (const [index, byte] of bytes.entries()) {
    if (byte !== LINE_FEED && byte !== COMMA) continue;
    if (!isUtf8(bytes.subarray(start, index))) break;
    start = index + 1;
    line += byte === LINE_FEED ? 1 : 0;
    column = byte === LINE_FEED ? 1 : column + 1;
  }
  throw new ResponseFileError('FILE_NOT_UTF8', { file, line, column }, 'it is not UTF-8', 'save it as CSV in UTF-8');
}

const LINE_FEED = 0x0a;
const COMMA = 0x2c;

/** Line ends are unified first: csv-parse takes the first one for all, and counts lines wrongly where they are mixed. */
function parseRows(file: string, text: string): Row[] {
  const unified = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  try {
    const options = {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      record_delimiter: '\n',
    };
    const parsed = parse(unified, options) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record, info }) => ({
      line: info.lines - record.join().split('\n').length + 1, // csv-parse gives the last line of a record
      cells: record.map((cell) => cell.trim().normalize('NFC')),
    }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error.lines === 'number' ? error.lines : null;
    const column = typeof error.index === 'number' ? error.index + 1 : null;
    const allowed = 'a quoted cell begins and ends with " and doubles a " inside';
    throw new ResponseFileError('QUOTE_BAD', { file, line, column }, 'a quote is out of place', allowed, error);
  }
}

function checkHeader(file: string, { line, cells }: Row): void {
  cells.forEach((name, index) => {
    const place = { file, line, column: index + 1 };
    if (name === '') throw new ResponseFileError('COLUMN_UNNAMED', place, 'no name', 'every column needs a name');
    const first = cells.indexOf(name);
    if (first === index) return;
    const what = `column ${quote(name)} is already column ${first + 1}`;
    throw new ResponseFileError('COLUMN_DUPLICATE', place, what, 'every column needs a name of its own');
  });
}

function checkRow(file: string, { line, cells }: Row, header: readonly string[]): void {
  if (cells.length !== header.length) {
    const place = { file, line, column: Math.min(cells.length, header.length) + 1 };
    const allowed = `the header has ${header.length}, and so must every line`;
    throw new ResponseFileError('CELLS_WRONG', place, `${cells.length} cells`, allowed);
  }
  cells.forEach((cell, index) => {
    const place = { file, line, column: index + 1 };
    if (cell.length > CSV_LIMITS.characters) {
      const allowed = `at most ${CSV_LIMITS.characters} are allowed`;
      throw new ResponseFileError('VALUE_TOO_LONG', place, `a value of ${cell.length} characters`, allowed);
    }
    if (/\p{Cc}/u.test(cell)) {
      throw new ResponseFileError('VALUE_NOT_TEXT', place, 'a control character', 'a value is one line of text');
    }
  });
}

/** The place of a cell, `index` from 0. */
export function at({ file }: Table, line: number, index: number): Place {
  return { file, line, column: index + 1 };
}

/** A table's rows are as wide as its header, so that the cell is always there. */
export function cell(cells: readonly string[], index: number): string {
  return cells[index] ?? '';
}

/** A name as messages show it: in quotes, cut after 40 characters. */
export function quote(name: string): string {
  return `"${name.length > 40 ? `${name.slice(0, 40)}…` : name}"`;
}
