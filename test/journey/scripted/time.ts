// The scripted exam while it runs: pauses within pauses, more time and less, locks, notices. In each step somebody is away.
import assert from 'node:assert/strict';
import { until } from '../../workers/worker-parts.ts';
import { ROOMS } from './cast.ts';
import { answer, answerAll, confirmed } from './deeds.ts';
import { thoseIn } from './expected.ts';
import type { Stage } from './stage.ts';
import type { Step } from './steps.ts';

const MINUTE_MS = 60_000;

async function answerWrongly(stage: Stage) {
  const unknown = await answer(stage, 'red 1', 99, 'A');
  const unfit = await answer(stage, 'red 1', 2, 'Z');
  const tooLong = await answer(stage, 'red 1', 3, 'x'.repeat(70_000));
  assert.deepEqual(await answer(stage, 'red 1', 2, 'B'), [], 'the next honest answer is saved');
  return [...unknown, ...unfit, ...tooLong];
}

async function answerLocked({ session, heard }: Stage) {
  session('blue 2').answer(3, 'A');
  await until('the room says that the sheet is locked', () => heard('blue 2', 'SHEET_LOCKED'));
  assert.notEqual(session('blue 2').answers().get(3)?.state, 'saved');
  return ['SHEET_LOCKED' as const];
}

async function confirmWhatIsOthers({ session, names }: Stage) {
  const refused = Promise.withResolvers<void>();
  session('red 5').on('error', (error) => {
    if ('refusal' in error && error.refusal.refused === 'CONTROL_UNKNOWN') refused.resolve();
  });
  session('red 5').confirm(names.idOf('a word to red 1'));
  await refused.promise;
  return ['CONTROL_UNKNOWN' as const];
}

