// What a roster file would come to in a plan as it is now: who gets which place, and every error with its place. Reads and
// changes nothing. Called by the check of a roster and by its import, which are one and the same up to there.
import { type Columns, columnsOf } from '../exam/roster-columns.ts';
import { type KnownRoom, type Placed, type PlaceRule, placesOf } from '../exam/roster-places.ts';
import { rosterRows } from '../exam/roster-rows.ts';
import { LIMITS } from '../schema/limits.ts';
import { LISTS } from '../schema/lists.ts';
import {
  ROSTER_COLUMNS,
  ROSTER_LIMITS,
  type RosterCheck,
  type RosterError,
  type RosterImportQuery,
} from '../schema/roster-imports.ts';
import { seatIn } from '../schema/seats.ts';
import { pagesOf } from '../store/listing.ts';
import type { Store } from '../store/open-store.ts';
import type { RosterFile } from './roster-file.ts';

const PAGE = 1_000;

/** `placed` is whole where there is no error. */
export type PlannedRoster = {
  readonly check: RosterCheck;
  readonly placed: readonly Placed[];
  readonly known: readonly KnownRoom[];
  readonly newRooms: readonly string[];
};

/** The file in this plan. */
export async function planRoster(
  store: Pick<Store, 'rooms' | 'examinees'>,
  planId: string,
  { encoding, delimiter, header, records }: RosterFile,
  query: RosterImportQuery,
): Promise<PlannedRoster> {
  const { columns, errors } = columnsOf(header, givenIn(query));
  const rule = ruleOf(query, columns);
  errors.push(...lacking(rule, columns));
  const { known, labels } = await knownOf(store, planId);
  const isReadable = errors.length === 0;
  const rows = isReadable ? rosterRows(header, records, columns, labels) : { people: [], errors: [] };
  const called = { room: nameOf(header, columns.room), seat: nameOf(header, columns.seat) };
  const places = placesOf(rows.people, known, rule, called);
  errors.push(...rows.errors, ...(isReadable ? places.errors : []));
  errors.sort((a, b) => a.row - b.row);
  const named = ROSTER_COLUMNS.flatMap((column) => {
    const place = columns[column];
    return place === undefined ? [] : [[column, header[place] ?? ''] as const];
  });
  const used = new Set<number | undefined>(Object.values(columns));
  return {
    check: {
      ...{ encoding, delimiter, columns: Object.fromEntries(named), ignored: header.filter((_, at) => !used.has(at)) },
      ...{ people: rows.people.length, rooms: places.rooms },
      ...{ errorCount: errors.length, errors: errors.slice(0, ROSTER_LIMITS.errors) },
    },
    placed: places.placed,
    known,
    newRooms: places.rooms.filter(({ isNew }) => isNew).map(({ label }) => label),
  };
}

function givenIn(query: RosterImportQuery) {
  const { nameColumn, numberColumn, roomColumn, seatColumn, extraColumn, groupColumn } = query;
  return {
    ...{ name: nameColumn, number: numberColumn, room: roomColumn },
    ...{ seat: seatColumn, extra: extraColumn, group: groupColumn },
  };
}

function ruleOf(query: RosterImportQuery, columns: Columns): PlaceRule {
  return {
    rooms: query.rooms ?? (columns.room === undefined ? 'fill' : 'file'),
    seats: query.seats ?? (columns.seat === undefined ? 'none' : 'file'),
    ...{ newRooms: query.newRooms, order: query.order, seed: query.seed ?? '' },
    capacity: query.capacity ?? LIMITS.examinees,
    keepGroups: query.groups === 'keep',
  };
}

/** Columns that the rule goes by and that are not there. */
function lacking(rule: PlaceRule, columns: Columns): RosterError[] {
  const wanted = [
    ...(rule.rooms === 'file' ? (['room'] as const) : []),
    ...(rule.seats === 'file' ? (['seat'] as const) : []),
    ...(rule.keepGroups ? (['group'] as const) : []),
  ];
  return wanted
    .filter((column) => columns[column] === undefined)
    .map((column) => ({
      ...{ row: 1, column: '' },
      message: `No column is a ${column}, and the rule goes by it.`,
      allowed: `name one by ${column}Column, or take another rule`,
    }));
}

function nameOf(header: readonly string[], place: number | undefined): string {
  return place === undefined ? '' : (header[place] ?? '');
}

async function knownOf(
  store: Pick<Store, 'rooms' | 'examinees'>,
  planId: string,
): Promise<{ known: KnownRoom[]; labels: Set<string> }> {
  const labels = new Set<string>();
  const inside = new Map<string, { count: number; seats: Set<string> }>();
  for await (const page of pagesOf(LISTS.examinees.sorts, (at) => store.examinees.byPlan(planId, at), PAGE)) {
    for (const examinee of page) {
      labels.add(examinee.label);
      const room = inside.get(examinee.roomId) ?? { count: 0, seats: new Set<string>() };
      room.count++;
      if (seatIn(examinee) !== '') room.seats.add(seatIn(examinee));
      inside.set(examinee.roomId, room);
    }
  }
  const rooms = await store.rooms.byPlan(planId);
  const known = rooms.map(({ _id: roomId, label }) => {
    const { count, seats } = inside.get(roomId) ?? { count: 0, seats: new Set<string>() };
    return { roomId, label, count, seats };
  });
  return { known, labels };
}
