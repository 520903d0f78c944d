// What the board shows and in which order, without a browser: filters, search, order, changes, the hall, the own link.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { BoardEntry } from '../../../client/board.ts';
import { byAttention } from '../../../exam/attention-order.ts';
import { ATTENTION_REASONS } from '../../../schema/attention.ts';
import { changeOf } from '../../../web/proctor/board/changes.ts';
import {
  countsOf,
  FILTERS,
  found,
  inHeldOrder,
  isNeeding,
  passes,
  ranked,
  stepped,
} from '../../../web/proctor/board/filters.ts';
import { gridOf, neighbour } from '../../../web/proctor/board/grid-layout.ts';
import { followed, type OwnLink, staleOf } from '../../../web/proctor/board/own-link.ts';
import { reasonsOf } from '../../../web/proctor/board/reasons.ts';
import { signOf } from '../../../web/proctor/board/signs.ts';

const CALM: BoardEntry = {
  ...{ roomId: 'room', examineeId: 'one', label: 'Kim', seat: 'A1', status: 'answering', link: 'online', linkAt: 0 },
  ...{ answeredCount: 0, savedCount: 0, unsavedCount: 0, unsavedSince: 0, deadlineAt: 0, heldSince: 0, hold: '' },
  ...{ admission: 'admitted', device: '', deviceWaitingSince: 0, clockAheadMs: 0, openIncidents: 0, worstSeverity: 0 },
  ...{ noticeId: '', notice: '', unreachedCount: 0, takenBy: '', attention: 0, reasons: '' },
};
const row = (examineeId: string, own: Partial<BoardEntry> = {}): BoardEntry => ({ ...CALM, examineeId, ...own });
const ids = (rows: readonly BoardEntry[]) => rows.map(({ examineeId }) => examineeId);
const noCode = () => '';

const anyRow = fc
  .record({
    attention: fc.integer({ min: 0, max: 200 }),
    status: fc.constantFrom('registered', 'entered', 'answering', 'submitted', 'removed'),
    link: fc.constantFrom('online', 'dropped', 'offline'),
    admission: fc.constantFrom('admitted', 'waiting'),
    openIncidents: fc.integer({ min: 0, max: 2 }),
    unsavedCount: fc.integer({ min: 0, max: 2 }),
    takenBy: fc.constantFrom('', 'me'),
    seat: fc.constantFrom('', 'A1', 'A12', '7', '3-4', 'desk', 'B 1900'),
    deviceWaitingSince: fc.constantFrom(0, 5),
  })
  .map((own) => own as Partial<BoardEntry>);
const anyRows = fc.array(anyRow, { maxLength: 30 }).map((all) => all.map((own, index) => row(`p${index}`, own)));

describe('the order of the board', () => {
  it('keeps everybody once, and nobody who needs nothing stands before somebody who needs a proctor', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const shown = ranked([...rows].sort(byAttention(({ examineeId }) => examineeId)));
        assert.deepEqual(ids(shown).sort(), ids(rows).sort());
        const needs = shown.map(isNeeding);
        assert.ok(!needs.slice(needs.indexOf(false)).includes(true) || !needs.includes(false));
      }),
    );
  });

  it('puts who waits to be let in before those who need nothing, and behind those who need somebody', () => {
    const rows = [row('weighs', { attention: 5 }), row('calm'), row('waits', { admission: 'waiting' })];
    assert.deepEqual(ids(ranked(rows)), ['weighs', 'waits', 'calm']);
  });

  it('stands still while it is held: nobody moves, who is new comes last', () => {
    const before = ['b', 'a'];
    assert.deepEqual(ids(inHeldOrder(before, [row('new'), row('a'), row('b')])), ['b', 'a', 'new']);
  });

  it('steps round through those who need somebody', () => {
    assert.equal(stepped(['a', 'b'], undefined, 1), 'a');
    assert.equal(stepped(['a', 'b'], 'b', 1), 'a');
    assert.equal(stepped(['a', 'b'], 'a', -1), 'b');
    assert.equal(stepped(['a', 'b'], 'gone', -1), 'b');
    assert.equal(stepped([], 'a', 1), undefined);
  });
});

describe('the filters of the board', () => {
  it('count exactly whom they show', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const counts = countsOf(rows);
        for (const name of FILTERS) assert.equal(counts[name], rows.filter((one) => passes(name, one)).length);
        assert.equal(counts.all, rows.length);
        assert.ok(counts.untaken <= counts.needing);
      }),
    );
  });

  it('find by seat from its beginning, by a part of the name, and by the code without its dash', () => {
    const rows = [row('a', { label: '김민지 12', seat: 'A1' }), row('b', { label: 'José Ruiz', seat: 'B12' })];
    const codeOf = (id: string) => (id === 'a' ? 'K7QX-M2RT' : 'ABCD-EFGH');
    const search = (text: string) => ids(found(rows, text, codeOf));
    assert.deepEqual(search(' b1'), ['b']);
    assert.deepEqual(search('민지'), ['a']);
    assert.deepEqual(search('RUIZ'), ['b']);
    assert.deepEqual(search('jose\u0301'), ['b']);
    assert.deepEqual(search('k7qxm2'), ['a']);
    assert.deepEqual(search('X-M2RT'), ['a']);
    assert.deepEqual(search('민지 a1'), ['a']);
    assert.deepEqual(search('민지 b12'), []);
    assert.deepEqual(search(''), ['a', 'b']);
  });

  it('find nobody by two letters that happen to be in a code', () => {
    assert.deepEqual(
      found([row('a', { label: 'Kim', seat: '' })], 'zz', () => 'AZZA-0000'),
      [],
    );
    assert.deepEqual(found([row('a')], 'nobody', noCode), []);
  });
});

