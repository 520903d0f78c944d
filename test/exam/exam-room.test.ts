// The pure core of a room: what controls and the passing of time do, in any order.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { remainingMs } from '../../exam/clock.ts';
import {
  decideControl,
  decideTime,
  examineeDeadline,
  type RoomChange,
  type RoomControl,
  type RoomFacts,
  roomEnd,
} from '../../exam/exam-room.ts';
import { mayTransit } from '../../exam/transitions.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { holdsFor } from './seed.ts';

const NOW = 1_800_000_000_000;
const closed: RoomFacts = {
  status: 'closed',
  startsAt: 0,
  endsAt: 0,
  durationMs: 60_000,
  windowEndsAt: 0,
  longestExtraMs: 0,
};
const open: RoomFacts = { ...closed, status: 'open' };
const running: RoomFacts = { ...open, status: 'running', startsAt: NOW };
const control = (action: RoomControl['action'], at = NOW, expiresAt = NOW + 86_400_000): RoomControl => ({
  action,
  at,
  expiresAt,
});

function accepted(room: RoomFacts, command: RoomControl, now = NOW): RoomFacts {
  const result = decideControl(room, command, now);
  assert.ok(!isRefusal(result), isRefusal(result) ? result.message : '');
  return { ...room, ...result };
}

function refused(room: RoomFacts, command: RoomControl, now = NOW): string {
  const result = decideControl(room, command, now);
  return isRefusal(result) ? result.refused : `accepted ${JSON.stringify(result)}`;
}

describe('exam room', () => {
  it('is opened, started at the named instant, and ended by its duration', () => {
    const started = accepted(accepted(closed, control('open')), control('start', NOW + 5_000));
    assert.equal(decideTime(started, NOW + 4_999), undefined);
    assert.deepEqual(decideTime(started, NOW + 5_000), { status: 'running' });
    const room: RoomFacts = { ...started, status: 'running' };
    assert.equal(decideTime(room, NOW + 64_999), undefined);
    assert.deepEqual(decideTime(room, NOW + 65_000), { status: 'ended' });
  });

  it('ends with the last of its examinees, each at the own deadline', () => {
    const room: RoomFacts = { ...running, longestExtraMs: 30_000 };
    assert.equal(examineeDeadline(room, 0), NOW + 60_000);
    assert.equal(examineeDeadline(room, 30_000), NOW + 90_000);
    assert.equal(roomEnd(room), NOW + 90_000);
  });

  it('is bounded by an end control, for everybody', () => {
    const room = accepted({ ...running, longestExtraMs: 30_000 }, control('end', NOW + 20_000));
    assert.deepEqual(
      [examineeDeadline(room, 0), examineeDeadline(room, 30_000), roomEnd(room)],
      [NOW + 20_000, NOW + 20_000, NOW + 20_000],
    );
    assert.deepEqual(decideTime(room, NOW + 20_000), { status: 'ended' });
    assert.equal(accepted(running, control('end', NOW)).status, 'ended');
  });

  it('that is closed or open ends by an end control too, now or later', () => {
    for (const room of [closed, open]) {
      assert.equal(accepted(room, control('end', NOW)).status, 'ended');
      const later = accepted(room, control('end', NOW + 1_000));
      assert.equal(decideTime(later, NOW + 999), undefined);
      assert.deepEqual(decideTime(later, NOW + 1_000), { status: 'ended' });
    }
  });

  it('refuses what its state does not allow, and says what is allowed', () => {
    assert.equal(refused(closed, control('start')), 'TRANSITION_REFUSED');
    assert.equal(refused(open, control('open')), 'TRANSITION_REFUSED');
    assert.equal(refused(running, control('open')), 'TRANSITION_REFUSED');
    assert.equal(refused(running, control('start')), 'TRANSITION_REFUSED');
    assert.equal(refused({ ...open, startsAt: NOW }, control('start')), 'TRANSITION_REFUSED');
    assert.equal(refused({ ...running, status: 'ended' }, control('end')), 'TRANSITION_REFUSED');
    const result = decideControl(closed, control('start'), NOW);
    assert.ok(isRefusal(result));
    assert.match(result.message, /open/);
  });

  it('does not accept a start after an end: nothing would start', () => {
    for (const room of [closed, open])
      assert.equal(refused(accepted(room, control('end')), control('start')), 'TRANSITION_REFUSED');
  });

  it('refuses an expired control, so that failed is final', () => {
    assert.equal(refused(closed, control('open', NOW, NOW - 1)), 'CONTROL_EXPIRED');
    assert.equal(accepted(closed, control('open', NOW, NOW)).status, 'open');
  });
});

