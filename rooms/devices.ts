// Another device wants to go on with an examinee's sheet: the room's owner says whether it may, because it alone knows how
// long the device before has been away. Who waits is shown to the proctors. The rule is exam/device-change.ts.
import { decideDevice } from '../exam/device-change.ts';
import { DROPPED_MS } from '../exam/grace.ts';
import type { DeviceQuestion, DeviceVerdict } from '../schema/device-change.ts';
import { isFinal, type LiveRoom, type Seat } from './live-room.ts';
import type { RoomContext } from './room-context.ts';
import { noticeSecondDevice } from './watched-seat.ts';

/** Who has not asked again for so long does not wait any more. */
const GIVEN_UP_MS = 20_000;

/** Whether this device may enter now; where it may not, it is noted as waiting. */
export function askForDevice(context: RoomContext, question: DeviceQuestion): DeviceVerdict {
  const { room, services } = context;
  if (room.lost) throw new Error('the room has another owner');
  const seat = room.seats.get(question.examineeId);
  if (seat === undefined || isFinal(seat.status)) return { verdict: 'in', release: '' }; // entering says why not
  const now = services.now();
  const { releases = [] } = room.facts;
  const facts = { lastSignAt: lastSignAt(room, seat), releases, usedRelease: question.usedRelease };
  const verdict = decideDevice(question.examineeId, facts, room.deviceChange, now);
  if (verdict.verdict === 'waits') noteWaiting(context, seat, question.deviceKey, now);
  return verdict;
}

/** A room that has just been made could not see who was there: it counts from its own beginning. */
function lastSignAt(room: LiveRoom, { lastSeenAt, heardAt, expectedAt }: Seat): number {
  return Math.max(lastSeenAt, heardAt, expectedAt, room.madeAt);
}

function noteWaiting(context: RoomContext, seat: Seat, deviceKey: string, now: number): void {
  const { room, services } = context;
  const known = seat.deviceWaiting?.deviceKey === deviceKey ? seat.deviceWaiting : undefined;
  seat.deviceWaiting = { deviceKey, since: known?.since ?? now, askedAt: now };
  seat.boardBehind = true;
  if (known !== undefined) return;
  if (seat.client !== undefined && now - seat.lastSeenAt < DROPPED_MS) noticeSecondDevice(context, seat);
  services.recorder.log({
    planId: room.planId,
    roomId: room.roomId,
    stream: 'examinee',
    subject: seat.examineeId,
    kind: 'device.waiting',
    at: now,
    data: {},
  });
}

/** Forgets who has given up waiting. */
export function forgetWaiting(room: LiveRoom, now: number): void {
  for (const seat of room.seats.values())
    if (seat.deviceWaiting !== undefined && now - seat.deviceWaiting.askedAt > GIVEN_UP_MS) noteNobodyWaits(seat);
}

/** Whoever waited is in, or another one is. */
export function noteNobodyWaits(seat: Seat): void {
  seat.deviceWaiting = undefined;
  seat.boardBehind = true;
}
