// Rows of an export as text: CSV by RFC 4180, whose cells no spreadsheet takes for a formula, and NDJSON. Pure.
// Called by the api for each row of a download.

/** A row by column; numbers and instants are numbers, what is no text is null. */
export type ExportRow = Readonly<Record<string, string | number | boolean | null>>;

/** What spreadsheets run: a cell that begins so gets an apostrophe before it. Numbers are none of these, whatever their sign. */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\r\n]/;

/** One cell. Nothing is the empty cell. */
export function csvCell(value: string | number | boolean | null): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One line, with its line end. */
export function csvLine(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** The row's cells in the order of these columns. */
export function csvRow(columns: readonly string[], row: ExportRow): string {
  return csvLine(columns.map((column) => row[column] ?? null));
}

/** One line, with its line end. */
export function ndjsonLine(row: object): string {
  return `${JSON.stringify(row)}\n`;
}
