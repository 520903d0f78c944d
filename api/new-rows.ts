// The documents of rooms and examinees that nobody has entered yet. Called by the routes that make them.
import type { ExamineeDocument, RoomDocument } from '../schema/documents/room.ts';
import { newCode } from '../schema/ids.ts';

/** A closed room that nobody has owned. */
export function newRoom(roomId: string, planId: string, label: string): RoomDocument {
  return {
    _id: roomId,
    planId,
    label,
    status: 'closed',
    epoch: 0,
    startsAt: 0,
    endsAt: 0,
    appliedControls: [],
    settledAt: 0,
    holds: [],
    adjustments: [],
  };
}

/** `seat`: missing or '' for none. */
export type NewExaminee = {
  readonly examineeId: string;
  readonly label: string;
  readonly roomId: string;
  readonly extraMs: number;
  readonly seat?: string | undefined;
};

/** Somebody who has not entered, with a new code. */
export function newExaminee(
  planId: string,
  { examineeId, label, roomId, extraMs, seat = '' }: NewExaminee,
): ExamineeDocument {
  return {
    _id: examineeId,
    planId,
    roomId,
    label,
    code: newCode(),
    status: 'registered',
    fence: 0,
    entryId: '',
    deviceKey: '',
    extraMs,
    ...(seat === '' ? {} : { seats: [{ roomId, seat }] }),
    display: { link: 'offline', savedCount: 0, lastSeenAt: 0, epoch: 0, sequence: 0 },
  };
}
