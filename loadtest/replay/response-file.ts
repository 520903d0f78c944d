// A recorded exam to replay: a CSV of responses and a CSV of the key become rooms of examinees with their responses.
// First column the examinee, every other column an item, an empty cell an omitted item. With a count column there is
// no examinee column: a row stands for that many people. Labels are only labels, never ids of anything stored.
// It must never repair a bad file: it says where it is bad (ResponseFileError). Called by the replay and the demo.

import { LIMITS } from '../../schema/limits.ts';
import { at, cell, quote, type Row, readTable, type Table, type TextSource } from './csv-table.ts';
import { paperOf } from './recorded-paper.ts';
import { checkItems, checkOptions, checkPaper, type KeyLine } from './response-bounds.ts';
import { type Place, ResponseFileError } from './response-file-error.ts';

export { ResponseFileError };

/** What to read. The key is a file with the columns item and key, or the right option by item. */
export type ResponseFileRequest = {
  responses: TextSource;
  key: TextSource | ReadonlyMap<string, string>;
  /** The column that names the exam room; without it rooms of ROOM_SIZE are filled in the file's order. */
  roomColumn?: string | undefined;
  /** The column that says for how many people a row stands. */
  countColumn?: string | undefined;
};

/** One person's responses, in the order of the items; null is omitted. */
export type RecordedExaminee = { label: string; responses: (string | null)[] };

/** An exam as recorded. Items in the file's order; rooms in the order of their first examinee, none empty. */
export type RecordedExam = {
  /** Options are those chosen and the right one, sorted. */
  items: { name: string; options: string[] }[];
  /** The right option, by item name; exactly the items above. */
  key: Map<string, string>;
  rooms: { label: string; examinees: RecordedExaminee[] }[];
};

/** People in a room when the file names no rooms. */
export const ROOM_SIZE = 30;

/** The most people that one file may hold. */
export const MAX_EXAMINEES = 100_000;

type Columns = { examinee: number | null; room: number | null; count: number | null; items: number[] };
type Person = RecordedExaminee & { room: string; line: number };

/** Reads a recorded exam that a system can hold. Throws ResponseFileError if a file cannot be read or used. */
export async function readResponseFile(request: ResponseFileRequest): Promise<RecordedExam> {
  const [keyFile, keyLines] = await readKey(request.key);
  const table = await readTable(request.responses);
  const columns = findColumns(table, request);
  checkItems(table, columns.items);
  const key = matchKey(table, columns, keyFile, keyLines);
  checkOptions(table, columns.items, keyLines);
  if (table.rows.length === 0) throw noExaminees(table, table.headerLine + 1, 0);
  const people =
    columns.examinee === null ? countedPeople(table, columns) : namedPeople(table, columns, columns.examinee);
  if (people.length === 0) throw noExaminees(table, table.rows[0]?.line ?? 0, columns.count ?? 0);
  const exam = { items: itemsOf(table, columns, key), key, rooms: seatInRooms(table, columns, people) };
  checkPaper(table, columns.items, paperOf(exam));
  return exam;
}

async function readKey(source: ResponseFileRequest['key']): Promise<[file: string, lines: KeyLine[]]> {
  if (typeof source !== 'string' && !('content' in source)) {
    const nowhere = { file: 'the key', line: null, column: null };
    const places = { item: nowhere, correct: nowhere };
    return [nowhere.file, [...source].map(([item, correct]) => ({ item, correct, places }))];
  }
  const table = await readTable(source);
  const item = columnNamed(table, 'item');
  const correct = columnNamed(table, 'key');
  const lines = new Map<string, KeyLine>();
  for (const row of table.rows) {
    const places = { item: at(table, row.line, item), correct: at(table, row.line, correct) };
    const entry = { item: requiredCell(table, row, item), correct: requiredCell(table, row, correct), places };
    const known = lines.get(entry.item);
    if (known) {
      const what = `item ${quote(entry.item)} has its key in line ${known.places.item.line} already`;
      throw new ResponseFileError('ITEM_DUPLICATE', places.item, what, 'one line an item is allowed');
    }
    lines.set(entry.item, entry);
  }
  return [table.file, [...lines.values()]];
}

function findColumns(table: Table, { roomColumn, countColumn }: ResponseFileRequest): Columns {
  const count = countColumn === undefined ? null : columnNamed(table, countColumn);
  const room = roomColumn === undefined ? null : columnNamed(table, roomColumn);
  const examinee = count === null ? 0 : null;
  if (room !== null && (room === count || room === examinee)) {
    const what = `column ${quote(roomColumn ?? '')} is the ${room === count ? 'count' : "examinee's"}`;
    throw new ResponseFileError('COLUMN_CONFLICT', at(table, table.headerLine, room), what, 'rooms need their own');
  }
  const items = [...table.header.keys()].filter((index) => ![examinee, room, count].includes(index));
  if (items.length === 0) {
    const allowed = 'at least one item column is needed, and commas between the columns';
    throw new ResponseFileError('ITEMS_MISSING', behindHeader(table), 'there is no item', allowed);
  }
  return { examinee, room, count, items };
}

function columnNamed(table: Table, name: string): number {
  const index = table.header.indexOf(name);
  if (index >= 0) return index;
  const shown = table.header.slice(0, 5).map(quote).join(', ');
  const allowed = `it has ${shown}${table.header.length > 5 ? ` and ${table.header.length - 5} more` : ''}`;
  throw new ResponseFileError('COLUMN_MISSING', behindHeader(table), `no column ${quote(name)}`, allowed);
}

