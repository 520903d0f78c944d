// The scripted exam until its start: rooms are opened, people come, are looked at, and get ready.
import assert from 'node:assert/strict';
import { newId } from '../../../schema/ids.ts';
import { until } from '../../workers/worker-parts.ts';
import { POSTS, type Post, proctorOf, roomOf, SEATS, type Seat } from './cast.ts';
import { confirmed, refusalOfAsked } from './deeds.ts';
import { personOf } from './expected.ts';
import { openNextDoor } from './next-door.ts';
import type { Stage } from './stage.ts';
import type { Row, Step } from './steps.ts';

/** Who never comes, and who comes when it is too late. */
export const NEVER: Seat = 'blue 20';
export const TOO_LATE: Seat = 'green 20';
/** Who has sat down at another machine before. */
export const TWICE: Seat = 'green 19';
const THERE = SEATS.filter((seat) => seat !== NEVER && seat !== TOO_LATE);

/** What making the plan and its people leaves behind. */
export const PREPARED: readonly Row[] = [
  'audit plan.created by admin about plan',
  'audit rooms.created by admin about plan',
  'audit roster.imported by admin about plan',
  'log plan.scheduled by admin',
  'audit plan.scheduled by admin about plan',
  'audit proctor.assigned by admin about ahn',
  'audit proctor.assigned by admin about bae',
];

const entered = (seat: Seat): Row[] => [
  `log examinee.entered by ${seat} in ${roomOf(seat)}`,
  `audit examinee.entered by ${seat} about ${seat}`,
];
const attended = (post: Post): Row[] => {
  const [who, room] = [proctorOf(post), roomOf(post)];
  return [
    `log proctor.entered by ${who} in ${room}`,
    `audit proctor.entered by ${who} about ${who} in ${room}`,
    `log proctor.present by ${who} in ${room}`,
  ];
};

/** Who comes first has the charge. */
async function comeIn(stage: Stage): Promise<undefined> {
  for (const post of POSTS) await stage.attend(post);
  stage.expected.rooms.red.charge = 'ahn';
  stage.expected.rooms.blue.charge = 'ahn';
  stage.expected.rooms.green.charge = 'bae';
}

/** At a machine that has only a browser: a token, and neither the paper nor more of it than there is. */
async function sitDownTwice({ cast, record }: Stage) {
  record.expect(entered(TWICE));
  const enter = { code: cast.codeOf(TWICE), deviceKey: 'device-of-green-19', entryId: newId() };
  const { token } = (await cast.ask('nobody', 'POST', '/enter', enter)).body as { token: string };
  const paper = await cast.ask({ token }, 'GET', '/paper');
  const range = { range: 'bytes=999999999-' };
  const part = await cast.ask({ token }, 'GET', `/rooms/${cast.idOf('green')}/paper`, undefined, range);
  return [paper.code, part.code].flatMap((code) => code ?? []);
}

async function sitDown(stage: Stage): Promise<undefined> {
  await Promise.all(THERE.map((seat) => stage.enter(seat)));
  for (const seat of THERE) personOf(stage.expected, seat).status = 'entered';
}

async function getReady({ session, expected, record }: Stage): Promise<undefined> {
  for (const seat of ['red 1', 'blue 1', 'green 1'] as const) {
    session(seat).ready();
    personOf(expected, seat).status = 'ready';
    record.expect([`log examinee.ready by ${seat} in ${roomOf(seat)}`]);
  }
}

async function takeInTurns({ watch, cast, expected }: Stage) {
  const red2 = cast.idOf('red 2');
  assert.equal((await watch('ahn@red').take(red2)).state, 'done');
  const slower = await watch('bae@red').take(red2);
  assert.equal((await watch('ahn@red').giveBack(red2)).state, 'done');
  assert.equal((await watch('bae@red').take(red2)).state, 'done');
  personOf(expected, 'red 2').takenBy = 'bae';
  const stranger = await watch('ahn@red').take(cast.idOf('blue 2'));
  return [slower, stranger].flatMap(refusalOfAsked);
}

async function handOver({ watch, cast, expected }: Stage) {
  const [ahn, bae] = [watch('ahn@red'), watch('bae@red')];
  const offer = async () => {
    const asked = await ahn.handOver(cast.idOf('bae'), 'I am called away');
    assert.equal(asked.state, 'done');
    return (asked.state === 'done' && asked.result.offer?.handoverId) || '';
  };
  await bae.answerHandover(await offer(), 'decline');
  await ahn.answerHandover(await offer(), 'withdraw');
  const byWhomItIsNot = await bae.handOver(cast.idOf('bae'));
  const toNobody = await ahn.handOver(newId());
  assert.equal((await bae.answerHandover(await offer(), 'confirm')).state, 'done');
  expected.rooms.red.charge = 'bae';
  return [byWhomItIsNot, toNobody].flatMap(refusalOfAsked);
}

async function askTooOften({ watch, cast, heard }: Stage) {
  for (let n = 0; n < 100; n++) watch('bae@green').lookAt(cast.idOf('green 1'));
  await until('the room has had enough of it', () => heard('bae@green', 'BUSY'));
  return ['BUSY' as const];
}

