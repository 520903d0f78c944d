// A link that was lost, from the room's log to the extension that makes up for it.
import assert from 'node:assert/strict';
import { proposalsFor } from '../../exam/lost-minutes.ts';
import { roomTime } from '../../exam/timeline.ts';
import { newId } from '../../schema/ids.ts';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('a link that was lost', function () {
  this.timeout(30_000);
  let hall: Hall;
  before(async () => {
    hall = await openHall('link-log');
  });
  after(() => hall.stop());

  const beat = (sitting: Sitting) => sitting.send('heartbeat', { sentAt: performance.now() });
  const losses = async ({ planId, roomId }: Exam) =>
    hall.store.logs.byPlan(planId, { roomId, kind: 'link.lost', limit: 10 });
  const proposals = async (exam: Exam) => {
    const [room, plan, examinee] = await Promise.all([
      hall.store.rooms.get(exam.roomId),
      hall.store.plans.get(exam.planId),
      hall.store.examinees.get(exam.examinees[0]?._id ?? ''),
    ]);
    assert.ok(room !== null && plan !== null && examinee !== null);
    const found = (await losses(exam)).map(({ _id: lossId, data }) => {
      return { lossId, evidence: 'link.lost', from: Number(data.from), to: Number(data.to) } as const;
    });
    const ids = { whole: (lossId: string) => lossId, own: () => assert.fail('nothing is of the room') };
    return proposalsFor(roomTime(room, plan), { ...examinee, examineeId: examinee._id }, found, ids);
  };

  it('is in the log with from when to when, is proposed, and is granted once by an extension under its id', async () => {
    const exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    const [sitting, other] = [await hall.sit(exam), await hall.sit(exam, 1)];
    beat(sitting);
    await sitting.next('heartbeat');
    await sitting.leave();
    const from = Date.now();
    for (let beats = 0; beats < 9; beats++) {
      beat(other);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const back = await hall.sit(exam);
    const to = Date.now();
    beat(back);
    await until(async () => (await losses(exam)).length > 0);
    const [entry, more] = await losses(exam);
    assert.deepEqual([entry?.subject, more], [exam.examinees[0]?._id, undefined], 'who kept beating lost nothing');
    assert.ok(Math.abs(Number(entry?.data.from) - from) < 500 && Math.abs(Number(entry?.data.to) - to) < 500);
    const [proposal] = await proposals(exam);
    assert.ok(proposal !== undefined && Math.abs(proposal.ms - (to - from)) < 1_000, `${proposal?.ms} ms`);
    await hall.control(exam, 'extend', {
      ...{ _id: proposal.controlId, roomId: exam.roomId, time: 'incident', extraMs: proposal.ms },
      ...{ examineeIds: [exam.examinees[0]?._id ?? ''], actorId: newId() },
    });
    await back.next('control.told', ({ controlId }) => controlId === proposal.controlId);
    await until(async () => (await proposals(exam)).length === 0);
  });
});