describe('what stands out on the board', () => {
  it('is a new reason, and not one that has grown older', () => {
    const before = row('a', { attention: 30, reasons: 'link' });
    assert.equal(changeOf(before, { ...before, attention: 50 }), undefined);
    assert.equal(changeOf(before, { ...before, attention: 90, reasons: 'hand-raised link' }), 'needs');
  });

  it('is nothing that changes with each answer', () => {
    fc.assert(
      fc.property(fc.nat(100), fc.nat(100), (savedCount, unsavedCount) => {
        const before = row('a');
        assert.equal(changeOf(before, { ...before, savedCount, answeredCount: savedCount, unsavedCount }), undefined);
      }),
    );
  });

  it('is a link that was lost or came back, once', () => {
    assert.equal(changeOf(row('a'), row('a', { link: 'dropped' })), 'link-lost');
    assert.equal(changeOf(row('a', { link: 'dropped' }), row('a', { link: 'offline' })), undefined);
    assert.equal(changeOf(row('a', { link: 'offline' }), row('a')), 'link-back');
  });
});

describe('the hall', () => {
  it('has everybody in exactly one place', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const grid = gridOf(rows);
        const placed = [...grid.lines.flatMap(({ cells }) => cells.map(({ row }) => row)), ...grid.without];
        assert.deepEqual(ids(placed).sort(), ids(rows).sort());
        for (const { cells } of grid.lines) {
          const places = cells.map(({ at }) => at);
          assert.equal(new Set(places).size, places.length);
          assert.ok(places.every((at) => at >= 0 && at < grid.width));
        }
      }),
    );
  });

  it('reads lines and places from the seats’ names, and leaves empty seats empty', () => {
    const grid = gridOf([
      row('c', { seat: 'B3' }),
      row('a', { seat: 'A1' }),
      row('b', { seat: 'A10' }),
      row('d', { seat: '' }),
    ]);
    assert.deepEqual(
      grid.lines.map(({ name, cells }) => [name, cells.map(({ at, row }) => [at, row.examineeId])]),
      [
        [
          'A',
          [
            [0, 'a'],
            [9, 'b'],
          ],
        ],
        ['B', [[2, 'c']]],
      ],
    );
    assert.deepEqual(ids(grid.without), ['d']);
  });

  it('puts plain numbers in lines of twenty', () => {
    const grid = gridOf([row('a', { seat: '1' }), row('b', { seat: '20' }), row('c', { seat: '21' })]);
    assert.deepEqual(
      grid.lines.map(({ name, cells }) => [name, cells.map(({ at }) => at)]),
      [
        ['1–20', [0, 19]],
        ['21–40', [0]],
      ],
    );
  });

  it('is walked by arrow keys, across gaps, to those without a seat', () => {
    const grid = gridOf([
      row('a', { seat: 'A1' }),
      row('b', { seat: 'A9' }),
      row('c', { seat: 'B8' }),
      row('d', { seat: '' }),
    ]);
    assert.equal(neighbour(grid, 'a', 'right'), 'b');
    assert.equal(neighbour(grid, 'b', 'down'), 'c');
    assert.equal(neighbour(grid, 'c', 'down'), 'd');
    assert.equal(neighbour(grid, 'a', 'up'), undefined);
  });

  it('has a sign for whoever needs somebody, the weightiest first', () => {
    assert.equal(signOf(row('a')).sign, '');
    assert.equal(signOf(row('a', { openIncidents: 1, reasons: 'hand-raised incident' })).sign, '⚠');
    assert.equal(signOf(row('a', { attention: 10, reasons: 'stalled' })).sign, '•');
  });
});

describe('the reasons of a row', () => {
  it('are all known to the page, and a newer server’s one is left out', () => {
    assert.deepEqual(
      reasonsOf(ATTENTION_REASONS.join(' ')).map(({ reason }) => reason),
      ATTENTION_REASONS,
    );
    assert.deepEqual(
      reasonsOf('levitates link').map(({ reason }) => reason),
      ['link'],
    );
    assert.deepEqual(reasonsOf(''), []);
  });
});

describe('the own link', () => {
  const room = (link: OwnLink['link']) =>
    ({ roomId: 'oak', label: 'Oak', status: 'running', link, refusal: undefined, watch: {} }) as never;

  it('is not called lost before it was there', () => {
    const entering = followed(undefined, { ...(room('entering') as object), watch: undefined } as never, 1_000);
    assert.equal(staleOf([entering]), undefined);
    assert.equal(staleOf([followed(entering, room('online'), 2_000)]), undefined);
  });

  it('says as of when the board is true: the last reply before it fell silent, through all further tries', () => {
    const online = followed(undefined, room('online'), 1_000);
    const trouble = followed(online, room('trouble'), 10_000);
    assert.equal(staleOf([trouble])?.at, 7_500);
    const later = followed(trouble, room('reconnecting'), 20_000);
    assert.equal(staleOf([later])?.at, 7_500);
    assert.equal(staleOf([followed(later, room('online'), 30_000)]), undefined);
  });
});
