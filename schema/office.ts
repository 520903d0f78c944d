// What the office asks and is told of single things: changes with a reason, and views that nothing else has. Parsed at the
// border; unknown members are refused. Used by api/. Instants are epoch ms.
import { z } from 'zod';
import { Id } from './id-shapes.ts';
import { NoticeTemplates } from './notices.ts';
import { Instant, Label, PlanBody } from './requests.ts';

const Next = z.string().nullable().describe('the cursor of the next page; null on the last one');

/** Why something is changed or removed; it goes into the audit chain as it is, so it names nobody. */
const Reason = z.string().trim().max(200).default('').describe('why; it stays in the audit chain');
export const ReasonQuery = z.strictObject({ reason: Reason });

const policies = PlanBody.shape;

/** A plan as it is to be: what is left out stays, null takes an instant away. */
export const PlanEditBody = z
  .strictObject({
    reason: Reason,
    name: Label.optional(),
    paperId: Id.optional().describe('while it is a draft'),
    durationMs: policies.durationMs.optional(),
    windowEndsAt: Instant.nullable().optional(),
    plannedAt: Instant.nullable().optional(),
    lateEntry: policies.lateEntry.unwrap().optional(),
    deviceChange: policies.deviceChange.unwrap().optional(),
    admission: policies.admission.unwrap().optional(),
    incidentRules: policies.incidentRules,
    navigation: policies.navigation.unwrap().optional(),
    rules: policies.rules.unwrap().optional(),
    lockStopsClock: z.boolean().optional(),
    noticeTemplates: NoticeTemplates.optional(),
    freeNotices: z.boolean().optional(),
    reasons: policies.reasons.unwrap().optional(),
    warningsMs: policies.warningsMs.unwrap().optional(),
    graceMs: policies.graceMs.unwrap().optional(),
    offlineMs: policies.offlineMs.unwrap().optional(),
  })
  .refine(({ reason: _, ...members }) => Object.values(members).some((member) => member !== undefined), {
    message: 'something that is to be changed',
  });
export type PlanEdit = z.output<typeof PlanEditBody>;

export const RoomEditBody = z.strictObject({ reason: Reason, label: Label });

export const AdminParams = z.strictObject({ adminId: Id });
export const AdminEntry = z.strictObject({ adminId: z.string(), login: z.string(), createdAt: z.number() });
export const AdminList = z.strictObject({ admins: z.array(AdminEntry), next: Next });

/** A paper without what is asked. */
export const PaperEntry = z.strictObject({
  paperId: z.string(),
  name: z.string(),
  rehearsal: z.boolean(),
  createdAt: z.number(),
});
export const PaperList = z.strictObject({ papers: z.array(PaperEntry), next: Next });

/** `scopes` null: all actions of the role. The token is in no answer but the first. */
export const ServiceView = z.strictObject({
  serviceId: z.string(),
  label: z.string(),
  scopes: z.array(z.string()).nullable(),
  expiresAt: z.number(),
  createdAt: z.number(),
});
export const ServiceList = z.strictObject({ services: z.array(ServiceView), next: Next });
