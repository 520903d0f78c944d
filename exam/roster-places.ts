// Who of a roster gets which room and which seat: as the file says, or by a rule. The same file, rooms and rule always give
// the same places. Pure; called by the api.
import { hash } from 'node:crypto';
import { LIMITS } from '../schema/limits.ts';
import { ROSTER_LIMITS, type RosterError } from '../schema/roster-imports.ts';
import type { RosterPerson } from './roster-rows.ts';

/** A room as it is, with how many people it has and which seats they have. */
export type KnownRoom = {
  readonly roomId: string;
  readonly label: string;
  readonly count: number;
  readonly seats: ReadonlySet<string>;
};
export type PlaceRule = {
  readonly rooms: 'file' | 'fill';
  readonly newRooms: 'make' | 'refuse';
  readonly seats: 'file' | 'number' | 'none';
  readonly order: 'file' | 'label' | 'shuffled';
  readonly seed: string;
  readonly capacity: number;
  readonly keepGroups: boolean;
};
/** `seat` '' for none. */
export type Placed = { readonly person: RosterPerson; readonly room: string; readonly seat: string };
export type RoomUse = { readonly label: string; readonly people: number; readonly isNew: boolean };
export type Places = { readonly placed: Placed[]; readonly rooms: RoomUse[]; readonly errors: RosterError[] };

/** `columns` are what the header calls the columns of rooms and seats. */
export function placesOf(
  people: readonly RosterPerson[],
  known: readonly KnownRoom[],
  rule: PlaceRule,
  columns: { readonly room: string; readonly seat: string },
): Places {
  const ordered = inOrder(people, rule);
  const errors: RosterError[] = [];
  const byRoom =
    rule.rooms === 'file'
      ? roomsOfFile(ordered, known, rule, columns.room, errors)
      : roomsFilled(ordered, known, rule, errors);
  const rooms = new Map(known.map((room) => [room.label, room]));
  const placed: Placed[] = [];
  for (const [room, inside] of byRoom) {
    const taken = new Set(rooms.get(room)?.seats);
    for (const { person, seat } of seated(inside, taken, rule.seats, columns.seat, errors))
      placed.push({ person, room, seat });
  }
  const used = [...byRoom].map(([label, inside]) => ({ label, people: inside.length, isNew: !rooms.has(label) }));
  return { placed, rooms: used.sort((a, b) => byName(a.label, b.label)), errors };
}

const collator = new Intl.Collator('ko', { numeric: true });
/** As people sort: 2 before 10. What that holds for the same stays apart by its letters. */
function byName(one: string, other: string): number {
  const order = collator.compare(one, other);
  if (order !== 0) return order;
  return one < other ? -1 : Number(one > other);
}

function inOrder(people: readonly RosterPerson[], { order, seed }: PlaceRule): RosterPerson[] {
  if (order === 'file') return [...people];
  if (order === 'label') return people.toSorted((a, b) => byName(a.label, b.label));
  const keyed = people.map((person) => ({ person, key: hash('sha256', `${seed}\n${person.label}`, 'hex') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ person }) => person);
}

function roomsOfFile(
  people: readonly RosterPerson[],
  known: readonly KnownRoom[],
  { newRooms, capacity }: PlaceRule,
  column: string,
  errors: RosterError[],
): Map<string, RosterPerson[]> {
  const counts = new Map(known.map(({ label, count }) => [label, count]));
  const byRoom = new Map<string, RosterPerson[]>();
  for (const person of people) {
    const { row, room } = person;
    if (room === '') errors.push({ row, column, message: 'It is empty.', allowed: 'the name of a room' });
    else if (newRooms === 'refuse' && !counts.has(room))
      errors.push({ row, column, message: 'The plan has no such room.', allowed: namesOf(known) });
    else {
      const inside = byRoom.get(room);
      if (inside === undefined) byRoom.set(room, [person]);
      else inside.push(person);
    }
  }
  for (const [room, inside] of byRoom) {
    const over = inside[Math.max(0, capacity - (counts.get(room) ?? 0))];
    const size = (counts.get(room) ?? 0) + inside.length;
    if (over !== undefined)
      errors.push({
        row: over.row,
        column,
        message: `The room would have ${size} people.`,
        allowed: `at most ${capacity}`,
      });
  }
  const all = new Set([...counts.keys(), ...byRoom.keys()]).size;
  if (all > ROSTER_LIMITS.rooms)
    errors.push({ row: 0, column, message: `There would be ${all} rooms.`, allowed: `at most ${ROSTER_LIMITS.rooms}` });
  return byRoom;
}

