// Who sees what of a room, by canaries: every frame from the first byte on, and the decoded state, of two examinees and a
// proctor, while everything happens to one of the two.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Exam, HALL_ITEMS, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import { JOINED, rawSeat } from '../support/raw-seat.ts';
import { aProctor } from '../support/stored.ts';
import '../support/parts.ts';

const CANARY = {
  paper: 'canary-of-the-paper',
  key: 'canary-of-the-key',
  answer: 'canary-of-an-answer',
  note: 'canary-of-a-note',
  notice: 'canary-of-a-notice',
  reason: 'canary-of-a-reason',
  label: 'canary-of-a-label',
  proctor: 'canary-of-a-proctor',
} as const;

type Frames = { all(): string; close(): void };

describe('[S13] what belongs to one', () => {
  let hall: Hall;
  let exam: Exam;
  before(async () => {
    hall = await openHall('canaries');
  });
  after(() => hall.stop());

  const idOf = (index: number) => exam.examinees[index]?._id ?? '';

  /** An exam whose paper and key have canaries, and whose first examinee has one for a name. */
  async function anExam(): Promise<void> {
    exam = await hall.exam({ examinees: 3 });
    const paperId = newId();
    const items = HALL_ITEMS.map((item) => ({ ...item, text: `${CANARY.paper} ${item.number}` }));
    await hall.store.papers.create({ _id: paperId, name: CANARY.paper, items, createdAt: new Date() });
    await hall.store.keys.put(paperId, [{ item: 5, kind: 'shortText', correct: [CANARY.key], points: 1_000 } as never]);
    await hall.store.plans.change(exam.planId, ['scheduled'], { paperId });
    const found = (await hall.store.examinees.get(idOf(0))) ?? assert.fail();
    const to = { label: CANARY.label, extraMs: 0, editedAt: Date.now() };
    await hall.store.examinees.edit(found, to, { actorId: '', actorRole: 'system' });
    await hall.begin(exam);
  }

  async function framesOf(socket: WebSocket): Promise<Frames> {
    const frames: Buffer[] = [];
    socket.on('message', (bytes: Buffer) => {
      frames.push(bytes);
      if (bytes[0] === JOINED[0]) socket.send(JOINED);
    });
    await until(() => frames.length > 1);
    return { all: () => Buffer.concat(frames).toString('latin1'), close: () => socket.terminate() };
  }

  async function proctorFrames(proctorId: string): Promise<Frames> {
    const { planId, roomId } = exam;
    const seat = await hall.directory.reserve(roomId, { role: 'proctor', proctorId, planId });
    assert.ok(!isRefusal(seat));
    const address = `${hall.url.replace('http', 'ws')}/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
    return framesOf(new WebSocket(address));
  }

  /** Everything that can happen to the first examinee; returns the ids that name it. */
  async function everythingHappens(proctor: Sitting, first: Sitting): Promise<string[]> {
    const [incidentId, noticeId, lockId] = [newId(), newId(), newId()];
    const answers = [{ item: 5, revision: revisionOf(first.fence, 1), response: CANARY.answer }];
    first.send('answer.save', { answers });
    await first.next('answer.saved');
    const incident = { incidentId, examineeId: idOf(0), kind: 'other', severity: 0.8125, note: CANARY.note };
    proctor.send('incident.raise', incident);
    await proctor.next('incident.answered');
    const examineeIds = [idOf(0)];
    proctor.send('control.issue', { controlId: noticeId, action: 'notice', text: CANARY.notice, examineeIds });
    await first.next('control.told', ({ controlId }) => controlId === noticeId);
    proctor.send('control.issue', { controlId: lockId, action: 'lock', reason: CANARY.reason, examineeIds });
    await first.next('control.told', ({ controlId }) => controlId === lockId);
    proctor.send('claim.take', { examineeId: idOf(0) });
    await proctor.next('claim.answered');
    return [incidentId, noticeId, lockId];
  }

  it('is in no frame and no state of another examinee; paper, key and answers are in none of a proctor’s', async () => {
    await anExam();
    const watcher = aProctor(exam.planId, [exam.roomId], { label: CANARY.proctor });
    await hall.store.proctors.create(watcher);
    const proctor = await hall.watch(exam, watcher._id);
    const [first, second] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    const third = await framesOf((await rawSeat(hall, exam, 2)).socket);
    const watching = await proctorFrames(watcher._id);
    const named = await everythingHappens(proctor, first);
    // What follows comes after whatever would have been told before; then as long as four patches take.
    proctor.send('control.issue', { controlId: newId(), action: 'notice', text: 'for everybody' });
    await second.next('control.told', ({ text }) => text === 'for everybody');
    await until(() => third.all().includes('for everybody') && watching.all().includes(CANARY.note));
    await new Promise((resolve) => setTimeout(resolve, 2_000));

    const ofOthers = [...Object.values(CANARY), ...named, idOf(0), watcher._id, 'attention', 'takenBy'];
    const seen = `${JSON.stringify(second.room.state)} ${JSON.stringify(second.received)}`;
    for (const canary of [...ofOthers, idOf(2)]) assert.ok(!seen.includes(canary), `second: ${canary}`);
    // The names of the schemas' fields come with the first frame, and say nothing of anybody.
    const names = ['attention', 'takenBy'];
    for (const canary of [...ofOthers, idOf(1)])
      assert.ok(names.includes(canary) || !third.all().includes(canary), `third: ${canary}`);
    assert.ok(third.all().includes(idOf(2)), 'the own row is there, so the scan would find another');

    const own = `${JSON.stringify(first.room.state)} ${JSON.stringify(first.received)}`;
    const hidden = [
      CANARY.note,
      CANARY.proctor,
      CANARY.label,
      watcher._id,
      CANARY.paper,
      CANARY.key,
      idOf(1),
      named[0],
    ];
    for (const canary of hidden) assert.ok(!own.includes(canary ?? ''), `first: ${canary}`);
    for (const canary of [CANARY.paper, CANARY.key, CANARY.answer])
      assert.ok(!watching.all().includes(canary), `proctor: ${canary}`);
    for (const canary of [CANARY.label, CANARY.note, CANARY.proctor, idOf(0), idOf(1)])
      assert.ok(watching.all().includes(canary), `the proctor sees ${canary}`);
    third.close();
    watching.close();
  });
});
