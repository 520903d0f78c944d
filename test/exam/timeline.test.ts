// An examinee's time under every order of controls, against an oracle that counts the seconds one by one.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hasRunOut, remainingOf } from '../../exam/clock.ts';
import {
  decideControl,
  decideTime,
  FINAL_STATES,
  type RoomControl,
  type RoomFacts,
  roomEnd,
  windowFor,
} from '../../exam/exam-room.ts';
import { lostAtStart } from '../../exam/late-start.ts';
import { clockOf, roomTime } from '../../exam/timeline.ts';
import { mayTransit } from '../../exam/transitions.ts';
import type { Hold } from '../../schema/controls.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { ExamineeState } from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const TEN = 1_800_000_000_000;
const at = (minutes: number): number => TEN + minutes * MINUTE;
const hold = (kind: Hold['kind'], from: number, to: number, examineeIds: string[] | null = null): Hold => ({
  kind,
  from: at(from),
  to: to === 0 ? 0 : at(to),
  examineeIds,
});
const hour = (holds: Hold[], startsAt = at(-30)) =>
  roomTime({ startsAt, endsAt: 0, holds }, { durationMs: 60 * MINUTE, windowEndsAt: 0 });

describe('time of an examinee', () => {
  it('[S10] counts pauses that overlap once: 20 minutes, not 25', () => {
    const time = hour([hold('room', 0, 10), hold('person', 5, 20, ['ada'])]);
    assert.equal(clockOf(time, 'ada', 0).deadlineAt, at(-30 + 60 + 20));
    assert.equal(clockOf(time, 'ben', 0).deadlineAt, at(-30 + 60 + 10));
  });

  it('[S10] counts only since the start', () => {
    assert.equal(clockOf(hour([hold('plan', -60, -20)]), 'ada', 0).deadlineAt, at(-30 + 60 + 10));
    assert.equal(clockOf(hour([hold('plan', -60, -40)]), 'ada', 0).deadlineAt, at(-30 + 60));
    assert.deepEqual(clockOf(hour([hold('plan', -60, 0)], 0), 'ada', 0), { deadlineAt: 0, heldSince: 0 });
  });

  it('[S10] stands since the first of the holds that are open, and moves the end of the window too', () => {
    const time = { ...hour([hold('plan', 0, 10), hold('person', 5, 0, ['ada'])]), windowEndsAt: at(15) };
    assert.deepEqual(clockOf(time, 'ada', 0), { deadlineAt: at(15), heldSince: at(0) });
    assert.equal(remainingOf(clockOf(time, 'ada', 0), at(500)), 15 * MINUTE);
    assert.deepEqual(clockOf(time, 'ben', 0), { deadlineAt: at(25), heldSince: 0 });
  });

  it('is not given back by a pause that began when it was over', () => {
    assert.deepEqual(clockOf(hour([hold('room', 31, 0)]), 'ada', 0), { deadlineAt: at(30), heldSince: 0 });
    assert.deepEqual(clockOf(hour([hold('room', 31, 40)]), 'ada', 0), { deadlineAt: at(30), heldSince: 0 });
    assert.equal(clockOf(hour([hold('room', 31, 40)]), 'ada', 5 * MINUTE).deadlineAt, at(30 + 5 + 9));
  });

  it('reads documents of before there were holds', () => {
    const time = roomTime({ startsAt: at(0), endsAt: 0 }, { durationMs: MINUTE, windowEndsAt: 0 });
    assert.equal(clockOf(time, 'ada', 0).deadlineAt, at(1));
  });
});

const PEOPLE = ['ada', 'ben', 'cyd'] as const;
type Step = {
  do: RoomControl['action'] | 'undo' | 'reopen and extend' | 'readmit and extend';
  who: readonly string[] | null;
  plan: boolean;
  n: number;
  waitS: number;
};
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    do: fc.constantFrom(
      ...(['pause', 'pause', 'resume', 'resume', 'lock', 'unlock', 'extend', 'undo', 'notice'] as const),
      ...(['end', 'reopen', 'reopen', 'reopen and extend', 'remove', 'readmit', 'readmit and extend'] as const),
    ),
    who: fc.oneof(fc.constant(null), fc.subarray([...PEOPLE], { minLength: 1 })),
    plan: fc.boolean(),
    n: fc.nat(400),
    waitS: fc.oneof(fc.nat(5), fc.nat(120)),
  }),
  { maxLength: 40 },
);
const settings = fc.record({
  durationS: fc.integer({ min: 60, max: 1_200 }),
  windowS: fc.oneof(fc.constant(0), fc.integer({ min: 30, max: 1_500 })),
  startInS: fc.nat(30),
  lockStopsClock: fc.boolean(),
  graceS: fc.constantFrom(0, 30, 120),
  /** When the room is made, counted from its start; it dies on the way to its beginning and is made again. */
  bornS: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(2_000)),
  bornAgainS: fc.nat(60),
});

