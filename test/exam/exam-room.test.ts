// The pure core of a room: what controls and the passing of time do, in any order.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { remainingOf } from '../../exam/clock.ts';
import { RELEASE_MS } from '../../exam/device-change.ts';
import {
  decideControl,
  decideTime,
  LEAST_LEFT_MS,
  type RoomChange,
  type RoomControl,
  type RoomFacts,
  type Roster,
  roomClock,
  roomEnd,
  windowFor,
} from '../../exam/exam-room.ts';
import { mayTransit } from '../../exam/transitions.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { ExamineeState } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;
const closed: RoomFacts = {
  status: 'closed',
  startsAt: 0,
  endsAt: 0,
  durationMs: 60_000,
  windowEndsAt: 0,
  holds: [],
  adjustments: [],
  lockStopsClock: false,
};
const open: RoomFacts = { ...closed, status: 'open' };
const running: RoomFacts = { ...open, status: 'running', startsAt: NOW };
const control = (action: RoomControl['action'], at = NOW, expiresAt = NOW + 86_400_000): RoomControl => ({
  controlId: 'control',
  scope: 'room',
  action,
  at,
  expiresAt,
  examineeIds: null,
});
const order = (action: RoomControl['action'], given: Partial<RoomControl> = {}): RoomControl => ({
  ...control(action),
  ...given,
});

/** Who sits here: extra time by name, all of them answering. */
function people(extraMs: Record<string, number> = { ada: 0 }, status: ExamineeState = 'answering'): Roster {
  return new Map(Object.entries(extraMs).map(([name, extra]) => [name, { extraMs: extra, status }]));
}

function seatsOf(room: RoomFacts, roster: Roster) {
  return [...roster].map(([id, { extraMs, status }]) => ({ status, window: windowFor(room, id, extraMs) }));
}

const deadlineFor = (room: RoomFacts, extraMs: number): number => windowFor(room, 'ada', extraMs).deadlineAt;
const endOf = (room: RoomFacts, roster: Roster = people()): number => roomEnd(room, seatsOf(room, roster));
const timeAt = (room: RoomFacts, now: number, roster: Roster = people()) => decideTime(room, endOf(room, roster), now);

function accepted(room: RoomFacts, command: RoomControl, now = NOW, roster: Roster = people()): RoomFacts {
  const result = decideControl(room, roster, command, now);
  assert.ok(!isRefusal(result), isRefusal(result) ? result.message : '');
  return { ...room, ...result };
}

function refused(room: RoomFacts, command: RoomControl, now = NOW, roster: Roster = people()): string {
  const result = decideControl(room, roster, command, now);
  return isRefusal(result) ? result.refused : `accepted ${JSON.stringify(result)}`;
}

describe('exam room', () => {
  it('is opened, started at the named instant, and ended by its duration', () => {
    const started = accepted(accepted(closed, control('open')), control('start', NOW + 5_000));
    assert.equal(timeAt(started, NOW + 4_999), undefined);
    assert.deepEqual(timeAt(started, NOW + 5_000), { status: 'running' });
    const room: RoomFacts = { ...started, status: 'running' };
    assert.equal(timeAt(room, NOW + 64_999), undefined);
    assert.deepEqual(timeAt(room, NOW + 65_000), { status: 'ended' });
  });

  it('ends with the last of its examinees, each at the own deadline', () => {
    assert.equal(deadlineFor(running, 0), NOW + 60_000);
    assert.equal(deadlineFor(running, 30_000), NOW + 90_000);
    assert.equal(endOf(running, people({ ada: 0, ben: 30_000 })), NOW + 90_000);
  });

  it('is bounded by an end control, for everybody', () => {
    const room = accepted(running, control('end', NOW + 20_000));
    assert.deepEqual(
      [deadlineFor(room, 0), deadlineFor(room, 30_000), endOf(room, people({ ada: 0, ben: 30_000 }))],
      [NOW + 20_000, NOW + 20_000, NOW + 20_000],
    );
    assert.deepEqual(timeAt(room, NOW + 20_000), { status: 'ended' });
    assert.equal(accepted(running, control('end', NOW)).status, 'ended');
  });

  it('that is closed or open ends by an end control too, now or later', () => {
    for (const room of [closed, open]) {
      assert.equal(accepted(room, control('end', NOW)).status, 'ended');
      const later = accepted(room, control('end', NOW + 1_000));
      assert.equal(timeAt(later, NOW + 999), undefined);
      assert.deepEqual(timeAt(later, NOW + 1_000), { status: 'ended' });
    }
  });

  it('refuses what its state does not allow, and says what is allowed', () => {
    assert.equal(refused(closed, control('start')), 'TRANSITION_REFUSED');
    assert.equal(refused(open, control('open')), 'TRANSITION_REFUSED');
    assert.equal(refused(running, control('open')), 'TRANSITION_REFUSED');
    assert.equal(refused(running, control('start')), 'TRANSITION_REFUSED');
    assert.equal(refused({ ...open, startsAt: NOW }, control('start')), 'TRANSITION_REFUSED');
    assert.equal(refused({ ...running, status: 'ended' }, control('end')), 'ROOM_ENDED');
    const result = decideControl(closed, people(), control('start'), NOW);
    assert.ok(isRefusal(result));
    assert.match(result.message, /open/);
  });

  it('does not accept a start after an end: nothing would start', () => {
    for (const room of [closed, open])
      assert.equal(refused(accepted(room, control('end')), control('start')), 'ROOM_ENDED');
  });

  it('refuses an expired control, so that failed is final', () => {
    assert.equal(refused(closed, control('open', NOW, NOW - 1)), 'CONTROL_EXPIRED');
    assert.equal(accepted(closed, control('open', NOW, NOW)).status, 'open');
  });
});

