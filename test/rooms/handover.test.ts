// Who is in charge of a room, who looks at whom, and the handover of the room, over real MongoDB, Redis and sockets.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { SYSTEM } from '../../exam/audit-facts.ts';
import { newId } from '../../schema/ids.ts';
import type { ProctorRow } from '../../schema/room-state.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { aProctor } from '../support/stored.ts';
import '../support/parts.ts';

describe('a room in charge of a proctor', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('room-handover');
  });
  beforeEach(async () => {
    exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
  });
  after(() => hall.stop());

  const charge = async () => (await hall.store.rooms.get(exam.roomId))?.charge;
  const inCharge = (sitting: Sitting, proctorId: string) =>
    sitting.next('charge.changed', (told) => told.charge.proctorId === proctorId);
  const rowOf = (sitting: Sitting, proctorId: string): ProctorRow | undefined =>
    (sitting.room.state as { proctors?: Map<string, ProctorRow> }).proctors?.get(proctorId);

  /** Somebody who stays, as a proctor's programme does. */
  async function watch(proctorId = newId(), chief = false): Promise<Sitting & { readonly id: string }> {
    if (chief) await hall.store.proctors.create(aProctor(exam.planId, [], { _id: proctorId, chief }));
    const sitting = await hall.watch(exam, proctorId);
    const timer = setInterval(() => sitting.send('heartbeat', { sentAt: 1 }), 1_000);
    void sitting.closed.then(() => clearInterval(timer));
    return { ...sitting, id: proctorId };
  }
  async function two() {
    const first = await watch();
    await inCharge(first, first.id);
    const second = await watch();
    await inCharge(second, first.id);
    return { first, second };
  }
  async function offered(by: Sitting, to: string, note = 'row 3 is loud') {
    const handoverId = newId();
    by.send('handover.offer', { handoverId, to, note });
    await by.next('handover.answered', ({ about }) => about === handoverId);
    return handoverId;
  }
  async function answered(by: Sitting, handoverId: string, decision: 'confirm' | 'decline' | 'withdraw') {
    by.send('handover.answer', { handoverId, decision });
    const answer = await by.next('handover.answered', ({ about }) => about === `${handoverId}.${decision}`);
    return 'code' in answer ? answer.code : answer.charge.proctorId;
  }

  it('is the first’s who comes, and stays with him when another comes or he goes for a while', async () => {
    const { first, second } = await two();
    assert.equal((await charge())?.proctorId, first.id);
    await first.leave();
    await until(() => rowOf(second, first.id)?.state === 'away', 4_000);
    assert.equal((await charge())?.proctorId, first.id);
  });

  it('passes with a note, and not before the other has confirmed', async () => {
    const { first, second } = await two();
    const handoverId = await offered(first, second.id);
    const told = await second.next('charge.changed', (one) => one.charge.offer !== null);
    assert.deepEqual([told.charge.offer?.note, told.charge.proctorId], ['row 3 is loud', first.id]);
    assert.equal((await charge())?.proctorId, first.id);
    assert.equal(await answered(second, handoverId, 'confirm'), second.id);
    await inCharge(first, second.id);
    assert.deepEqual([(await charge())?.proctorId, (await charge())?.offer], [second.id, null]);
    assert.equal(await answered(second, handoverId, 'confirm'), second.id, 'the repeat');
    assert.equal(await answered(first, handoverId, 'withdraw'), 'HANDOVER_REFUSED');
  });

  it('is kept through a rebuild, with the handover that waits; who comes back is told', async () => {
    const { first, second } = await two();
    const handoverId = await offered(first, second.id, 'after the rebuild');
    const room = matchMaker.getLocalRoomById(exam.roomId);
    room.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) !== room);
    const again = await watch(second.id);
    const told = await again.next('charge.changed');
    assert.deepEqual([told.charge.offer?.note, told.charge.proctorId], ['after the rebuild', first.id]);
    assert.equal(await answered(again, handoverId, 'confirm'), second.id);
  });

  it('is offered by who has it or by a chief, and by nobody else; a chief who looks by does not take it', async () => {
    const chief = await watch(newId(), true);
    const { first, second } = await two();
    const third = await watch();
    second.send('handover.offer', { handoverId: newId(), to: third.id });
    const refused = await second.next('handover.answered');
    assert.ok('code' in refused && refused.code === 'HANDOVER_REFUSED');
    const handoverId = await offered(chief, third.id);
    assert.equal(await answered(first, handoverId, 'confirm'), 'HANDOVER_REFUSED');
    assert.equal(await answered(third, handoverId, 'decline'), first.id);
  });

  it('is somebody else’s when who had it has lost the room', async () => {
    const { first, second } = await two();
    const proctor = await hall.store.proctors.get(first.id);
    assert.ok(proctor !== null);
    await hall.store.proctors.assign(proctor, { roomIds: [], chief: false }, Date.now(), SYSTEM);
    await hall.directory.hintAssignments(exam.planId);
    await inCharge(second, second.id);
    assert.equal((await charge())?.proctorId, second.id);
  });

  it('has each step in the proctor log and in the audit chain, with the note', async () => {
    const { first, second } = await two();
    await answered(second, await offered(first, second.id), 'confirm');
    const kinds = async () =>
      (await hall.store.logs.byPlan(exam.planId, { stream: 'proctor', roomId: exam.roomId, limit: 50 })).filter(
        ({ kind }) => /^(charge|handover)/.test(kind),
      );
    await until(async () => (await kinds()).length === 3);
    assert.deepEqual(
      (await kinds()).map(({ kind, subject }) => [kind, subject]),
      [
        ['charge.taken', first.id],
        ['handover.offered', first.id],
        ['handover.confirmed', second.id],
      ],
    );
    await until(async () => {
      const entries = await hall.store.audit.byPlan(exam.planId, 0, 100);
      const found = entries.find(({ kind }) => kind === 'handover.offered');
      return found?.data.note === 'row 3 is loud' && entries.some(({ kind }) => kind === 'handover.confirmed');
    });
  });

  it('is written by its owner alone', async () => {
    const { first } = await two();
    const epoch = (await hall.store.rooms.get(exam.roomId))?.epoch ?? 0;
    const now = await charge();
    assert.ok(now !== undefined);
    const facts = {
      ...SYSTEM,
      at: 1,
      source: 'late',
      kind: 'charge.taken',
      subject: '-',
      roomId: exam.roomId,
      data: {},
    };
    const late = { ...now, proctorId: newId(), version: now.version + 1 };
    assert.equal(await hall.store.rooms.charge(exam.roomId, epoch - 1, late, facts), false);
    assert.equal(await hall.store.rooms.charge(exam.roomId, epoch, { ...late, version: now.version }, facts), false);
    assert.equal((await charge())?.proctorId, first.id);
  });

  it('shows whom each proctor looks at, to proctors alone, as long as he is there', async () => {
    const { first, second } = await two();
    const sitting = await hall.sit(exam);
    const examineeId = exam.examinees[1]?._id ?? '';
    first.send('examinee.watch', { examineeId });
    await until(() => rowOf(second, first.id)?.watching === examineeId);
    first.send('examinee.watch', { examineeId: newId() });
    assert.equal((await first.next('refused')).code, 'EXAMINEE_UNKNOWN');
    assert.equal(rowOf(second, first.id)?.watching, examineeId);
    sitting.send('examinee.watch', { examineeId });
    assert.equal((await sitting.next('refused')).code, 'PERMISSION_DENIED');
    const seen = JSON.stringify(sitting.room.state) + JSON.stringify(sitting.received);
    assert.ok(!seen.includes(first.id) && !seen.includes(examineeId));
    await first.leave();
    await until(() => rowOf(second, first.id)?.watching === '');
  });
});
