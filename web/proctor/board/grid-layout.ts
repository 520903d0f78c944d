// The seats of a room as they stand in the hall, from their names alone: `A12` is in line A at place 12, `3-4` in line 3 at
// place 4, a plain number in lines of twenty. What cannot be read so has no place and stands below. Pure.
import { compareLabels } from '../../../exam/attention-order.ts';

type Seated = { readonly examineeId: string; readonly seat: string; readonly label: string };
/** `at` is the place in the line, from 0; a place where nobody sits has no cell. */
export type GridCell<R> = { readonly at: number; readonly row: R };
export type GridLine<R> = { readonly name: string; readonly cells: readonly GridCell<R>[] };
export type Grid<R> = {
  readonly lines: readonly GridLine<R>[];
  /** Places of the longest line. */
  readonly width: number;
  readonly without: readonly R[];
};

const IN_LINE = 20;
/** Wider, and the places would say nothing: numbers with gaps of hundreds. */
const MOST_WIDTH = 60;
const NUMBER = /^\d{1,5}$/u;
const LINE_AND_PLACE = /^(.*?)[\s.\-_/]?(\d{1,4})$/u;

/** Everybody is in exactly one line or in `without`. */
export function gridOf<R extends Seated>(rows: readonly R[]): Grid<R> {
  const seated = rows.map((row) => ({ row, place: placeOf(row.seat) }));
  const lines = new Map<string, GridCell<R>[]>();
  const without: R[] = [];
  for (const { row, place } of seated) {
    if (place === undefined) without.push(row);
    else lines.set(place.line, [...(lines.get(place.line) ?? []), { at: place.at, row }]);
  }
  const compact = [...lines].map(([name, cells]) => ({ name, cells: closedUp(cells) }));
  compact.sort((one, other) => compareLabels(one.name, other.name));
  const width = Math.max(0, ...compact.map(({ cells }) => (cells.at(-1)?.at ?? -1) + 1));
  return { lines: compact, width, without: without.sort((a, b) => compareLabels(a.label, b.label)) };
}

/** In the order in which the arrow keys go through the cells. */
export function neighbour<R extends Seated>(grid: Grid<R>, examineeId: string, way: 'left' | 'right' | 'up' | 'down') {
  const lines = [...grid.lines.map(({ cells }) => cells), grid.without.map((row, at) => ({ at, row }))];
  const y = lines.findIndex((cells) => cells.some(({ row }) => row.examineeId === examineeId));
  const cells = lines[y] ?? [];
  const x = cells.findIndex(({ row }) => row.examineeId === examineeId);
  const own = cells[x];
  if (own === undefined) return undefined;
  if (way === 'left' || way === 'right') return cells[x + (way === 'left' ? -1 : 1)]?.row.examineeId;
  const step = way === 'up' ? -1 : 1;
  for (let next = y + step; next >= 0 && next < lines.length; next += step) {
    const nearest = [...(lines[next] ?? [])].sort((a, b) => Math.abs(a.at - own.at) - Math.abs(b.at - own.at))[0];
    if (nearest !== undefined) return nearest.row.examineeId;
  }
  return undefined;
}

function placeOf(seat: string): { line: string; at: number } | undefined {
  if (seat === '') return undefined;
  if (NUMBER.test(seat)) {
    const index = Math.max(0, Number(seat) - 1);
    const first = Math.floor(index / IN_LINE) * IN_LINE;
    return { line: `${first + 1}–${first + IN_LINE}`, at: index - first };
  }
  const [, line = '', place = ''] = LINE_AND_PLACE.exec(seat) ?? [];
  return line === '' ? undefined : { line: line.trim(), at: Math.max(0, Number(place) - 1) };
}

/** In their order; two of one place side by side, and without gaps where the line would be too long for a screen. */
function closedUp<R>(cells: readonly GridCell<R>[]): GridCell<R>[] {
  const ordered = [...cells].sort((one, other) => one.at - other.at);
  const isTooLong = (ordered.at(-1)?.at ?? 0) >= MOST_WIDTH;
  let free = 0;
  return ordered.map(({ at, row }) => {
    const place = isTooLong ? free : Math.max(at, free);
    free = place + 1;
    return { at: place, row };
  });
}
