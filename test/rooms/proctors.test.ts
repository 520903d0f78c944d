// The proctors of a room, over real MongoDB, Redis and sockets: who is assigned, who is there, who has gone, and that no
// examinee sees any of it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { matchMaker } from '@colyseus/core';
import { SYSTEM } from '../../exam/audit-facts.ts';
import { CLOSE } from '../../schema/close-codes.ts';
import { newId } from '../../schema/ids.ts';
import type { ProctorRow } from '../../schema/room-state.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { JOINED, rawSeat } from '../support/raw-seat.ts';
import { aProctor } from '../support/stored.ts';
import '../support/parts.ts';

describe('the proctors of a room', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('room-proctors');
  });
  beforeEach(async () => {
    exam = await hall.exam();
  });
  after(() => hall.stop());

  const rowOf = (seenBy: Sitting, proctorId: string): ProctorRow | undefined =>
    (seenBy.room.state as { proctors?: Map<string, ProctorRow> }).proctors?.get(proctorId);
  const stored = async (proctorId: string) =>
    (await hall.store.proctors.get(proctorId))?.presence?.[exam.roomId]?.state;
  const logged = async (proctorId: string) =>
    (await hall.store.logs.byPlan(exam.planId, { subject: proctorId, limit: 20 })).map(({ kind }) => kind);
  /** As a proctor's programme does, each second; the returned function stops it. */
  function beats(sitting: Sitting): () => void {
    const timer = setInterval(() => sitting.send('heartbeat', { sentAt: 1 }), 1_000);
    void sitting.closed.then(() => clearInterval(timer));
    return () => clearInterval(timer);
  }
  async function assigned(): Promise<string> {
    const proctor = aProctor(exam.planId, [exam.roomId], { label: 'Lee' });
    await hall.store.proctors.create(proctor);
    return proctor._id;
  }

  /** As an admin does, and the api after it. */
  async function assign(proctorId: string, roomIds: string[], chief = false, hint?: 'without a hint'): Promise<void> {
    const proctor = await hall.store.proctors.get(proctorId);
    assert.ok(proctor !== null);
    await hall.store.proctors.assign(proctor, { roomIds, chief }, Date.now(), SYSTEM);
    if (hint === undefined) await hall.directory.hintAssignments(exam.planId);
  }
  async function anotherRooms() {
    const proctor = aProctor(exam.planId, [newId()]);
    await hall.store.proctors.create(proctor);
    return proctor;
  }

  it('are assigned, present and away, each stored before the others are shown it, and logged', async () => {
    const [own, other] = [await assigned(), await assigned()];
    await hall.begin(exam);
    const [looker, mate] = [await hall.watch(exam, own), await hall.watch(exam, other)];
    beats(looker);
    await until(() => rowOf(looker, other)?.state === 'present');
    assert.equal(await stored(other), 'present');
    assert.deepEqual([rowOf(looker, own)?.label, await stored(own)], ['Lee', 'present']);
    await mate.leave();
    await until(() => rowOf(looker, other)?.state === 'away', 3_000);
    assert.equal(await stored(other), 'away');
    beats(await hall.watch(exam, other));
    await until(() => rowOf(looker, other)?.state === 'present');
    await until(async () => (await logged(other)).length === 3);
    assert.deepEqual(await logged(other), ['proctor.present', 'proctor.away', 'proctor.present']);
  });

  it('who never came are shown as assigned', async () => {
    const absent = await assigned();
    await hall.begin(exam);
    const looker = await hall.watch(exam);
    await until(() => rowOf(looker, absent) !== undefined);
    assert.equal(rowOf(looker, absent)?.state, 'assigned');
    assert.equal(await stored(absent), undefined);
  });

  it('are away when nothing was heard for as long as an examinee’s link may be silent, whatever the socket does', async () => {
    await hall.begin(exam);
    const [silent, id] = [newId(), newId()];
    const looker = await hall.watch(exam, id);
    beats(looker);
    const stop = beats(await hall.watch(exam, silent));
    await until(() => rowOf(looker, silent)?.state === 'present');
    const before = performance.now();
    stop();
    await until(async () => (await stored(silent)) === 'away');
    assert.ok(performance.now() - before > 2_000, 'not at once');
    assert.equal(await stored(id), 'present');
  });

  it('with a second device are there until the last has left', async () => {
    await hall.begin(exam);
    const id = newId();
    const [one, two] = [await hall.watch(exam, id), await hall.watch(exam, id)];
    beats(two);
    await until(async () => (await stored(id)) === 'present');
    await one.leave();
    const looker = await hall.watch(exam);
    await until(() => rowOf(looker, id)?.state === 'present');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    assert.equal(await stored(id), 'present');
    await two.leave();
    await until(async () => (await stored(id)) === 'away', 3_000);
  });

  it('are away when the room goes, and the next owner of the room writes under its own epoch', async () => {
    await hall.begin(exam);
    const id = newId();
    await hall.watch(exam, id);
    await until(async () => (await stored(id)) === 'present');
    const before = (await hall.store.proctors.get(id))?.presence?.[exam.roomId]?.epoch ?? 0;
    const room = matchMaker.getLocalRoomById(exam.roomId);
    room.onBeforeShutdown();
    await until(async () => (await stored(id)) === 'away');
    await until(() => matchMaker.getLocalRoomById(exam.roomId) !== room);
    beats(await hall.watch(exam, id));
    await until(async () => (await stored(id)) === 'present');
    assert.ok(((await hall.store.proctors.get(id))?.presence?.[exam.roomId]?.epoch ?? 0) > before);
  });

  it('who were there when a process died are still there for the next, while they come back in time', async () => {
    const id = await assigned();
    const { epoch = 0 } = (await hall.store.rooms.get(exam.roomId)) ?? {};
    const died = { state: 'present', at: 7, epoch } as const;
    await hall.store.proctors.setPresence(id, exam.roomId, ['assigned'], died);
    await hall.begin(exam);
    const looker = await hall.watch(exam, id);
    beats(looker);
    await until(async () => ((await hall.store.proctors.get(id))?.presence?.[exam.roomId]?.epoch ?? 0) > epoch);
    await until(() => rowOf(looker, id) !== undefined);
    assert.deepEqual([rowOf(looker, id)?.state, rowOf(looker, id)?.at], ['present', 7]);
    assert.deepEqual(await logged(id), []);
  });

  it('are let in by their assignment alone, whatever a reservation says', async () => {
    await hall.begin(exam);
    const stranger = aProctor(newId(), [exam.roomId]);
    await hall.store.proctors.create(stranger);
    await assert.rejects(hall.watch(exam, stranger._id), /not assigned/);
    assert.equal(await stored(stranger._id), undefined);
  });

  it('who lose the room are told so and let go at once, and are heard no more; others stay', async () => {
    await hall.begin(exam);
    const [own, other] = [newId(), newId()];
    const [leaver, stayer] = [await hall.watch(exam, own), await hall.watch(exam, other)];
    beats(stayer);
    await until(() => rowOf(stayer, own) !== undefined);
    await assign(own, []);
    assert.equal((await leaver.next('watch.ended')).code, 'ASSIGNMENT_ENDED');
    assert.equal(await leaver.closed, CLOSE.unassigned);
    await until(() => rowOf(stayer, own) === undefined);
    stayer.send('control.issue', { controlId: newId(), action: 'lock' });
    await stayer.next('control.applied', ({ state }) => state === 'applied');
    await assert.rejects(hall.watch(exam, own), /not assigned/);
  });

  it('who lose the room are let go also where nobody told the room of it', async () => {
    await hall.begin(exam);
    const own = newId();
    const leaver = await hall.watch(exam, own);
    await assign(own, [], false, 'without a hint');
    assert.equal(await leaver.closed, CLOSE.unassigned);
  });

  it('who get the room are shown before they come, and a chief has it without being named', async () => {
    await hall.begin(exam);
    const looker = await hall.watch(exam);
    const { _id: later } = await anotherRooms();
    assert.equal(rowOf(looker, later), undefined);
    await assign(later, [exam.roomId]);
    await until(() => rowOf(looker, later)?.state === 'assigned');
    const { _id: chief } = await anotherRooms();
    await assign(chief, [], true);
    await until(() => rowOf(looker, chief)?.chief === true);
    beats(await hall.watch(exam, chief));
    await until(() => rowOf(looker, chief)?.state === 'present');
    assert.equal(await stored(chief), 'present');
    await assign(chief, [exam.roomId], false);
    await until(() => rowOf(looker, chief)?.chief === false);
    assert.equal(rowOf(looker, chief)?.state, 'present');
  });

  it('[S13] are in no state and no frame of an examinee', async () => {
    exam = await hall.exam({ examinees: 2 });
    const canary = `canary-${newId()}`;
    const proctor = aProctor(exam.planId, [exam.roomId], { label: canary });
    await hall.store.proctors.create(proctor);
    await hall.begin(exam);
    const sitting = await hall.sit(exam);
    const { socket } = await rawSeat(hall, exam, 1);
    const frames: Buffer[] = [];
    socket.on('message', (data: Buffer) => frames.push(data));
    await once(socket, 'message');
    socket.send(JOINED);
    const looker = await hall.watch(exam, proctor._id);
    await until(() => rowOf(looker, proctor._id)?.label === canary);
    await hall.control(exam, 'pause'); // its patch comes after the one in which they might have been
    await until(() => (sitting.room.state as { status: string }).status === 'paused');
    const seen =
      JSON.stringify(sitting.room.state) + JSON.stringify(sitting.received) + Buffer.concat(frames).toString();
    assert.ok(seen.includes('paused'));
    assert.ok(!seen.includes(canary) && !seen.includes(proctor._id));
    socket.close();
  });
});
