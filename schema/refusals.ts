// The catalogue of refusals: everything the system says no with. A code is never reused or given another meaning.
// docs/refusals.md lists exactly these; a test compares both ways.

/** What the sender does next: send again after a while, give up this one, or stop sending and keep everything. */
export type Retry = 'later' | 'never' | 'stop';

/** `allowed` is what would have been taken, of a refusal of what was sent; where that hangs on the request, the refusal has it. */
type Entry = {
  readonly status: number;
  readonly retry: Retry;
  readonly sentence: string;
  readonly allowed?: readonly string[];
};

export const REFUSALS = {
  // requests and messages
  REQUEST_INVALID: { status: 422, retry: 'never', sentence: 'The request does not have the shape that is asked for.' },
  REQUEST_TOO_LARGE: { status: 413, retry: 'never', sentence: 'The request is larger than allowed.' },
  METHOD_REFUSED: { status: 405, retry: 'never', sentence: 'There is such a route, but not with this method.' },
  ROUTE_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such route.' },
  MESSAGE_INVALID: { status: 422, retry: 'never', sentence: 'The message does not have the shape that is asked for.' },
  MESSAGE_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no message of this type.' },
  BUSY: { status: 503, retry: 'later', sentence: 'Too much is waiting; nothing was taken, send it again later.' },
  STORE_AWAY: {
    status: 503,
    retry: 'later',
    sentence: 'What keeps the exams cannot be reached at the moment; nothing is promised, try again.',
  },
  INTERNAL: { status: 500, retry: 'later', sentence: 'Something failed on our side; nothing is promised, try again.' },
  // who
  LOGIN_REQUIRED: { status: 401, retry: 'never', sentence: 'This needs a valid token.' },
  LOGIN_REFUSED: { status: 401, retry: 'never', sentence: 'Login name or password is wrong.' },
  LINK_SPENT: { status: 410, retry: 'never', sentence: 'This one-time link was used or has expired.' },
  PERMISSION_DENIED: { status: 403, retry: 'never', sentence: 'Your role may not do this here.' },
  ASSIGNMENT_ENDED: { status: 403, retry: 'never', sentence: 'You are no longer assigned to this room.' },
  CODE_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no examinee with this code.' },
  TOO_MANY_TRIES: { status: 429, retry: 'later', sentence: 'Too many wrong tries; wait before the next.' },
  RATE_EXCEEDED: { status: 429, retry: 'later', sentence: 'Too many requests in a minute; wait before the next.' },
  SESSION_FENCED: {
    status: 409,
    retry: 'stop',
    sentence: 'Another device continues this sheet; this one keeps what it holds.',
  },
  DEVICE_WAITING: {
    status: 423,
    retry: 'later',
    sentence:
      'Another device has this sheet; ask the proctor to release it, or wait until it has been away long enough.',
  },
  SESSION_LIVE: {
    status: 409,
    retry: 'never',
    sentence: 'No other device continues this sheet; its answers go over the room.',
  },
  SESSION_ONGOING: {
    status: 409,
    retry: 'later',
    sentence:
      'A session of this examinee is live: have the page closed or the device put away, and wait until its link counts as offline.',
  },
  // things
  PLAN_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such plan.' },
  PAPER_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such paper.' },
  ROOM_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such room.' },
  EXAMINEE_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such examinee.' },
  KEY_UNKNOWN: { status: 404, retry: 'never', sentence: 'The paper has no such version of its key.' },
  ADMIN_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such admin.' },
  SERVICE_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such service.' },
  PROCTOR_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such proctor.' },
  CONTROL_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such control.' },
  CALL_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such call.' },
  TEMPLATE_UNKNOWN: { status: 404, retry: 'never', sentence: 'The plan has no notice template of this name.' },
  INCIDENT_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such incident.' },
  RESULT_UNKNOWN: { status: 404, retry: 'later', sentence: 'There is no result yet.' },
  ITEM_UNKNOWN: { status: 404, retry: 'never', sentence: 'The paper has no such item.' },
  FILE_UNKNOWN: { status: 404, retry: 'later', sentence: 'There is no such file yet.' },
  NAME_TAKEN: { status: 409, retry: 'never', sentence: 'This name is taken.' },
  SEAT_TAKEN: { status: 409, retry: 'never', sentence: 'Somebody else has this seat of the room.' },
  KEY_REUSED: {
    status: 422,
    retry: 'never',
    sentence: 'This Idempotency-Key was used for another request.',
    allowed: ['another Idempotency-Key', 'the same request'],
  },
  KEY_MISSING: {
    status: 400,
    retry: 'never',
    sentence: 'This request needs an Idempotency-Key of 8 to 64 characters.',
    allowed: ['8 to 64 of 0-9, A-Z, a-z, _ and -'],
  },
  VERSION_CHANGED: {
    status: 412,
    retry: 'never',
    sentence: 'Somebody has changed it since; look at what is there now.',
  },
  IF_MATCH_MISSING: {
    status: 428,
    retry: 'never',
    sentence: 'A change names the version that it is of by If-Match.',
    allowed: ['the ETag that was read', '*'],
  },
  RANGE_INVALID: {
    status: 416,
    retry: 'never',
    sentence: 'Nothing of it lies in the range that was asked for.',
    allowed: ['bytes within the size that Content-Range names'],
  },
  UPLOAD_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such upload.' },
  UPLOAD_OFFSET: { status: 409, retry: 'later', sentence: 'The bytes do not go on where the kept ones end.' },
  UPLOAD_UNFINISHED: { status: 409, retry: 'later', sentence: 'Not all bytes of this upload are there yet.' },
  UPLOAD_TYPE: {
    status: 422,
    retry: 'never',
    sentence: 'The item does not take files of this type.',
    allowed: ['a file of a type that the item takes'],
  },
  UPLOAD_IN_USE: {
    status: 409,
    retry: 'never',
    sentence: 'An answer may name this file: it goes with its person or its plan.',
  },
  UPLOAD_UNCHECKED: { status: 409, retry: 'later', sentence: 'This file was not looked through for viruses yet.' },
  UPLOAD_REFUSED: { status: 410, retry: 'never', sentence: 'Something harmful was found in this file; it is gone.' },
  UPLOAD_TOO_LONG: {
    status: 422,
    retry: 'never',
    sentence: 'There are more bytes than the upload was announced with.',
    allowed: ['as many bytes as were announced'],
  },
  UPLOAD_PACKED: {
    status: 415,
    retry: 'never',
    sentence: 'Bytes of an upload are application/octet-stream, and not packed.',
    allowed: ['application/octet-stream without a Content-Encoding'],
  },
  UPLOAD_HASH: {
    status: 422,
    retry: 'never',
    sentence: 'The bytes do not have the announced SHA-256; none of them is kept.',
    allowed: ['the bytes of the announced SHA-256'],
  },
  EXPORT_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such export, or none any more.' },
  FILE_QUOTA: {
    status: 409,
    retry: 'never',
    sentence: 'There is no room for this file within the bounds of the plan.',
  },
  PHOTO_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no photo of this examinee.' },
  PHOTO_INVALID: {
    status: 415,
    retry: 'never',
    sentence: 'A photo is a JPEG, a PNG or a WebP of at most 200 KiB.',
    allowed: ['image/jpeg', 'image/png', 'image/webp', 'at most 200 KiB'],
  },
  EXPORT_ELSEWHERE: {
    status: 409,
    retry: 'never',
    sentence: 'This file is of nobody who sits in this room now; bring it where its examinee sits.',
  },
  EXPORT_KEY_UNKNOWN: {
    status: 409,
    retry: 'never',
    sentence: 'This file is sealed to another key than this exam has.',
  },
  EXPORT_ALTERED: {
    status: 422,
    retry: 'never',
    sentence: 'This file was changed or damaged; nothing of it was taken.',
    allowed: ['the file as the device made it'],
  },
  // states
  EXAMINEE_NOT_ENTERED: { status: 409, retry: 'never', sentence: 'This examinee has not entered yet; enter first.' },
  TRANSITION_REFUSED: { status: 409, retry: 'never', sentence: 'This is not allowed in the present state.' },
  PLAN_NOT_DRAFT: { status: 409, retry: 'never', sentence: 'The plan is no longer a draft, so it cannot be changed.' },
  PLAN_INCOMPLETE: { status: 409, retry: 'never', sentence: 'The plan lacks something that an exam needs.' },
  ROSTER_INVALID: {
    status: 422,
    retry: 'never',
    sentence: 'The roster has errors; nothing of it was taken.',
    allowed: ['a file whose rows have no errors'],
  },
  IMPORT_UNKNOWN: { status: 404, retry: 'never', sentence: 'There is no such import.' },
  PAPER_IN_USE: { status: 409, retry: 'never', sentence: 'Plans name this paper.' },
  ROOM_IN_USE: { status: 409, retry: 'never', sentence: 'Somebody is assigned to this room.' },
  PROCTOR_IN_CHARGE: { status: 409, retry: 'never', sentence: 'This proctor answers for a room that has not ended.' },
  ADMIN_LAST: { status: 409, retry: 'never', sentence: 'This is the last admin; somebody has to be left.' },
  ROOM_NOT_OPEN: { status: 409, retry: 'later', sentence: 'The room is not open yet.' },
  ROOM_NOT_RUNNING: { status: 409, retry: 'later', sentence: 'The exam has not started, or stands still.' },
  ROOM_ENDED: { status: 409, retry: 'never', sentence: 'The room has ended.' },
  ROOM_ELSEWHERE: { status: 503, retry: 'later', sentence: 'The room is moving between processes; try again.' },
  ENTRY_TOO_LATE: {
    status: 409,
    retry: 'never',
    sentence: 'The exam began too long ago to be entered for the first time.',
  },
  ROOM_OTHER: {
    status: 409,
    retry: 'never',
    sentence: 'You sit in another room of this exam.',
  },
  EXAM_ENDED: { status: 409, retry: 'never', sentence: 'The exam has ended.' },
  EXAMINEE_REMOVED: {
    status: 403,
    retry: 'never',
    sentence: 'This examinee was sent out; turn to the proctor.',
  },
  ENTRY_REFUSED: { status: 403, retry: 'later', sentence: 'You were not let in; turn to the proctor.' },
  ADMISSION_PENDING: { status: 409, retry: 'later', sentence: 'A proctor has to let you in first.' },
  ASSIGNMENT_CHANGED: {
    status: 409,
    retry: 'never',
    sentence: 'Somebody else was faster; look at the assignment again.',
  },
  HANDOVER_REFUSED: { status: 409, retry: 'never', sentence: 'This handover is not possible now.' },
  NOTICE_NOT_FREE: { status: 403, retry: 'never', sentence: 'In this plan proctors choose a template.' },
  INSTANT_TOO_SOON: { status: 409, retry: 'never', sentence: 'A start names an instant that is further ahead.' },
  CONTROL_EXPIRED: { status: 409, retry: 'never', sentence: 'The control expired before it was applied.' },
  CALL_OPEN: { status: 409, retry: 'never', sentence: 'Your hand is up already.' },
  CALL_CHANGED: { status: 409, retry: 'never', sentence: 'The call is over; somebody else was faster.' },
  INCIDENT_CHANGED: { status: 409, retry: 'never', sentence: 'Somebody else was faster; look at the incident again.' },
  EXAMINEE_TAKEN: { status: 409, retry: 'never', sentence: 'Another proctor has taken this examinee.' },
  CONTROL_REUSED: { status: 409, retry: 'never', sentence: 'This control id was used for another control.' },
  INCIDENT_REUSED: { status: 409, retry: 'never', sentence: 'This incident id was used for another incident.' },
  UNDO_REFUSED: { status: 409, retry: 'never', sentence: 'This control cannot be taken back.' },
  // results
  FILE_ALTERED: { status: 409, retry: 'never', sentence: 'This file is not what the store knows of it.' },
  ITEMS_UNMARKED: { status: 409, retry: 'never', sentence: 'Some answers have no mark yet that counts.' },
  MARK_REFUSED: { status: 409, retry: 'never', sentence: 'This answer cannot be marked so.' },
  MARK_CHANGED: {
    status: 409,
    retry: 'never',
    sentence: 'Somebody else was faster, or the answer is another; look at it again.',
  },
  SHEET_SETTLED: {
    status: 409,
    retry: 'never',
    sentence: 'The room has settled, and what counts is fixed; readmit the examinee or reopen the room first.',
  },
  RESULT_UNRELEASED: { status: 409, retry: 'later', sentence: 'The results are not released yet.' },
  // answers
  SHEET_LOCKED: { status: 409, retry: 'later', sentence: 'A proctor has locked the sheet; it is kept, send it later.' },
  ANSWER_LATE: { status: 409, retry: 'never', sentence: 'The answer came after the end.' },
  ANSWER_TOO_LARGE: {
    status: 413,
    retry: 'never',
    sentence: 'The answer is larger than 64 KiB.',
    allowed: ['at most 64 KiB'],
  },
  ANSWER_INVALID: {
    status: 422,
    retry: 'never',
    sentence: 'The answer does not fit the kind of its item.',
    allowed: ['an answer of the kind of its item'],
  },
  ANSWER_CONFLICT: { status: 409, retry: 'never', sentence: 'This revision is stored with another content.' },
  ANSWER_REFUSED: {
    status: 422,
    retry: 'never',
    sentence: 'The answer cannot be stored; change it and send it anew.',
    allowed: ['an answer that can be stored'],
  },
  REVISION_INVALID: {
    status: 422,
    retry: 'never',
    sentence: 'The revision does not belong to this session.',
    allowed: ['revisions of the own session'],
  },
  ITEM_CLOSED: {
    status: 409,
    retry: 'never',
    sentence: 'In this exam you go forward only; this item was left, and what was saved of it stays.',
  },
  SHEET_SUBMITTED: { status: 409, retry: 'never', sentence: 'The sheet is submitted.' },
  SHEET_SUBMITTING: { status: 409, retry: 'later', sentence: 'The sheet is being submitted; wait for its result.' },
  SUBMIT_INCOMPLETE: {
    status: 409,
    retry: 'later',
    sentence: 'Some of the named revisions never arrived; send them first.',
  },
} as const satisfies Record<string, Entry>;

