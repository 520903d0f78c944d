// What several parts say, in English; and what the server's refusals mean for a proctor.
import type { RefusalCode } from '../../../../schema/refusals.ts';

export const common = {
  close: 'Close',
  cancel: 'Cancel',
  again: 'Try again',
  loading: 'Reading …',
  away: 'The server does not answer. Nothing was changed. Try again in a moment.',
  none: '–',
  by: (name: string) => `by ${name}`,
  more: (count: number) => `and ${count} more`,
  everybody: 'everybody in the room',
  people: (count: number) => (count === 1 ? '1 person' : `${count} people`),
};

export const refusals: Partial<Record<RefusalCode, string>> = {
  LOGIN_REQUIRED: 'Your login has ended. Log in again.',
  PERMISSION_DENIED: 'You may not do this here. Nothing was changed.',
  ASSIGNMENT_ENDED: 'You are no longer assigned to this room.',
  ROOM_UNKNOWN: 'This room does not exist any more.',
  EXAMINEE_UNKNOWN: 'This person is not on the roster any more.',
  TRANSITION_REFUSED: 'This is not possible in the present state; somebody may have been faster. Nothing was changed.',
  EXAMINEE_NOT_ENTERED: 'This person has not entered yet. Nothing was changed.',
  EXAMINEE_TAKEN: 'Another proctor was faster and has taken this person.',
  INCIDENT_CHANGED: 'Another proctor was faster. This is how the incident stands now.',
  CALL_CHANGED: 'Another proctor was faster, or the hand went down. This is how it stands now.',
  ASSIGNMENT_CHANGED: 'Somebody else was faster. This is how it stands now.',
  HANDOVER_REFUSED: 'This handover is not possible now. Nothing was changed.',
  NOTICE_NOT_FREE: 'In this exam only prepared notices may be sent. Choose one.',
  TEMPLATE_UNKNOWN: 'This prepared notice does not exist any more. Choose another.',
  INSTANT_TOO_SOON: 'The start was too soon to reach everybody. Nothing has started; start again.',
  CONTROL_EXPIRED: 'The command is too old and was not carried out. Order it again if it is still needed.',
  UNDO_REFUSED: 'This cannot be taken back any more. Nothing was changed.',
  SEAT_TAKEN: 'Somebody else has this seat. Nothing was changed; choose another.',
  ROOM_ENDED: 'The room has ended. Nothing was changed.',
  EXAM_ENDED: 'The exam has ended.',
  BUSY: 'The server has too much to do. Nothing was taken; try again in a moment.',
  TOO_MANY_TRIES: 'Too many tries. Wait a moment.',
  STORE_AWAY: 'The server cannot reach what keeps the exams at the moment. Nothing is promised; look and try again.',
  INTERNAL: 'Something failed on the server. Nothing is promised; look and try again.',
};
