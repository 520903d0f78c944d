// The paper key of a live room: by its start to everybody who is in, to who comes later, and after a rebuild; never before.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { type Exam, type Hall, openHall, type Sitting, until } from '../support/hall.ts';
import '../support/parts.ts';

describe('the paper key of a room', () => {
  let hall: Hall;
  before(async () => {
    hall = await openHall('paper-release');
  });
  after(() => hall.stop());

  const keysOf = ({ received }: Sitting) => received.filter(({ type }) => type === 'paper.key');

  /** Every actor is made from the store alone, as after the death of a process. */
  async function rebuild(exam: Exam): Promise<void> {
    await matchMaker.getLocalRoomById(exam.roomId)?.disconnect();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
  }

  it('[S12] is told by the start to all examinees at once, when the store has it, and to who joins later', async () => {
    const exam = await hall.exam({ examinees: 3 });
    await hall.control(exam, 'open');
    const [first, second] = [await hall.sit(exam, 0), await hall.sit(exam, 1)];
    await hall.control(exam, 'start', { at: Date.now() + 700 });
    await first.next('room.status', ({ startsAt }) => startsAt !== 0);
    assert.deepEqual(keysOf(first), [], 'a start that is named releases nothing');
    const { key } = await first.next('paper.key');
    assert.equal(await hall.roomStatus(exam), 'running', 'the store says so first');
    assert.equal((await second.next('paper.key')).key, key);
    assert.equal((await (await hall.sit(exam, 2)).next('paper.key')).key, key);
    assert.equal((await (await hall.sit(exam, 0)).next('paper.key')).key, key);
    assert.deepEqual(
      Buffer.from(key, 'base64url'),
      Buffer.from((await hall.store.paperKeys.released(exam.roomId)) ?? []),
    );
  });

  it('[S12] stays shut in a room that is rebuilt before its start, and is told by one that is rebuilt after it', async () => {
    const exam = await hall.exam();
    await hall.control(exam, 'open');
    await hall.sit(exam);
    await until(async () => (await hall.roomStatus(exam)) === 'open');
    await rebuild(exam);
    const early = await hall.sit(exam);
    early.send('heartbeat', { sentAt: 1 });
    await early.next('heartbeat');
    assert.deepEqual(keysOf(early), []);
    await hall.control(exam, 'start', { at: Date.now() });
    const { key } = await early.next('paper.key');
    await rebuild(exam);
    assert.equal((await (await hall.sit(exam)).next('paper.key')).key, key);
  });

  it('[S12] is another one in each room', async () => {
    const exams = [await hall.exam(), await hall.exam()];
    const keys = await Promise.all(
      exams.map(async (exam) => {
        await hall.begin(exam);
        return (await (await hall.sit(exam)).next('paper.key')).key;
      }),
    );
    assert.equal(new Set(keys).size, 2);
  });
});
