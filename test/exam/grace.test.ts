// The last seconds: which answers a room still takes when time is over, and when it waits for nothing any more.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSheet, noteTaken } from '../../exam/answer-sheet.ts';
import {
  COME_BACK_MS,
  DROPPED_MS,
  decideInGrace,
  graceAfter,
  isAskedFor,
  isGraceOver,
  type LastBeats,
  linkAtEnd,
  NO_BEATS,
  openedBy,
  TOLD_MS,
  withBeat,
} from '../../exam/grace.ts';
import { tallyEntry, tallyOf } from '../../exam/tally.ts';
import type { TallyEntry } from '../../schema/messages.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { holdsFor } from './seed.ts';

const END = 1_800_000_000_000;
const GRACE = graceAfter(END, false, 0, 30_000);
const entry = (item: number, response: string): TallyEntry =>
  tallyEntry({ item, revision: 1_000_000 + item, response });
const WAITED = [entry(1, 'A'), entry(2, 'B')];
const up: LastBeats = { ...NO_BEATS, at: END - 500, tally: tallyOf(WAITED), afterAt: END + 300 };

function verdict(beats: LastBeats, answer: TallyEntry, now = END + 1_000): string {
  const decided = decideInGrace(beats, GRACE, answer, now);
  return isRefusal(decided) ? `${decided.refused} ${decided.retry}` : decided.late ? 'late' : 'taken';
}

describe('an answer in the grace', () => {
  it('[S8] is taken where the last tally named it, contents included, and refused for good where it did not', () => {
    const opened = openedBy(up, WAITED);
    assert.equal(verdict(opened, entry(1, 'A')), 'taken');
    assert.equal(verdict(opened, entry(1, 'C')), 'ANSWER_LATE never', 'another content under the same revision');
    assert.equal(verdict(opened, entry(3, 'A')), 'ANSWER_LATE never');
  });

  it('[S8] waits while the tally is not opened, and gains nothing by opening another', () => {
    assert.equal(verdict(up, entry(1, 'A')), 'BUSY later');
    assert.ok(isAskedFor(up, GRACE, END + 1_000));
    const invented = openedBy(up, [entry(1, 'C'), entry(2, 'B')]);
    assert.equal(verdict(invented, entry(1, 'C')), 'BUSY later');
    assert.equal(verdict({ ...up, tally: NO_BEATS.tally }, entry(1, 'A')), 'ANSWER_LATE never', 'nothing had waited');
  });

  it('[S8] is a late arrival from a link that was down, and where no tally is known', () => {
    const cut: LastBeats = { ...up, afterAt: 0, isCut: true };
    for (const beats of [cut, NO_BEATS, { ...up, at: END - DROPPED_MS }, { ...up, afterAt: END - 500 + DROPPED_MS }])
      assert.equal(verdict(beats, entry(9, 'Z')), 'late');
  });

  it('[S8] is put off while nobody knows whether the link was up', () => {
    assert.equal(verdict({ ...up, afterAt: 0 }, entry(1, 'A'), END + 100), 'BUSY later');
    assert.equal(verdict({ ...up, afterAt: 0 }, entry(1, 'A'), END - 500 + DROPPED_MS), 'late');
  });

  it('[S8] is refused for good after the grace, whatever is known', () => {
    for (const beats of [openedBy(up, WAITED), NO_BEATS])
      assert.equal(verdict(beats, entry(1, 'A'), GRACE.until), 'ANSWER_LATE never');
  });

  it('[S8] has the grace of a room that was made anew, which leaves the time to come back', () => {
    assert.equal(graceAfter(END, false, END + 10_000, 30_000).until, END + 30_000);
    assert.equal(graceAfter(END, false, END + 60_000, 30_000).until, END + 60_000 + COME_BACK_MS);
    assert.equal(graceAfter(END, false, END + 60_000, 0).until, END + 60_000);
  });
});

