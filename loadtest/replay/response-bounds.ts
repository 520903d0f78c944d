// What a system has no room for, found in a recorded exam that is well formed: names, options, items and papers beyond
// the written bounds. Each is refused at the cell that goes beyond (ResponseFileError), so that nothing is started for
// such a file. Messages never quote a response. Called by response-file.ts.
import type { Item } from '../../schema/answers.ts';
import { LIMITS } from '../../schema/limits.ts';
import { at, cell, quote, type Table } from './csv-table.ts';
import { type Place, ResponseFileError } from './response-file-error.ts';

/** The right option of an item, and where the two are said. */
export type KeyLine = { item: string; correct: string; places: { item: Place; correct: Place } };

/** The bytes of a paper's request beside its items. */
const PAPER_FRAME_BYTES = 4_096;

/** Checks the number of items and their names; `items` are the columns that hold them. */
export function checkItems(table: Table, items: readonly number[]): void {
  const tooMany = items[LIMITS.items];
  if (tooMany !== undefined) {
    const allowed = `at most ${LIMITS.items} are allowed`;
    throw new ResponseFileError('ITEMS_TOO_MANY', at(table, table.headerLine, tooMany), 'too many items', allowed);
  }
  for (const column of items) {
    const { length } = cell(table.header, column);
    if (length <= LIMITS.itemNameCharacters) continue;
    const allowed = `at most ${LIMITS.itemNameCharacters} are allowed`;
    const what = `an item's name of ${length} characters`;
    throw new ResponseFileError('ITEM_NAME_TOO_LONG', at(table, table.headerLine, column), what, allowed);
  }
}

/** Checks the options of every item: those of the key, and then those that somebody chose, row by row. */
export function checkOptions(table: Table, items: readonly number[], key: readonly KeyLine[]): void {
  for (const { correct, places } of key) checkLength(correct, places.correct);
  const rightOf = new Map(key.map(({ item, correct }) => [item, correct]));
  for (const column of items) {
    const name = cell(table.header, column);
    const options = new Set([rightOf.get(name) ?? '', '']);
    for (const { line, cells } of table.rows) {
      const option = cell(cells, column);
      checkLength(option, at(table, line, column));
      if (options.add(option).size <= LIMITS.options + 1) continue;
      const what = `item ${quote(name)} has more than ${LIMITS.options} options, the right one among them`;
      throw new ResponseFileError('OPTIONS_TOO_MANY', at(table, line, column), what, 'an item is a choice of a few');
    }
  }
}

function checkLength({ length }: string, place: Place): void {
  if (length <= LIMITS.optionCharacters) return;
  const allowed = `at most ${LIMITS.optionCharacters} are allowed`;
  throw new ResponseFileError('OPTION_TOO_LONG', place, `an option of ${length} characters`, allowed);
}

/** Checks that the paper fits into one request; `columns` are those of its items. */
export function checkPaper(table: Table, columns: readonly number[], paper: readonly Item[]): void {
  let bytes = PAPER_FRAME_BYTES;
  paper.forEach((item, index) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    if (bytes <= LIMITS.importBytes) return;
    const what = `the items up to this one have ${bytes} bytes with their options`;
    const allowed = `at most ${LIMITS.importBytes} are taken`;
    throw new ResponseFileError('PAPER_TOO_LARGE', at(table, table.headerLine, columns[index] ?? 0), what, allowed);
  });
}