export type RefusalCode = keyof typeof REFUSALS;

/** Where somebody sits, for who came to another room. */
export type OwnPlace = { readonly roomId: string; readonly label: string; readonly seat?: string | undefined };

/**
 * A refusal is a value: expected, with a code, what is allowed instead, and when to try again. `at` is the instant that it is
 * about, epoch ms: the planned start for who is too early, until when one could come for who is too late, the end for who
 * comes after it.
 */
export type Refusal = {
  readonly refused: RefusalCode;
  readonly retry: Retry;
  readonly message: string;
  readonly retryAfterMs?: number;
  readonly at?: number;
  readonly room?: OwnPlace;
  /** The state that was found, where it decides. */
  readonly state?: string;
  /** What would have been taken, where the catalogue cannot know it. */
  readonly allowed?: readonly string[];
  /** Items of a submit whose named revision never arrived. */
  readonly missing?: readonly number[];
};

/** Makes the refusal of this code; `detail` says what is wrong and what is allowed. */
export function refuse(code: RefusalCode, detail?: string, retryAfterMs?: number): Refusal {
  const { retry, sentence } = REFUSALS[code];
  const message = detail === undefined ? sentence : `${sentence} ${detail}`;
  return retryAfterMs === undefined
    ? { refused: code, retry, message }
    : { refused: code, retry, message, retryAfterMs };
}

/** The same refusal, with what would have been taken. */
export function allowing(allowed: readonly string[], refusal: Refusal): Refusal {
  return { ...refusal, allowed };
}

/** What would have been taken, for all refusals of this code. */
export function allowedBy(code: RefusalCode): readonly string[] | undefined {
  const entry: Entry = REFUSALS[code];
  return entry.allowed;
}

/** True for a refusal, false for the wanted result. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** Carries a refusal through code that throws: routes and hooks. Never used for faults. */
export class RefusalError extends Error {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = 'RefusalError';
    this.refusal = refusal;
  }
}
