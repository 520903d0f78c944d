// One sheet, rule by rule; the model test beside it draws the orders that nobody thinks of.

import assert from 'node:assert/strict';
import {
  type AnswerSheet,
  type AnswerVerdict,
  createSheet,
  decideAnswer,
  decideSubmit,
  holds,
  noteConflict,
  noteDurable,
  noteFailed,
  noteTaken,
  type SheetWindow,
  vectorOf,
} from '../../exam/answer-sheet.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { revisionOf } from '../../exam/revision.ts';
import { Item, type Response } from '../../schema/answers.ts';
import { isRefusal, type Refusal } from '../../schema/refusals.ts';

const essay = Item.parse({ number: 7, name: 'q7', kind: 'essay' });
const running: SheetWindow = { status: 'running', startsAt: 1_000, deadlineAt: 61_000, heldSince: 0, locked: false };
const NOW = 30_000;
const r = (counter: number, fence = 1): number => revisionOf(fence, counter);

function send(sheet: AnswerSheet, revision: number, response: Response, now = NOW, window = running): string {
  const result = decide(sheet, revision, response, now, window);
  if (isRefusal(result)) return result.refused;
  if (result.verdict === 'take') noteTaken(sheet, 7, revision, result.hash, NOW);
  return result.verdict;
}

function decide(
  sheet: AnswerSheet,
  revision: number,
  response: Response,
  now = NOW,
  window = running,
): AnswerVerdict | Refusal {
  return decideAnswer(sheet, essay, { item: 7, revision, response }, window, now);
}

function durable(sheet: AnswerSheet, revision: number, response: Response): string {
  return noteDurable(sheet, 7, revision, contentHash(response));
}

