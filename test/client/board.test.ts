// The board made from states: every change is told once, and the map is always the state's rows with their room.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type BoardEntry, createBoard } from '../../client/board.ts';

const PEOPLE = ['ada', 'ben', 'cho', 'dev'];
/** Who is in the room after a step, with how many saved answers. */
const states = fc.array(
  fc.dictionary(fc.constantFrom(...PEOPLE), fc.integer({ min: 0, max: 3 }), { noNullPrototype: true }),
);

function rowsOf(state: Readonly<Record<string, number>>): Map<string, BoardEntry> {
  return new Map(
    Object.entries(state).map(([examineeId, savedCount]) => [examineeId, { examineeId, savedCount } as BoardEntry]),
  );
}

describe('a board', () => {
  it('is the rows of the state with their room, and tells exactly what became different', () => {
    fc.assert(
      fc.property(states, (steps) => {
        const board = createBoard('elm');
        let before: Readonly<Record<string, number>> = {};
        for (const now of steps) {
          const told = board.synchronised({ board: rowsOf(now) }).map((change) => {
            return change.kind === 'removed' ? `- ${change.examineeId}` : `${change.kind} ${change.entry.examineeId}`;
          });
          const expected = [
            ...Object.keys(now)
              .filter((id) => !(id in before))
              .map((id) => `added ${id}`),
            ...Object.keys(now)
              .filter((id) => id in before && before[id] !== now[id])
              .map((id) => `changed ${id}`),
            ...Object.keys(before)
              .filter((id) => !(id in now))
              .map((id) => `- ${id}`),
          ];
          assert.deepEqual(told.sort(), expected.sort());
          const shown = [...board.all()].map(([id, { roomId, savedCount }]) => [id, roomId, savedCount]);
          assert.deepEqual(
            shown.sort(),
            Object.entries(now)
              .map(([id, savedCount]) => [id, 'elm', savedCount])
              .sort(),
          );
          before = now;
        }
      }),
    );
  });

  it('keeps what it has told as it was: the next change is another entry', () => {
    const board = createBoard('elm');
    const [added] = board.synchronised({ board: rowsOf({ ada: 1 }) });
    board.synchronised({ board: rowsOf({ ada: 2 }) });
    assert.equal(added?.kind === 'added' && added.entry.savedCount, 1);
    assert.equal(board.all().get('ada')?.savedCount, 2);
  });
});