/** Counts the seconds that one examinee may still use, one by one; knows of holds only as sets of who holds. */
type Oracle = {
  leftS: number;
  holding: Set<string>;
  isLocked: boolean;
  isOver: boolean;
  /** When it ran out. */
  overAt: number;
  /** Got or lost time when it was over: not followed any further. */
  isOpen: boolean;
};

describe('time of an examinee, in any order of controls', () => {
  it('[S10] [S9] [S12] is what counting seconds one by one says, through late starts, every rebuild and the grace, and runs out for nobody early', () => {
    holdsFor(
      fc.property(settings, steps, (setting, list) => runModel(setting, list)),
      2_000,
    );
  });
});

type Setting = typeof settings extends fc.Arbitrary<infer S> ? S : never;

function runModel(setting: Setting, list: readonly Step[]): void {
  const { durationS, windowS, startInS, lockStopsClock, graceS } = setting;
  const startsAt = TEN + startInS * SECOND;
  const windowEndsAt = windowS === 0 ? 0 : startsAt + windowS * SECOND;
  const time = roomTime({ startsAt, endsAt: 0 }, { durationMs: durationS * SECOND, windowEndsAt, lockStopsClock });
  let room: RoomFacts = { ...time, status: 'open', graceMs: graceS * SECOND };
  const extraS = { ada: 0, ben: 90, cyd: 0 };
  const roster = new Map(
    PEOPLE.map((who) => [who as string, { extraMs: extraS[who] * SECOND, status: 'answering' as ExamineeState }]),
  );
  const base = windowS === 0 ? durationS : Math.min(durationS, windowS);
  const oracles = new Map<string, Oracle>(
    PEOPLE.map((who) => [
      who,
      { leftS: base + extraS[who], holding: new Set(), isLocked: false, isOver: false, overAt: 0, isOpen: false },
    ]),
  );
  const given: { controlId: string; who: readonly string[]; extraS: number }[] = [];
  const undone = new Set<string>();
  let now = TEN;
  let isEnded = false;
  if (setting.bornS > 0) beBorn();
  list.forEach((step, index) => {
    for (let second = 0; second < step.waitS; second++) {
      now += SECOND;
      if (now > startsAt && !isEnded) for (const oracle of oracles.values()) countDown(oracle, lockStopsClock, now);
    }
    const seats = [...roster].map(([id, seat]) => ({ ...seat, window: windowFor(room, id, seat.extraMs) }));
    room = { ...room, ...decideTime(room, roomEnd(room, seats), now) };
    for (const [id, seat] of roster)
      if (seat.status !== 'removed' && hasRunOut(windowFor(room, id, seat.extraMs), now)) seat.status = 'timed-out';
    const brings = step.do === 'reopen' || step.do === 'reopen and extend';
    if (brings === (room.status === 'ended') || step.do === 'extend') {
      const undoes = given[step.n % Math.max(1, given.length)]?.controlId;
      if (step.do !== 'undo' || undoes !== undefined) apply(step, index, undoes ?? '');
    }
    check();
  });

  /** Nobody counts before the room is there; what was lost comes back once, whatever dies on the way. */
  function beBorn(): void {
    const controlIdAt = (time: number) => `late ${time}`;
    now = startsAt + setting.bornS * SECOND;
    for (const laterS of [0, setting.bornAgainS, 0]) {
      now += laterS * SECOND;
      const { ms, times } = lostAtStart(room, controlIdAt, now);
      if (ms === 0) continue;
      const order = { controlId: controlIdAt(times), action: 'extend', extraMs: ms, time: 'incident' } as const;
      const change = decideControl(
        room,
        roster,
        { ...order, scope: 'room', at: now, expiresAt: now, examineeIds: null },
        now,
      );
      assert.ok(!isRefusal(change));
      room = JSON.parse(JSON.stringify({ ...room, ...change })) as RoomFacts;
    }
  }

  function apply(step: Step, index: number, undoes: string): void {
    const isUndo = step.do === 'undo';
    const controlId = `control ${index}`;
    const byName = step.do === 'remove' || step.do.startsWith('readmit');
    const who = step.who ?? PEOPLE;
    const control: RoomControl = {
      controlId,
      scope: step.plan ? 'plan' : 'room',
      action: step.do === 'undo' ? 'extend' : (step.do.split(' ')[0] as RoomControl['action']),
      at: now,
      expiresAt: now,
      examineeIds: isUndo || step.do.startsWith('reopen') || step.do === 'end' ? null : byName ? who : step.who,
      extraMs: step.do === 'reopen' || step.do === 'readmit' ? 0 : (step.n + 1) * SECOND,
      undoes: isUndo ? undoes : '',
    };
    const change = decideControl(room, roster, control, now);
    const comesBack = PEOPLE.some((one) => {
      const { leftS, isOpen } = oracles.get(one) ?? { leftS: 0, isOpen: true };
      return leftS > 1 && !isOpen && roster.get(one)?.status !== 'removed';
    });
    if (isRefusal(change)) return assert.ok(step.do !== 'reopen' || !comesBack, 'nobody was let in with time left');
    if (step.do === 'end') isEnded = true;
    if (step.do.startsWith('reopen')) isEnded = false;
    if (step.do === 'reopen and extend') for (const oracle of oracles.values()) reopen(oracle, step.n + 1);
    const { turn, settledAt: _, ...facts } = change;
    room = JSON.parse(JSON.stringify({ ...room, ...facts })) as RoomFacts; // as a rebuild reads it
    for (const one of turn?.examineeIds ?? []) {
      const [seat, oracle] = [roster.get(one), oracles.get(one)];
      if (seat === undefined || oracle === undefined || turn === undefined) continue;
      if (turn.to === 'admitted' || turn.to === 'refused' || turn.to === 'moved' || turn.to === 'seated') continue; // not of this room's time
      // A reopening also names whom the end had not timed out yet: they stay as they are.
      if (turn.to !== 'removed' && !FINAL_STATES.includes(seat.status)) continue;
      assert.ok(mayTransit('examinee', seat.status, turn.to), `${seat.status} to ${turn.to}`);
      seat.status = turn.to;
      if (turn.to === 'removed') oracle.holding.add('removal');
      else oracle.holding.delete('removal');
      if (step.do === 'readmit and extend') reopen(oracle, step.n + 1);
    }
    const hold = step.who === null ? (step.plan ? 'plan' : 'room') : 'person';
    if (step.do === 'pause') for (const one of who) oracles.get(one)?.holding.add(hold);
    if (step.do === 'resume') for (const one of who) oracles.get(one)?.holding.delete(hold);
    if (step.do === 'lock' || step.do === 'unlock')
      for (const one of who) Object.assign(oracles.get(one) ?? {}, { isLocked: step.do === 'lock' });
    if (step.do === 'extend') {
      given.push({ controlId, who, extraS: step.n + 1 });
      for (const one of who) add(one, step.n + 1);
    }
    if (isUndo) {
      assert.ok(!undone.has(undoes), 'taken back twice');
      undone.add(undoes);
      const found = given.find((one) => one.controlId === undoes);
      for (const one of found?.who ?? []) add(one, -(found?.extraS ?? 0));
    }
  }

  /** More time within the grace is the whole of what is left then; when it comes later, the model follows no further. */
  function add(who: string, seconds: number): void {
    const oracle = oracles.get(who);
    if (oracle?.isOver === false) oracle.leftS += seconds;
    else if (oracle !== undefined && seconds > 0 && now < oracle.overAt + (graceS - 1) * SECOND)
      reopen(oracle, seconds);
    else if (oracle !== undefined) oracle.isOpen = true;
  }

  function check(): void {
    for (const who of PEOPLE) {
      const oracle = oracles.get(who);
      if (oracle === undefined || oracle.isOver || oracle.isOpen || isEnded) continue;
      const window = windowFor(room, who, extraS[who] * SECOND);
      const started = Math.max(now, startsAt);
      assert.ok(
        Math.abs(remainingOf(window, started) - oracle.leftS * SECOND) <= SECOND,
        `${who}: ${remainingOf(window, started)} ms, counted ${oracle.leftS} s`,
      );
      assert.ok(oracle.leftS <= 1 || !hasRunOut(window, now), `${who} ran out with ${oracle.leftS} s left`);
      assert.equal(window.locked, oracle.isLocked);
      assert.equal(window.heldSince !== 0 && now > startsAt, now > startsAt && stands(oracle, lockStopsClock));
    }
  }
}

function stands({ holding, isLocked }: Oracle, lockStopsClock: boolean): boolean {
  return holding.size > 0 || (isLocked && lockStopsClock);
}

/** Who had nothing left has what was added, whenever it ran out. */
function reopen(oracle: Oracle, seconds: number): void {
  oracle.leftS = (oracle.isOver ? 0 : oracle.leftS) + seconds;
  oracle.isOver = false;
}

function countDown(oracle: Oracle, lockStopsClock: boolean, now: number): void {
  if (oracle.isOver || stands(oracle, lockStopsClock)) return;
  oracle.leftS -= 1;
  if (oracle.leftS <= 0) Object.assign(oracle, { isOver: true, overAt: now });
}
