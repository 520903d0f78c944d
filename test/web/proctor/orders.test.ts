// Orders of the proctor's page, without a browser: every control is offered, drafts make what the server takes, and what can
// be taken back is.
import assert from 'node:assert/strict';
import type { BoardEntry } from '../../../client/board.ts';
import { CONTROL_ACTIONS, CONTROL_FIELDS, ControlOrder } from '../../../schema/controls.ts';
import { newId } from '../../../schema/ids.ts';
import { EXAMINEE_STATES, ROOM_STATES } from '../../../schema/states.ts';
import { ACTS, concerned, firstAct, fits, PERSON_ACTS, roomActs } from '../../../web/proctor/controls/act-table.ts';
import { type Asked, type Draft, EMPTY, missingOf, wishOf } from '../../../web/proctor/controls/draft.ts';
import { undoOf } from '../../../web/proctor/controls/undo.ts';

const NOW = 1_800_000_000_000;
const row = (own: Partial<BoardEntry> = {}) =>
  ({
    examineeId: newId(),
    status: 'answering',
    admission: 'admitted',
    hold: '',
    deviceWaitingSince: 0,
    ...own,
  }) as BoardEntry;
const FULL: Draft = { ...EMPTY, reason: 'why', minutes: '5', text: 'text', seat: 'A1', roomName: 'Oak' };
const ordered = (asked: Asked, draft: Draft, ids?: readonly string[]) =>
  ControlOrder.parse({ controlId: newId(), ...wishOf(asked, draft, ids, NOW) });

describe('the orders of the proctor’s page', () => {
  it('are every control that there is, each for a room or for people as the server takes it', () => {
    assert.deepEqual(Object.keys(ACTS).sort(), [...CONTROL_ACTIONS].sort());
    for (const action of CONTROL_ACTIONS) {
      const { must, may } = CONTROL_FIELDS[action];
      const takesPeople = [...must, ...may].includes('examineeIds');
      if (ACTS[action].person !== undefined) assert.ok(takesPeople, action);
      if (must.includes('examineeIds')) assert.equal(ACTS[action].room, undefined, action);
      assert.ok(ACTS[action].person !== undefined || ACTS[action].room !== undefined);
    }
  });

  it('are each offered in some state, so that none is out of reach', () => {
    const everybody = EXAMINEE_STATES.flatMap((status) =>
      ['', 'person', 'lock'].flatMap((hold) =>
        ['waiting', 'admitted'].map((admission) => row({ status, hold, admission })),
      ),
    );
    const offered = new Set([
      ...ROOM_STATES.flatMap(roomActs),
      ...PERSON_ACTS.filter((action) => fits(action, everybody)),
    ]);
    assert.deepEqual([...offered].sort(), [...CONTROL_ACTIONS].sort());
  });

  it('of a filled draft are what the server takes, for one person and for the room', () => {
    for (const action of CONTROL_ACTIONS) {
      if (ACTS[action].person !== undefined) {
        const asked: Asked = { action, examineeIds: ['x'] };
        assert.deepEqual(missingOf(asked, FULL, 'oak'), [], action);
        assert.equal(ordered(asked, FULL, [newId()]).action, action);
      }
      if (ACTS[action].room !== undefined) assert.equal(ordered({ action, roomId: 'r' }, FULL).action, action);
    }
  });

  it('say what is missing: a reason, a length, a text, a place, the room’s name', () => {
    const lacks = (action: Asked['action'], draft: Partial<Draft> = {}) =>
      missingOf({ action, examineeIds: ['x'] }, { ...EMPTY, ...draft }, 'Oak');
    assert.deepEqual(lacks('extend'), ['reason', 'minutes']);
    assert.deepEqual(lacks('extend', { reason: 'why', minutes: '1441' }), ['minutes']);
    assert.deepEqual(lacks('notice'), ['text']);
    assert.deepEqual(lacks('move', { reason: 'why' }), ['move']);
    assert.deepEqual(lacks('remove', { reason: 'why', roomName: 'Maple' }), ['roomName']);
    assert.deepEqual(lacks('remove', { reason: 'why', roomName: ' oak ' }), []);
    assert.deepEqual(lacks('readmit', { reason: 'why' }), []);
  });

  it('of a template carry its name and no text', () => {
    const wish = wishOf({ action: 'notice', roomId: 'r' }, { ...FULL, template: 'Clock' }, undefined, NOW);
    assert.deepEqual([wish.template, wish.text], ['Clock', undefined]);
  });

  it('name a start far enough ahead for everybody to see the countdown', () => {
    const { at = 0 } = wishOf({ action: 'start', roomId: 'r' }, EMPTY, undefined, NOW + 123);
    assert.ok(at - NOW >= 10_000 && at % 1_000 === 0);
  });

  it('concern of those who are selected only whom they fit', () => {
    const done = row({ status: 'submitted' });
    const here = row();
    assert.deepEqual(concerned('lock', [done, here]), [here]);
    assert.deepEqual(concerned('readmit', [done, here]), [done]);
  });

  it('offer first what somebody waits for', () => {
    assert.equal(firstAct(row({ admission: 'waiting' })), 'admit');
    assert.equal(firstAct(row({ deviceWaitingSince: 5 })), 'release');
    assert.equal(firstAct(row({ status: 'submitted' })), 'readmit');
    assert.equal(firstAct(row({ status: 'registered' })), undefined);
  });
});

describe('taking an order back', () => {
  const undone = (wish: Parameters<typeof undoOf>[0]['wish'], seat = '') =>
    undoOf({ roomId: 'oak', controlId: 'c', wish, seat });

  it('is an order that the server takes', () => {
    const examineeIds = [newId()];
    const controlId = newId();
    const wishes = [
      { action: 'extend', extraMs: 60_000, examineeIds },
      { action: 'end' },
      { action: 'remove', examineeIds },
      { action: 'pause' },
      { action: 'resume' },
      { action: 'lock', examineeIds },
      { action: 'unlock', examineeIds },
      { action: 'refuse', examineeIds, ground: 'late' },
      { action: 'move', examineeIds, toRoomId: newId() },
      { action: 'move', examineeIds, seat: 'B2' },
    ] as const;
    for (const wish of wishes) {
      const back = undoOf({ roomId: newId(), controlId, seat: 'A1', wish: wish as never });
      assert.ok(back, wish.action);
      const asked: Asked = { action: back.wish.action, base: back.wish };
      const order = {
        controlId: newId(),
        ...wishOf(asked, { ...EMPTY, reason: 'a mistake' }, back.wish.examineeIds, NOW),
      };
      assert.equal(ControlOrder.safeParse(order).error, undefined, JSON.stringify(order));
    }
  });

  it('goes to the room where somebody was moved', () => {
    const back = undone({ action: 'move', toRoomId: 'elm', examineeIds: ['x'] });
    assert.equal(back?.roomId, 'elm');
    assert.equal(back?.wish.toRoomId, 'oak');
  });

  it('is not offered for what cannot be: a message, a submission, an undone extension, a seat that nobody had', () => {
    assert.equal(undone({ action: 'notice', text: 'x' }), undefined);
    assert.equal(undone({ action: 'submit', examineeIds: ['x'] }), undefined);
    assert.equal(undone({ action: 'extend', undoes: 'd' }), undefined);
    assert.equal(undone({ action: 'move', seat: 'B2', examineeIds: ['x'] }), undefined);
  });
});
