// An examinee's place as it is made of what is stored: when a room is recovered, and when somebody comes from another room.
import { admissionOf } from '../exam/admission.ts';
import { windowFor } from '../exam/exam-room.ts';
import { startForLate } from '../exam/timeline.ts';
import type { ExamineeDocument } from '../schema/documents/room.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import { seatIn } from '../schema/seats.ts';
import type { ExamineeState } from '../schema/states.ts';
import { type Ending, isFinal, type LiveRoom, type Seat } from './live-room.ts';

/** The place of this examinee, whose sheet is read at the first join. */
export function seatOf(
  { facts, entryRules }: Pick<LiveRoom, 'facts' | 'entryRules'>,
  examinee: ExamineeDocument,
  sheet: SheetDocument | undefined,
  now: number,
): Seat {
  const ended = sheet !== undefined && sheet.vector !== null && sheet.endedAt !== 0;
  const storedCount = sheet?.vector?.length ?? examinee.display.savedCount;
  return {
    examineeId: examinee._id,
    label: examinee.label,
    seat: seatIn(examinee),
    extraMs: examinee.extraMs,
    editedAt: examinee.editedAt ?? 0,
    status: ended ? finalStatus(examinee.status, sheet) : sheet ? liveStatus(examinee.status) : examinee.status,
    admission: admissionOf(entryRules, examinee, startForLate(facts, now), now),
    moved: examinee.moved,
    toldElsewhere: new Set(),
    isDecided: examinee.admission !== undefined,
    window: windowFor(facts, examinee._id, examinee.extraMs),
    sheet: undefined,
    storedCount,
    loading: undefined,
    client: undefined,
    link: 'offline',
    lastSeenAt: examinee.display.lastSeenAt,
    heardAt: 0,
    reported: { device: '', clockAheadMs: 0, unsavedCount: 0, unsavedSince: 0 },
    onlineSince: 0,
    answeredAt: 0,
    takenBy: examinee.claim?.proctorId ?? '',
    expectedAt: 0,
    hasHeld: false,
    hasOffered: false,
    deviceWaiting: undefined,
    ending: ended ? endedBy(sheet) : { step: 'none' },
    writtenPast: sheet?.writtenPast ?? 0,
    saved: [],
    durableAt: 0,
    missed: false,
    superseded: [],
    boardBehind: true,
    kept: { words: '', isBehind: false },
    displayBehind: storedCount !== examinee.display.savedCount, // the owner before has ended a sheet and then died
  };
}

/** The end of a sheet as it is stored. */
export function endedBy({ endedAt: at, vector, receipt }: SheetDocument): Extract<Ending, { step: 'ended' }> {
  return { step: 'ended', at, vector: vector ?? [], ...(receipt === undefined ? {} : { receipt }) };
}

/** The sheet is written first, so a crash between the two leaves the examinee's status behind. */
function finalStatus(status: ExamineeState, sheet: SheetDocument): ExamineeState {
  if (isFinal(status)) return status;
  return sheet.state === 'timed-out' ? 'timed-out' : 'submitted';
}

/** A sheet is opened again before its person's state follows, and an owner of before may have written that late: the sheet is right. */
function liveStatus(status: ExamineeState): ExamineeState {
  return status === 'submitted' || status === 'timed-out' ? 'answering' : status;
}
