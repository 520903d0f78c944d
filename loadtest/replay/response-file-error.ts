// What can be wrong with a response file or its key: one code each, with the place and what is allowed instead.
// A message may quote a label or a column, never a response: files may be of real people.
// Thrown by csv-table.ts, response-file.ts and response-bounds.ts; the load tester's command line prints it and ends.

/** What is wrong with a file. Codes are never reused. */
export type ResponseFileCode =
  | 'FILE_UNREADABLE'
  | 'FILE_TOO_LARGE'
  | 'FILE_NOT_UTF8'
  | 'FILE_EMPTY'
  | 'QUOTE_BAD'
  | 'CELLS_WRONG'
  | 'VALUE_TOO_LONG'
  | 'VALUE_NOT_TEXT'
  | 'VALUE_MISSING'
  | 'COLUMN_UNNAMED'
  | 'COLUMN_DUPLICATE'
  | 'COLUMN_MISSING'
  | 'COLUMN_CONFLICT'
  | 'ITEMS_MISSING'
  | 'ITEM_UNKNOWN'
  | 'ITEM_DUPLICATE'
  | 'ITEM_WITHOUT_KEY'
  | 'EXAMINEE_DUPLICATE'
  | 'COUNT_BAD'
  | 'EXAMINEES_TOO_MANY'
  | 'ITEMS_TOO_MANY'
  | 'ITEM_NAME_TOO_LONG'
  | 'OPTION_TOO_LONG'
  | 'OPTIONS_TOO_MANY'
  | 'ROOM_TOO_FULL'
  | 'PAPER_TOO_LARGE';

/** Where: a file's label, the line, and the cell in it, both from 1; null for a file that was not read, or a key made in code. */
export type Place = { file: string; line: number | null; column: number | null };

/** A response file or key that cannot be used. `message` names the place, what is wrong, and what is allowed. */
export class ResponseFileError extends Error {
  readonly code: ResponseFileCode;
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;

  constructor(code: ResponseFileCode, place: Place, what: string, allowed: string, cause?: unknown) {
    const line = place.line === null ? '' : `, line ${place.line}`;
    const column = place.column === null ? '' : `, column ${place.column}`;
    super(`${place.file}${line}${column}: ${what}; ${allowed}`, { cause });
    this.name = 'ResponseFileError';
    this.code = code;
    this.file = place.file;
    this.line = place.line;
    this.column = place.column;
  }
}
