// Each invariant is broken once in a history made by hand, and is found; the same history unbroken is clean.
import assert from 'node:assert/strict';
import type { ControlHistory, History, LiveView, PersonHistory, Stored } from '../../chaos/history.ts';
import { type Column, judge } from '../../chaos/invariants.ts';
import { contentHash } from '../../exam/content-hash.ts';

const START = 1_000_000;
const DURATION = 3_600_000;
const NOW = START + 60_000;
const PAUSE = { from: START + 10_000, to: START + 15_000 };
const EXTRA = 30_000;

const LIVE: LiveView = {
  ...{ examineeId: 'ann', row: { link: 'online', savedCount: 2 }, display: { link: 'online', savedCount: 2 } },
  sheet: [
    [1, 1_000_002],
    [2, 1_000_003],
  ],
};

type Change = {
  person?: Partial<PersonHistory>;
  controls?: (controls: ControlHistory[]) => ControlHistory[];
  history?: Partial<History>;
  stored?: (stored: Stored) => Stored;
};

function control(given: Partial<ControlHistory> & Pick<ControlHistory, 'controlId' | 'action'>): ControlHistory {
  return {
    ...{ roomId: 'room', examineeIds: null, extraMs: 0, issuedAt: START, answeredAt: START + 100, told: 'applied' },
    ...given,
  };
}

/** One person with two answers to item 1 and one to item 2, a pause and an extension. */
function verdictOf(change: Change = {}): { columns: Column[]; invariants: string[]; timeErrorMaxMs: number } {
  const given = [
    { item: 1, revision: 1_000_001, response: 'one', at: NOW },
    { item: 1, revision: 1_000_002, response: 'two', at: NOW },
    { item: 2, revision: 1_000_003, response: 'three', at: NOW },
  ];
  const person: PersonHistory = {
    ...{
      examineeId: 'ann',
      roomId: 'room',
      label: 'Ann',
      given,
      heard: ['extend'],
      foreignBytes: 0,
      earlyBytes: 0,
      believed: [],
    },
    saved: given.map(({ item, revision }) => ({ item, revision, at: NOW + 10, isThere: true })),
    reads: [{ askedAt: NOW + 20, answers: [given[1], given[2]].flatMap((one) => one ?? []) }],
    ...{ backAfterMs: 100, wasAway: true },
    shown: {
      ...{ link: 'online', unsaved: 0, heldSince: 0, at: NOW },
      answers: [given[1], given[2]].flatMap((one) => (one === undefined ? [] : { ...one, state: 'saved' })),
      deadlineAt: START + DURATION + EXTRA + 5_000,
      remainingMs: START + DURATION + EXTRA + 5_000 - NOW,
    },
    ...change.person,
  };
  const controls = [
    control({ controlId: 'pause', action: 'pause' }),
    control({ controlId: 'resume', action: 'resume' }),
    control({ controlId: 'extend', action: 'extend', extraMs: EXTRA, examineeIds: ['ann'] }),
  ];
  const history: History = {
    ...{ planId: 'plan', durationMs: DURATION, people: [person], exits: [] },
    controls: change.controls?.(controls) ?? controls,
    ...change.history,
  };
  const stored: Stored = {
    answers: given.map(({ item, revision, response }) => {
      return { examineeId: 'ann', item, revision, response, hash: contentHash(response), isPruned: false };
    }),
    rooms: [
      {
        ...{ roomId: 'room', startsAt: START },
        holds: [{ kind: 'room', ...PAUSE, examineeIds: null }],
        adjustments: [{ controlId: 'extend', extraMs: EXTRA }],
      },
    ],
    sheets: [{ examineeId: 'ann', state: 'in-progress', vector: null }],
    receipts: controls.map(({ controlId }) => ({ controlId, roomId: 'room', state: 'applied' })),
    live: [LIVE],
  };
  const { violations, timeErrorMaxMs } = judge(history, change.stored?.(stored) ?? stored);
  return {
    columns: [...new Set(violations.map(({ column }) => column))],
    invariants: [...new Set(violations.map(({ invariant }) => invariant))],
    timeErrorMaxMs,
  };
}

