// The end of the scripted exam: End is pressed in the wrong room, late answers come, the room goes on, and all of it ends.
import { until } from '../../workers/worker-parts.ts';
import { ROOMS, type RoomName, roomOf, SEATS, type Seat } from './cast.ts';
import { answer } from './deeds.ts';
import type { Stage } from './stage.ts';
import type { Row, Step } from './steps.ts';

/** Who answered in red until its end; red 8 had submitted. */
const OF_RED: readonly Seat[] = SEATS.filter((seat) => roomOf(seat) === 'red' && seat !== 'red 8');

const settled = (room: RoomName): Row[] => [
  `log room.settled by ${room} in ${room}`,
  `audit room.settled by system about ${room}`,
];

async function planIs({ cast }: Stage, status: string): Promise<undefined> {
  const isSo = async () =>
    ((await cast.ask('admin', 'GET', `/plans/${cast.planId}`)).body as { status: string }).status === status;
  await until(`the plan is ${status}`, isSo, 20_000);
  return undefined;
}

export const END: readonly Step[] = [
  {
    does: 'order',
    name: 'the end of red',
    by: 'ahn@red',
    says: { action: 'end', reason: 'the wrong room' },
    becomes: { room: 'ended', status: 'timed-out', stands: true },
    cut: ['red 20', 'bae@red'],
    meanwhile: ({ session }) => void session('red 20').answer(5, 'B'),
    leaves: settled('red'),
    withinMs: 8_000,
    raisesThen: [{ kind: 'late-answers', about: 'red 20' }],
    afterwards: ({ session }) =>
      until('what red 20 had answered is saved', () => session('red 20').answers().get(5)?.state === 'saved'),
  },
  {
    does: 'deed',
    title: 'red 1 answers after the end',
    act: (stage) => answer(stage, 'red 1', 4, 'A'),
    refused: ['ANSWER_LATE'],
    raises: [{ kind: 'late-answers', about: 'red 1' }],
  },
  {
    does: 'order',
    name: 'a pause of what is over',
    by: 'ahn@red',
    says: { action: 'pause' },
    refused: { code: 'ROOM_ENDED', stored: true },
  },
  {
    does: 'order',
    name: 'a word to all who are still there',
    by: 'admin',
    says: { action: 'notice', text: 'Red is over by mistake.' },
    over: ['red'],
    cut: ['blue 18', 'green 17'],
  },
  {
    does: 'order',
    name: 'a reopening that takes back something else',
    by: 'bae@red',
    says: { action: 'reopen', reason: 'it was the wrong room' },
    undoes: 'the pause of red',
    refused: { code: 'UNDO_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'the reopening of red',
    by: 'bae@red',
    says: { action: 'reopen', reason: 'it was the wrong room' },
    undoes: 'the end of red',
    reaches: OF_RED,
    becomes: { room: 'running', status: 'answering', stands: false },
    cut: ['ahn@red'],
  },
  {
    does: 'deed',
    title: 'the late answer of red 1 is saved now',
    async act({ session }) {
      await until('it is saved', () => session('red 1').answers().get(4)?.state === 'saved');
      return undefined;
    },
  },
  {
    does: 'order',
    name: 'the end of all',
    by: 'admin',
    says: { action: 'end' },
    becomes: { plan: 'ended', room: 'ended', status: 'timed-out' },
    cut: ['blue 17', 'green 16'], // a proctor finds no way back into a plan that is over
    leaves: [...ROOMS.flatMap(settled), 'audit plan.scored by system about plan'], // it may be scored before the next step begins
    withinMs: 8_000,
  },
  {
    does: 'deed',
    title: 'the plan is scored by itself',
    act: (stage) => planIs(stage, 'scored'),
  },
  {
    does: 'ask',
    title: 'somebody wants to go on',
    asks: [
      {
        who: 'nobody',
        method: 'POST',
        path: '/enter',
        body: { code: '{code of red 1}', deviceKey: 'device-of-red-1', entryId: 'after-the-end' },
        refused: 'EXAM_ENDED',
      },
      { who: 'machine', method: 'GET', path: '/plans/{plan}/results', refused: 'RESULT_UNRELEASED' },
    ],
  },
  {
    does: 'order',
    name: 'a pause of a plan that is over',
    by: 'admin',
    says: { action: 'pause' },
    refused: { code: 'TRANSITION_REFUSED', stored: false },
  },
];