const SHOWN = 10;

function namesOf(known: readonly KnownRoom[]): string {
  const names = known.map(({ label }) => label).toSorted(byName);
  const shown = names.slice(0, SHOWN).join(', ') || 'there are none';
  return `a room of the plan: ${shown}${names.length > SHOWN ? ' …' : ''}`;
}

type Filling = { readonly label: string; free: number; readonly inside: RosterPerson[] };

function roomsFilled(
  people: readonly RosterPerson[],
  known: readonly KnownRoom[],
  rule: PlaceRule,
  errors: RosterError[],
): Map<string, RosterPerson[]> {
  const empty = (): Filling[] =>
    known
      .toSorted((a, b) => byName(a.label, b.label))
      .map(({ label, count }) => ({ label, free: Math.max(0, rule.capacity - count), inside: [] }));
  const groups = groupsOf(people, rule.keepGroups);
  // Groups in their order first; where that leaves one over, the largest first, which leaves fewer gaps.
  const rooms = filled(groups, empty()) ?? filled(bySize(groups), empty());
  if (rooms === undefined) {
    const free = empty().reduce((sum, room) => sum + room.free, 0);
    errors.push({
      ...{ row: 0, column: '' },
      message: `${people.length} people, and ${free} free places in ${known.length} rooms${rule.keepGroups ? ', with groups kept together' : ''}.`,
      allowed: `more rooms, or a capacity up to ${LIMITS.examinees}`,
    });
    return new Map();
  }
  return new Map(rooms.filter(({ inside }) => inside.length > 0).map(({ label, inside }) => [label, inside]));
}

/** Those of one group together, in the order of their first; everybody alone where groups do not matter. */
function groupsOf(people: readonly RosterPerson[], keepGroups: boolean): RosterPerson[][] {
  if (!keepGroups) return people.map((person) => [person]);
  return [...Map.groupBy(people, ({ group, row }) => (group === '' ? row : group)).values()];
}

function bySize(groups: readonly RosterPerson[][]): RosterPerson[][] {
  return groups.toSorted((a, b) => b.length - a.length);
}

/** Each group in the first room that has room for it; undefined where one has none. */
function filled(groups: readonly RosterPerson[][], rooms: Filling[]): Filling[] | undefined {
  let first = 0;
  for (const group of groups) {
    while (rooms[first]?.free === 0) first++;
    const room = rooms.slice(first).find(({ free }) => free >= group.length);
    if (room === undefined) return undefined;
    room.inside.push(...group);
    room.free -= group.length;
  }
  return rooms;
}

function* seated(
  inside: readonly RosterPerson[],
  taken: Set<string>,
  rule: PlaceRule['seats'],
  column: string,
  errors: RosterError[],
): Generator<{ person: RosterPerson; seat: string }> {
  let next = 1;
  for (const person of inside) {
    if (rule === 'number') while (taken.has(String(next))) next++;
    const seat = rule === 'number' ? String(next) : person.seat;
    if (rule === 'none' || seat === '') {
      yield { person, seat: '' };
      continue;
    }
    if (taken.has(seat))
      errors.push({
        row: person.row,
        column,
        message: 'Somebody else has this seat of the room.',
        allowed: 'each seat once',
      });
    taken.add(seat);
    yield { person, seat };
  }
}