describe('answer sheet', () => {
  it('takes an answer, says pending until the store has it, and saved from then on', () => {
    const sheet = createSheet(1);
    assert.equal(send(sheet, r(1), 'a'), 'take');
    assert.equal(send(sheet, r(1), 'a'), 'pending');
    assert.deepEqual(vectorOf(sheet), []);
    assert.equal(durable(sheet, r(1), 'a'), 'saved');
    assert.equal(send(sheet, r(1), 'a'), 'saved');
    assert.deepEqual(vectorOf(sheet), [[7, r(1)]]);
  });

  it('[S4] takes each revision once, however often it is sent', () => {
    const sheet = createSheet(1);
    const verdicts = Array.from({ length: 300 }, () => send(sheet, r(1), 'a'));
    assert.deepEqual([verdicts[0], new Set(verdicts.slice(1))], ['take', new Set(['pending'])]);
    assert.equal(sheet.pending.size, 1);
  });

  it('[S1] refuses an equal revision with another content, queued or stored', () => {
    const sheet = createSheet(1);
    send(sheet, r(6), 'queued');
    assert.equal(send(sheet, r(6), 'other'), 'ANSWER_CONFLICT');
    durable(sheet, r(6), 'queued');
    assert.equal(send(sheet, r(6), 'other'), 'ANSWER_CONFLICT');
    assert.equal(send(sheet, r(6), 'queued'), 'saved');
  });

  it('[S1] compares a stored revision by its own hash, also while a newer one is queued', () => {
    const sheet = createSheet(1);
    send(sheet, r(1), 'a');
    durable(sheet, r(1), 'a');
    send(sheet, r(2), 'b');
    assert.equal(send(sheet, r(1), 'b'), 'ANSWER_CONFLICT');
    assert.equal(send(sheet, r(1), 'a'), 'saved');
  });

  it('[S1] answers superseded to what is older than what is stored', () => {
    const sheet = createSheet(1, [{ item: 7, revision: r(5), hash: contentHash('five') }]);
    assert.equal(send(sheet, r(4), 'four'), 'superseded');
    assert.equal(durable(sheet, r(4), 'four'), 'superseded');
    assert.deepEqual(vectorOf(sheet), [[7, r(5)]]);
  });

  it('[S1] gives the live session an answer of an earlier one that becomes current, and only then', () => {
    const reloaded = createSheet(1);
    send(reloaded, r(6), 'queued before the reload');
    reloaded.fence = 2;
    assert.equal(durable(reloaded, r(6), 'queued before the reload'), 'current');

    const answered = createSheet(1);
    send(answered, r(6), 'queued before the reload');
    answered.fence = 2;
    assert.equal(send(answered, r(1, 2), 'newer'), 'take');
    assert.equal(durable(answered, r(6), 'queued before the reload'), 'saved');
    assert.equal(durable(answered, r(1, 2), 'newer'), 'saved');
    assert.deepEqual(vectorOf(answered), [[7, r(1, 2)]]);
  });

  it('[S1] refuses new answers of a fenced session, and says that it stops and keeps them', () => {
    const sheet = createSheet(2);
    const refusal = decide(sheet, r(9), 'late');
    assert.ok(isRefusal(refusal));
    assert.deepEqual([refusal.refused, refusal.retry], ['SESSION_FENCED', 'stop']);
    assert.equal(send(sheet, r(1, 2), 'live'), 'take');
  });

  it('refuses a revision of a session that has not begun, and one without a counter', () => {
    const sheet = createSheet(2);
    assert.equal(send(sheet, r(1, 3), 'x'), 'REVISION_INVALID');
    assert.equal(send(sheet, 2_000_000, 'x'), 'REVISION_INVALID');
    assert.equal(send(sheet, r(1, 2), 'x'), 'take');
  });

  it('refuses a queued revision that is used for another item', () => {
    const sheet = createSheet(1);
    noteTaken(sheet, 3, r(1), contentHash('a'), NOW);
    assert.equal(send(sheet, r(1), 'a'), 'REVISION_INVALID');
  });

  it('[S22] refuses an unknown item and a response that does not fit for ever, before all else', () => {
    const sheet = createSheet(1);
    const unknown = decideAnswer(sheet, undefined, { item: 8, revision: r(1), response: 'x' }, running, NOW);
    const unfit = decide(sheet, r(2), ['a list']);
    assert.ok(isRefusal(unknown) && isRefusal(unfit));
    assert.deepEqual(
      [unknown.refused, unknown.retry, unfit.refused, unfit.retry],
      ['ITEM_UNKNOWN', 'never', 'ANSWER_INVALID', 'never'],
    );
    assert.equal(send(sheet, r(3), 'fits'), 'take');
  });

  it('[S22] lets a submit end that does not name what was refused for ever', () => {
    const sheet = createSheet(1);
    send(sheet, r(1), 'fits');
    durable(sheet, r(1), 'fits');
    assert.equal(send(sheet, r(2), 3), 'ANSWER_INVALID');
    assert.deepEqual(decideSubmit(sheet, [[7, r(1)]], running, NOW), { verdict: 'end' });
  });

  it('takes answers from the start on and until the millisecond before the deadline', () => {
    for (const [now, expected] of [
      [999, 'ROOM_NOT_RUNNING'],
      [1_000, 'take'],
      [60_999, 'take'],
      [61_000, 'ANSWER_LATE'],
    ] as const)
      assert.equal(send(createSheet(1), r(1), 'a', now), expected);
    for (const status of ['closed', 'open', 'paused'] as const) {
      assert.equal(send(createSheet(1), r(1), 'a', NOW, { ...running, status }), 'ROOM_NOT_RUNNING');
    }
    assert.equal(send(createSheet(1), r(1), 'a', NOW, { ...running, status: 'ended' }), 'ANSWER_LATE');
  });

  it('[S5] takes nothing new once the sheet ends, and still tells the truth about what is stored', () => {
    const refusals = {
      submitting: 'SHEET_SUBMITTING',
      closing: 'ANSWER_LATE',
      submitted: 'SHEET_SUBMITTED',
      'timed-out': 'ANSWER_LATE',
    } as const;
    for (const [phase, refused] of Object.entries(refusals) as [keyof typeof refusals, string][]) {
      const sheet = createSheet(1, [{ item: 7, revision: r(1), hash: contentHash('a') }]);
      sheet.phase = phase;
      assert.equal(send(sheet, r(2), 'b'), refused);
      assert.equal(send(sheet, r(1), 'a', 99_000), 'saved');
      assert.equal(send(sheet, r(1), 'b', 99_000), 'ANSWER_CONFLICT');
    }
  });

  it('is rebuilt from the whole history of the store in any order', () => {
    const history = [3, 1, 2].map((counter) => ({ item: 7, revision: r(counter), hash: contentHash(`${counter}`) }));
    const sheet = createSheet(2, history);
    assert.deepEqual(vectorOf(sheet), [[7, r(3)]]);
    assert.equal(send(sheet, r(3), '3'), 'saved');
  });
});