describe('a grace', () => {
  it('[S8] is over at once where the link was up and nothing waited, or all that waited is here', () => {
    assert.ok(isGraceOver({ ...up, tally: NO_BEATS.tally }, GRACE, undefined, END + 300));
    const opened = openedBy(up, WAITED);
    const sheet = createSheet(1);
    noteTaken(sheet, 1, 1_000_001, 'hash', END);
    assert.equal(isGraceOver(opened, GRACE, sheet, END + 300), false);
    noteTaken(sheet, 2, 1_000_002, 'hash', END);
    assert.ok(isGraceOver(opened, GRACE, sheet, END + 300));
    assert.equal(isGraceOver({ ...opened, afterAt: 0 }, GRACE, sheet, END + 300), false, 'nobody knows');
  });

  it('[S8] goes on for who was away, until the client says that nothing waits', () => {
    assert.equal(isGraceOver(NO_BEATS, GRACE, undefined, GRACE.until - 1), false);
    assert.ok(isGraceOver({ ...NO_BEATS, isDone: true }, GRACE, undefined, END + 1));
    assert.ok(isGraceOver(NO_BEATS, GRACE, undefined, GRACE.until));
  });

  it('[S8] of a sudden end takes what waited when the client heard of it, once and soon', () => {
    const sudden = graceAfter(END, true, 0, 30_000);
    const before: LastBeats = { ...NO_BEATS, at: END - 500 };
    const told = (beats: LastBeats, at: number, list = WAITED) =>
      withBeat(beats, sudden, { at, tally: tallyOf(list), over: true, isSame: true });
    const said = (beats: LastBeats, now = END + 200) => {
      const decided = decideInGrace(openedBy(beats, WAITED), sudden, entry(1, 'A'), now);
      return isRefusal(decided) ? `${decided.refused} ${decided.retry}` : decided.late ? 'late' : 'taken';
    };
    const unheard = withBeat(before, sudden, { at: END + 50, tally: tallyOf([]), over: false, isSame: true });
    assert.equal(said(unheard), 'BUSY later');
    assert.equal(isGraceOver(unheard, sudden, undefined, END + 200), false);
    assert.ok(isGraceOver(unheard, sudden, undefined, END + TOLD_MS));
    assert.equal(said(told(unheard, END + 100)), 'taken');
    assert.equal(said(told(told(unheard, END + 100, [entry(3, 'C')]), END + 150)), 'BUSY later', 'the second word');
    assert.equal(said(told(unheard, END + TOLD_MS), END + TOLD_MS), 'ANSWER_LATE never');
    assert.equal(said(withBeat(up, GRACE, { at: END + 400, tally: tallyOf([]), over: true, isSame: true })), 'taken');
  });

  const people = fc.record({
    at: fc.oneof(fc.constant(0), fc.integer({ min: END - 10_000, max: END - 1 })),
    silenceMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 12_000 })),
    isCut: fc.boolean(),
    waited: fc.subarray([1, 2, 3, 4]),
    isOpened: fc.boolean(),
    brought: fc.integer({ min: 1, max: 6 }),
    response: fc.constantFrom('A', 'invented'),
    afterMs: fc.integer({ min: 0, max: 40_000 }),
  });

  it('[S8] takes, from a link that was up, exactly what waited; from all others everything; and nothing after it', () => {
    holdsFor(
      fc.property(people, ({ at, silenceMs, isCut, waited, isOpened, brought, response, afterMs }) => {
        const list = waited.map((item) => entry(item, 'A'));
        const afterAt = at === 0 || silenceMs === 0 ? 0 : Math.max(END, at + silenceMs);
        const closed: LastBeats = { ...NO_BEATS, at, tally: tallyOf(list), afterAt, isCut };
        const beats = isOpened ? openedBy(closed, list) : closed;
        const now = Math.max(END, afterAt) + afterMs;
        const link = linkAtEnd(beats, GRACE, now);
        const said = verdict(beats, entry(brought, response), now);
        const isWaited = waited.includes(brought) && response === 'A';
        if (now >= GRACE.until) assert.equal(said, 'ANSWER_LATE never');
        else if (isWaited && isOpened) assert.equal(said, 'taken');
        else if (link === 'down') assert.equal(said, 'late');
        else assert.ok(said === 'BUSY later' || said === 'ANSWER_LATE never', said);
        // What waited is never refused for good while its owner may still prove it.
        if (isWaited && now < GRACE.until) assert.notEqual(said, 'ANSWER_LATE never');
        // Where it is over early, nothing that would have been taken has been left behind.
        if (now < GRACE.until && isGraceOver(beats, GRACE, createSheet(1), now))
          assert.equal(list.length === 0 && link === 'up', true);
      }),
      3_000,
    );
  });
});
