// Taking an examinee from a proctor's programme: what is asked is asked until it is answered.
import assert from 'node:assert/strict';
import { type ClaimOutcome, createClaims } from '../../client/claims.ts';
import { createTestClock } from './test-clock.ts';

describe('a claim', () => {
  function asking() {
    const clock = createTestClock();
    const sent: string[] = [];
    const outcomes: ClaimOutcome[] = [];
    const claims = createClaims({
      clock,
      send: (type, message) => void sent.push(`${type} ${(message as { examineeId: string }).examineeId}`),
    });
    const ask = (type: 'claim.take' | 'claim.return', examineeId = 'e1') =>
      void claims.ask(type, examineeId).then((outcome) => outcomes.push(outcome));
    return { clock, sent, outcomes, claims, ask };
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('is done, or refused with who has it', async () => {
    const { claims, outcomes, ask } = asking();
    ask('claim.take');
    ask('claim.take', 'e2');
    claims.answered({ type: 'claim.take', examineeId: 'e1', takenBy: 'me' });
    const refused = { code: 'EXAMINEE_TAKEN', retry: 'never', message: 'It is with Lee.' } as const;
    claims.answered({ type: 'claim.take', examineeId: 'e2', takenBy: 'lee', ...refused });
    await settled();
    assert.deepEqual(outcomes, [
      { state: 'done', takenBy: 'me' },
      { state: 'refused', takenBy: 'lee', code: 'EXAMINEE_TAKEN', message: 'It is with Lee.' },
    ]);
  });

  it('is asked again over a new link and after a while, and is pending meanwhile', async () => {
    const { clock, claims, sent, outcomes, ask } = asking();
    ask('claim.take');
    claims.linked();
    claims.answered({
      type: 'claim.take',
      examineeId: 'e1',
      takenBy: '',
      code: 'INTERNAL',
      retry: 'later',
      message: '',
    });
    await clock.advance(5_000);
    assert.deepEqual(outcomes, [{ state: 'pending' }]);
    assert.equal(sent.length, 3);
    claims.answered({ type: 'claim.take', examineeId: 'e1', takenBy: 'me' });
    await clock.advance(20_000);
    assert.equal(sent.length, 3);
  });

  it('is what was asked for last', async () => {
    const { claims, sent, outcomes, ask } = asking();
    ask('claim.take');
    ask('claim.return');
    claims.answered({ type: 'claim.take', examineeId: 'e1', takenBy: 'me' });
    claims.linked();
    assert.deepEqual(sent.slice(2), ['claim.return e1'], 'what was replaced is asked no more');
    claims.answered({ type: 'claim.return', examineeId: 'e1', takenBy: '' });
    ask('claim.take', 'e3');
    claims.refused('claim.take', { refused: 'MESSAGE_INVALID', retry: 'never', message: 'no' });
    await settled();
    assert.deepEqual(
      outcomes.map(({ state }) => state),
      ['pending', 'done', 'refused'],
    );
  });
});