describe('exam room under control', () => {
  const roster = people({ ada: 0, ben: 30_000 });

  it('that is paused already stays so without becoming so again, when it is paused for another reason', () => {
    const before = accepted(running, order('pause', { scope: 'plan' }));
    const change = decideControl(before, roster, order('pause'), NOW + 1_000);
    assert.ok(!isRefusal(change) && change.holds?.length === 2 && change.status === undefined);
  });

  it('stands while it is paused and goes on with what was left', () => {
    const paused = accepted(running, order('pause', { at: NOW + 10_000 }), NOW + 10_000, roster);
    assert.equal(paused.status, 'paused');
    assert.equal(timeAt(paused, NOW + 3_600_000, roster), undefined);
    assert.equal(remainingOf(windowFor(paused, 'ada', 0), NOW + 3_600_000), 50_000);
    const on = accepted(paused, order('resume', { at: NOW + 40_000 }), NOW + 40_000, roster);
    assert.equal(on.status, 'running');
    assert.equal(deadlineFor(on, 0), NOW + 90_000);
    assert.equal(endOf(on, roster), NOW + 120_000);
  });

  it('gives the way of a pause to the room back: it holds from the instant at which it was stored', () => {
    const paused = accepted(running, order('pause', { at: NOW + 10_000 }), NOW + 13_000);
    const on = accepted(paused, order('resume', { at: NOW + 20_000 }), NOW + 25_000);
    assert.equal(deadlineFor(on, 0), NOW + 75_000);
  });

  it('refuses a second pause with the state and with what is allowed, and a resume of nothing', () => {
    const paused = accepted(running, order('pause'));
    const result = decideControl(paused, people(), order('pause', { controlId: 'other' }), NOW);
    assert.ok(isRefusal(result));
    assert.match(result.message, /room is paused; allowed: resume/);
    assert.equal(refused(running, order('resume')), 'TRANSITION_REFUSED');
    assert.equal(refused(open, order('pause')), 'TRANSITION_REFUSED');
  });

  it('goes on only when plan and room have both let go', () => {
    const byPlan = accepted(running, order('pause', { scope: 'plan' }));
    const both = accepted(byPlan, order('pause'));
    const planOn = accepted(both, order('resume', { scope: 'plan' }));
    assert.equal(planOn.status, 'paused');
    assert.equal(refused(planOn, order('resume', { scope: 'plan' })), 'TRANSITION_REFUSED');
    assert.equal(accepted(planOn, order('resume')).status, 'running');
  });

  it('takes a start whose instant has passed for begun, whether time was looked at or not', () => {
    const room = accepted({ ...open, startsAt: NOW }, order('pause', { at: NOW + 5 }), NOW + 5);
    assert.equal(room.status, 'paused');
  });

  it('holds chosen people alone, and lets go of some of them', () => {
    const held = accepted(running, order('pause', { examineeIds: ['ada', 'ben'] }), NOW, roster);
    assert.equal(held.status, 'running');
    const one = accepted(held, order('resume', { examineeIds: ['ben'] }), NOW + 5_000, roster);
    assert.equal(windowFor(one, 'ben', 30_000).deadlineAt, NOW + 95_000);
    assert.deepEqual([windowFor(one, 'ada', 0).heldSince, windowFor(one, 'ben', 0).heldSince], [NOW, 0]);
    assert.equal(endOf(one, roster), 0, 'the room waits for whom it holds');
    assert.equal(roomClock(one, seatsOf(one, roster)).deadlineAt, NOW + 95_000);
  });

  it('ends although somebody is held whose exam is over', () => {
    const held = accepted(running, order('pause', { examineeIds: ['ada'] }), NOW, roster);
    const ended = new Map([...roster, ['ada', { extraMs: 0, status: 'submitted' as const }]]);
    assert.equal(endOf(held, ended), NOW + 90_000);
    const more = order('extend', { extraMs: MINUTE, examineeIds: ['ada'] });
    assert.equal(refused(held, more, NOW, ended), 'TRANSITION_REFUSED');
  });

  it('locks without stopping the clock, unless the plan says so', () => {
    const locked = accepted(running, order('lock', { examineeIds: ['ada'] }));
    assert.deepEqual(
      [windowFor(locked, 'ada', 0).locked, windowFor(locked, 'ada', 0).heldSince, windowFor(locked, 'ben', 0).locked],
      [true, 0, false],
    );
    const standing = accepted({ ...running, lockStopsClock: true }, order('lock'));
    assert.equal(windowFor(standing, 'ada', 0).heldSince, NOW);
    const unlocked = accepted(standing, order('unlock'), NOW + 7_000);
    assert.deepEqual([unlocked.status, deadlineFor(unlocked, 0)], ['running', NOW + 67_000]);
    assert.equal(refused(locked, order('lock', { examineeIds: ['ada'] })), 'TRANSITION_REFUSED');
    const all = accepted(locked, order('lock'));
    assert.equal(
      refused(all, order('unlock', { examineeIds: ['ada'] })),
      'TRANSITION_REFUSED',
      'she would stay locked',
    );
    assert.equal(windowFor(accepted(all, order('unlock')), 'ada', 0).locked, false);
  });

  it('adds time for all or some, and takes back exactly what one control gave', () => {
    const all = accepted(running, order('extend', { controlId: 'all', extraMs: 2 * MINUTE }));
    const some = order('extend', { controlId: 'some', extraMs: 3 * MINUTE, time: 'incident', examineeIds: ['ada'] });
    const both = accepted(all, some);
    assert.deepEqual(
      [deadlineFor(both, 0), windowFor(both, 'ben', 0).deadlineAt],
      [NOW + 6 * MINUTE, NOW + 3 * MINUTE],
    );
    const back = accepted(both, order('extend', { controlId: 'back', undoes: 'some' }));
    assert.deepEqual(
      [deadlineFor(back, 0), windowFor(back, 'ben', 0).deadlineAt],
      [NOW + 3 * MINUTE, NOW + 3 * MINUTE],
    );
    assert.deepEqual(
      back.adjustments.map(({ extraMs, time }) => [extraMs, time]),
      [
        [2 * MINUTE, 'planned'],
        [3 * MINUTE, 'incident'],
        [-3 * MINUTE, 'incident'],
      ],
    );
    assert.equal(refused(back, order('extend', { controlId: 'again', undoes: 'some' })), 'UNDO_REFUSED');
    const none = { controlId: 'other', undoes: 'none' };
    assert.equal(refused(back, order('extend', { ...none, scope: 'room' })), 'UNDO_REFUSED');
    assert.deepEqual(decideControl(back, people(), order('extend', { ...none, scope: 'plan' }), NOW), {});
  });

  it('takes no time back that would leave somebody less than a minute', () => {
    const room = accepted(running, order('extend', { controlId: 'more', extraMs: 5 * MINUTE }));
    const back = order('extend', { controlId: 'back', undoes: 'more' });
    assert.equal(refused(room, back, NOW + MINUTE - LEAST_LEFT_MS + 1), 'UNDO_REFUSED');
    assert.equal(deadlineFor(accepted(room, back, NOW + MINUTE - LEAST_LEFT_MS), 0), NOW + MINUTE);
    const over = people({ ada: 0 }, 'submitted');
    assert.equal(deadlineFor(accepted(room, back, NOW + 2 * MINUTE, over), 0), NOW + MINUTE);
  });

  it('leaves alone what names people of other rooms, and knows of their extension when it is taken back', () => {
    for (const action of ['pause', 'lock', 'notice'] as const)
      assert.deepEqual(decideControl(running, roster, order(action, { examineeIds: [] }), NOW), {});
    const noted = accepted(running, order('extend', { controlId: 'there', extraMs: MINUTE, examineeIds: [] }));
    assert.equal(deadlineFor(noted, 0), NOW + MINUTE);
    assert.equal(
      deadlineFor(accepted(noted, order('extend', { controlId: 'back', undoes: 'there' })), 0),
      NOW + MINUTE,
    );
  });

  it('[S11] notes whose devices are released, until the release is over', () => {
    const first = accepted(running, order('release', { controlId: 'first', examineeIds: ['ada'] }));
    assert.deepEqual(first.releases, [{ controlId: 'first', examineeIds: ['ada'], until: NOW + RELEASE_MS }]);
    const both = accepted(first, order('release', { controlId: 'second', examineeIds: ['ada'] }));
    assert.deepEqual(
      both.releases?.map(({ controlId }) => controlId),
      ['first', 'second'],
    );
    assert.equal(accepted(running, order('release', { examineeIds: [] })).releases, undefined, 'people of other rooms');
  });

  it('changes nothing once it has ended', () => {
    const ended: RoomFacts = { ...running, status: 'ended' };
    for (const action of ['pause', 'resume', 'lock', 'unlock', 'extend', 'notice', 'call', 'release'] as const)
      assert.equal(refused(ended, order(action, { extraMs: MINUTE })), 'ROOM_ENDED', action);
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
});
const ORDER = ['closed', 'open', 'running', 'ended'];

describe('exam room, in any order of controls and time', () => {
  it('never goes back, never moves a start, and its status says what its instants say', () => {
    holdsFor(
      fc.property(plans, fc.nat(50_000), acts, (plan, extraMs, list) => {
        const roster = people({ ada: extraMs });
        let now = NOW;
        let room: RoomFacts = { ...closed, ...plan };
        for (const act of list) {
          const before = room;
          if ('waitMs' in act) now += act.waitMs;
          else room = { ...room, ...changeBy(room, roster, act, now) };
          checkStep(before, room);
          room = atRest(room, roster, now);
          checkRest(room, roster, now, extraMs);
        }
      }),
      5_000,
    );
  });

  it('counts down for an examinee: time alone never gives any back', () => {
    holdsFor(
      fc.property(plans, fc.nat(50_000), fc.nat(100_000), fc.nat(100_000), (plan, extraMs, first, later) => {
        const clock = windowFor({ ...running, ...plan }, 'ada', extraMs);
        assert.ok(remainingOf(clock, NOW + first + later) <= remainingOf(clock, NOW + first));
      }),
    );
  });

  it('gives no examinee less than another with less extra time, and none more than the room has', () => {
    holdsFor(
      fc.property(plans, fc.nat(50_000), fc.nat(50_000), fc.nat(200_000), (plan, extraA, extraB, endIn) => {
        const room: RoomFacts = {
          ...running,
          ...plan,
          endsAt: endIn < 100_000 ? 0 : NOW + endIn,
        };
        const [a, b] = [deadlineFor(room, extraA), deadlineFor(room, extraB)];
        assert.ok(extraA <= extraB ? a <= b : b <= a);
        assert.equal(Math.max(a, b), endOf(room, people({ ada: extraA, ben: extraB })));
      }),
    );
  });
});

function changeBy(
  room: RoomFacts,
  roster: Roster,
  act: { control: RoomControl['action']; inMs: number; staleMs: number },
  now: number,
): RoomChange {
  const result = decideControl(room, roster, control(act.control, now + act.inMs, now - act.staleMs), now);
  if (!isRefusal(result)) assert.equal(act.staleMs, 0, 'an expired control was applied');
  return isRefusal(result) ? {} : result;
}

/** Lets time change what it changes, as often as it does. */
function atRest(room: RoomFacts, roster: Roster, now: number): RoomFacts {
  let current = room;
  for (let turn = 0; turn < 3; turn++) {
    const change = timeAt(current, now, roster);
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
function checkRest(room: RoomFacts, roster: Roster, now: number, extraMs: number): void {
  const end = endOf(room, roster);
  if (room.status === 'running') assert.ok(room.startsAt !== 0 && now >= room.startsAt && now < end);
  if (room.status === 'open') assert.ok((room.startsAt === 0 || now < room.startsAt) && (end === 0 || now < end));
  if (room.status === 'closed') assert.ok(room.startsAt === 0 && (end === 0 || now < end));
  const deadline = deadlineFor(room, extraMs);
  if (room.status !== 'ended' && deadline !== 0) assert.ok(now < deadline);
}
