// What everybody must see by now, as the script says: a plain count of whose clock stands since when, who was told what,
// which incidents are open. Deliberately not made of the rules in exam/, so that it can disagree with them.
import type { ExamineeState, IncidentState, RoomState } from '../../../schema/states.ts';
import { type ProctorName, type RoomName, roomOf, SEATS, type Seat } from './cast.ts';
import type { Change, Row } from './steps.ts';

const THROUGH: readonly ExamineeState[] = ['submitted', 'timed-out', 'removed', 'absent', 'registered'];

/** What is expected of one examinee. */
export type Person = {
  status: ExamineeState;
  /** More than was planned, of which the control says how much. */
  moreMs: number;
  /** Since when the own clock stands, 0 while it runs; and how long it stood before. */
  standsSince: number;
  stoodMs: number;
  locked: boolean;
  /** The room in which the person sits now. */
  room: RoomName;
  /** The orders that this session has been told. */
  told: Set<string>;
  takenBy: ProctorName | '';
};
export type LedgerLine = {
  readonly concerned: Set<Seat>;
  readonly delivered: Set<Seat>;
  readonly confirmed: Set<Seat>;
  readonly mustConfirm: boolean;
  /** A notice to everybody: who enters later hears of it, too. */
  readonly stays: boolean;
};
export type KnownIncident = {
  readonly name: string;
  readonly room: RoomName;
  readonly about: Seat | undefined;
  incidentId: string;
  state: IncidentState;
  version: number;
};

export type Expected = {
  readonly durationMs: number;
  startsAt: number;
  readonly rooms: Record<RoomName, { status: RoomState; charge: ProctorName | '' }>;
  readonly people: ReadonlyMap<Seat, Person>;
  /** By the order's name, for each room that applied it. */
  readonly ledgers: Map<string, Map<RoomName, LedgerLine>>;
  readonly incidents: Map<string, KnownIncident>;
};

export function nothingYet(durationMs: number): Expected {
  const person = (seat: Seat): Person => ({
    ...{ status: 'registered', moreMs: 0, standsSince: 0, stoodMs: 0, locked: false, takenBy: '' },
    room: roomOf(seat),
    told: new Set(),
  });
  const room = () => ({ status: 'closed' as RoomState, charge: '' as const });
  return {
    ...{ durationMs, startsAt: 0 },
    rooms: { red: room(), blue: room(), green: room() },
    people: new Map(SEATS.map((seat) => [seat, person(seat)])),
    ledgers: new Map(),
    incidents: new Map(),
  };
}

export function personOf({ people }: Expected, seat: Seat): Person {
  const person = people.get(seat);
  if (person === undefined) throw new RangeError(`nobody sits at ${seat}`);
  return person;
}

export function isThrough({ status }: Person): boolean {
  return THROUGH.includes(status);
}

/** Everybody of these rooms who is in and not through. */
export function thoseIn(expected: Expected, rooms: readonly RoomName[]): Seat[] {
  return SEATS.filter((seat) => rooms.includes(personOf(expected, seat).room) && !isThrough(personOf(expected, seat)));
}

/** What one examinee's programme must show, as one line. Of those who are through nobody asks for the clock. */
export function lineOf(expected: Expected, seat: Seat): string {
  const person = personOf(expected, seat);
  const { status, standsSince, locked, told } = person;
  const shown = isThrough(person)
    ? { status, told }
    : { status, room: expected.rooms[person.room].status, ...clockOf(expected, person), standsSince, locked, told };
  return JSON.stringify({ ...shown, told: [...told].sort() });
}

export function clockOf({ startsAt, durationMs }: Expected, { moreMs, stoodMs }: Person): { until: number } {
  return { until: startsAt === 0 ? 0 : startsAt + durationMs + moreMs + stoodMs };
}

/** When an order was issued, and when this room applied it. Epoch ms of the server's clock. */
export type Instants = { readonly at: number; readonly appliedAt: number };

/** Whose clock it is about, also of people who come later; and whose state it changes. */
type Concerned = { readonly clocks: readonly Seat[]; readonly states: readonly Seat[] };

/** Makes the change for this room and these people of it. Returns what the stores must have of it. */
export function change(
  expected: Expected,
  { room, status, stands, locked, moreMs = 0 }: Change,
  name: RoomName,
  { clocks, states }: Concerned,
  { at, appliedAt }: Instants,
): Row[] {
  const rows: Row[] = [];
  if (room !== undefined && expected.rooms[name].status !== room) {
    expected.rooms[name].status = room;
    rows.push(`audit room.${room} by system about ${name}`);
  }
  for (const seat of clocks) {
    const person = personOf(expected, seat);
    if (room === 'ended' && person.status === 'registered') person.status = 'absent';
    person.moreMs += moreMs;
    if (locked !== undefined) person.locked = locked;
    if (stands === true && person.standsSince === 0) person.standsSince = at;
    if (stands === false && person.standsSince !== 0) {
      person.stoodMs += appliedAt - person.standsSince;
      person.standsSince = 0;
    }
  }
  if (status === undefined) return rows;
  for (const seat of states) {
    const person = personOf(expected, seat);
    rows.push(...sheetRows(seat, person, status));
    person.status = status;
  }
  return rows;
}

/** What becomes of a sheet when its examinee comes from one state to another. */
function sheetRows(seat: Seat, { status: from, room }: Person, to: ExamineeState): Row[] {
  if (to === 'answering' && THROUGH.includes(from)) return [`audit sheet.reopened by system about ${seat}`];
  if (to === 'answering' && from !== 'answering') return [`log examinee.began by ${seat} in ${room}`];
  if (to !== 'submitted' && to !== 'timed-out' && to !== 'removed') return [];
  const ended = to === 'submitted' ? 'submitted' : 'timed-out';
  return [`audit sheet.${ended} by system about ${seat}`, `log sheet.${ended} by ${seat} in ${room}`];
}
