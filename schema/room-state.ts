// The synchronised state of a room: what its clients see. Two schemas for one examinee: the row is the examinee's own,
// the board row is for proctors alone. Nothing that changes with each answer lies in the examinee's row.
import { type SchemaType, schema, t } from '@colyseus/schema';

/** What an examinee sees of himself. Instants are epoch ms. */
export const ExamineeRow = schema(
  {
    examineeId: t.string(),
    status: t.string().default('registered'),
    deadlineAt: t.number().default(0),
    /** Since when the own clock stands; 0 while it runs. */
    heldSince: t.number().default(0),
    locked: t.boolean().default(false),
    /** waiting, admitted or refused. */
    admission: t.string().default('admitted'),
  },
  'ExamineeRow',
);
export type ExamineeRow = SchemaType<typeof ExamineeRow>;

/**
 * What proctors see of an examinee. Instants are epoch ms, 0 = none; each names when something began, so that what only
 * grows older changes nothing here. The counts are narrow, because they change with most answers.
 */
export const BoardRow = schema(
  {
    examineeId: t.string(),
    label: t.string().default(''),
    /** '' for none. */
    seat: t.string().default(''),
    status: t.string().default('registered'),
    link: t.string().default('offline'),
    /** Since when the link is so; of one that is down, its last sign of life. */
    linkAt: t.number().default(0),
    /** Items with an answer, and of these the ones whose newest answer is durable. */
    answeredCount: t.uint16().default(0),
    savedCount: t.uint16().default(0),
    /** Answers that are not known to be saved, as soon as the oldest of them has waited for a second. */
    unsavedCount: t.uint16().default(0),
    unsavedSince: t.number().default(0),
    deadlineAt: t.number().default(0),
    heldSince: t.number().default(0),
    /** '', or what holds the examinee: plan, room, person, lock. */
    hold: t.string().default(''),
    /** Since when another device wants in; 0 for none. */
    deviceWaitingSince: t.number().default(0),
    /** waiting, admitted or refused. */
    admission: t.string().default('admitted'),
    /** What kind of device it is, such as `Chrome 141, Windows`; and how far its clock is ahead of ours, to the second. */
    device: t.string().default(''),
    clockAheadMs: t.int32().default(0),
    /** Incidents that are still to be decided, and the severity of the worst in [0, 1]. */
    openIncidents: t.uint16().default(0),
    worstSeverity: t.number().default(0),
    /** The last notice or call: its control, and '', waiting, sent, delivered or confirmed. */
    noticeId: t.string().default(''),
    notice: t.string().default(''),
    /** Controls that have not reached the device. */
    unreachedCount: t.uint16().default(0),
    /** The proctor who has taken the examinee, so that no other runs to the same seat; '' for nobody. */
    takenBy: t.string().default(''),
    /** How much a proctor is needed, and why: names of schema/attention.ts with blanks between, the weightiest first. */
    attention: t.uint16().default(0),
    reasons: t.string().default(''),
  },
  'BoardRow',
);
export type BoardRow = SchemaType<typeof BoardRow>;

/** What the proctors of a room see of each other. `at` is since when. */
export const ProctorRow = schema(
  {
    proctorId: t.string(),
    label: t.string().default(''),
    chief: t.boolean().default(false),
    state: t.string().default('assigned'),
    at: t.number().default(0),
    /** The examinee whom this proctor looks at; '' for nobody. */
    watching: t.string().default(''),
  },
  'ProctorRow',
);
export type ProctorRow = SchemaType<typeof ProctorRow>;

/** Public part, and the maps of which each client's view shows its share. */
export const ExamRoomState = schema(
  {
    roomId: t.string(),
    planId: t.string(),
    label: t.string().default(''),
    /** Items of the paper. */
    itemCount: t.uint16().default(0),
    status: t.string().default('closed'),
    startsAt: t.number().default(0),
    deadlineAt: t.number().default(0),
    heldSince: t.number().default(0),
    locked: t.boolean().default(false),
    examinees: t.map(ExamineeRow).view(),
    board: t.map(BoardRow).view(),
    proctors: t.map(ProctorRow).view(),
  },
  'ExamRoomState',
);
export type ExamRoomState = SchemaType<typeof ExamRoomState>;
