// Which proctor has taken whom, over real MongoDB, Redis and sockets: one of two is told who was faster, all boards see it,
// it outlives the process, and falls free when its proctor stays away.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { newId } from '../../schema/ids.ts';
import type { Outgoing } from '../../schema/messages.ts';
import type { BoardRow } from '../../schema/room-state.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { aProctor } from '../support/stored.ts';
import '../support/parts.ts';

describe('an examinee whom a proctor takes', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('claims', { workers: false });
  });
  beforeEach(async () => {
    exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  const idOf = (index = 0) => exam.examinees[index]?._id ?? '';
  const takenBy = (proctor: Sitting, index = 0) =>
    (proctor.room.state as { board?: Map<string, BoardRow> }).board?.get(idOf(index))?.takenBy;
  async function ask(
    proctor: Sitting,
    type: 'claim.take' | 'claim.return',
    examineeId = idOf(),
  ): Promise<Outgoing['claim.answered']> {
    proctor.send(type, { examineeId });
    return proctor.next('claim.answered', (answer) => answer.type === type && answer.examineeId === examineeId);
  }
  async function proctors(): Promise<{ id: string; sitting: Sitting }[]> {
    const { planId, roomId } = exam;
    const made = ['Kim', 'Lee'].map((label) => aProctor(planId, [roomId], { label: `${label} ${newId()}` }));
    for (const proctor of made) await hall.store.proctors.create(proctor);
    return Promise.all(made.map(async ({ _id }) => ({ id: _id, sitting: await hall.watch(exam, _id) })));
  }

  async function rebuild(): Promise<void> {
    const before = matchMaker.getLocalRoomById(exam.roomId);
    before.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) !== before);
  }

  it('is with one of two who take him at once; the other is told with whom, and all boards show it', async () => {
    const [one, two] = await proctors();
    assert.ok(one && two);
    const answers = await Promise.all([ask(one.sitting, 'claim.take'), ask(two.sitting, 'claim.take')]);
    const refused = answers.filter(({ code }) => code !== undefined);
    assert.equal(refused.length, 1);
    const winner = answers[0]?.takenBy ?? '';
    assert.ok(winner === one.id || winner === two.id);
    const label = (await hall.store.proctors.get(winner))?.label ?? '';
    assert.deepEqual([refused[0]?.code, refused[0]?.takenBy, refused[0]?.retry], ['EXAMINEE_TAKEN', winner, 'never']);
    assert.ok(refused[0]?.message?.includes(label));
    await until(() => takenBy(one.sitting) === winner && takenBy(two.sitting) === winner);
    assert.equal((await hall.store.examinees.get(idOf()))?.claim?.proctorId, winner);
    assert.equal(takenBy(one.sitting, 1), '');
  });

  it('is free again when he is given back, and can be given back by nobody else', async () => {
    const [one, two] = await proctors();
    assert.ok(one && two);
    assert.deepEqual(
      [(await ask(one.sitting, 'claim.take')).takenBy, (await ask(one.sitting, 'claim.take')).code],
      [one.id, undefined],
    );
    assert.equal((await ask(two.sitting, 'claim.return')).code, 'EXAMINEE_TAKEN');
    await until(() => takenBy(two.sitting) === one.id);
    assert.deepEqual(await ask(one.sitting, 'claim.return'), { type: 'claim.return', examineeId: idOf(), takenBy: '' });
    assert.equal((await ask(one.sitting, 'claim.return')).code, undefined);
    await until(() => takenBy(two.sitting) === '');
    assert.equal((await ask(two.sitting, 'claim.take')).takenBy, two.id);
  });

  it('is with the same proctor when the room is made anew', async () => {
    const [one] = await proctors();
    assert.ok(one);
    await ask(one.sitting, 'claim.take');
    await rebuild();
    const [again, other] = [await hall.watch(exam, one.id), await hall.watch(exam)];
    await until(() => takenBy(other) === one.id);
    assert.equal((await ask(other, 'claim.take')).code, 'EXAMINEE_TAKEN');
    assert.equal((await ask(again, 'claim.return')).takenBy, '');
  });

  it('is free when his proctor has been away for a minute, and not before', async () => {
    const [one, two] = await proctors();
    assert.ok(one && two);
    await ask(one.sitting, 'claim.take');
    await one.sitting.leave();
    await until(async () => (await hall.store.proctors.get(one.id))?.presence?.[exam.roomId]?.state === 'away');
    assert.equal((await ask(two.sitting, 'claim.take')).takenBy, one.id);
    const later = await awayFor(one.id, 50_000);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // more than one turn of the room
    assert.deepEqual([takenBy(later), (await ask(later, 'claim.take')).code], [one.id, 'EXAMINEE_TAKEN']);
    const latest = await awayFor(one.id, 61_000);
    await until(() => takenBy(latest) === '');
    assert.equal((await hall.store.examinees.get(idOf()))?.claim, undefined);
    assert.equal((await ask(latest, 'claim.take')).code, undefined);
  });

  /** The room is made anew as if the proctor had been away for so long; somebody else looks. */
  async function awayFor(proctorId: string, ms: number): Promise<Sitting> {
    const epoch = (await hall.store.rooms.get(exam.roomId))?.epoch ?? 0;
    const presence = { state: 'away', at: Date.now() - ms, epoch } as const;
    assert.ok(await hall.store.proctors.setPresence(proctorId, exam.roomId, ['away'], presence));
    await rebuild();
    return hall.watch(exam);
  }

  it('can be taken by proctors alone, and only from their room', async () => {
    const [[one], sitting] = [await proctors(), await hall.sit(exam)];
    assert.ok(one);
    sitting.send('claim.take', { examineeId: idOf(1) });
    assert.equal((await sitting.next('refused')).code, 'PERMISSION_DENIED');
    assert.equal((await ask(one.sitting, 'claim.take', newId())).code, 'EXAMINEE_UNKNOWN');
    one.sitting.send('claim.take', { examineeId: 'nobody' });
    assert.equal((await one.sitting.next('refused')).code, 'MESSAGE_INVALID');
    assert.equal((await ask(one.sitting, 'claim.take', idOf(1))).takenBy, one.id);
  });
});
