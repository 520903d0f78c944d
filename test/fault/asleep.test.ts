// A process of the rooms role that is stopped for longer than its leases while people answer, and wakes when others have its
// rooms: whoever is told "saved" is told the truth, everybody goes on at the new owner, and the old one gives its rooms up.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { revisionOf } from '../../exam/revision.ts';
import { seededRandom } from '../../loadtest/random.ts';
import { LEASE_MS } from '../../rooms/leases.ts';
import { CLOSE } from '../../schema/close-codes.ts';
import { newId } from '../../schema/ids.ts';
import type { Outgoing } from '../../schema/messages.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import type { EnterReply } from '../../schema/replies.ts';
import type { ExamRoomState } from '../../schema/room-state.ts';
import { join, type Sitting } from '../support/hall.ts';
import { openWholeExam, type WholeExam } from '../support/whole-exam.ts';
import { until } from '../workers/worker-parts.ts';
import { type Doorkeeper, openDoorkeeper, placeOf } from './doorkeeper.ts';
import { answering, drained, testify, type Witness, witnessOf } from './witness.ts';
import '../support/parts.ts';

const SEED = Number(process.env.KILL_SEED ?? Date.now() % 1_000_000);
/** So many that both processes have some. */
const ROOMS = 12;
/** In each room: two who come back by themselves, and one at a bare socket, which stays with the old owner. */
const EACH = 3;
const ITEMS = 40;
const PATIENCE_MS = 60_000;
const SLEEPER = 'rooms-2';

type Bare = {
  readonly examineeId: string;
  readonly roomId: string;
  readonly sitting: Sitting;
  readonly sent: number[];
};

