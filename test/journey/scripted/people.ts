// The scripted exam while it runs: people are sent out, come back, submit, or are submitted for.
import { until } from '../../workers/worker-parts.ts';
import { roomOf, type Seat } from './cast.ts';
import { answer } from './deeds.ts';
import { personOf } from './expected.ts';
import type { Stage } from './stage.ts';
import type { Row, Step } from './steps.ts';

/** Sits down again after the session has ended, at the same device. */
async function comeAgain(stage: Stage, seats: readonly Seat[]): Promise<undefined> {
  for (const seat of seats) await stage.enter(seat);
  return undefined;
}

/** Whose programme has seen that there is nothing to come back to. */
async function goHome({ session, leave }: Stage, seats: readonly Seat[]): Promise<undefined> {
  for (const seat of seats) {
    await until(`the link of ${seat} has ended`, () => session(seat).link() === 'ended', 10_000);
    await session(seat).leave();
    leave(seat);
  }
  return undefined;
}

const entered = (seats: readonly Seat[]) =>
  seats.flatMap((seat): Row[] => [
    `log examinee.entered by ${seat} in ${roomOf(seat)}`,
    `audit examinee.entered by ${seat} about ${seat}`,
  ]);

async function submit(stage: Stage) {
  await stage.session('red 8').submit();
  personOf(stage.expected, 'red 8').status = 'submitted';
  return answer(stage, 'red 8', 2, 'B');
}

export const PEOPLE: readonly Step[] = [
  {
    does: 'order',
    name: 'the removal of two',
    by: 'ahn@red',
    says: { action: 'remove', reason: 'they talk' },
    whom: ['red 3', 'red 19'],
    becomes: { status: 'removed', stands: true },
    cut: ['red 19', 'bae@red'],
  },
  {
    does: 'order',
    name: 'a second removal',
    by: 'bae@red',
    says: { action: 'remove', reason: 'they talk' },
    whom: ['red 3'],
    refused: { code: 'TRANSITION_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'a removal without a reason',
    by: 'bae@red',
    says: { action: 'remove' },
    whom: ['red 3'],
    refused: { code: 'MESSAGE_INVALID', stored: false },
  },
  { does: 'deed', title: 'they leave the room', act: (stage) => goHome(stage, ['red 3', 'red 19']) },
  {
    does: 'ask',
    title: 'red 3 tries to come in again',
    asks: [
      {
        who: 'nobody',
        method: 'POST',
        path: '/enter',
        body: { code: '{code of red 3}', deviceKey: 'device-of-red-3', entryId: 'once-more-00' },
        refused: 'EXAMINEE_REMOVED',
      },
    ],
  },
  {
    does: 'order',
    name: 'the return of two',
    by: 'bae@red',
    says: { action: 'readmit', reason: 'it was somebody else' },
    undoes: 'the removal of two',
    whom: ['red 3', 'red 19'],
    becomes: { status: 'answering', stands: false },
    cut: ['ahn@red'],
  },
  {
    does: 'deed',
    title: 'they come in again, and are told what they have missed',
    act: (stage) => comeAgain(stage, ['red 3', 'red 19']),
    leaves: entered(['red 3', 'red 19']),
  },
  {
    does: 'order',
    name: 'the return of who is there',
    by: 'bae@red',
    says: { action: 'readmit' },
    whom: ['red 3'],
    refused: { code: 'TRANSITION_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'the submission for two',
    by: 'ahn@blue',
    says: { action: 'submit', reason: 'they have gone home' },
    whom: ['blue 1', 'blue 16'],
    becomes: { status: 'submitted' },
    cut: ['blue 16'],
  },
  { does: 'deed', title: 'blue 16 leaves the room', act: (stage) => goHome(stage, ['blue 16']) },
  {
    does: 'order',
    name: 'the return of both',
    by: 'ahn@blue',
    says: { action: 'readmit', reason: 'they were in the corridor' },
    whom: ['blue 1', 'blue 16'],
    becomes: { status: 'answering' },
  },
  {
    does: 'deed',
    title: 'blue 16 comes in again',
    act: (stage) => comeAgain(stage, ['blue 16']),
    leaves: entered(['blue 16']),
  },
  {
    does: 'deed',
    title: 'red 8 submits, and thinks better of an answer',
    act: submit,
    refused: ['SHEET_SUBMITTED'],
    leaves: ['log sheet.submitted by red 8 in red', 'audit sheet.submitted by red 8 about red 8'],
  },
  {
    does: 'order',
    name: 'a seat for red 12',
    by: 'ahn@red',
    says: { action: 'move', seat: 'A 1', reason: 'the sun' },
    whom: ['red 12'],
    cut: ['bae@red'],
    leaves: ['audit examinee.seated by system about red 12: a seat for red 12'],
  },
  {
    does: 'order',
    name: 'a seat that is taken',
    by: 'bae@red',
    says: { action: 'move', seat: 'A 1' },
    whom: ['red 13'],
    refused: { code: 'SEAT_TAKEN', stored: true },
  },
  {
    does: 'order',
    name: 'a move by who has not both rooms',
    by: 'bae@red',
    says: { action: 'move' },
    whom: ['red 12'],
    to: 'blue',
    refused: { code: 'PERMISSION_DENIED', stored: false },
  },
  {
    does: 'order',
    name: 'a move of who is through',
    by: 'ahn@red',
    says: { action: 'move' },
    whom: ['red 8'],
    to: 'blue',
    refused: { code: 'TRANSITION_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'the move of two',
    by: 'ahn@red',
    says: { action: 'move', reason: 'the heating' },
    whom: ['red 12', 'red 13'],
    to: 'blue',
    cut: ['bae@red'],
  },
  {
    does: 'order',
    name: 'a second move',
    by: 'ahn@red',
    says: { action: 'move' },
    whom: ['red 12'],
    to: 'blue',
    refused: { code: 'EXAMINEE_UNKNOWN', stored: false },
  },
  {
    does: 'deed',
    title: 'red 12 answers in blue',
    act: (stage) => answer(stage, 'red 12', 4, 'C'),
  },
  {
    does: 'order',
    name: 'the way back',
    by: 'admin',
    of: 'blue',
    says: { action: 'move', reason: 'it is warm again' },
    undoes: 'the move of two',
    whom: ['red 12', 'red 13'],
    to: 'red',
  },
  {
    does: 'order',
    name: 'more time for who is through',
    by: 'ahn@red',
    says: { action: 'extend', extraMs: 60_000 },
    whom: ['red 8'],
    refused: { code: 'TRANSITION_REFUSED', stored: true },
  },
];