describe('submit of a sheet', () => {
  it('[S8] says which named revisions never arrived', () => {
    const sheet = createSheet(1);
    send(sheet, r(1), 'a');
    const refusal = decideSubmit(
      sheet,
      [
        [7, r(2)],
        [9, r(3)],
      ],
      running,
      NOW,
    );
    assert.ok(isRefusal(refusal) && 'missing' in refusal);
    assert.deepEqual([refusal.refused, refusal.retry, refusal.missing], ['SUBMIT_INCOMPLETE', 'later', [7, 9]]);
  });

  it('[S8] waits until the store holds each named revision, or a higher one', () => {
    const sheet = createSheet(1);
    send(sheet, r(1), 'a');
    send(sheet, r(2), 'b');
    assert.deepEqual(decideSubmit(sheet, [[7, r(1)]], running, NOW), { verdict: 'wait' });
    assert.equal(holds(sheet, [[7, r(1)]]), false);
    durable(sheet, r(2), 'b');
    assert.equal(holds(sheet, [[7, r(1)]]), true);
    assert.deepEqual(decideSubmit(sheet, [[7, r(1)]], running, NOW), { verdict: 'end' });
  });

  it('ends an empty sheet, and is refused outside its time or a second time', () => {
    assert.deepEqual(decideSubmit(createSheet(1), [], running, NOW), { verdict: 'end' });
    const late = decideSubmit(createSheet(1), [], running, 61_000);
    assert.ok(isRefusal(late));
    assert.equal(late.refused, 'ANSWER_LATE');
    const twice = decideSubmit({ ...createSheet(1), phase: 'submitted' }, [], running, NOW);
    assert.ok(isRefusal(twice));
    assert.equal(twice.refused, 'SHEET_SUBMITTED');
  });

  it('that began in time still ends after the deadline', () => {
    const sheet = createSheet(1);
    send(sheet, r(1), 'a', 60_999);
    assert.deepEqual(decideSubmit(sheet, [[7, r(1)]], running, 60_999), { verdict: 'wait' });
    sheet.phase = 'submitting';
    durable(sheet, r(1), 'a');
    assert.deepEqual(decideSubmit(sheet, [[7, r(1)]], running, 62_000), { verdict: 'end' });
  });

  it('[S8] does not wait for a revision that the store has with another content', () => {
    const sheet = createSheet(1);
    send(sheet, r(1), 'mine');
    noteConflict(sheet, r(1));
    assert.deepEqual(decideSubmit(sheet, [[7, r(1)]], running, NOW), { verdict: 'end' });
    assert.deepEqual(vectorOf(sheet), [[7, r(1)]]);
  });

  it('[S8] does not call durable what cannot be stored, and refuses a submit that names it', () => {
    const sheet = createSheet(1);
    send(sheet, r(1), 'a');
    send(sheet, r(2), 'b');
    noteFailed(sheet, r(2));
    durable(sheet, r(1), 'a');
    const refusal = decideSubmit(sheet, [[7, r(2)]], running, NOW);
    assert.ok(isRefusal(refusal) && 'missing' in refusal);
    assert.deepEqual(refusal.missing, [7]);
    assert.deepEqual(decideSubmit(sheet, [[7, r(1)]], running, NOW), { verdict: 'end' });
    assert.equal(send(sheet, r(2), 'b'), 'take');
  });

  it('[S1] asks the store again about a revision of which it knows a conflict alone', () => {
    const sheet = createSheet(1);
    send(sheet, r(1), 'mine');
    noteConflict(sheet, r(1));
    assert.equal(send(sheet, r(1), 'theirs'), 'take');
    assert.equal(durable(sheet, r(1), 'theirs'), 'saved');
    assert.equal(send(sheet, r(1), 'mine'), 'ANSWER_CONFLICT');
  });
});