describe(`a rooms process that sleeps while people answer (KILL_SEED=${SEED})`, function () {
  this.timeout(240_000);
  let whole: WholeExam;
  let door: Doorkeeper;
  let witnesses: Witness[];
  let theirs: string[];
  let bare: Bare[];
  let goesOn = true;
  let work: Promise<void>;

  before(async () => {
    const layout = { api: 1, rooms: 2, workers: 1 };
    whole = await openWholeExam('asleep', { layout, rooms: ROOMS, examinees: EACH });
    door = await openDoorkeeper(whole.system, whole.admin, whole.exam.planId);
    const seats = whole.exam.roster.map((entry, index) => ({ ...entry, index }));
    const own = seats.filter(({ index }) => index % EACH < 2);
    witnesses = await Promise.all(
      own.map(async ({ index, examineeId }) => witnessOf(await whole.enter(index), examineeId)),
    );
    await whole.begin();
    const roomIds = whole.exam.rooms.map(({ roomId }) => roomId);
    const places = await Promise.all(roomIds.map((roomId) => placeOf(whole, door, roomId)));
    theirs = roomIds.filter((_, index) => places[index] === SLEEPER);
    assert.ok(theirs.length > 0 && theirs.length < ROOMS, 'the rooms are spread over both');
    bare = await Promise.all(
      seats
        .filter(({ index }) => index % EACH >= 2 && theirs.includes(roomIds[Math.floor(index / EACH)] ?? ''))
        .map(({ index, code, examineeId }) => sitBare(code, examineeId, roomIds[Math.floor(index / EACH)] ?? '')),
    );
    work = answering(witnesses, ITEMS, seededRandom(`answers ${SEED}`), () => goesOn);
  });
  after(async () => {
    goesOn = false;
    await work;
    await whole?.system.kill(SLEEPER, 'SIGCONT');
    await whole?.stop();
  });

  async function sitBare(code: string, examineeId: string, roomId: string): Promise<Bare> {
    const response = await fetch(`${whole.system.url}/v1/enter`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code, deviceKey: `device-${examineeId}`, entryId: newId() }),
    });
    const { reservation, examinee } = (await response.json()) as EnterReply;
    return { examineeId, roomId, sitting: await join(whole.system.url, reservation, examinee.fence), sent: [] };
  }

  function answer({ sitting, sent }: Bare, item: number): void {
    const revision = revisionOf(sitting.fence, sent.length + 1);
    sent.push(revision);
    sitting.send('answer.save', { answers: [{ item, revision, response: 'B' }] });
  }

  const holders = () => whole.redis.mget(theirs.map(redisKeys.lease));
  const epochs = async () => (await whole.store.rooms.epochs(theirs)).map(({ epoch }) => epoch);
  const inTheirs = () => witnesses.filter(({ session }) => theirs.includes(session.info.room.roomId));
  const isOfNobodyElse = async () => {
    const { lost, altered, foreign } = await testify(whole.store, whole.exam.planId, witnesses);
    assert.deepEqual([lost, altered, foreign], [0, 0, 0]);
  };

  it('[S16] [T30] loses its rooms, whose people go on at the new owner while it sleeps', async () => {
    for (const one of bare) answer(one, 1);
    await Promise.all(bare.map(({ sitting }) => sitting.next('answer.saved')));
    const statusOf = async ({ examineeId }: Bare) => (await whole.store.examinees.get(examineeId))?.status;
    const isStored = async () => (await Promise.all(bare.map(statusOf))).every((status) => status === 'answering');
    await until('it is stored that they answer', isStored);
    const [before, first] = [await holders(), await epochs()];
    await whole.system.kill(SLEEPER, 'SIGSTOP');
    const sleptAt = performance.now();
    for (const one of bare) answer(one, 2); // into a socket that nobody reads
    const isTaken = async () => (await holders()).every((holder, index) => holder !== null && holder !== before[index]);
    await until('another process has its rooms', isTaken, PATIENCE_MS);
    const had = new Map(inTheirs().map((one) => [one, one.acknowledged.size]));
    const goOn = () => inTheirs().every((one) => one.acknowledged.size > (had.get(one) ?? 0) + 3);
    await until('everybody goes on there', goOn, PATIENCE_MS);
    await sleep(Math.max(0, sleptAt + 2 * LEASE_MS - performance.now()));
    await isOfNobodyElse();
    assert.deepEqual(
      await epochs(),
      first.map((epoch) => epoch + 1),
    );
  });

  it('[S5] tells nobody "saved" or "submitted" who is not, and gives its rooms up, when it wakes', async () => {
    const [owners, stored] = [await holders(), await epochs()];
    for (const one of bare.filter((_, index) => index % 2 === 0)) one.sitting.send('sheet.submit', { revisions: [] });
    await whole.system.kill(SLEEPER, 'SIGCONT');
    for (const { sitting } of bare) assert.equal(await sitting.closed, CLOSE.ownerLost);
    for (const one of bare) await wasToldTheTruth(one);
    const said = () =>
      readFileSync(joinPath(whole.folder, `${SLEEPER}.log`), 'utf8')
        .split('\n')
        .filter((line) => line.includes('room is owned by another process now'))
        .map((line) => (JSON.parse(line) as { roomId: string }).roomId);
    await until('it has said so of each of its rooms', () => said().length >= theirs.length);
    assert.deepEqual(said().sort(), [...theirs].sort());
    await sleep(2_000); // for what it might still do
    assert.deepEqual([await holders(), await epochs()], [owners, stored]);
    await isOfNobodyElse();
  });

  async function wasToldTheTruth({ examineeId, roomId, sitting, sent }: Bare): Promise<void> {
    const told = <T extends keyof Outgoing>(type: T) =>
      sitting.received.filter((one) => one.type === type).map(({ message }) => message as Outgoing[T]);
    const history = await whole.store.answers.history(whole.exam.planId, examineeId);
    const durable = new Set(history.map(({ revision }) => revision));
    const named = told('answer.saved').flatMap(({ saved }) => saved.map(([, revision]) => revision));
    assert.deepEqual(
      named.filter((revision) => !durable.has(revision)),
      [],
      `${examineeId} sent ${sent}`,
    );
    const isSubmitted = told('sheet.submitted').length > 0;
    const { state } = (await whole.store.sheets.get(examineeId)) ?? {};
    assert.ok(!isSubmitted || state === 'submitted', `${examineeId} was told submitted, and is ${state}`);
    const watch = await join(whole.system.url, await door.reservationOf(roomId));
    const row = () => (watch.room.state as ExamRoomState).board?.get(examineeId)?.status;
    const isShown = async () => row() === (await whole.store.examinees.get(examineeId))?.status;
    await until(`the new owner shows ${examineeId} as it is stored`, isShown, 10_000);
    assert.equal(row() === 'submitted', state === 'submitted');
    await watch.leave();
  }

  it('[S6] takes rooms again, and everybody goes on with it', async () => {
    await whole.system.kill('rooms-1');
    const all = new Map(witnesses.map((one) => [one, one.acknowledged.size]));
    const isBack = () => witnesses.every((one) => one.acknowledged.size > (all.get(one) ?? 0) + 3);
    await until('everybody goes on', isBack, PATIENCE_MS);
    for (const roomId of theirs) assert.equal(await placeOf(whole, door, roomId), SLEEPER);
    goesOn = false;
    await work;
    await drained(witnesses, PATIENCE_MS);
    const { acknowledged, ...rest } = await testify(whole.store, whole.exam.planId, witnesses);
    assert.deepEqual(
      { ...rest, given: 0 },
      { given: 0, lost: 0, altered: 0, foreign: 0, unsaved: 0, notBack: 0, unproved: 0 },
    );
    console.log(`      ${acknowledged} answers`);
    assert.ok(acknowledged >= witnesses.length * 30, 'too few answers to prove anything');
  });
});