const withAnswers = (map: (answers: Stored['answers']) => Stored['answers']) => (stored: Stored) => ({
  ...stored,
  answers: map(stored.answers),
});
const withRoom = (room: Partial<Stored['rooms'][number]>) => (stored: Stored) => ({
  ...stored,
  rooms: stored.rooms.map((one) => ({ ...one, ...room })),
});
const withLive = (view: Partial<LiveView>) => (stored: Stored) => ({ ...stored, live: [{ ...LIVE, ...view }] });
const OLDER_SHEET: LiveView['sheet'] = [
  [1, 1_000_001],
  [2, 1_000_003],
];
const submitted = {
  submitted: {
    revisions: [
      [1, 1_000_002],
      [2, 1_000_003],
    ] as const,
  },
};
const ended =
  (vector: [number, number][], state = 'submitted') =>
  (stored: Stored) => ({
    ...stored,
    sheets: [{ examineeId: 'ann', state, vector }],
  });
const shown = (verdict: { person: Partial<PersonHistory['shown']> }): Partial<PersonHistory> => ({
  shown: {
    ...{ link: 'online', unsaved: 0, heldSince: 0, at: NOW, deadlineAt: 0 },
    answers: [
      { item: 1, revision: 1_000_002, response: 'two', state: 'saved' },
      { item: 2, revision: 1_000_003, response: 'three', state: 'saved' },
    ],
    remainingMs: START + DURATION + EXTRA + 5_000 - NOW,
    ...verdict.person,
  },
});

