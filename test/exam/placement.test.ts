// Which process owns a room.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { rendezvous } from '../../exam/placement.ts';
import { newId } from '../../schema/ids.ts';
import { holdsFor } from './seed.ts';

const processes = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 12 });
const rooms = fc.string({ maxLength: 20 });

describe('placement', () => {
  it('has no owner where there is no process', () => {
    assert.equal(rendezvous('room', []), undefined);
  });

  it('names the same process to everybody, in whatever order the processes are known', () => {
    holdsFor(
      fc.property(rooms, processes, fc.infiniteStream(fc.nat()), (room, ids, draws) => {
        const shuffled = ids.map((id) => ({ id, at: draws.next().value ?? 0 })).sort((a, b) => a.at - b.at);
        assert.equal(
          rendezvous(
            room,
            shuffled.map(({ id }) => id),
          ),
          rendezvous(room, ids),
        );
        assert.ok(ids.includes(rendezvous(room, ids) ?? 'none'));
      }),
    );
  });

  it('moves only the rooms of a process that goes', () => {
    holdsFor(
      fc.property(rooms, processes, fc.nat(), (room, ids, at) => {
        const gone = ids[at % ids.length];
        const owner = rendezvous(room, ids);
        if (owner !== gone)
          assert.equal(
            rendezvous(
              room,
              ids.filter((id) => id !== gone),
            ),
            owner,
          );
      }),
    );
  });

  it('moves rooms only to a process that comes', () => {
    holdsFor(
      fc.property(rooms, processes, fc.string({ minLength: 1 }), (room, ids, coming) => {
        const after = rendezvous(room, [...ids.filter((id) => id !== coming), coming]);
        assert.ok(after === coming || after === rendezvous(room, ids));
      }),
    );
  });

  it('spreads rooms evenly, also when their names differ in the last letter alone', () => {
    for (const nameOf of [() => newId(), (index: number) => `roomroomroom${String(index).padStart(4, '0')}`]) {
      for (const count of [2, 3, 8]) {
        const ids = Array.from({ length: count }, (_, index) => `process-${index}`);
        const counts = new Map<string, number>();
        for (let index = 0; index < 4_000; index++) {
          const owner = rendezvous(nameOf(index), ids) ?? '';
          counts.set(owner, (counts.get(owner) ?? 0) + 1);
        }
        const fair = 4_000 / count;
        for (const id of ids)
          assert.ok(Math.abs((counts.get(id) ?? 0) - fair) < 0.2 * fair, `${id} of ${count}: ${counts.get(id)}`);
      }
    }
  });
});
