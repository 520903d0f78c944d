// What is counted of a plan while it runs: in each room, its examinees by state, by link and by the state of their sheets,
// and the answers saved. Each row gives a few named numbers, and a plan's counts are their sums; zeros are left out.
// Pure; the workers' scripts add the same names in Redis, and the api reads them.
import {
  EXAMINEE_STATES,
  type ExamineeState,
  LINK_STATES,
  type LinkState,
  SHEET_STATES,
  type SheetState,
} from '../schema/states.ts';

/** Named numbers: `status:<room>:<state>`, `link:<room>:<link>`, `sheet:<room>:<state>`, `saved:<room>`. */
export type LiveCounts = Readonly<Record<string, number>>;

/** An examinee as live data has one; a sheet's state is not known before the store was read. */
export type LiveRow = {
  readonly roomId: string;
  readonly status: ExamineeState;
  readonly link: LinkState;
  readonly savedCount: number;
  readonly sheet?: SheetState;
};

/** What one room comes to. Every state is named. */
export type RoomCounts = {
  readonly examineeCount: number;
  readonly examinees: Record<ExamineeState, number>;
  readonly links: Record<LinkState, number>;
  readonly sheets: Record<SheetState, number>;
  readonly answersSaved: number;
};

/** The sums over these rows. */
export function liveCountsOf(rows: Iterable<LiveRow>): LiveCounts {
  const sums = new Map<string, number>();
  const add = (name: string, number: number) => sums.set(name, (sums.get(name) ?? 0) + number);
  for (const { roomId, status, link, savedCount, sheet } of rows) {
    add(`status:${roomId}:${status}`, 1);
    add(`link:${roomId}:${link}`, 1);
    if (sheet !== undefined) add(`sheet:${roomId}:${sheet}`, 1);
    add(`saved:${roomId}`, savedCount);
  }
  return Object.fromEntries([...sums].filter(([, number]) => number !== 0));
}

/** What these counts say of one room. */
export function roomCountsOf(counts: LiveCounts, roomId: string): RoomCounts {
  const of = (name: string) => counts[name] ?? 0;
  const examinees = tally(EXAMINEE_STATES, (state) => of(`status:${roomId}:${state}`));
  return {
    examineeCount: Object.values(examinees).reduce((sum, number) => sum + number, 0),
    examinees,
    links: tally(LINK_STATES, (link) => of(`link:${roomId}:${link}`)),
    sheets: tally(SHEET_STATES, (state) => of(`sheet:${roomId}:${state}`)),
    answersSaved: of(`saved:${roomId}`),
  };
}

/** All rooms together. */
export function sumOfRooms(rooms: readonly RoomCounts[]): RoomCounts {
  const sum = (part: (room: RoomCounts) => number) => rooms.reduce((total, room) => total + part(room), 0);
  return {
    examineeCount: sum(({ examineeCount }) => examineeCount),
    examinees: tally(EXAMINEE_STATES, (state) => sum(({ examinees }) => examinees[state])),
    links: tally(LINK_STATES, (link) => sum(({ links }) => links[link])),
    sheets: tally(SHEET_STATES, (state) => sum(({ sheets }) => sheets[state])),
    answersSaved: sum(({ answersSaved }) => answersSaved),
  };
}

function tally<S extends string>(states: readonly S[], count: (state: S) => number): Record<S, number> {
  return Object.fromEntries(states.map((state) => [state, count(state)])) as Record<S, number>;
}
