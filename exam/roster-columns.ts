// Which column of a roster is what: as it was said, else by what headers are called in English and Korean. Pure; called by
// the api. It must never choose between two that fit: it says so.
import { ROSTER_COLUMNS, type RosterColumn, type RosterError } from '../schema/roster-imports.ts';

/** What headers are called, in small letters without anything but letters and digits. */
const NAMES: Readonly<Record<RosterColumn, readonly string[]>> = {
  name: [
    ...[
      'name',
      'fullname',
      'label',
      'examinee',
      'examineename',
      'student',
      'studentname',
      'candidate',
      'candidatename',
    ],
    ...['이름', '성명', '성함', '수험자', '수험자명', '수험생', '수험생명', '응시자', '응시자명', '학생', '학생명'],
  ],
  number: [
    ...['number', 'no', 'id', 'examineenumber', 'studentnumber', 'studentid', 'candidatenumber', 'registrationnumber'],
    ...['번호', '수험번호', '응시번호', '학번', '접수번호', '사번'],
  ],
  room: ['room', 'roomname', 'examroom', 'hall', '고사실', '시험실', '교실', '강의실', '시험장', '방'],
  seat: ['seat', 'seatname', 'seatnumber', 'seatno', '좌석', '좌석번호', '자리', '자리번호'],
  extra: ['extra', 'extraminutes', 'extratime', 'extratimeminutes', '추가시간', '추가시간분', '연장시간', '연장시간분'],
  group: ['group', 'class', 'school', 'department', '그룹', '반', '학교', '학교명', '학과', '소속', '단체', '조'],
};

export type Columns = Readonly<Partial<Record<RosterColumn, number>>>;
export type Given = Readonly<Partial<Record<RosterColumn, string | undefined>>>;

/** The place of each column in the header, from 0; and what is wrong. Without a name and a number there is no label. */
export function columnsOf(header: readonly string[], given: Given): { columns: Columns; errors: RosterError[] } {
  const columns: Partial<Record<RosterColumn, number>> = {};
  const errors: RosterError[] = [];
  const said = ROSTER_COLUMNS.flatMap((column) => {
    const wish = given[column];
    return wish === undefined ? [] : [placeSaid(header, wish)];
  });
  for (const column of ROSTER_COLUMNS) {
    const wish = given[column];
    const places = wish === undefined ? guessed(header, column, said) : [placeSaid(header, wish)];
    const [place = -1, other] = places;
    if (other !== undefined) errors.push(doubtful(header, column, places));
    else if (place >= 0) columns[column] = place;
    else if (wish !== undefined) errors.push(missing(header, column, wish));
  }
  if (errors.length === 0 && columns.name === undefined && columns.number === undefined)
    errors.push({
      ...inHeader(''),
      message: 'No column is a name or a number.',
      allowed: `name one by nameColumn or numberColumn, of ${listed(header)}`,
    });
  return { columns, errors };
}

/** The first column that is called so, else the one with this number; -1 where there is none. */
function placeSaid(header: readonly string[], wish: string): number {
  const place = header.indexOf(wish.normalize('NFC'));
  if (place >= 0 || !/^[1-9]\d{0,3}$/.test(wish)) return place;
  return Number(wish) <= header.length ? Number(wish) - 1 : -1;
}

function guessed(header: readonly string[], column: RosterColumn, said: readonly number[]): number[] {
  return header.flatMap((name, place) => (NAMES[column].includes(plain(name)) && !said.includes(place) ? [place] : []));
}

function plain(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

const inHeader = (column: string) => ({ row: 1, column });

function doubtful(header: readonly string[], column: RosterColumn, places: readonly number[]): RosterError {
  return {
    ...inHeader(header[places[0] ?? 0] ?? ''),
    message: `More than one column looks like ${column}: ${listed(places.map((place) => header[place] ?? ''))}.`,
    allowed: `say which one by ${column}Column`,
  };
}

function missing(header: readonly string[], column: RosterColumn, wish: string): RosterError {
  return {
    ...inHeader(wish),
    message: `There is no column for ${column}Column.`,
    allowed: `one of ${listed(header)}, or its number from 1 to ${header.length}`,
  };
}

const SHOWN = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => `“${name}”`);
  return names.length > SHOWN ? `${shown.join(', ')} …` : shown.join(', ');
}
