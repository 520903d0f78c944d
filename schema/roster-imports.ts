// Rosters as files: what may be asked of them over REST, and what is shown of them. A file's names are in no reply but as
// places (row and column); people are read from the roster itself.
import { z } from 'zod';
import { Id } from './id-shapes.ts';
import { LIMITS } from './limits.ts';

/** What a column may be. A label is the number and the name, or the one of them that there is. */
export const ROSTER_COLUMNS = ['name', 'number', 'room', 'seat', 'extra', 'group'] as const;
export type RosterColumn = (typeof ROSTER_COLUMNS)[number];

export const ROSTER_ENCODINGS = ['utf-8', 'cp949'] as const;
export type RosterEncoding = (typeof ROSTER_ENCODINGS)[number];
/** What stands between two cells, in the order in which they are looked for. */
export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t' } as const;
export type Delimiter = keyof typeof DELIMITERS;

/** `writing`: rows lie there and count for nobody. Both others are final. */
export const IMPORT_STATES = ['writing', 'committed', 'failed'] as const;
export type ImportState = (typeof IMPORT_STATES)[number];

/** Bytes of a file, people in it, and errors that are listed. */
export const ROSTER_LIMITS = { bytes: 4 * 1024 * 1024, people: 20_000, rooms: 1_000, errors: 200 } as const;

/** An import on which nobody has worked for so long is given up, or gone on with where it is committed. */
export const IMPORT_STALE_MS = 60_000;
/** What an import that was given up may still write, because its process slept, is removed for so long. */
export const IMPORT_LATE_MS = 600_000;

const Column = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .optional()
  .describe('a name in the header, or the number of a column from 1');

/** How the file is to be read, and who gets which place. What is left out is found in the file. */
export const RosterImportQuery = z
  .strictObject({
    encoding: z.enum(ROSTER_ENCODINGS).optional(),
    delimiter: z.enum(['comma', 'semicolon', 'tab']).optional(),
    nameColumn: Column,
    numberColumn: Column,
    roomColumn: Column,
    seatColumn: Column,
    extraColumn: Column,
    groupColumn: Column,
    rooms: z
      .enum(['file', 'fill'])
      .optional()
      .describe('from the room column, or by filling the rooms of the plan; from the file where it has the column'),
    newRooms: z.enum(['make', 'refuse']).default('make').describe('what a room is that the plan does not have'),
    seats: z
      .enum(['file', 'number', 'none'])
      .optional()
      .describe('from the seat column, numbered from 1 in each room, or none'),
    order: z
      .enum(['file', 'label', 'shuffled'])
      .default('file')
      .describe('in which order rooms are filled and seats numbered'),
    seed: z.string().min(1).max(64).optional().describe('the same seed shuffles the same way'),
    capacity: z.coerce.number().int().min(1).max(LIMITS.examinees).optional().describe('of each room; at most 500'),
    groups: z.enum(['keep']).optional().describe('people of one group are put into one room; with rooms=fill'),
  })
  .refine(({ order, seed }) => (order === 'shuffled') === (seed !== undefined), {
    message: 'order=shuffled, and nothing else, takes a seed',
    path: ['seed'],
  });
export type RosterImportQuery = z.output<typeof RosterImportQuery>;

/** The file as it is. */
export const RosterBytes = z.instanceof(Uint8Array);

export const RosterImportParams = z.strictObject({ planId: Id, importId: Id });

/** `row` is counted as a spreadsheet does, the header is 1; 0 is the file as a whole. `column` is a name in the header, or ''. */
export const RosterError = z.strictObject({
  row: z.int().min(0),
  column: z.string(),
  message: z.string(),
  allowed: z.string(),
});
export type RosterError = z.infer<typeof RosterError>;

/** What an import of the file would come to. `columns` names the header's names; `ignored` are those that are nothing. */
export const RosterCheck = z.strictObject({
  encoding: z.enum(ROSTER_ENCODINGS),
  delimiter: z.enum(['comma', 'semicolon', 'tab']),
  columns: z.partialRecord(z.enum(ROSTER_COLUMNS), z.string()),
  ignored: z.array(z.string()),
  people: z.int().min(0),
  rooms: z.array(z.strictObject({ label: z.string(), people: z.int().min(0), isNew: z.boolean() })),
  errorCount: z.int().min(0),
  errors: z.array(RosterError),
});
export type RosterCheck = z.infer<typeof RosterCheck>;

/** `written` of `people` lie there; they count once it is `committed`. `endedAt` is 0 while something is left to do. */
export const RosterImportView = z.strictObject({
  importId: z.string(),
  planId: z.string(),
  state: z.enum(IMPORT_STATES),
  people: z.int().min(0),
  written: z.int().min(0),
  newRooms: z.int().min(0),
  by: z.string(),
  at: z.number(),
  endedAt: z.number(),
});
export type RosterImportView = z.infer<typeof RosterImportView>;
export const RosterImportList = z.strictObject({
  imports: z.array(RosterImportView),
  next: z.string().nullable(),
});
