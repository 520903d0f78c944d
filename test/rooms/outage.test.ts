// A room whose owner was dead while it ran: what nobody served is known from the store, proposed, and given back by one control.
import assert from 'node:assert/strict';
import { matchMaker } from '@colyseus/core';
import { type Exam, type Hall, openHall, until } from '../support/hall.ts';
import '../support/parts.ts';

const DEAD_MS = 40_000;

describe('a room that nobody served while it ran', function () {
  this.timeout(40_000);
  let hall: Hall;
  let mayTakeRooms = true;
  before(async () => {
    hall = await openHall('outage', { mayTakeRooms: () => mayTakeRooms });
  });
  after(() => hall.stop());

  const room = async (exam: Exam) => {
    const found = await hall.store.rooms.get(exam.roomId);
    assert.ok(found !== null);
    return found;
  };

  /** Its process goes, and what it has noted last is so long ago. */
  async function dies(exam: Exam, deadMs: number): Promise<number> {
    mayTakeRooms = false;
    matchMaker.getLocalRoomById(exam.roomId)?.onBeforeShutdown();
    await until(() => matchMaker.getLocalRoomById(exam.roomId) === undefined);
    const diedAt = Date.now() - deadMs;
    const { epoch } = await room(exam);
    await hall.store.rooms.served([{ roomId: exam.roomId, epoch, servedUntil: diedAt }]);
    return diedAt;
  }

  /** Another process makes it; resolves with when, as soon as it has noted that it serves it. */
  async function isMade(exam: Exam): Promise<number> {
    mayTakeRooms = true;
    await until(() => matchMaker.getLocalRoomById(exam.roomId) !== undefined);
    const madeAt = Date.now();
    await until(async () => ((await room(exam)).servedUntil ?? 0) >= madeAt);
    return madeAt;
  }

  it('has an outage from when it was last served until it was made anew, once, and nothing is given by itself', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    const diedAt = await dies(exam, DEAD_MS);
    const madeAt = await isMade(exam);
    const [outage, more] = (await room(exam)).outages ?? [];
    assert.equal(more, undefined);
    assert.equal(outage?.from, diedAt);
    assert.ok(Math.abs((outage?.to ?? 0) - madeAt) < 1_000, `until ${outage?.to}, made at ${madeAt}`);
    assert.deepEqual((await room(exam)).adjustments, []);
    const entries = () => hall.store.logs.byPlan(exam.planId, { kind: 'room.unserved', limit: 10 });
    await until(async () => (await entries()).length > 0);
    const { from, to } = outage ?? {};
    assert.deepEqual(
      (await entries()).map(({ data }) => data),
      [{ from, to }],
    );
    await dies(exam, 1_000);
    await isMade(exam);
    assert.deepEqual((await room(exam)).outages, [outage], 'a second is no outage, and none is found twice');
  });

  it('is noted as served each few seconds while it runs, and not before', async () => {
    const exam = await hall.exam();
    await hall.control(exam, 'open');
    await hall.watch(exam);
    await until(async () => (await room(exam)).status === 'open');
    const before = (await room(exam)).servedUntil ?? 0;
    await hall.begin(exam);
    await until(async () => ((await room(exam)).servedUntil ?? 0) > Date.now() - 500);
    await until(async () => ((await room(exam)).servedUntil ?? 0) > before + 4_000);
  });

  it('has none for what was dead before it ran, or after it had ended', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    await hall.control(exam, 'end');
    await until(async () => (await room(exam)).status === 'ended');
    await dies(exam, DEAD_MS);
    await hall.control(exam, 'reopen', { reason: 'ended too early', extraMs: 60_000 });
    await isMade(exam);
    assert.equal((await room(exam)).status, 'running');
    assert.equal((await room(exam)).outages, undefined);
  });

  it('tells everybody of the control that gives it back, by its own id, and their deadline moves', async () => {
    const exam = await hall.exam();
    await hall.begin(exam);
    await dies(exam, DEAD_MS);
    await isMade(exam);
    const sitting = await hall.sit(exam);
    const [outage] = (await room(exam)).outages ?? [];
    const extraMs = (outage?.to ?? 0) - (outage?.from ?? 0);
    const deadline = () => sitting.room.state.examinees?.get(exam.examinees[0]?._id ?? '')?.deadlineAt as number;
    await until(() => deadline() > 0);
    const before = deadline();
    await hall.control(exam, 'extend', { _id: outage?.outageId ?? '', roomId: exam.roomId, time: 'incident', extraMs });
    await sitting.next('control.told', ({ controlId }) => controlId === outage?.outageId);
    await until(() => deadline() === before + extraMs);
  });
});
