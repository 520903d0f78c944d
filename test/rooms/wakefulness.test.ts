// A rooms process that must take no rooms, because its clock is off: it gets none and makes none, and keeps those it has.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { isRefusal } from '../../schema/refusals.ts';
import { type Exam, type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('a rooms process that may take no rooms', () => {
  let hall: Hall;
  let mayTakeRooms = true;

  before(async () => {
    hall = await openHall('room-wakefulness', { mayTakeRooms: () => mayTakeRooms });
  });
  beforeEach(() => {
    mayTakeRooms = true;
  });
  after(() => hall.stop());

  const isAwake = async () => (await hall.redis.exists(redisKeys.lease(matchMaker.processId))) === 1;
  const reserve = ({ planId, roomId }: Exam) =>
    hall.directory.reserve(roomId, { role: 'proctor', proctorId: newId(), planId });
  async function anOpenExam(): Promise<Exam> {
    const exam = await hall.exam();
    await hall.store.plans.change(exam.planId, ['scheduled'], { status: 'open' });
    return exam;
  }

  it('[S21] gets none, and makes none that has no owner, until it may again', async () => {
    mayTakeRooms = false;
    await until(async () => !(await isAwake()));
    const exam = await anOpenExam();
    const refused = await reserve(exam);
    assert.equal(isRefusal(refused) && refused.refused, 'ROOM_ELSEWHERE');
    assert.equal((await hall.store.rooms.get(exam.roomId))?.epoch, 0, 'nobody has tried to own it');
    mayTakeRooms = true;
    await until(isAwake);
    await until(async () => (await hall.store.rooms.get(exam.roomId))?.epoch === 1);
    assert.ok(!isRefusal(await reserve(exam)));
  });

  it('[S21] keeps the rooms that it has, with their answers', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    mayTakeRooms = false;
    await until(async () => !(await isAwake()));
    const sitting = await hall.sit(exam);
    const revision = revisionOf(sitting.fence, 1);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    assert.deepEqual(await sitting.next('answer.saved'), { saved: [[1, revision]] });
    assert.equal(await hall.redis.get(redisKeys.lease(exam.roomId)), matchMaker.processId);
  });
});
