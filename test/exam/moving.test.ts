// Moves between rooms: who may go where, and that nobody loses a second by one, whatever either room goes through.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { remainingOf } from '../../exam/clock.ts';
import { decideControl, type RoomControl, type RoomFacts, type Roster } from '../../exam/exam-room.ts';
import { arrived, type MoveTarget, type SeatAsked, WAY_MS } from '../../exam/moving.ts';
import { clockOf } from '../../exam/timeline.ts';
import { LIMITS } from '../../schema/limits.ts';
import type { Carried } from '../../schema/moves.ts';
import { isRefusal, type Refusal } from '../../schema/refusals.ts';
import type { ExamineeState } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const TEN = Date.UTC(2026, 0, 5, 10);

function aRoom(given: Partial<RoomFacts> = {}): RoomFacts {
  return {
    ...{ status: 'running', startsAt: TEN, endsAt: 0, durationMs: 60 * MINUTE, windowEndsAt: 0 },
    ...{ holds: [], adjustments: [], lockStopsClock: false },
    ...given,
  };
}

type Asked = Partial<RoomControl> & { target?: MoveTarget | 'unknown'; toRoomId?: string };

function aMove({ target, toRoomId = 'blue', ...given }: Asked = {}): RoomControl {
  const elsewhere = target ?? { status: 'running', endsAt: 0, peopleCount: 20 };
  return {
    ...{ controlId: 'm', scope: 'room', action: 'move', at: TEN + 10 * MINUTE, expiresAt: TEN + 60 * MINUTE },
    examineeIds: ['ada'],
    move: { fromRoomId: 'red', toRoomId, target: elsewhere },
    ...given,
  };
}

const roster = (status: ExamineeState = 'answering', extraMs = 0): Roster => new Map([['ada', { status, extraMs }]]);

function refused(room: RoomFacts, people: Roster, control: RoomControl): Refusal {
  const verdict = decideControl(room, people, control, control.at);
  assert.ok(isRefusal(verdict), 'it was not refused');
  return verdict;
}

describe('a move', () => {
  it('takes whoever has not ended, and nobody whose part is over', () => {
    for (const status of ['registered', 'entered', 'ready', 'answering'] as const) {
      const change = decideControl(aRoom(), roster(status), aMove(), TEN + 10 * MINUTE);
      assert.ok(!isRefusal(change));
      assert.deepEqual(change.turn?.examineeIds, ['ada']);
      assert.equal(change.turn?.to, 'moved');
    }
    for (const status of ['submitted', 'timed-out', 'removed', 'absent'] as const)
      assert.match(refused(aRoom(), roster(status), aMove()).message, new RegExp(`Nobody to move: 1 ${status}`));
  });

  it('is refused with what is there: another plan, the same room, a room that is closed, over, or about to be', () => {
    const to = (target: MoveTarget | 'unknown', given: Asked = {}) =>
      refused(aRoom(), roster(), aMove({ target, ...given }));
    const there = { status: 'running', endsAt: 0, peopleCount: 0 } as const;
    assert.equal(to('unknown').refused, 'ROOM_UNKNOWN');
    assert.match(to(there, { toRoomId: 'red' }).message, /They are in that room/);
    assert.equal(to({ ...there, status: 'ended' }).refused, 'ROOM_ENDED');
    assert.match(to({ ...there, status: 'closed' }).message, /is closed/);
    assert.match(to({ ...there, status: 'open' }).message, /has not begun/);
    assert.match(to({ ...there, endsAt: TEN + 10 * MINUTE + 59 * SECOND }).message, /ends in 59 s/);
    assert.match(to({ ...there, peopleCount: LIMITS.examinees }).message, /room for 0 more/);
  });

  it('is refused for who sits elsewhere by now, and whose time has run out', () => {
    assert.match(refused(aRoom(), roster(), aMove({ examineeIds: [] })).message, /another room/);
    const late = aMove({ at: TEN + 60 * MINUTE, expiresAt: TEN + 90 * MINUTE });
    assert.match(refused(aRoom(), roster(), late).message, /No time is left for ada/);
    assert.equal(refused(aRoom({ status: 'ended' }), roster(), aMove()).refused, 'ROOM_ENDED');
  });

  it('back names the move that brought them, from the room to which they go', () => {
    const moved = { controlId: 'first', fromRoomId: 'blue' };
    const people: Roster = new Map([['ada', { status: 'answering', extraMs: 0, moved }]]);
    assert.ok(!isRefusal(decideControl(aRoom(), people, aMove({ undoes: 'first' }), TEN + 10 * MINUTE)));
    assert.equal(refused(aRoom(), people, aMove({ undoes: 'other' })).refused, 'UNDO_REFUSED');
    assert.equal(refused(aRoom(), people, aMove({ undoes: 'first', toRoomId: 'green' })).refused, 'UNDO_REFUSED');
  });
});

