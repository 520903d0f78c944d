// The scripted exam while it runs: hands are raised, and one proctor answers each.
import assert from 'node:assert/strict';
import { newId } from '../../../schema/ids.ts';
import type { RefusalCode } from '../../../schema/refusals.ts';
import { until } from '../../workers/worker-parts.ts';
import type { Seat } from './cast.ts';
import { refusalOfAsked } from './deeds.ts';
import type { Stage } from './stage.ts';
import type { Step } from './steps.ts';

async function raise({ session, names, watch }: Stage, seat: Seat, name: string): Promise<undefined> {
  const callId = session(seat).raiseHand('May I have more paper?');
  names.call(name, callId);
  await until('ahn sees the hand', () => watch('ahn@red').calls().get(callId)?.state === 'open');
}

/** A second hand of somebody whose hand is up. */
async function raiseTwice({ session }: Stage): Promise<RefusalCode[]> {
  const refused = Promise.withResolvers<RefusalCode>();
  const off = session('red 5').on('error', (error) => {
    if ('refusal' in error) refused.resolve(error.refusal.refused);
  });
  session('red 5').raiseHand();
  const code = await refused.promise;
  off();
  return [code];
}

export const CALLS: readonly Step[] = [
  {
    does: 'deed',
    title: 'red 5 raises the hand',
    act: (stage) => raise(stage, 'red 5', 'the hand of red 5'),
    leaves: ['log call.raised by red 5 in red: red 5'],
    cut: ['bae@red'],
    async afterwards({ watch, names }) {
      await until(
        'bae sees it, too',
        () => watch('bae@red').calls().get(names.idOf('the hand of red 5'))?.state === 'open',
      );
    },
  },
  { does: 'deed', title: 'red 5 raises the hand once more', act: raiseTwice, refused: ['CALL_OPEN'] },
  {
    does: 'deed',
    title: 'ahn answers red 5',
    async act({ watch, names }) {
      const { state } = await watch('ahn@red').answerCall(names.idOf('the hand of red 5'), 'It comes.');
      assert.equal(state, 'done');
      return undefined;
    },
    leaves: ['log call.answered by ahn in red: red 5'],
    cut: ['red 5'],
    async afterwards({ session, names }) {
      const told = () => session('red 5').calls().get(names.idOf('the hand of red 5'));
      await until('red 5 has the answer', () => told()?.state === 'answered' && told()?.answer === 'It comes.');
    },
  },
  {
    does: 'deed',
    title: 'bae is too late with an answer, and asks for a hand that was never up',
    async act({ watch, names }) {
      const late = await watch('bae@red').closeCall(names.idOf('the hand of red 5'));
      const unknown = await watch('bae@red').closeCall(newId());
      return [late, unknown].flatMap(refusalOfAsked);
    },
    refused: ['CALL_CHANGED', 'CALL_UNKNOWN'],
  },
  {
    does: 'deed',
    title: 'red 6 raises the hand and takes it back',
    async act(stage) {
      await raise(stage, 'red 6', 'the hand of red 6');
      const callId = stage.names.idOf('the hand of red 6');
      stage.session('red 6').lowerHand(callId);
      await until('ahn sees that', () => stage.watch('ahn@red').calls().get(callId)?.state === 'withdrawn');
      return undefined;
    },
    leaves: ['log call.raised by red 6 in red: red 6', 'log call.withdrawn by red 6 in red: red 6'],
  },
];
