// The table of states: complete, without orphans, and the only way from one state to another.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allowedFrom, mayTransit, type Subject, sourcesOf, TRANSITIONS, transit } from '../../exam/transitions.ts';
import { PERMISSIONS } from '../../schema/permissions.ts';
import { isRefusal } from '../../schema/refusals.ts';
import {
  CALL_STATES,
  EXAMINEE_STATES,
  INCIDENT_STATES,
  LINK_STATES,
  PLAN_STATES,
  PROCTOR_STATES,
  ROOM_STATES,
  SHEET_STATES,
} from '../../schema/states.ts';
import { holdsFor } from './seed.ts';

const STATES: Record<Subject, readonly string[]> = {
  plan: PLAN_STATES,
  room: ROOM_STATES,
  examinee: EXAMINEE_STATES,
  sheet: SHEET_STATES,
  proctor: PROCTOR_STATES,
  incident: INCIDENT_STATES,
  call: CALL_STATES,
  link: LINK_STATES,
};
const subjects = Object.keys(STATES) as Subject[];
const rowsOf = (of: Subject): readonly { from: string; to: string; by: string }[] => TRANSITIONS[of];
/** What is reachable from a state without anybody who is allowed to bring a person or sheet back. */
const FINAL = {
  plan: ['archived'],
  room: [],
  examinee: [],
  sheet: [],
  proctor: [],
  incident: ['unfounded', 'confirmed'],
  call: ['answered', 'closed', 'withdrawn'],
  link: [],
} satisfies Record<Subject, string[]>;

describe('transitions', () => {
  for (const of of subjects) {
    it(`of ${of} have only known states, each of them, and no row twice`, () => {
      const rows = rowsOf(of);
      assert.deepEqual([...new Set(rows.flatMap(({ from, to }) => [from, to]))].sort(), [...STATES[of]].sort());
      assert.equal(new Set(rows.map(({ from, to }) => `${from} ${to}`)).size, rows.length);
    });

    it(`of ${of} reach every state from the first one`, () => {
      const reached = new Set([STATES[of][0]]);
      for (const _ of STATES[of]) for (const { from, to } of rowsOf(of)) if (reached.has(from)) reached.add(to);
      assert.equal(reached.size, STATES[of].length);
    });

    it(`of ${of} leave every state but ${FINAL[of].join(', ') || 'none'}`, () => {
      const left = new Set(rowsOf(of).map(({ from }) => from));
      assert.deepEqual(
        STATES[of].filter((state) => !left.has(state)),
        FINAL[of],
      );
    });
  }

  it('need time, the system, entering, or an action of the permission table', () => {
    for (const { by } of subjects.flatMap(rowsOf))
      assert.ok(['time', 'system', 'enter'].includes(by) || by in PERMISSIONS, by);
  });

  it('are allowed exactly as the table says, and a refusal says what is allowed', () => {
    const room = fc.constantFrom(...ROOM_STATES);
    holdsFor(
      fc.property(room, room, (from, to) => {
        const inTable = TRANSITIONS.room.some((row) => row.from === from && row.to === to);
        const result = transit('room', from, to);
        assert.equal(mayTransit('room', from, to), inTable);
        assert.equal(allowedFrom('room', from).includes(to), inTable);
        assert.equal(sourcesOf('room', to).includes(from), inTable);
        if (inTable) assert.equal(result, to);
        else assert.ok(isRefusal(result) && allowedFrom('room', from).every((state) => result.message.includes(state)));
      }),
    );
  });

  it('name the states before a state, all of them or those of one cause', () => {
    const cause = fc.constantFrom(...new Set(TRANSITIONS.examinee.map(({ by }) => by)));
    holdsFor(
      fc.property(fc.constantFrom(...EXAMINEE_STATES), cause, (to, by) => {
        const rows = TRANSITIONS.examinee.filter((row) => row.to === to);
        assert.deepEqual(
          sourcesOf('examinee', to),
          rows.map(({ from }) => from),
        );
        assert.deepEqual(
          sourcesOf('examinee', to, by),
          rows.filter((row) => row.by === by).map(({ from }) => from),
        );
      }),
    );
  });

  it('[S5] never let the passing of time or the system bring back who has ended', () => {
    const ended = ['submitted', 'timed-out', 'removed'];
    for (const by of ['system', 'time'] as const)
      for (const to of ['entered', 'ready', 'answering'] as const)
        assert.deepEqual(
          sourcesOf('examinee', to, by).filter((from) => ended.includes(from)),
          [],
        );
  });

  it('[S5] never turn a submitted or timed-out sheet back but by a control', () => {
    for (const row of TRANSITIONS.sheet.filter(({ to }) => to === 'in-progress' || to === 'empty')) {
      assert.ok(row.from === 'empty' || row.by === 'control.issue', `${row.from} to ${row.to}`);
    }
    assert.equal(mayTransit('sheet', 'submitted', 'timed-out'), false);
    assert.equal(mayTransit('sheet', 'timed-out', 'submitted'), false);
  });
});
