// Who is shown on the board: the filters that the counts on top are, the search, and the order. Pure; every row is asked
// once a change, however many there are.
import type { BoardEntry } from '../../../client/board.ts';

export const FILTERS = [
  'all',
  'needing',
  'untaken',
  'incidents',
  'hands',
  'waiting',
  'unsaved',
  'links',
  'unreached',
  'absent',
  'working',
  'held',
  'done',
] as const;
export type FilterName = (typeof FILTERS)[number];

const DONE: readonly string[] = ['submitted', 'timed-out', 'removed'];
const NOT_HERE: readonly string[] = ['registered', 'absent'];

/** Whether a proctor has something to do for this person: by its attention, or because somebody waits to be let in. */
export function isNeeding(row: BoardEntry): boolean {
  return row.attention > 0 || isWaiting(row);
}

/** Waits for a proctor's decision: the person to be let in, or another device of the person. */
export function isWaiting(row: BoardEntry): boolean {
  return row.admission === 'waiting' || row.deviceWaitingSince > 0;
}

export function hasReason(row: BoardEntry, reason: string): boolean {
  return row.reasons !== '' && row.reasons.split(' ').includes(reason);
}

const PASSES: Readonly<Record<FilterName, (row: BoardEntry) => boolean>> = {
  all: () => true,
  needing: isNeeding,
  untaken: (row) => isNeeding(row) && row.takenBy === '',
  incidents: (row) => row.openIncidents > 0,
  hands: (row) => hasReason(row, 'hand-raised'),
  waiting: isWaiting,
  unsaved: (row) => row.unsavedCount > 0,
  links: (row) => row.link !== 'online' && !NOT_HERE.includes(row.status) && !DONE.includes(row.status),
  unreached: (row) => row.unreachedCount > 0,
  absent: (row) => NOT_HERE.includes(row.status),
  working: (row) => row.status === 'answering',
  held: (row) => row.hold !== '',
  done: (row) => DONE.includes(row.status),
};

export function passes(filter: FilterName, row: BoardEntry): boolean {
  return PASSES[filter](row);
}

/** How many pass each filter. */
export function countsOf(rows: readonly BoardEntry[]): Readonly<Record<FilterName, number>> {
  const counts = Object.fromEntries(FILTERS.map((name) => [name, 0])) as Record<FilterName, number>;
  for (const row of rows) for (const name of FILTERS) if (PASSES[name](row)) counts[name]++;
  return counts;
}

/** What a person can be found by beside the row: the code, from the roster. */
export type CodeOf = (examineeId: string) => string;

/** Rows in which each word of the search is the seat, or part of the name or the code. Codes are found without their dashes. */
export function found(rows: readonly BoardEntry[], search: string, codeOf: CodeOf): readonly BoardEntry[] {
  const words = plain(search).split(/\s+/u).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const label = plain(row.label);
    const seat = plain(row.seat);
    const code = bare(codeOf(row.examineeId));
    return words.every((word) => seat.startsWith(word) || label.includes(word) || isInCode(code, word));
  });
}

/** In the order of attention as they come, but whoever waits for a decision before those who need nothing. */
export function ranked(rows: readonly BoardEntry[]): readonly BoardEntry[] {
  const needing = rows.filter((row) => row.attention > 0);
  const waiting = rows.filter((row) => row.attention === 0 && isWaiting(row));
  const others = rows.filter((row) => row.attention === 0 && !isWaiting(row));
  return [...needing, ...waiting, ...others];
}

/**
 * The order that was shown, for as long as it is to stand still: who is new comes at the end, who is gone is left out.
 * A row that moves away under a pointer is how the wrong person is opened.
 */
export function inHeldOrder(before: readonly string[], rows: readonly BoardEntry[]): readonly BoardEntry[] {
  const place = new Map(before.map((id, index) => [id, index]));
  const last = before.length;
  return [...rows].sort((one, other) => (place.get(one.examineeId) ?? last) - (place.get(other.examineeId) ?? last));
}

/** The next or the one before in a list of ids, round the end; the first where none is chosen. Undefined where there is none. */
export function stepped(ids: readonly string[], current: string | undefined, by: 1 | -1): string | undefined {
  if (ids.length === 0) return undefined;
  const index = current === undefined ? -1 : ids.indexOf(current);
  if (index < 0) return by === 1 ? ids[0] : ids.at(-1);
  return ids[(index + by + ids.length) % ids.length];
}

function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim();
}

function bare(code: string): string {
  return plain(code).replace(/[\s-]/gu, '');
}

/** Two letters are in too many codes. */
function isInCode(code: string, word: string): boolean {
  const asked = bare(word);
  return code !== '' && asked.length >= 3 && code.includes(asked);
}