export const BEFORE: readonly Step[] = [
  {
    does: 'ask',
    title: 'somebody knocks before the rooms are open',
    asks: [
      {
        who: 'nobody',
        method: 'POST',
        path: '/enter',
        body: { code: '{code of red 1}', deviceKey: 'device-of-red-1', entryId: 'too-early-00' },
        refused: 'ROOM_NOT_OPEN',
      },
    ],
  },
  {
    does: 'order',
    name: 'the opening',
    by: 'admin',
    says: { action: 'open' },
    becomes: { plan: 'open', room: 'open' },
  },
  {
    does: 'deed',
    title: 'the proctors come',
    act: comeIn,
    leaves: [
      ...POSTS.flatMap(attended),
      ...(['ahn@red', 'ahn@blue', 'bae@green'] as const).flatMap((post): Row[] => [
        `log charge.taken by ${proctorOf(post)} in ${roomOf(post)}`,
        `audit charge.taken by ${proctorOf(post)} about ${proctorOf(post)} in ${roomOf(post)}`,
      ]),
    ],
  },
  {
    does: 'deed',
    title: 'green 19 sits down at the wrong machine',
    act: sitDownTwice,
    refused: ['ROOM_NOT_RUNNING', 'RANGE_INVALID'],
  },
  { does: 'deed', title: 'the examinees sit down', act: sitDown, leaves: THERE.flatMap(entered) },
  {
    does: 'ask',
    title: 'the other machine of green 19 comes back',
    asks: [
      {
        who: 'nobody',
        method: 'POST',
        path: '/enter',
        body: { code: '{code of green 19}', deviceKey: 'device-of-green-19', entryId: 'wrong-machine', fence: 1 },
        refused: 'SESSION_FENCED',
      },
    ],
  },
  {
    does: 'deed',
    title: 'ahn looks at the passport of red 1',
    async act({ cast }) {
      const identity = { confirmed: true, note: 'passport' };
      assert.equal((await cast.ask('ahn', 'PUT', `/examinees/${cast.idOf('red 1')}/identity`, identity)).status, 200);
      return undefined;
    },
    leaves: ['log identity.decided by ahn in red: red 1', 'audit identity.decided by ahn about red 1'],
  },
  { does: 'deed', title: 'three are ready', act: getReady },
  {
    does: 'deed',
    title: 'two proctors go to red 2, and one of them is told so',
    act: takeInTurns,
    refused: ['EXAMINEE_TAKEN', 'EXAMINEE_UNKNOWN'],
    leaves: [
      'log examinee.taken by ahn in red: red 2',
      'log examinee.returned by ahn in red: red 2',
      'log examinee.taken by bae in red: red 2',
    ],
  },
  {
    does: 'deed',
    title: 'ahn hands red over to bae',
    act: handOver,
    refused: ['HANDOVER_REFUSED', 'PROCTOR_UNKNOWN'],
    leaves: [
      ...['ahn', 'ahn', 'ahn'].flatMap((ahn): Row[] => [
        `log handover.offered by ${ahn} in red`,
        `audit handover.offered by ${ahn} about ahn in red`,
      ]),
      'log handover.declined by bae in red',
      'audit handover.declined by bae about ahn in red',
      'log handover.withdrawn by ahn in red',
      'audit handover.withdrawn by ahn about ahn in red',
      'log handover.confirmed by bae in red',
      'audit handover.confirmed by bae about bae in red',
    ],
  },
  {
    does: 'deed',
    title: 'an exam next door begins, to which nobody may come late',
    act: openNextDoor,
    refused: ['PLAN_INCOMPLETE'],
  },
  { does: 'deed', title: 'bae looks at somebody a hundred times', act: askTooOften, refused: ['BUSY'] },
  {
    does: 'order',
    name: 'the house rules',
    by: 'admin',
    says: { action: 'notice', text: 'No phones. <b>None.</b> http://rules.example', mustConfirm: true },
    cut: ['red 8', 'blue 8', 'green 8', 'bae@red'],
  },
  {
    does: 'deed',
    title: 'three confirm them',
    act: (stage) => confirmed(stage, 'the house rules', ['red 1', 'blue 8', 'green 8']),
  },
  {
    does: 'order',
    name: 'a pause of what has not begun',
    by: 'ahn@red',
    says: { action: 'pause' },
    refused: { code: 'TRANSITION_REFUSED', stored: true },
  },
  {
    does: 'order',
    name: 'a pause of a plan that has not begun',
    by: 'admin',
    says: { action: 'pause' },
    refused: { code: 'TRANSITION_REFUSED', stored: false },
  },
  {
    does: 'order',
    name: 'a start at once',
    by: 'ahn@red',
    says: { action: 'start', aheadMs: 500 },
    refused: { code: 'INSTANT_TOO_SOON', stored: false },
  },
  {
    does: 'order',
    name: 'a start of all at once',
    by: 'admin',
    says: { action: 'start', aheadMs: 500 },
    refused: { code: 'INSTANT_TOO_SOON', stored: false },
  },
  {
    does: 'order',
    name: 'the start',
    by: 'admin',
    says: { action: 'start' },
    becomes: { plan: 'running', room: 'running', status: 'answering' },
    withinMs: 10_000,
    cut: ['red 9', 'blue 9', 'green 9', 'bae@red'],
  },
];
