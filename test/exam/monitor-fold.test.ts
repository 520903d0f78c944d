// The fold of a monitor against its meaning: who applies the events to what was seen before has what is seen now, and never
// anything of rooms that are not his.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type Audience,
  applyChanges,
  changesBetween,
  emptyRows,
  type MonitorRows,
  shownChanges,
  shownRows,
} from '../../exam/monitor-fold.ts';

const ROOMS = ['a', 'b', 'c'];
const people = fc.dictionary(
  fc.constantFrom('p', 'q', 'r', 's'),
  fc.record({ room: fc.constantFrom(...ROOMS), n: fc.nat(2) }),
);
const audiences = fc.record({
  rooms: fc.oneof(
    fc.constant('all' as const),
    fc.subarray(ROOMS).map((ids) => new Set(ids)),
  ),
  isOffice: fc.boolean(),
});

function rowsOf(all: Record<string, { room: string; n: number }>): MonitorRows {
  const rows = emptyRows();
  for (const [key, { room, n }] of Object.entries(all))
    rows.examinees.set(key, { roomId: room, text: JSON.stringify({ examineeId: key, roomId: room, n }) });
  rows.queues.set('answers', { roomId: null, text: JSON.stringify({ queue: 'answers', n: Object.keys(all).length }) });
  return rows;
}

type Row = { examineeId: string; roomId: string };
const seen = (rows: MonitorRows, audience: Audience): Row[] =>
  JSON.parse(`{${shownRows(rows, audience, ['examinees']).join()}}`).examinees;

describe('the fold of a monitor', () => {
  it('leads from what was seen to what is, for everybody, also where somebody is moved, and where changes come twice', () => {
    fc.assert(
      fc.property(people, people, audiences, (first, second, audience) => {
        const before = rowsOf(first);
        const after = rowsOf(second);
        const had = new Map(seen(before, audience).map((row) => [row.examineeId, row]));
        const changes = changesBetween(before, after);
        for (let time = 0; time < 2; time++) {
          applyChanges(before, changes);
          for (const { data } of shownChanges(changes, before, audience, ['examinees'])) {
            const { set, gone } = JSON.parse(data) as { set: Row[]; gone: string[] };
            for (const row of set) had.set(row.examineeId, row);
            for (const key of gone) had.delete(key);
            assert.ok(
              audience.rooms === 'all' ||
                set.every(({ roomId }) => audience.rooms !== 'all' && audience.rooms.has(roomId)),
            );
          }
        }
        const expected = new Map(seen(after, audience).map((row) => [row.examineeId, row]));
        assert.deepEqual(new Map([...had].sort()), new Map([...expected].sort()));
        const office = shownChanges(changes, before, audience, ['queues']);
        if (!audience.isOffice) assert.deepEqual(office, []);
      }),
    );
  });
});