describe('a move to another seat', () => {
  const free: SeatAsked = { seat: 'A2', heldBy: '', own: 'A1' };
  const aSeat = (seat: SeatAsked, toRoomId: string, given: Partial<RoomControl> = {}): RoomControl => {
    const target = { status: 'running', endsAt: 0, peopleCount: 20 } as const;
    return aMove({ move: { fromRoomId: 'red', toRoomId, target, seat }, ...given });
  };

  it('of the same room changes where they sit, and nothing of their exam', () => {
    const change = decideControl(aRoom(), roster(), aSeat(free, 'red'), TEN + 10 * MINUTE);
    const seating = { roomId: 'red', seat: 'A2', from: 'A1' };
    const at = TEN + 10 * MINUTE;
    assert.deepEqual(change, { turn: { controlId: 'm', to: 'seated', examineeIds: ['ada'], at, seating } });
  });

  it('of another room goes along with the move', () => {
    const change = decideControl(aRoom(), roster(), aSeat(free, 'blue'), TEN + 10 * MINUTE);
    assert.ok(!isRefusal(change));
    assert.deepEqual([change.turn?.to, change.turn?.move?.seat], ['moved', 'A2']);
  });

  it('is refused where somebody has it, where they have it, and to who is through', () => {
    for (const room of ['red', 'blue']) {
      const taken = refused(aRoom(), roster(), aSeat({ ...free, heldBy: 'ben' }, room));
      assert.equal(taken.refused, 'SEAT_TAKEN');
      assert.match(taken.message, /A2 is that of ben; nothing was changed/);
    }
    assert.match(refused(aRoom(), roster(), aSeat({ ...free, own: 'A2' }, 'red')).message, /They have that seat/);
    assert.match(refused(aRoom(), roster('submitted'), aSeat(free, 'red')).message, /Nobody to move: 1 submitted/);
  });

  it('back names the control that gave the seat, and is that from which it took them', () => {
    const seated = { controlId: 'first', from: 'A2' };
    const back = (given: Partial<SeatAsked>, undoes: string) =>
      decideControl(aRoom(), roster(), aSeat({ ...free, seated, ...given }, 'red', { undoes }), TEN + 10 * MINUTE);
    assert.ok(!isRefusal(back({}, 'first')));
    for (const verdict of [back({}, 'other'), back({ seat: 'A3' }, 'first'), back({ seated: undefined }, 'first')])
      assert.equal(isRefusal(verdict) && verdict.refused, 'UNDO_REFUSED');
  });
});

type RoomName = 'red' | 'blue';

const steps = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constantFrom('pause' as const, 'resume' as const, 'extend' as const),
      in: fc.constantFrom('red' as const, 'blue' as const),
      whom: fc.constantFrom('all' as const, 'ada' as const),
      n: fc.nat(600),
    }),
    fc.record({ do: fc.constantFrom('move' as const, 'wait' as const, 'wait' as const), n: fc.nat(300) }),
  ),
  { maxLength: 40 },
);

