// What has happened to one examinee, as a proctor's page shows it: entries of one line, in the order of time. Never what was
// answered, nor anything of another examinee. Made by exam/person-timeline.ts, sent by the api.
import { z } from 'zod';
import { CONTROL_ACTIONS, TIME_KINDS } from './controls.ts';
import { INCIDENT_KINDS, INCIDENT_SOURCES } from './incidents.ts';
import { CALL_STATES, INCIDENT_STATES, ROLES } from './states.ts';

const Count = z.int().min(0);
/** Who did it; `label` is a proctor's name, '' of others. Null: nobody in particular. */
export const Who = z.strictObject({ id: z.string(), role: z.enum(ROLES), label: z.string() }).nullable();
export type Who = z.infer<typeof Who>;

const entry = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.strictObject({ entryId: z.string(), at: z.int(), kind: z.literal(kind), ...shape });

/** `entryId` names an entry for ever; `at` is epoch ms. Instants that are 0 have not been yet. */
export const TimelineEntry = z.discriminatedUnion('kind', [
  /** `again`: the same page came back after its link was lost. `device` is '' where it is not known. */
  entry('entered', { device: z.string(), anotherDevice: z.boolean(), again: z.boolean() }),
  /** Said to be ready; and may answer, since the room runs. */
  entry('ready', {}),
  entry('began', {}),
  entry('device.waiting', {}),
  /** `until` is 0 of a link that is down now. */
  entry('link.lost', { until: z.int() }),
  entry('link.back', { ms: Count }),
  /** Of one minute, `minute` being its start: how many revisions, of how many items, how many of them after the end. */
  entry('answers.saved', { minute: z.int(), count: Count, itemCount: Count, lateCount: Count }),
  /** A device that another one has followed brought so many answers. */
  entry('answers.held', { count: Count }),
  entry('answer.decided', { to: z.enum(['applied', 'taken', 'dropped']) }),
  entry('sheet', { to: z.enum(['submitted', 'timed-out']), itemCount: Count }),
  entry('moved', { fromRoomId: z.string(), toRoomId: z.string() }),
  entry('incident', {
    incidentId: z.string(),
    incident: z.enum(INCIDENT_KINDS),
    source: z.enum(INCIDENT_SOURCES),
    severity: z.number(),
    state: z.enum(INCIDENT_STATES),
    count: Count,
    lastAt: z.int(),
    note: z.string(),
    by: Who,
  }),
  entry('incident.handled', {
    incidentId: z.string(),
    incident: z.enum(INCIDENT_KINDS),
    to: z.enum(INCIDENT_STATES),
    note: z.string(),
    controlId: z.string().nullable(),
    by: Who,
  }),
  /** Applied in the room, and how far it has come with this examinee. A notice and a call are controls with a text. */
  entry('control', {
    controlId: z.string(),
    action: z.enum(CONTROL_ACTIONS),
    isForRoom: z.boolean(),
    reason: z.string(),
    text: z.string(),
    extraMs: z.int(),
    time: z.enum(TIME_KINDS),
    mustConfirm: z.boolean(),
    undoes: z.string().nullable(),
    by: Who,
    sentAt: z.int(),
    deliveredAt: z.int(),
    confirmedAt: z.int(),
  }),
  /** The hand went up. */
  entry('call', { callId: z.string(), question: z.string(), state: z.enum(CALL_STATES) }),
  entry('call.ended', {
    callId: z.string(),
    to: z.enum(CALL_STATES),
    answer: z.string(),
    receivedAt: z.int(),
    by: Who,
  }),
  entry('identity', { confirmed: z.boolean(), note: z.string(), by: Who }),
  entry('claim', { to: z.enum(['taken', 'returned', 'freed']), by: Who }),
  /** Anything else that the log has of this examinee, by its name there. */
  entry('log', { name: z.string() }),
]);
export type TimelineEntry = z.infer<typeof TimelineEntry>;

export const TimelineReply = z.strictObject({
  examineeId: z.string(),
  entries: z.array(TimelineEntry),
  next: z.string().nullable().describe('the cursor of the next page; null on the last one'),
  now: z.number(),
});
export type TimelineReply = z.infer<typeof TimelineReply>;
