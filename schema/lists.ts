// Every list of the api: what it may be ordered by, and filtered by. The one place: the query's schema and so its refusals
// and its description, the store's query, and the table in docs/api.md all come from it. An order stands here only where an
// index carries it, or where the rows are those of one room or one person, which are few. Used by api/ and store/.
import { z } from 'zod';
import { Id } from './id-shapes.ts';
import { INCIDENT_KINDS } from './incidents.ts';
import { LOG_STREAMS } from './jobs.ts';
import { Label, Limit } from './requests.ts';
import { BY_ID, byNumber, byOwn, byText, namesOf, orderOf, positionIn, type Sorts } from './sorting.ts';
import { CALL_STATES, EXAMINEE_STATES, INCIDENT_STATES, PLAN_STATES, ROOM_STATES } from './states.ts';

export type List = {
  readonly sorts: Sorts;
  readonly filters: z.ZodRawShape;
  /** Filters that go with one order alone, by the name of that order. */
  readonly only?: Readonly<Record<string, string>>;
};

const Instant = z.coerce.number().int().min(0).optional();
const Name = z
  .string()
  .regex(/^[0-9A-Za-z._-]{1,64}$/, '1 to 64 letters, digits, ., _ or -')
  .optional();
const Version = z.coerce.number().int().min(1).optional();
const roomId = Id.optional();

const id = BY_ID;
const at = byNumber('at');
const times = { since: Instant, until: Instant.describe('before this instant') };
const minute = { sorts: { minute: byOwn('minute', 'number') }, filters: {} };
const logFilters = { ...times, kind: Name };
const plain = { sorts: { id }, filters: {} };

export const LISTS = {
  plans: {
    sorts: { id, start: { ...byNumber('plannedAt'), mayMiss: true } },
    filters: { status: z.enum(PLAN_STATES).optional(), paperId: Id.optional() },
  },
  rooms: {
    sorts: { id, label: byOwn('label', 'text'), status: byText('status') },
    filters: { status: z.enum(ROOM_STATES).optional() },
  },
  examinees: {
    sorts: {
      id,
      label: byOwn('label', 'text'),
      status: byText('status'),
      seat: { ...byText('seat'), mayMiss: true, needs: 'roomId' },
    },
    filters: {
      roomId,
      status: z.enum(EXAMINEE_STATES).optional(),
      labelFrom: Label.optional().describe('labels that begin so; in the order of labels alone'),
    },
    only: { labelFrom: 'label' },
  },
  proctors: {
    sorts: { id, label: byText('label'), login: byOwn('login', 'text') },
    filters: { roomId, chief: z.enum(['true', 'false']).optional() },
  },
  admins: { sorts: { id, login: byOwn('login', 'text') }, filters: {} },
  services: { sorts: { id: byOwn('subjectId', 'id') }, filters: {} },
  papers: plain,
  keys: { sorts: { version: byOwn('version', 'number') }, filters: {} },
  rosterImports: plain,
  incidents: {
    sorts: { at, severity: byNumber('severity') },
    filters: {
      state: z.enum(INCIDENT_STATES).optional(),
      roomId,
      kind: z.enum(INCIDENT_KINDS).optional(),
      examineeId: Id.optional(),
    },
  },
  calls: {
    sorts: { at },
    filters: { state: z.enum(CALL_STATES).optional(), roomId, examineeId: Id.optional() },
  },
  logs: { sorts: { at }, filters: { ...logFilters, stream: z.enum(LOG_STREAMS).optional(), subject: Name, roomId } },
  roomLogs: { sorts: { at }, filters: { ...logFilters, stream: z.enum(LOG_STREAMS).optional() } },
  ownLogs: { sorts: { at }, filters: logFilters },
  minutes: minute,
  audit: {
    sorts: { sequence: byOwn('sequence', 'number') },
    filters: { kind: Name, subject: Name },
  },
  heldAnswers: plain,
  files: { sorts: { id }, filters: { planId: Id } },
  uploads: { sorts: { id }, filters: { roomId } },
  keptExports: plain,
  results: {
    sorts: { id, points: byNumber('points') },
    filters: {
      version: Version,
      roomId,
      changed: z.enum(['true', 'false']).default('false').describe('only what this version changed'),
    },
  },
  itemResults: { sorts: { id }, filters: { version: Version } },
  marks: plain,
  unmarked: { sorts: { id: { ...byOwn('examineeId', 'id'), isOneWay: true } }, filters: {} },
  erasures: plain,
  timeline: { sorts: { at: { ...at, tie: 'entryId' } }, filters: {} },
  roomControls: { sorts: { at: { ...at, tie: 'entryId' } }, filters: {} },
  ownIncidents: { sorts: { at }, filters: {} },
} as const satisfies Record<string, List>;

const CursorText = z
  .string()
  .regex(/^[0-9A-Za-z._-]{1,1200}$/, 'use the `next` of the page before')
  .optional();

/** What may be asked of the list, with its cursor and its limit; what does not go together is refused with what does. */
export function listQuery<L extends List>(list: L) {
  const { sorts, filters, only = {} } = list;
  const names = namesOf(sorts);
  const sort = z.enum(names as [string, ...string[]], { error: `allowed: ${names.join(', ')}` });
  const described = sort.default(names[0] ?? '').describe('`-` before it: in the other direction');
  const shape = { after: CursorText, limit: Limit, sort: described };
  const query = z.strictObject({ ...shape, ...(filters as L['filters']) });
  return query.superRefine((found: object, context) => {
    const asked = found as { after?: string; sort: string } & Record<string, unknown>;
    const order = orderOf(sorts, asked.sort);
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (asked.after !== undefined && positionIn(order, asked.after) === undefined)
      refuse('after', 'use the `next` of the page before, with the same sort');
    if (order.needs !== undefined && asked[order.needs] === undefined) refuse('sort', `it goes with ${order.needs}`);
    for (const [filter, name] of Object.entries(only))
      if (asked[filter] !== undefined && asked.sort.replace('-', '') !== name)
        refuse(filter, `it goes with sort=${name}`);
  });
}

export type ListName = keyof typeof LISTS;
