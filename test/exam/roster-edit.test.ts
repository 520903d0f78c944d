// What may be edited of somebody's row, and when.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decideRosterEdit } from '../../exam/roster-edit.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { EXAMINEE_STATES, ROOM_STATES } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

const extra = fc.integer({ min: 0, max: 3 });
const seats = fc.constantFrom('', 'A1');

describe('an edit of the roster', () => {
  it('takes no time from anybody whose exam has its start, and changes nothing where it is refused', () => {
    const row = fc.record({
      label: fc.constant('Kim'),
      extraMs: extra,
      seat: seats,
      status: fc.constantFrom(...EXAMINEE_STATES),
    });
    const room = fc.record({ status: fc.constantFrom(...ROOM_STATES), startsAt: fc.constantFrom(0, 1_000) });
    const wish = fc.record({
      label: fc.constantFrom(undefined, 'Lee'),
      extraMs: fc.option(extra, { nil: undefined }),
      seat: fc.constantFrom(undefined, null, 'A2'),
    });
    holdsFor(
      fc.property(row, room, wish, (found, where, wished) => {
        const to = decideRosterEdit(found, where, wished);
        if (isRefusal(to)) return assert.equal(to.refused, 'TRANSITION_REFUSED');
        assert.notEqual(where.status, 'ended');
        if (where.startsAt !== 0) assert.ok(to.extraMs >= found.extraMs);
        const seat = wished.seat === undefined ? found.seat : (wished.seat ?? '');
        assert.deepEqual(to, { label: wished.label ?? 'Kim', extraMs: wished.extraMs ?? found.extraMs, seat });
      }),
    );
  });

  it('gives no time to who is through, and corrects a name all the same', () => {
    const found = { label: 'Kim', extraMs: 0, seat: '', status: 'submitted' } as const;
    const room = { status: 'running', startsAt: 1_000 } as const;
    assert.ok(isRefusal(decideRosterEdit(found, room, { extraMs: 60_000 })));
    assert.deepEqual(decideRosterEdit(found, room, { label: 'Lee' }), { label: 'Lee', extraMs: 0, seat: '' });
  });

  it('takes time back before the start', () => {
    const found = { label: 'Kim', extraMs: 60_000, seat: '', status: 'registered' } as const;
    const to = decideRosterEdit(found, { status: 'open', startsAt: 0 }, { extraMs: 0 });
    assert.deepEqual(to, { label: 'Kim', extraMs: 0, seat: '' });
  });
});
