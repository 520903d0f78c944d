// The synchronised state of a room: what its clients see. Two schemas for one examinee: the row is the examinee's own,
// the board row is for proctors alone. Nothing that changes with each answer lies in the examinee's row.
import { type SchemaType, schema, t } from '@colyseus/schema';

/** What an examinee sees of himself. Instants are epoch ms. */
export const ExamineeRow = schema(
  { examineeId: t.string(), status: t.string().default('registered'), deadlineAt: t.number().default(0) },
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
  },
  'BoardRow',
);
export type BoardRow = SchemaType<typeof BoardRow>;

/** Public part, and the two maps of which each client's view shows its share. */
export const ExamRoomState = schema(
  {
    roomId: t.string(),
    planId: t.string(),
    label: t.string().default(''),
    status: t.string().default('closed'),
    startsAt: t.number().default(0),
    deadlineAt: t.number().default(0),
    examinees: t.map(ExamineeRow).view(),
    board: t.map(BoardRow).view(),
  },
  'ExamRoomState',
);
export type ExamRoomState = SchemaType<typeof ExamRoomState>;
