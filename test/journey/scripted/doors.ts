// The scripted exam while it runs: who comes late waits for a proctor, who may not come in is told why, and another device
// waits until it is released.
import assert from 'node:assert/strict';
import type { ExamSession } from '../../../client/session.ts';
import { until } from '../../workers/worker-parts.ts';
import { TOO_LATE } from './before.ts';
import { personOf } from './expected.ts';
import { comeTooLateNextDoor } from './next-door.ts';
import type { Stage } from './stage.ts';
import type { Step } from './steps.ts';

const ANOTHER = 'another-device-of-red-7';

async function comeLate(stage: Stage) {
  await stage.enter(TOO_LATE);
  personOf(stage.expected, TOO_LATE).status = 'entered';
  const session = stage.session(TOO_LATE);
  assert.equal(session.admission(), 'waiting');
  session.answer(1, 'A');
  await until('the room says that a proctor has to let him in', () => stage.heard(TOO_LATE, 'ADMISSION_PENDING'));
  return ['ADMISSION_PENDING' as const];
}

/** The device that waits outside; it comes in by itself when it is released. */
let waiting: Promise<void> | undefined;
let before: ExamSession | undefined;

async function knockWithAnother(stage: Stage) {
  const reasons: string[] = [];
  before = stage.session('red 7');
  waiting = stage.enter('red 7', { deviceKey: ANOTHER, waiting: ({ reason }) => void reasons.push(reason) });
  waiting.catch(() => undefined); // whoever waits for it hears of it
  await until('it is told to wait', () => reasons.includes('DEVICE_WAITING'));
  assert.equal(before.link(), 'online');
  return ['DEVICE_WAITING' as const];
}

export const DOORS: readonly Step[] = [
  {
    does: 'deed',
    title: 'somebody comes too late next door',
    act: comeTooLateNextDoor,
    refused: ['ENTRY_TOO_LATE'],
  },
  {
    does: 'deed',
    title: 'green 20 comes late, and waits',
    act: comeLate,
    refused: ['ADMISSION_PENDING'],
    leaves: ['log examinee.entered by green 20 in green', 'audit examinee.entered by green 20 about green 20'],
  },
  {
    does: 'order',
    name: 'the admission of green 20',
    by: 'bae@green',
    says: { action: 'admit' },
    whom: ['green 20'],
    becomes: { status: 'answering' },
    cut: ['green 20'],
    async afterwards({ session }) {
      assert.equal(session('green 20').admission(), 'admitted');
      await until('the answer is saved', () => session('green 20').answers().get(1)?.state === 'saved', 8_000);
    },
  },
  {
    does: 'order',
    name: 'an admission of who is in',
    by: 'bae@green',
    says: { action: 'admit' },
    whom: ['green 20'],
    refused: { code: 'TRANSITION_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'the refusal of blue 20',
    by: 'ahn@blue',
    says: { action: 'refuse', ground: 'identity', reason: 'somebody else has come for him' },
    whom: ['blue 20'],
    cut: ['blue 9'],
  },
  {
    does: 'ask',
    title: 'blue 20 comes all the same',
    asks: [
      {
        who: 'nobody',
        method: 'POST',
        path: '/enter',
        body: { code: '{code of blue 20}', deviceKey: 'device-of-blue-20', entryId: 'not-to-come-in' },
        refused: 'ENTRY_REFUSED',
      },
    ],
  },
  {
    does: 'deed',
    title: 'another device of red 7 waits outside',
    act: knockWithAnother,
    refused: ['DEVICE_WAITING'],
    leaves: ['log device.waiting by red 7 in red'],
    raises: [{ kind: 'two-devices', about: 'red 7' }],
  },
  {
    does: 'order',
    name: 'the release for red 7',
    by: 'bae@red',
    says: { action: 'release' },
    whom: ['red 7', 'red 10'],
    cut: ['red 10', 'ahn@red'],
  },
  {
    does: 'deed',
    title: 'red 7 goes on at the other device',
    async act() {
      await waiting;
      await until('the first device knows it', () => before?.link() === 'fenced');
      return undefined;
    },
    leaves: [
      'log examinee.entered by red 7 in red: the release for red 7',
      'audit examinee.entered by red 7 about red 7',
    ],
  },
  {
    does: 'deed',
    title: 'blue 3 has more time by the roster',
    async act({ cast, expected }) {
      const extra = { extraMs: 180_000 };
      assert.equal((await cast.ask('admin', 'PUT', `/examinees/${cast.idOf('blue 3')}`, extra)).status, 200);
      personOf(expected, 'blue 3').moreMs += extra.extraMs;
      return undefined;
    },
    leaves: ['audit roster.edited by admin about blue 3'],
  },
];
