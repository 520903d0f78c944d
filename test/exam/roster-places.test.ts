// Who of a roster gets which room and seat, by the file or by a rule.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type KnownRoom, type PlaceRule, placesOf } from '../../exam/roster-places.ts';
import type { RosterPerson } from '../../exam/roster-rows.ts';
import { holdsFor } from './seed.ts';

const COLUMNS = { room: 'room', seat: 'seat' };
const FILE: PlaceRule = {
  ...{ rooms: 'file', newRooms: 'make', seats: 'file', order: 'file' },
  ...{ seed: '', capacity: 500, keepGroups: false },
};
const person = (row: number, given: Partial<RosterPerson> = {}): RosterPerson => {
  return { row, label: `person ${row}`, room: 'A', seat: '', group: '', extraMs: 0, ...given };
};
const room = (label: string, count = 0, seats: string[] = []): KnownRoom => {
  return { roomId: `id of ${label}`, label, count, seats: new Set(seats) };
};
const people = (count: number, given: Partial<RosterPerson> = {}) =>
  Array.from({ length: count }, (_, index) => person(index + 2, given));
const shown = (all: readonly RosterPerson[], known: KnownRoom[], rule: Partial<PlaceRule>) =>
  placesOf(all, known, { ...FILE, ...rule }, COLUMNS).placed.map((one) => `${one.person.row} ${one.room} ${one.seat}`);
const flaws = (all: readonly RosterPerson[], known: KnownRoom[], rule: Partial<PlaceRule> = {}) =>
  placesOf(all, known, { ...FILE, ...rule }, COLUMNS).errors.map(
    ({ row, column, message }) => `${row} ${column} ${message}`,
  );

describe('places of a roster', () => {
  it('are as the file says, in rooms that are there and in new ones', () => {
    const all = [person(2, { seat: '7' }), person(3, { room: 'B' })];
    const { placed, rooms, errors } = placesOf(all, [room('A', 1)], FILE, COLUMNS);
    assert.deepEqual(errors, []);
    assert.deepEqual(placed, [
      { person: all[0], room: 'A', seat: '7' },
      { person: all[1], room: 'B', seat: '' },
    ]);
    assert.deepEqual(rooms, [
      { label: 'A', people: 1, isNew: false },
      { label: 'B', people: 1, isNew: true },
    ]);
  });

  it('are refused where the file has no room, an unknown one, or one that is too full', () => {
    assert.deepEqual(flaws([person(2, { room: '' })], []), ['2 room It is empty.']);
    assert.deepEqual(flaws([person(2)], [room('B')], { newRooms: 'refuse' }), ['2 room The plan has no such room.']);
    assert.deepEqual(flaws(people(3), [room('A', 1)], { capacity: 2 }), ['3 room The room would have 4 people.']);
    const rooms = Array.from({ length: 1_001 }, (_, at) => person(at + 2, { room: `room ${at}` }));
    assert.deepEqual(flaws(rooms, []), ['0 room There would be 1001 rooms.']);
  });

  it('give a seat of a room once', () => {
    const all = [person(2, { seat: '1' }), person(3, { seat: '1' }), person(4, { seat: '2' })];
    const told = 'Somebody else has this seat of the room.';
    assert.deepEqual(flaws(all, [room('A', 1, ['2'])]), [`3 seat ${told}`, `4 seat ${told}`]);
    assert.deepEqual(flaws(all, [room('A', 1, ['2'])], { seats: 'none' }), []);
  });

  it('are numbered from 1 in each room, past seats that somebody has', () => {
    const all = [person(2), person(3), person(4, { room: 'B' })];
    const known = [room('A', 2, ['1', '3'])];
    assert.deepEqual(shown(all, known, { seats: 'number' }), ['2 A 2', '3 A 4', '4 B 1']);
  });

  it('fill rooms in the order of their names, which is that of people', () => {
    const known = [room('room 10'), room('room 2', 1)];
    assert.deepEqual(shown(people(3), known, { rooms: 'fill', capacity: 2, seats: 'none' }), [
      '2 room 2 ',
      '3 room 10 ',
      '4 room 10 ',
    ]);
    const told = '0  4 people, and 3 free places in 2 rooms.';
    assert.deepEqual(flaws(people(4), known, { rooms: 'fill', capacity: 2 }), [told]);
  });

  it('go by labels, or are shuffled the same way by the same seed', () => {
    const all = ['b', 'a10', 'a2'].map((label, index) => person(index + 2, { label }));
    const byLabel = { rooms: 'fill', order: 'label', seats: 'number' } as const;
    assert.deepEqual(shown(all, [room('A')], byLabel), ['4 A 1', '3 A 2', '2 A 3']);
    const shuffled = (seed: string, given = people(50)) =>
      shown(given, [room('A')], { rooms: 'fill', order: 'shuffled', seed });
    assert.deepEqual(shuffled('one'), shuffled('one', people(50).reverse()));
    assert.notDeepEqual(shuffled('one'), shuffled('two'));
  });

  it('keep a group in one room, also where their order alone would leave one over', () => {
    const sizes = { x: 2, y: 3, z: 2, v: 3 };
    const all = Object.entries(sizes).flatMap(([group, size]) =>
      Array.from({ length: size }, (_, at) => person(at, { group, label: `${group}${at}` })),
    );
    const known = [room('A'), room('B')];
    const rule = { rooms: 'fill', capacity: 5, keepGroups: true, seats: 'none' } as const;
    const { placed, errors } = placesOf(all, known, { ...FILE, ...rule }, COLUMNS);
    assert.deepEqual([errors, placed.length], [[], 10]);
    const roomsOf = Map.groupBy(placed, (one) => one.person.group);
    for (const [group, inside] of roomsOf) assert.equal(new Set(inside.map((one) => one.room)).size, 1, group);
    assert.match(flaws(people(6, { group: 'x' }), known, rule)[0] ?? '', /with groups kept together/);
  });

  it('hold everybody once, no room beyond its capacity, and no seat twice, whatever the rule is', () => {
    const rule = fc.record({
      rooms: fc.constant('fill' as const),
      newRooms: fc.constant('make' as const),
      seats: fc.constantFrom('number' as const, 'none' as const),
      order: fc.constantFrom('file' as const, 'label' as const, 'shuffled' as const),
      seed: fc.string(),
      capacity: fc.integer({ min: 1, max: 12 }),
      keepGroups: fc.boolean(),
    });
    const groups = fc.array(fc.constantFrom('', 'x', 'y', 'z'), { maxLength: 30 });
    const counts = fc.array(fc.nat(12), { maxLength: 6 });
    const property = fc.property(rule, groups, counts, (wish, grouped, before) => {
      const all = grouped.map((group, index) => person(index + 2, { group }));
      const known = before.map((count, index) => room(`room ${index}`, count, count > 0 ? ['1'] : []));
      const { placed, errors } = placesOf(all, known, wish, COLUMNS);
      if (errors.length > 0) return;
      assert.deepEqual(new Set(placed.map((one) => one.person)), new Set(all));
      assert.equal(placed.length, all.length);
      for (const [label, inside] of Map.groupBy(placed, (one) => one.room)) {
        const { count = 99, seats = new Set() } = known.find((one) => one.label === label) ?? {};
        assert.ok(count + inside.length <= wish.capacity);
        const given = inside.map(({ seat }) => seat).filter((seat) => seat !== '');
        assert.equal(new Set([...seats, ...given]).size, seats.size + given.length);
      }
    });
    holdsFor(property, 300);
  });
});
