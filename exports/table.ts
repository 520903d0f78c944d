// A table as text: CSV with its columns as the first line, or NDJSON, in chunks as the rows come. Called by the api and the
// workers.
import { csvLine, csvRow, type ExportRow, ndjsonLine } from '../exam/export-text.ts';
import { EXPORT_COLUMNS, type ExportName, type TableFormat } from '../schema/exports.ts';
import type { ExportParts } from './parts.ts';
import { type ExportGiven, exportRows, itemColumn } from './rows.ts';

/** So much text goes out at once. */
const CHUNK_CHARACTERS = 64 * 1_024;

/** `given` is as for exportRows; `noted` hears of each row. */
export function tableText(
  parts: Pick<ExportParts, 'store'>,
  what: ExportName,
  format: TableFormat,
  given: ExportGiven,
  noted: () => void = () => {},
): AsyncGenerator<string> {
  const rows = told(exportRows(parts, what, given), noted);
  if (format === 'ndjson') return chunks(rows, ndjsonLine);
  return csvText([...EXPORT_COLUMNS[what], ...given.items.map(itemColumn)], rows);
}

async function* told(rows: AsyncGenerator<ExportRow>, noted: () => void): AsyncGenerator<ExportRow> {
  for await (const row of rows) {
    noted();
    yield row;
  }
}

async function* csvText(columns: readonly string[], rows: AsyncGenerator<ExportRow>): AsyncGenerator<string> {
  yield csvLine(columns);
  yield* chunks(rows, (row) => csvRow(columns, row));
}

async function* chunks(rows: AsyncGenerator<ExportRow>, line: (row: ExportRow) => string): AsyncGenerator<string> {
  let text = '';
  for await (const row of rows) {
    text += line(row);
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