type Act = { control: RoomControl['action']; inMs: number; staleMs: number } | { waitMs: number };
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    fc.record({
      control: fc.constantFrom('open' as const, 'start' as const, 'end' as const),
      inMs: fc.integer({ min: -5_000, max: 40_000 }),
      staleMs: fc.constantFrom(0, 0, 0, 1),
    }),
    fc.record({ waitMs: fc.oneof(fc.nat(3_000), fc.nat(60_000)) }),
  ),
  { maxLength: 30 },
);
const plans = fc.record({
  durationMs: fc.integer({ min: 1, max: 100_000 }),
  windowEndsAt: fc.oneof(
    fc.constant(0),
    fc.nat(150_000).map((ms) => NOW + ms),
  ),
  longestExtraMs: fc.nat(50_000),
});
const ORDER = ['closed', 'open', 'running', 'ended'];

describe('exam room, in any order of controls and time', () => {
  it('never goes back, never moves a start, and its status says what its instants say', () => {
    holdsFor(
      fc.property(plans, acts, (plan, list) => {
        let now = NOW;
        let room: RoomFacts = { ...closed, ...plan };
        for (const act of list) {
          const before = room;
          if ('waitMs' in act) now += act.waitMs;
          else room = { ...room, ...changeBy(room, act, now) };
          checkStep(before, room);
          room = atRest(room, now);
          checkRest(room, now, plan.longestExtraMs);
        }
      }),
      5_000,
    );
  });

  it('counts down for an examinee: time alone never gives any back', () => {
    holdsFor(
      fc.property(plans, fc.nat(50_000), fc.nat(100_000), fc.nat(100_000), (plan, extraMs, first, later) => {
        const deadline = examineeDeadline({ ...running, ...plan }, extraMs);
        assert.ok(remainingMs(deadline, NOW + first + later) <= remainingMs(deadline, NOW + first));
      }),
    );
  });

  it('gives no examinee less than another with less extra time, and none more than the room has', () => {
    holdsFor(
      fc.property(plans, fc.nat(50_000), fc.nat(50_000), fc.nat(200_000), (plan, extraA, extraB, endIn) => {
        const room: RoomFacts = {
          ...running,
          ...plan,
          longestExtraMs: Math.max(extraA, extraB),
          endsAt: endIn < 100_000 ? 0 : NOW + endIn,
        };
        const [a, b] = [examineeDeadline(room, extraA), examineeDeadline(room, extraB)];
        assert.ok(extraA <= extraB ? a <= b : b <= a);
        assert.equal(Math.max(a, b), roomEnd(room));
      }),
    );
  });
});

function changeBy(
  room: RoomFacts,
  act: { control: RoomControl['action']; inMs: number; staleMs: number },
  now: number,
): RoomChange {
  const result = decideControl(room, control(act.control, now + act.inMs, now - act.staleMs), now);
  if (!isRefusal(result)) assert.equal(act.staleMs, 0, 'an expired control was applied');
  return isRefusal(result) ? {} : result;
}

/** Lets time change what it changes, as often as it does. */
function atRest(room: RoomFacts, now: number): RoomFacts {
  let current = room;
  for (let turn = 0; turn < 3; turn++) {
    const change = decideTime(current, now);
    if (change === undefined) return current;
    checkStep(current, { ...current, ...change });
    current = { ...current, ...change };
  }
  return assert.fail('time changes the room without end');
}

function checkStep(before: RoomFacts, after: RoomFacts): void {
  assert.ok(
    before.status === after.status || mayTransit('room', before.status, after.status),
    `${before.status} to ${after.status}`,
  );
  assert.ok(ORDER.indexOf(after.status) >= ORDER.indexOf(before.status), 'a room went back');
  assert.ok(before.startsAt === 0 || before.startsAt === after.startsAt, 'a start was moved');
  if (before.status === 'ended') assert.deepEqual(after, before, 'an ended room changed');
}

/** What holds when time has been looked at: the status says what the instants say. */
function checkRest(room: RoomFacts, now: number, extraMs: number): void {
  const end = roomEnd(room);
  if (room.status === 'running') assert.ok(room.startsAt !== 0 && now >= room.startsAt && now < end);
  if (room.status === 'open') assert.ok((room.startsAt === 0 || now < room.startsAt) && (end === 0 || now < end));
  if (room.status === 'closed') assert.ok(room.startsAt === 0 && (end === 0 || now < end));
  const deadline = examineeDeadline(room, extraMs);
  if (room.status !== 'ended' && deadline !== 0) assert.ok(now < deadline);
}