describe('time of who is moved, in any order of controls in both rooms', () => {
  it('[S10] is never less than counting seconds one by one says, and never more than the way gives', () => {
    holdsFor(
      fc.property(fc.nat(20), fc.boolean(), steps, (laterM, hasWindow, list) => {
        const windowEndsAt = hasWindow ? TEN + 50 * MINUTE : 0;
        const rooms: Record<RoomName, RoomFacts> = {
          red: aRoom({ windowEndsAt }),
          blue: aRoom({ windowEndsAt, startsAt: TEN + laterM * MINUTE }),
        };
        let [now, here, count, moves] = [TEN + laterM * MINUTE, 'red' as RoomName, 0, 0];
        let leftS = remainingOf(clockOf(rooms.red, 'ada', 0), now) / SECOND;
        const holds = { red: new Set<string>(), blue: new Set<string>() };
        const stands = () => holds[here].size > 0;
        const issue = (name: RoomName, given: Partial<RoomControl>): boolean => {
          const control = aMove({ controlId: `c${count++}`, at: now, expiresAt: now, ...given });
          const change = decideControl(rooms[name], name === here ? roster() : new Map(), control, now);
          if (isRefusal(change)) return false;
          const { turn, ...facts } = change;
          rooms[name] = { ...rooms[name], ...facts };
          if (turn?.move !== undefined) arrive(control.controlId, turn.move.carried.ada);
          return true;
        };
        const arrive = (controlId: string, carried: Carried | undefined) => {
          assert.ok(carried !== undefined);
          const from = here;
          here = here === 'red' ? 'blue' : 'red';
          const moved = { ...carried, controlId, fromRoomId: from, at: now, count: ++moves, leftRoomIds: [from] };
          const time = arrived(rooms[here], { examineeId: 'ada', extraMs: 0, moved }, new Set(), now);
          rooms[here] = { ...rooms[here], ...time };
          if (holds[from].delete('ada')) holds[here].add('ada');
        };
        for (const step of list) {
          if (leftS <= 1) return;
          if ('whom' in step) {
            const isElsewhere = step.whom === 'ada' && step.in !== here;
            if (isElsewhere) continue;
            const examineeIds = step.whom === 'all' ? null : ['ada'];
            const isDone = issue(step.in, { action: step.do, examineeIds, extraMs: (step.n + 1) * SECOND });
            if (!isDone) continue;
            if (step.do === 'pause') holds[step.in].add(step.whom);
            if (step.do === 'resume') holds[step.in].delete(step.whom);
            if (step.do === 'extend' && step.in === here) leftS += step.n + 1;
          } else if (step.do === 'wait') {
            now += step.n * SECOND;
            if (!stands()) leftS -= step.n;
          } else {
            const there = here === 'red' ? 'blue' : 'red';
            issue(here, {
              move: {
                fromRoomId: here,
                toRoomId: there,
                target: { status: rooms[there].status, endsAt: 0, peopleCount: 1 },
              },
            });
          }
          const left = remainingOf(clockOf(rooms[here], 'ada', 0), now);
          assert.ok(left >= (leftS - 1) * SECOND, `${left} ms are left, ${leftS} s were counted`);
          assert.ok(left <= (leftS + 1) * SECOND + moves * WAY_MS, `${left} ms are left, ${leftS} s were counted`);
        }
      }),
      2_000,
    );
  });

  it('[S10] is the whole time for who had not begun, with what was added before, also where the room has run for long', () => {
    const room = aRoom({ startsAt: TEN, windowEndsAt: TEN + 90 * MINUTE });
    const at = TEN + 40 * MINUTE;
    const moved = {
      ...{ leftMs: null, addedMs: 5 * MINUTE, holds: [], controlId: 'm', fromRoomId: 'red', at, count: 1 },
      leftRoomIds: ['red'],
    };
    const time = { ...room, ...arrived(room, { examineeId: 'ada', extraMs: MINUTE, moved }, new Set(), at) };
    assert.equal(remainingOf(clockOf(time, 'ada', MINUTE), at), 50 * MINUTE + 6 * MINUTE + WAY_MS, 'within the window');
  });

  it('[S10] counts a control after the move on top, whichever of the two rooms took it first', () => {
    const at = TEN + 20 * MINUTE;
    const later = { controlId: 'x', extraMs: 10 * MINUTE, time: 'planned', examineeIds: null, undoes: '' } as const;
    const room = aRoom({ adjustments: [later] });
    const moved = {
      ...{ leftMs: 30 * MINUTE, addedMs: 0, holds: [], controlId: 'm', fromRoomId: 'red', at, count: 1 },
      leftRoomIds: ['red'],
    };
    const time = { ...room, ...arrived(room, { examineeId: 'ada', extraMs: 0, moved }, new Set(['x']), at) };
    assert.equal(remainingOf(clockOf(time, 'ada', 0), at), 40 * MINUTE + WAY_MS);
  });
});
