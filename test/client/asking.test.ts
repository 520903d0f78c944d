// What a programme asks of the room: sent again until it is answered, and answered once.
import assert from 'node:assert/strict';
import { type Asked, createAsking } from '../../client/asking.ts';
import { refuse } from '../../schema/refusals.ts';
import { createTestClock } from './test-clock.ts';

const WISH = { handoverId: 'handover00000001', decision: 'confirm' } as const;

describe('asking the room', () => {
  function asking() {
    const clock = createTestClock();
    const sent: string[] = [];
    const asked = createAsking<{ done: string }>({ clock, send: (type) => void sent.push(type) });
    const outcomes: Asked<{ done: string }>[] = [];
    const ask = () => void asked.ask('about', 'handover.answer', WISH).then((outcome) => outcomes.push(outcome));
    return { clock, sent, asked, outcomes, ask };
  }

  it('goes on over every link and after a while, until there is an answer', async () => {
    const { clock, sent, asked, outcomes, ask } = asking();
    ask();
    asked.linked();
    await clock.advance(5_001);
    assert.equal(sent.length, 3);
    assert.deepEqual(outcomes, [{ state: 'pending' }]);
    asked.answered('about', { done: 'yes' });
    await clock.advance(20_000);
    assert.equal(sent.length, 3);
  });

  it('answers everybody who asked the same', async () => {
    const { clock, asked, outcomes, ask } = asking();
    ask();
    ask();
    asked.answered('about', { done: 'yes' });
    await clock.advance(1);
    assert.deepEqual(outcomes, Array(2).fill({ state: 'done', result: { done: 'yes' } }));
  });

  it('ends with a refusal for good, and goes on after one for now', async () => {
    const { clock, sent, asked, outcomes, ask } = asking();
    ask();
    asked.answered('about', refuse('INTERNAL'));
    asked.refused('handover.answer', refuse('BUSY'));
    asked.refused('handover.offer', refuse('PERMISSION_DENIED'));
    asked.linked();
    assert.equal(sent.length, 2);
    asked.refused('handover.answer', refuse('PERMISSION_DENIED'));
    await clock.advance(1);
    assert.deepEqual(outcomes[0], { state: 'refused', ...pick(refuse('PERMISSION_DENIED')) });
  });

  it('is left with what is pending', async () => {
    const { clock, asked, outcomes, ask } = asking();
    ask();
    asked.stop();
    await clock.advance(1);
    assert.deepEqual(outcomes, [{ state: 'pending' }]);
  });
});

function pick({ refused: code, message }: { refused: string; message: string }) {
  return { code, message };
}