export const TIME: readonly Step[] = [
  {
    does: 'deed',
    title: 'everybody answers',
    act: (stage) => answerAll(stage, thoseIn(stage.expected, ROOMS), 1),
  },
  {
    does: 'deed',
    title: 'red 1 answers what cannot be answered so',
    act: answerWrongly,
    refused: ['ITEM_UNKNOWN', 'ANSWER_INVALID', 'ANSWER_TOO_LARGE'],
  },
  {
    does: 'order',
    name: 'the pause of red',
    by: 'ahn@red',
    says: { action: 'pause', reason: 'a fire alarm' },
    becomes: { room: 'paused', stands: true },
    cut: ['red 10', 'bae@red'],
  },
  {
    does: 'order',
    name: 'a second pause of red',
    by: 'bae@red',
    says: { action: 'pause' },
    refused: { code: 'TRANSITION_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'the end of the pause of red',
    by: 'bae@red',
    says: { action: 'resume' },
    becomes: { room: 'running', stands: false },
    cut: ['red 11', 'ahn@red'],
  },
  {
    does: 'order',
    name: 'the pause of all',
    by: 'admin',
    says: { action: 'pause', reason: 'the power is gone' },
    becomes: { plan: 'paused', room: 'paused', stands: true },
    cut: ['red 12', 'blue 10', 'green 10'],
  },
  {
    does: 'order',
    name: 'a second pause of all',
    by: 'admin',
    says: { action: 'pause' },
    refused: { code: 'TRANSITION_REFUSED', stored: false },
  },
  {
    does: 'order',
    name: 'a pause of red within that',
    by: 'ahn@red',
    says: { action: 'pause' },
    cut: ['bae@red'],
  },
  {
    does: 'order',
    name: 'the end of the pause of all',
    by: 'admin',
    says: { action: 'resume' },
    becomes: { plan: 'running', room: 'running', stands: false },
    becomesIn: { red: {} },
    cut: ['red 13', 'blue 11', 'green 11'],
  },
  {
    does: 'order',
    name: 'the end of the pause within',
    by: 'ahn@red',
    says: { action: 'resume' },
    becomes: { room: 'running', stands: false },
    cut: ['red 14', 'bae@red'],
  },
  {
    does: 'order',
    name: 'the pause of two',
    by: 'ahn@red',
    says: { action: 'pause', reason: 'unwell' },
    whom: ['red 4', 'red 15'],
    becomes: { stands: true },
    cut: ['red 15', 'bae@red'],
  },
  {
    does: 'order',
    name: 'the end of a pause that is none',
    by: 'bae@red',
    says: { action: 'resume' },
    whom: ['red 1'],
    refused: { code: 'TRANSITION_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'the end of the pause of two',
    by: 'bae@red',
    says: { action: 'resume' },
    whom: ['red 4', 'red 15'],
    becomes: { stands: false },
    cut: ['red 4'],
  },
  {
    does: 'order',
    name: 'ten minutes for red',
    by: 'ahn@red',
    says: { action: 'extend', extraMs: 10 * MINUTE_MS, time: 'incident' },
    becomes: { moreMs: 10 * MINUTE_MS },
    cut: ['red 16', 'bae@red'],
  },
  {
    does: 'order',
    name: 'five minutes for two in blue',
    by: 'ahn',
    of: 'blue',
    says: { action: 'extend', extraMs: 5 * MINUTE_MS, time: 'planned' },
    whom: ['blue 4', 'blue 12'],
    becomes: { moreMs: 5 * MINUTE_MS },
    cut: ['blue 12'],
  },
  {
    does: 'order',
    name: 'two minutes for all',
    by: 'admin',
    says: { action: 'extend', extraMs: 2 * MINUTE_MS },
    becomes: { moreMs: 2 * MINUTE_MS },
    cut: ['red 17', 'blue 13', 'green 12', 'bae@green'],
  },
  {
    does: 'order',
    name: 'the ten minutes back',
    by: 'bae@red',
    says: { action: 'extend' },
    undoes: 'ten minutes for red',
    becomes: { moreMs: -10 * MINUTE_MS },
    cut: ['red 18', 'ahn@red'],
  },
  {
    does: 'order',
    name: 'the ten minutes back once more',
    by: 'ahn@red',
    says: { action: 'extend' },
    undoes: 'ten minutes for red',
    refused: { code: 'UNDO_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'more time, and not how much',
    by: 'ahn@red',
    says: { action: 'extend' },
    refused: { code: 'MESSAGE_INVALID', stored: false },
  },
  {
    does: 'order',
    name: 'the lock of blue',
    by: 'ahn@blue',
    says: { action: 'lock' },
    becomes: { locked: true },
    cut: ['blue 14'],
  },
  { does: 'deed', title: 'blue 2 answers under the lock', act: answerLocked, refused: ['SHEET_LOCKED'] },
  {
    does: 'order',
    name: 'a second lock of blue',
    by: 'ahn@blue',
    says: { action: 'lock' },
    refused: { code: 'TRANSITION_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'the end of the lock of blue',
    by: 'ahn@blue',
    says: { action: 'unlock' },
    becomes: { locked: false },
    cut: ['blue 15'],
  },
  {
    does: 'deed',
    title: 'the answer of blue 2 is saved now',
    async act({ session }) {
      await until('it is saved', () => session('blue 2').answers().get(3)?.state === 'saved');
      return undefined;
    },
  },
  {
    does: 'order',
    name: 'the lock of two',
    by: 'admin',
    says: { action: 'lock' },
    whom: ['red 5', 'green 13'],
    becomes: { locked: true },
    cut: ['green 13'],
  },
  {
    does: 'order',
    name: 'the end of the lock of two',
    by: 'admin',
    says: { action: 'unlock' },
    whom: ['red 5', 'green 13'],
    becomes: { locked: false },
    cut: ['red 5'],
  },
  {
    does: 'order',
    name: 'a word to red 1',
    by: 'ahn@red',
    says: { action: 'notice', template: 'pen', mustConfirm: true },
    whom: ['red 1', 'red 19'],
    cut: ['red 19', 'bae@red'],
  },
  { does: 'deed', title: 'red 19 confirms it', act: (stage) => confirmed(stage, 'a word to red 1', ['red 19']) },
  {
    does: 'deed',
    title: 'red 5 confirms what nobody has told him',
    act: confirmWhatIsOthers,
    refused: ['CONTROL_UNKNOWN'],
  },
  {
    does: 'order',
    name: 'a word to green',
    by: 'bae',
    of: 'green',
    says: { action: 'notice', template: 'half' },
    cut: ['green 14'],
  },
  {
    does: 'order',
    name: 'a call for green 1',
    by: 'bae@green',
    says: { action: 'call', text: 'Please look at me.' },
    whom: ['green 1', 'green 15'],
    cut: ['green 15'],
  },
  {
    does: 'order',
    name: 'a word to a stranger',
    by: 'bae@green',
    says: { action: 'notice', template: 'pen' },
    whom: ['red 1'],
    refused: { code: 'EXAMINEE_UNKNOWN', stored: false },
  },
  {
    does: 'order',
    name: 'a word of ones own',
    by: 'bae@green',
    says: { action: 'notice', text: 'Who are you?' },
    refused: { code: 'NOTICE_NOT_FREE', stored: false },
  },
  {
    does: 'order',
    name: 'a word that nobody has written',
    by: 'bae@green',
    says: { action: 'notice', template: 'two thirds' },
    refused: { code: 'TEMPLATE_UNKNOWN', stored: false },
  },
];