function matchKey(table: Table, columns: Columns, keyFile: string, lines: KeyLine[]): Map<string, string> {
  const byItem = new Map(lines.map(({ item, correct }) => [item, correct]));
  const names = new Set(columns.items.map((column) => cell(table.header, column)));
  for (const { item, places } of lines) {
    if (names.has(item)) continue;
    const what = `item ${quote(item)} is not among the responses`;
    throw new ResponseFileError('ITEM_UNKNOWN', places.item, what, `only item columns of ${table.file} have a key`);
  }
  const keyOf = (column: number): [string, string] => {
    const name = cell(table.header, column);
    const correct = byItem.get(name);
    if (correct !== undefined) return [name, correct];
    const allowed = `every item needs a line in ${keyFile}; a column of rooms or counts must be named as such`;
    const place = at(table, table.headerLine, column);
    throw new ResponseFileError('ITEM_WITHOUT_KEY', place, `item ${quote(name)} has no key`, allowed);
  };
  return new Map(columns.items.map(keyOf));
}

function namedPeople(table: Table, columns: Columns, examinee: number): Person[] {
  const tooMuch = table.rows[MAX_EXAMINEES];
  if (tooMuch) throw tooMany(table, tooMuch.line, examinee);
  const lineOf = new Map<string, number>();
  return table.rows.map((row, index) => {
    const label = requiredCell(table, row, examinee);
    const known = lineOf.get(label);
    if (known !== undefined) {
      const what = `examinee ${quote(label)} is in line ${known} already`;
      throw new ResponseFileError(
        'EXAMINEE_DUPLICATE',
        at(table, row.line, examinee),
        what,
        'one line each is allowed',
      );
    }
    lineOf.set(label, row.line);
    const room = roomOf(table, columns, row, index);
    return { label, room, line: row.line, responses: responsesOf(columns, row) };
  });
}

function countedPeople(table: Table, columns: Columns): Person[] {
  const people: Person[] = [];
  for (const row of table.rows) {
    const count = countOf(table, columns, row);
    if (people.length + count > MAX_EXAMINEES) throw tooMany(table, row.line, columns.count ?? 0);
    for (let person = 0; person < count; person += 1) {
      const room = roomOf(table, columns, row, people.length);
      people.push({ label: `e${people.length + 1}`, room, line: row.line, responses: responsesOf(columns, row) });
    }
  }
  return people;
}

function countOf(table: Table, { count }: Columns, row: Row): number {
  const text = count === null ? '' : cell(row.cells, count);
  if (/^\d{1,6}$/.test(text)) return Number(text);
  const allowed = `a whole number from 0 to ${MAX_EXAMINEES} is allowed`;
  throw new ResponseFileError('COUNT_BAD', at(table, row.line, count ?? 0), `${quote(text)} is not a count`, allowed);
}

function roomOf(table: Table, { room }: Columns, row: Row, index: number): string {
  return room === null ? `room ${Math.floor(index / ROOM_SIZE) + 1}` : requiredCell(table, row, room);
}

function responsesOf({ items }: Columns, row: Row): (string | null)[] {
  return items.map((column) => cell(row.cells, column) || null);
}

function itemsOf(table: Table, columns: Columns, key: ReadonlyMap<string, string>): RecordedExam['items'] {
  return columns.items.map((column) => {
    const name = cell(table.header, column);
    const chosen = new Set([key.get(name) ?? '', ...table.rows.map((row) => cell(row.cells, column))]);
    chosen.delete('');
    return { name, options: [...chosen].sort() };
  });
}

function seatInRooms(table: Table, columns: Columns, people: readonly Person[]): RecordedExam['rooms'] {
  const rooms = new Map<string, RecordedExaminee[]>();
  for (const { room, line, label, responses } of people) {
    const examinees = rooms.get(room) ?? [];
    if (examinees.length === 0) rooms.set(room, examinees);
    if (examinees.length === LIMITS.examinees) {
      const what = `room ${quote(room)} has more than ${LIMITS.examinees} examinees`;
      const allowed = 'so many fit into one; share them among more rooms';
      throw new ResponseFileError('ROOM_TOO_FULL', at(table, line, columns.room ?? 0), what, allowed);
    }
    examinees.push({ label, responses });
  }
  return [...rooms].map(([label, examinees]) => ({ label, examinees }));
}

function requiredCell(table: Table, row: Row, column: number): string {
  const value = cell(row.cells, column);
  if (value !== '') return value;
  const what = `no ${quote(cell(table.header, column))}`;
  throw new ResponseFileError('VALUE_MISSING', at(table, row.line, column), what, 'only an item may be left empty');
}

/** Where a further column would have to be. */
function behindHeader(table: Table): Place {
  return at(table, table.headerLine, table.header.length);
}

function noExaminees(table: Table, line: number, column: number): ResponseFileError {
  return new ResponseFileError('FILE_EMPTY', at(table, line, column), 'nobody is in it', 'one row is needed');
}

function tooMany(table: Table, line: number, column: number): ResponseFileError {
  const allowed = `at most ${MAX_EXAMINEES} are allowed`;
  return new ResponseFileError('EXAMINEES_TOO_MANY', at(table, line, column), 'too many examinees', allowed);
}
