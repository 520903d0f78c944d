// How safe an answer is, and the one line about the whole sheet: only what the room has said to be saved is called saved.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LinkState, Road } from '../../../client/events.ts';
import { savedCount } from '../../../web/examinee/session/saved-count.ts';
import { sheetLineOf } from '../../../web/examinee/session/sheet-line.ts';
import { type Around, isAnswered, type ShownAnswer, truthOf } from '../../../web/examinee/session/truth.ts';

const CALM: Around = {
  link: 'online',
  road: 'socket',
  isLocked: false,
  isPaused: false,
  isAdmitted: true,
  slowSince: 0,
};
const answer = (given: Partial<ShownAnswer> = {}): ShownAnswer => ({
  item: 1,
  revision: 5,
  response: 'B',
  state: 'draft',
  savedRevision: 0,
  code: undefined,
  since: 0,
  savedAt: 0,
  ...given,
});

const anyAnswer = fc.record({
  item: fc.integer({ min: 1, max: 50 }),
  revision: fc.integer({ min: 1, max: 9 }),
  response: fc.constantFrom('A', null),
  state: fc.constantFrom('draft' as const, 'sent' as const, 'saved' as const, 'refused' as const),
  savedRevision: fc.integer({ min: 0, max: 9 }),
  code: fc.constant(undefined),
  since: fc.integer({ min: 0, max: 20_000 }),
  savedAt: fc.constant(0),
});
const anyAround = fc.record({
  link: fc.constantFrom<LinkState>('connecting', 'online', 'trouble', 'reconnecting', 'fenced', 'ended'),
  road: fc.constantFrom<Road>('socket', 'http'),
  isLocked: fc.boolean(),
  isPaused: fc.boolean(),
  isAdmitted: fc.boolean(),
  slowSince: fc.integer({ min: 0, max: 9 }),
});

describe('the truth about an answer', () => {
  it('is typing, on its way, and saved with its time', () => {
    assert.deepEqual(truthOf(answer(), CALM, 100), { kind: 'typing' });
    assert.deepEqual(truthOf(answer({ state: 'sent' }), CALM, 100), { kind: 'sending' });
    assert.deepEqual(truthOf(answer({ state: 'saved', savedAt: 7 }), CALM, 100), { kind: 'saved', at: 7 });
    assert.deepEqual(truthOf(answer({ state: 'saved', response: null }), CALM, 100), { kind: 'none' });
  });

  it('says why it is not saved yet: the gravest reason, and that the server is slow after some seconds', () => {
    const sent = answer({ state: 'sent' });
    assert.deepEqual(truthOf(sent, CALM, 5_000), { kind: 'waiting', why: 'slow' });
    assert.deepEqual(truthOf(sent, { ...CALM, link: 'reconnecting' }, 100), { kind: 'waiting', why: 'offline' });
    assert.deepEqual(truthOf(sent, { ...CALM, isLocked: true }, 100), { kind: 'waiting', why: 'locked' });
    assert.deepEqual(truthOf(sent, { ...CALM, link: 'fenced', isLocked: true }, 100), {
      kind: 'waiting',
      why: 'fenced',
    });
  });

  it('never says saved of what the room has not said it of, whatever else is', () => {
    fc.assert(
      fc.property(anyAnswer, anyAround, fc.integer({ min: 0, max: 60_000 }), (one, around, now) => {
        if (truthOf(one, around, now).kind === 'saved') assert.equal(one.state, 'saved');
      }),
    );
  });
});

describe('the line about the whole sheet', () => {
  it('says that all are saved only where every answer is', () => {
    fc.assert(
      fc.property(
        fc.array(anyAnswer, { maxLength: 8 }),
        anyAround,
        fc.integer({ min: 0, max: 60_000 }),
        (all, around, now) => {
          const line = sheetLineOf(all, around, now);
          const areSaved = all.every(({ state }) => state === 'saved');
          if (line.kind === 'saved' || line.kind === 'empty') assert.ok(areSaved);
          else assert.ok(!areSaved);
          if (line.kind === 'saved') assert.equal(line.count, all.filter(isAnswered).length);
        },
      ),
    );
  });

  it('counts what is on the way, and with one that waits all that are not saved, with the reason', () => {
    const saved = answer({ item: 2, state: 'saved' });
    assert.deepEqual(sheetLineOf([saved, answer()], CALM, 10), { kind: 'sending', count: 1 });
    const down = { ...CALM, link: 'reconnecting' as const };
    assert.deepEqual(sheetLineOf([saved, answer(), answer({ item: 3, state: 'sent' })], down, 10), {
      kind: 'waiting',
      count: 2,
      why: 'offline',
    });
  });

  it('[S17] says nothing of a connection while answers go another way', () => {
    const limited = { ...CALM, link: 'reconnecting' as const, road: 'http' as const };
    assert.deepEqual(sheetLineOf([answer()], limited, 10), { kind: 'sending', count: 1 });
    assert.deepEqual(truthOf(answer(), { ...limited, isPaused: true }, 10), { kind: 'waiting', why: 'paused' });
  });

  it('says since when the server is slow, where that is known and the gravest reason', () => {
    const slow = { ...CALM, slowSince: 77 };
    const sent = answer({ state: 'sent' });
    assert.deepEqual(sheetLineOf([sent], slow, 5_000), { kind: 'waiting', count: 1, why: 'slow', since: 77 });
    assert.deepEqual(sheetLineOf([sent], { ...slow, isLocked: true }, 5_000), {
      ...{ kind: 'waiting', count: 1 },
      why: 'locked',
    });
    assert.deepEqual(sheetLineOf([sent], CALM, 5_000), { kind: 'waiting', count: 1, why: 'slow' });
  });

  it('names the questions whose answer was not taken', () => {
    const refused = answer({ item: 4, state: 'refused', code: 'ANSWER_TOO_LARGE' });
    assert.deepEqual(sheetLineOf([refused], CALM, 10), { kind: 'refused', items: [4] });
  });

  it('counts for the end what the server has, not what is shown', () => {
    const changed = answer({ state: 'draft', revision: 9, savedRevision: 5 });
    const gone = answer({ item: 2, state: 'saved', revision: 6, savedRevision: 6, response: null });
    assert.equal(savedCount([changed, gone, answer({ item: 3 })]), 1);
  });
});
