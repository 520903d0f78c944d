// The catalogue of refusals: one form, and what each tells its sender to do.

import assert from 'node:assert/strict';
import { isRefusal, REFUSALS, type RefusalCode, RefusalError, refuse } from '../../schema/refusals.ts';

const codes = Object.keys(REFUSALS) as RefusalCode[];

describe('refusals', () => {
  it('have a code of the form NOUN_REASON, an HTTP status of an error, and a sentence', () => {
    for (const code of codes) {
      const { status, sentence } = REFUSALS[code];
      assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
      assert.ok(status >= 400 && status < 600, code);
      assert.match(sentence, /^[A-Z].*\.$/, code);
    }
  });

  it('[S22] say whether to try again, and only a fenced session stops', () => {
    for (const code of codes) assert.ok(['later', 'never', 'stop'].includes(REFUSALS[code].retry));
    assert.deepEqual(
      codes.filter((code) => REFUSALS[code].retry === 'stop'),
      ['SESSION_FENCED'],
    );
  });

  it('[S22] never let an answer wait that will never be accepted', () => {
    const final: RefusalCode[] = [
      'ITEM_UNKNOWN',
      'ANSWER_LATE',
      'ANSWER_TOO_LARGE',
      'ANSWER_INVALID',
      'ANSWER_CONFLICT',
      'REVISION_INVALID',
      'SHEET_SUBMITTED',
    ];
    for (const code of final) assert.equal(REFUSALS[code].retry, 'never', code);
    for (const code of ['BUSY', 'ROOM_NOT_RUNNING', 'SHEET_SUBMITTING', 'SUBMIT_INCOMPLETE'] as const)
      assert.equal(REFUSALS[code].retry, 'later', code);
  });

  it('are values that carry their detail and when to try again', () => {
    assert.deepEqual(refuse('BUSY', 'The queue is full.', 500), {
      refused: 'BUSY',
      retry: 'later',
      message: `${REFUSALS.BUSY.sentence} The queue is full.`,
      retryAfterMs: 500,
    });
    assert.equal('retryAfterMs' in refuse('BUSY'), false);
  });

  it('are told from results', () => {
    assert.ok(isRefusal(refuse('BUSY')));
    for (const value of [null, undefined, 'refused', 0, {}, { verdict: 'take' }]) assert.equal(isRefusal(value), false);
    assert.equal(new RefusalError(refuse('BUSY')).refusal.refused, 'BUSY');
  });
});
