// The rows of a roster file as people: each cell is looked at by itself and against the rest of the file and of the plan.
// Pure; called by the api. It must never repair a row: what does not fit is an error, with its place and what is allowed.
import { Label } from '../schema/requests.ts';
import { ROSTER_LIMITS, type RosterColumn, type RosterError } from '../schema/roster-imports.ts';
import { SeatName } from '../schema/seats.ts';
import type { Columns } from './roster-columns.ts';

/** Somebody as the file has it; what the file does not say is ''. `row` is counted from the header, which is 1. */
export type RosterPerson = {
  readonly row: number;
  readonly label: string;
  readonly room: string;
  readonly seat: string;
  readonly group: string;
  readonly extraMs: number;
};

const MINUTE_MS = 60_000;
const MOST_MINUTES = 1_440;
const LABEL = 'one line of 1 to 200 characters';

/** `records` are the rows after the header. `taken`: the labels that the plan has. */
export function rosterRows(
  header: readonly string[],
  records: readonly (readonly string[])[],
  columns: Columns,
  taken: ReadonlySet<string>,
): { people: RosterPerson[]; errors: RosterError[] } {
  const people: RosterPerson[] = [];
  const errors: RosterError[] = [];
  const firstRows = new Map<string, number>();
  for (const [index, cells] of records.entries()) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    const found = personOf(index + 2, header, cells, columns);
    errors.push(...found.errors);
    const { person } = found;
    if (person === undefined) continue;
    const first = firstRows.get(person.label);
    if (first !== undefined) errors.push(again(person.row, nameOf(header, columns), first));
    else if (taken.has(person.label)) errors.push(there(person.row, nameOf(header, columns)));
    else firstRows.set(person.label, person.row);
    people.push(person);
  }
  if (people.length > ROSTER_LIMITS.people)
    errors.push({
      ...{ row: 0, column: '' },
      message: `The file has ${people.length} people.`,
      allowed: `at most ${ROSTER_LIMITS.people}`,
    });
  if (people.length === 0 && errors.length === 0)
    errors.push({ row: 0, column: '', message: 'Nobody is in the file.', allowed: 'a row for each person' });
  return { people, errors };
}

function personOf(
  row: number,
  header: readonly string[],
  cells: readonly string[],
  columns: Columns,
): { person?: RosterPerson; errors: RosterError[] } {
  const errors: RosterError[] = [];
  const cell = (column: RosterColumn) => (cells[columns[column] ?? -1] ?? '').normalize('NFC').trim();
  const wrong = (column: RosterColumn, message: string, allowed: string) =>
    errors.push({ row, column: header[columns[column] ?? -1] ?? '', message, allowed });
  if (cells.slice(header.length).some((one) => one.trim() !== ''))
    errors.push({
      ...{ row, column: '' },
      message: `The row has ${cells.length} cells, the header ${header.length}.`,
      allowed: 'a cell with a delimiter in it stands in quotes',
    });
  const parts = [cell('number'), cell('name')].filter((part) => part !== '');
  const label = Label.safeParse(parts.join(' '));
  if (!label.success)
    wrong(
      columns.name === undefined ? 'number' : 'name',
      parts.length === 0 ? 'It is empty.' : 'It is no label.',
      LABEL,
    );
  const room = cell('room');
  if (room !== '' && !Label.safeParse(room).success) wrong('room', 'It is no name of a room.', LABEL);
  const seat = cell('seat');
  if (seat !== '' && !SeatName.safeParse(seat).success) wrong('seat', 'It is no seat.', '1 to 16 visible characters');
  const minutes = cell('extra') === '' ? 0 : minutesOf(cell('extra'));
  if (minutes === undefined) wrong('extra', 'It is no number of minutes.', `a whole number from 0 to ${MOST_MINUTES}`);
  if (!label.success || errors.length > 0) return { errors };
  const extraMs = (minutes ?? 0) * MINUTE_MS;
  return { person: { row, label: label.data, room, seat, group: cell('group'), extraMs }, errors };
}

function minutesOf(text: string): number | undefined {
  const minutes = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return minutes <= MOST_MINUTES ? minutes : undefined;
}

function nameOf(header: readonly string[], { name, number }: Columns): string {
  return header[name ?? number ?? -1] ?? '';
}

function again(row: number, column: string, first: number): RosterError {
  return {
    row,
    column,
    message: `Row ${first} has the same label.`,
    allowed: 'each label once; a number before it helps',
  };
}

function there(row: number, column: string): RosterError {
  return { row, column, message: 'The plan has somebody of this label.', allowed: 'each label once in a plan' };
}
