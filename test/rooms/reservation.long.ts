// How long a seat is kept for somebody who has entered and has not connected yet: in a storm of thousands the last ones of
// a room need longer than the framework's own 15 s.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { revisionOf } from '../../exam/revision.ts';
import { newId } from '../../schema/ids.ts';
import { LIMITS } from '../../schema/limits.ts';
import { isRefusal } from '../../schema/refusals.ts';
import type { Reservation } from '../../schema/reservations.ts';
import { type Exam, type Hall, join, openHall, type Sitting } from '../support/hall.ts';
import '../support/parts.ts';

const MARGIN_MS = 5_000;

describe('a reservation', function () {
  this.timeout(LIMITS.reservationMs + 60_000);
  let hall: Hall;
  before(async () => {
    hall = await openHall('room-reservation');
  });
  after(() => hall.stop());

  it('[S20] lives for 60 s, and who comes after that enters again', async () => {
    const exam = await hall.exam({ examinees: 2 });
    await hall.begin(exam);
    const [slow, late] = [await reserve(exam, 0), await reserve(exam, 1)];
    await sleep(LIMITS.reservationMs - MARGIN_MS);
    await answers(await join(hall.url, slow, 1));
    await sleep(2 * MARGIN_MS);
    await assert.rejects(join(hall.url, late, 1), /expired/);
    await answers(await hall.sit(exam, 1));
  });

  async function reserve(exam: Exam, index: number): Promise<Reservation> {
    const { _id: examineeId } = exam.examinees[index] ?? { _id: '' };
    const entryId = newId();
    const fence = (await hall.store.examinees.enter(examineeId, entryId, 'device'))?.fence ?? 0;
    const { planId, roomId } = exam;
    const auth = {
      role: 'examinee',
      examineeId,
      planId,
      roomId,
      fence,
      entryId,
      fresh: true,
      readAt: Date.now(),
    } as const;
    const reservation = await hall.directory.reserve(roomId, auth);
    assert.ok(!isRefusal(reservation));
    return reservation;
  }

  async function answers(sitting: Sitting): Promise<void> {
    const revision = revisionOf(sitting.fence, 1);
    sitting.send('answer.save', { answers: [{ item: 1, revision, response: 'B' }] });
    await sitting.next('answer.saved');
  }
});