describe('the invariants', () => {
  it('hold where everything is as it was told', () => {
    assert.deepEqual(verdictOf(), { columns: [], invariants: [], timeErrorMaxMs: 0 });
    const end = verdictOf({
      person: submitted,
      stored: ended([
        [1, 1_000_002],
        [2, 1_000_003],
      ]),
    });
    assert.deepEqual(end.columns, []);
  });

  const BROKEN: readonly (readonly [sentence: string, column: Column, invariant: string, change: Change])[] = [
    [
      'I1: an answer that was called saved is not there',
      'lost',
      'I1',
      { stored: withAnswers((all) => all.slice(0, 2)) },
    ],
    [
      'I2: an answer is there as another one',
      'altered',
      'I2',
      { stored: withAnswers((all) => all.map((one) => ({ ...one, response: 'four', hash: contentHash('four') }))) },
    ],
    [
      'I2: an answer is there that nobody gave',
      'foreign',
      'I2',
      {
        stored: withAnswers(([one, ...all]) =>
          one === undefined ? all : [one, ...all, { ...one, revision: 1_000_009 }],
        ),
      },
    ],
    [
      "I2: a room's copy is of nothing that was given",
      'foreign',
      'I2',
      {
        stored: withAnswers(([one, ...all]) =>
          one === undefined
            ? all
            : [one, ...all, { ...one, revision: 2_000_000, response: 'x', hash: contentHash('x') }],
        ),
        ...{ person: shown({ person: { unsaved: 1 } }) },
      },
    ],
    [
      'I2: an answer is there of somebody who does not sit here',
      'foreign',
      'I2',
      {
        stored: withAnswers(([one, ...all]) =>
          one === undefined ? all : [one, ...all, { ...one, examineeId: 'bob' }],
        ),
      },
    ],
    [
      'I3: an entering shows less than was saved',
      'stale',
      'I3',
      { person: { reads: [{ askedAt: NOW + 20, answers: [] }] } },
    ],
    ['I4: somebody has time too much', 'wrongTime', 'I4', { person: shown({ person: { remainingMs: DURATION } }) }],
    ['I4: a sheet was ended before its time', 'wrongTime', 'I4', { stored: ended([], 'timed-out') }],
    ['I5: somebody was sent what is another one’s', 'leaked', 'I5', { person: { foreignBytes: 1 } }],
    ['I2: another content was called saved, too', 'altered', 'I2', { person: { believed: ['1.1000001'] } }],
    ['I6: a question came before the start', 'leaked', 'I6', { person: { earlyBytes: 1 } }],
    [
      'I7: a control has no end',
      'wrongControls',
      'I7',
      { controls: (all) => all.map((one) => (one.action === 'resume' ? { ...one, told: 'pending' as const } : one)) },
    ],
    [
      'I7: a control was told as applied and failed',
      'wrongControls',
      'I7',
      { stored: (stored) => ({ ...stored, receipts: stored.receipts.map((one) => ({ ...one, state: 'failed' })) }) },
    ],
    [
      'I7: nothing was heard of a control for too long',
      'wrongControls',
      'I7',
      { controls: (all) => all.map((one) => ({ ...one, answeredAt: START + 20_000 })) },
    ],
    [
      'I7: an extension was given twice',
      'wrongControls',
      'I7',
      {
        stored: withRoom({
          adjustments: [
            { controlId: 'extend', extraMs: EXTRA },
            { controlId: 'extend', extraMs: EXTRA },
          ],
        }),
      },
    ],
    [
      'I7: a pause was made twice',
      'wrongControls',
      'I7',
      {
        stored: withRoom({
          holds: [
            { kind: 'room', ...PAUSE, examineeIds: null },
            { kind: 'room', ...PAUSE, examineeIds: null },
          ],
        }),
      },
    ],
    ['I7: a control was applied for a person and never told', 'wrongControls', 'I7', { person: { heard: [] } }],
    ['I8: somebody is not back', 'lockedOut', 'I8', { person: { backAfterMs: undefined } }],
    ['I9: a process ended by itself', 'unexpectedExits', 'I9', { history: { exits: [{ name: 'rooms-1', at: NOW }] } }],
    [
      'I10: a programme shows less than the store has',
      'stale',
      'I10',
      { person: shown({ person: { answers: [{ item: 1, revision: 1_000_002, response: 'two', state: 'saved' }] } }) },
    ],
    ['I10: a board shows less than the store has', 'stale', 'I10', { person: { boardCount: 1 } }],
    ...(['row', 'display'] as const).flatMap((where): (typeof BROKEN)[number][] => [
      [
        `I10: the ${where} says that somebody is gone who is there`,
        'stale',
        'I10',
        { stored: withLive({ [where]: { link: 'dropped', savedCount: 2 } }) },
      ],
      [
        `I10: the ${where} counts less than the store has`,
        'stale',
        'I10',
        { stored: withLive({ [where]: { link: 'online', savedCount: 1 } }) },
      ],
    ]),
    ['I10: a live sheet lacks an answer', 'stale', 'I10', { stored: withLive({ sheet: [[1, 1_000_002]] }) }],
    ['I10: a live sheet has an older answer', 'stale', 'I10', { stored: withLive({ sheet: OLDER_SHEET }) }],
    [
      'I11: something was called saved before it was there',
      'falseSaved',
      'I11',
      { person: { saved: [{ item: 1, revision: 1_000_001, at: NOW, isThere: false }] } },
    ],
    [
      'I11: a programme shows as saved what is not there',
      'falseSaved',
      'I11',
      { person: shown({ person: { answers: [{ item: 3, revision: 1_000_004, response: 'x', state: 'saved' }] } }) },
    ],
    ['I11: a sheet was told as submitted and is not', 'falseSaved', 'I11', { person: submitted }],
    [
      'I11: what was told to count does not',
      'altered',
      'I11',
      {
        person: submitted,
        stored: ended([
          [1, 1_000_001],
          [2, 1_000_003],
        ]),
      },
    ],
    [
      'I1: an answer that was saved does not count',
      'lost',
      'I1',
      { person: { submitted: { revisions: [[2, 1_000_003]] } }, stored: ended([[2, 1_000_003]]) },
    ],
  ];
  for (const [sentence, column, invariant, change] of BROKEN)
    it(`find it where ${sentence}`, () => {
      const { columns, invariants } = verdictOf(change);
      assert.ok(columns.includes(column), `${columns}`);
      assert.ok(invariants.includes(invariant), `${invariants}`);
    });

  it('ask no live sheet that is not there, which is read from the store', () => {
    assert.deepEqual(verdictOf({ stored: withLive({ sheet: [] }) }).columns, []);
  });

  it('take two pauses at once for one', () => {
    const holds = [
      { kind: 'room' as const, ...PAUSE, examineeIds: null },
      { kind: 'person' as const, from: PAUSE.from + 1_000, to: PAUSE.to, examineeIds: ['ann'] },
    ];
    const { timeErrorMaxMs } = verdictOf({ stored: withRoom({ holds }) });
    assert.equal(timeErrorMaxMs, 0);
  });

  it('accept an older revision without its content, and one of the room that says what was given', () => {
    const pruned = withAnswers((all) =>
      all.map((one, index) => (index === 0 ? { ...one, isPruned: true, response: null } : one)),
    );
    assert.deepEqual(verdictOf({ stored: pruned }).columns, []);
  });
});
