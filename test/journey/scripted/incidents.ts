// The scripted exam while it runs: everything that is noticed, by programmes, by rules, by people and by machines, and what
// is made of it.
import assert from 'node:assert/strict';
import { until } from '../../workers/worker-parts.ts';
import { ITEM_COUNT } from './cast.ts';
import { answer } from './deeds.ts';
import { personOf } from './expected.ts';
import type { Stage } from './stage.ts';
import type { Step } from './steps.ts';

async function answerTooFast(stage: Stage): Promise<undefined> {
  for (let item = 2; item <= ITEM_COUNT; item++) assert.deepEqual(await answer(stage, 'red 6', item, 'A'), []);
  return undefined;
}

/** Another proctor for bae's room in green's place, and back: whoever loses a room is told so at once. */
async function reassign({ cast, watch, leave, attend, expected }: Stage) {
  const path = `/plans/${cast.planId}/proctors/${cast.idOf('bae')}/assignment`;
  const codes: string[] = [];
  const red = watch('bae@red');
  red.on('error', ({ refusal }) => codes.push(refusal.refused));
  const only = { roomIds: [cast.idOf('green')], chief: false };
  const { version } = (await cast.ask('admin', 'PUT', path, only)).body as { version: number };
  await until('bae is told that red is not hers any more', () => codes.includes('ASSIGNMENT_ENDED'));
  leave('bae@red');
  const slower = await cast.ask('admin', 'PUT', path, { ...only, version: version - 1 });
  await until('ahn is in charge', () => watch('ahn@red').charge()?.proctorId === cast.idOf('ahn'));
  expected.rooms.red.charge = 'ahn';
  personOf(expected, 'red 2').takenBy = '';
  const both = { roomIds: [cast.idOf('red'), cast.idOf('green')], chief: false, version };
  assert.equal((await cast.ask('admin', 'PUT', path, both)).status, 200);
  await attend('bae@red');
  return ['ASSIGNMENT_ENDED' as const, ...[slower.code].flatMap((code) => code ?? [])];
}

export const INCIDENTS: readonly Step[] = [
  {
    does: 'signal',
    by: 'blue 4',
    kind: 'focus-lost',
    times: 3,
    raises: [{ kind: 'focus-lost', about: 'blue 4' }],
    cut: ['ahn@blue'],
  },
  { does: 'signal', by: 'blue 5', kind: 'paste', times: 3, raises: [{ kind: 'paste', about: 'blue 5' }] },
  {
    does: 'signal',
    by: 'blue 6',
    kind: 'full-screen-left',
    times: 2,
    raises: [{ kind: 'full-screen-left', about: 'blue 6' }],
  },
  {
    does: 'signal',
    by: 'blue 7',
    kind: 'second-screen',
    times: 1,
    raises: [{ kind: 'second-screen', about: 'blue 7' }],
  },
  {
    does: 'signal',
    by: 'green 2',
    kind: 'clock-jump',
    times: 1,
    ms: 60_000,
    raises: [{ kind: 'clock-jump', about: 'green 2' }],
  },
  {
    does: 'signal',
    by: 'green 3',
    kind: 'network-lost',
    times: 5,
    ms: 4_000,
    raises: [{ kind: 'network-lost', about: 'green 3' }],
    cut: ['bae@green'],
  },
  {
    does: 'deed',
    title: 'red 6 answers faster than anybody reads',
    act: answerTooFast,
    raises: [{ kind: 'impossible-speed', about: 'red 6' }],
  },
  {
    does: 'raise',
    name: 'they talk',
    by: 'ahn@red',
    kind: 'conversation',
    in: 'red',
    about: 'red 5',
    severity: 0.5,
    cut: ['bae@red'],
  },
  {
    does: 'raise',
    name: 'they still talk',
    by: 'bae@red',
    kind: 'conversation',
    in: 'red',
    about: 'red 5',
    severity: 0.6,
    joins: 'they talk',
  },
  { does: 'raise', name: 'a sheet of paper', by: 'bae', kind: 'material', in: 'red', about: 'red 4', severity: 0.7 },
  { does: 'raise', name: 'another face', by: 'admin', kind: 'identity', in: 'blue', about: 'blue 9', severity: 0.9 },
  {
    does: 'raise',
    name: 'a long absence',
    by: 'ahn@blue',
    kind: 'absence',
    in: 'blue',
    about: 'blue 10',
    severity: 0.2,
  },
  {
    does: 'raise',
    name: 'a second person',
    by: 'machine',
    kind: 'camera',
    in: 'green',
    about: 'green 4',
    severity: 0.8,
  },
  {
    does: 'raise',
    name: 'a second person again',
    by: 'machine',
    kind: 'camera',
    in: 'green',
    about: 'green 4',
    severity: 0.8,
    joins: 'a second person',
  },
  { does: 'raise', name: 'whispering', by: 'machine', kind: 'voice', in: 'green', severity: 0.4, cut: ['bae@green'] },
  { does: 'raise', name: 'a broken window', by: 'bae@green', kind: 'other', in: 'green', severity: 0.1 },
  {
    does: 'raise',
    name: 'somebody of another room',
    by: 'ahn@red',
    kind: 'other',
    in: 'red',
    about: 'blue 1',
    severity: 0.1,
    refused: 'EXAMINEE_UNKNOWN',
  },
  {
    does: 'raise',
    name: 'a room of others',
    by: 'bae',
    kind: 'other',
    in: 'blue',
    severity: 0.1,
    refused: 'PERMISSION_DENIED',
  },
  { does: 'handle', incident: 'they talk', by: 'ahn@red', to: 'acknowledged', cut: ['bae@red'] },
  {
    does: 'handle',
    incident: 'they talk',
    by: 'bae@red',
    to: 'acknowledged',
    behind: 1,
    refused: 'INCIDENT_CHANGED',
  },
  {
    does: 'handle',
    incident: 'they talk',
    by: 'bae@red',
    to: 'confirmed',
    because: 'the removal of two',
    cut: ['ahn@red'],
  },
  { does: 'handle', incident: 'they talk', by: 'ahn@red', to: 'unfounded', refused: 'TRANSITION_REFUSED' },
  { does: 'handle', incident: 'focus-lost of blue 4', by: 'ahn', to: 'acknowledged' },
  { does: 'handle', incident: 'focus-lost of blue 4', by: 'admin', to: 'unfounded', cut: ['ahn@blue'] },
  { does: 'handle', incident: 'nosuchincident00', by: 'ahn@red', to: 'acknowledged', refused: 'INCIDENT_UNKNOWN' },
  {
    does: 'deed',
    title: 'red is taken from bae, and given back',
    act: reassign,
    refused: ['ASSIGNMENT_ENDED', 'ASSIGNMENT_CHANGED'],
    leaves: [
      'log proctor.assigned by bae',
      'log proctor.assigned by bae',
      'audit proctor.assigned by admin about bae',
      'audit proctor.assigned by admin about bae',
      'log examinee.freed by bae in red: red 2',
      'log charge.lost by bae in red',
      'audit charge.lost by system about bae in red',
      'log charge.taken by ahn in red',
      'audit charge.taken by ahn about ahn in red',
      'log proctor.entered by bae in red',
      'audit proctor.entered by bae about bae in red',
    ],
  },
];
