// What somebody is told of himself alone: an examinee of decided incidents, a proctor of the own presence. Used by api/.
import { z } from 'zod';
import { INCIDENT_KINDS } from './incidents.ts';
import { PROCTOR_STATES } from './states.ts';

/** An incident as the person whom it concerns is told of it: no evidence, no note, and nobody who decided. */
const OwnIncident = z.strictObject({
  incidentId: z.string(),
  kind: z.enum(INCIDENT_KINDS),
  state: z.enum(['unfounded', 'confirmed']),
  at: z.number(),
  decidedAt: z.number(),
});
export const OwnIncidents = z.strictObject({
  incidents: z.array(OwnIncident),
  next: z.string().nullable().describe('the cursor of the next page; null on the last one'),
});
export type OwnIncidents = z.infer<typeof OwnIncidents>;

/** `status` of all rooms together; `at` since when, epoch ms, 0 for never. */
export const PresenceReply = z.strictObject({
  proctorId: z.string(),
  status: z.enum(PROCTOR_STATES),
  rooms: z.array(z.strictObject({ roomId: z.string(), state: z.enum(PROCTOR_STATES), at: z.number() })),
});
export type PresenceReply = z.infer<typeof PresenceReply>;
