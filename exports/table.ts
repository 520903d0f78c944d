// A table as text: CSV with its columns as the first line, or NDJSON, in chunks as the rows come. Called by the api and the
// workers.
import { csvLine, csvRow, type ExportRow, ndjsonLine } from '../exam/export-text.ts';
import { EXPORT_COLUMNS, type ExportName, type TableFormat } from '../schema/exports.ts';
import type { ExportParts } from './parts.ts';
import { type ExportGiven, exportRows, itemColumn } from './rows.ts';

/** So much text goes out at once. */
const CHUNK_CHARACTERS = 64 * 1_024;

/** `given` is as for exportRows. */
export function tableText(
  parts: Pick<ExportParts, 'store'>,
  what: ExportName,
  format: TableFormat,
  given: ExportGiven,
): AsyncGenerator<string> {
  const rows = exportRows(parts, what, given);
  if (format === 'ndjson') return chunks(rows, ndjsonLine);
  return csvText([...EXPORT_COLUMNS[what], ...given.items.map(itemColumn)], rows);
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
