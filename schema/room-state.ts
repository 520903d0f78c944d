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
  },
  'ExamineeRow',
);
export type ExamineeRow = SchemaType<typeof ExamineeRow>;

/** What proctors see of an examinee. */
export const BoardRow = schema(
  {
    examineeId: t.string(),
    label: t.string().default(''),
    status: t.string().default('registered'),
    link: t.string().default('offline'),
    savedCount: t.uint32().default(0),
    lastSeenAt: t.number().default(0),
    deadlineAt: t.number().default(0),
    heldSince: t.number().default(0),
    /** '', or what holds the examinee: plan, room, person, lock. */
    hold: t.string().default(''),
  },
  'BoardRow',
);
export type BoardRow = SchemaType<typeof BoardRow>;

/** What the proctors of a room see of each other. `at` is since when. */
export const ProctorRow = schema(
  {
    proctorId: t.string(),
    label: t.string().default(''),
    state: t.string().default('assigned'),
    at: t.number().default(0),
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
