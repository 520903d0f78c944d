// The bytes of a roster file → header and rows. Encoding and delimiter are found unless they are said; a file that is in
// neither encoding is refused, never read with holes. Rows come in pieces, so that nothing else of the process waits long.
// Knows nothing of people. Called by roster-import.ts.
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { CsvError, parse } from 'csv-parse';
import iconv from 'iconv-lite';
import {
  DELIMITERS,
  type Delimiter,
  type RosterEncoding,
  type RosterError,
  type RosterImportQuery,
} from '../schema/roster-imports.ts';

/** `header` is trimmed and in NFC; `records` follow it, an empty line is a record of one empty cell. */
export type RosterFile = {
  readonly encoding: RosterEncoding;
  readonly delimiter: Delimiter;
  readonly header: readonly string[];
  readonly records: readonly (readonly string[])[];
};
type Wish = Pick<RosterImportQuery, 'encoding' | 'delimiter'>;

const PIECE = 32 * 1024;
const LOST = '\ufffd';

/** The file as a table, or what is wrong with it. */
export async function readRosterFile(bytes: Uint8Array, wish: Wish): Promise<RosterFile | RosterError> {
  const decoded = decode(bytes, wish.encoding);
  if (decoded === undefined)
    return whole(
      wish.encoding === undefined ? 'It is neither UTF-8 nor CP949.' : `It is not ${wish.encoding}.`,
      'a CSV file in UTF-8 or CP949',
    );
  const { encoding, text } = decoded;
  const delimiter = wish.delimiter ?? delimiterOf(text);
  const rows = await rowsOf(text, DELIMITERS[delimiter]);
  if ('message' in rows) return rows;
  const [first, ...records] = rows;
  const header = (first ?? []).map((cell) => cell.normalize('NFC').trim());
  if (header.every((name) => name === '')) return whole('The file is empty.', 'a header, and a row for each person');
  return { encoding, delimiter, header, records };
}

function whole(message: string, allowed: string): RosterError {
  return { row: 0, column: '', message, allowed };
}

/** Without the byte order mark. Undefined where the bytes are not in this encoding, or in none of both. */
function decode(
  bytes: Uint8Array,
  wish: RosterEncoding | undefined,
): { encoding: RosterEncoding; text: string } | undefined {
  if (wish !== 'cp949' && isUtf8(bytes)) return { encoding: 'utf-8', text: new TextDecoder('utf-8').decode(bytes) };
  if (wish === 'utf-8') return undefined;
  // Not TextDecoder: its euc-kr lacks the 8,822 syllables that CP949 adds, and reads some of them as other letters.
  const text = iconv.decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), 'cp949');
  return text.includes(LOST) ? undefined : { encoding: 'cp949', text };
}

/** What the header has most of outside of quotes; a comma where it has none. */
function delimiterOf(text: string): Delimiter {
  const counts = { comma: 0, semicolon: 0, tab: 0 };
  let isQuoted = false;
  for (const letter of text) {
    if (letter === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (letter === '\n' || letter === '\r') break;
    else if (letter === ',') counts.comma++;
    else if (letter === ';') counts.semicolon++;
    else if (letter === '\t') counts.tab++;
  }
  const most = Math.max(...Object.values(counts));
  return (Object.keys(counts) as Delimiter[]).find((name) => counts[name] === most) ?? 'comma';
}

async function rowsOf(text: string, delimiter: string): Promise<string[][] | RosterError> {
  // Line ends are unified: csv-parse takes one of them for all, and a cell may have others.
  const unified = text.replaceAll(/\r\n?/g, '\n');
  const parser = Readable.from(piecesOf(unified)).pipe(
    parse({ delimiter, record_delimiter: '\n', relax_column_count: true }),
  );
  const rows: string[][] = [];
  try {
    for await (const row of parser) rows.push(row as string[]);
    return rows;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const row = typeof error.records === 'number' ? error.records + 1 : 0;
    return {
      row,
      column: '',
      message: 'A quote is open, or stands inside a cell.',
      allowed: 'a cell in quotes, with "" for a quote',
    };
  }
}

/** Each piece in a turn of the loop of its own. */
async function* piecesOf(text: string): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += PIECE) {
    yield text.slice(from, from + PIECE);
    await setImmediate();
  }
}
