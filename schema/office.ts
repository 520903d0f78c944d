// What the office asks and is told of single things: changes with a reason, and views that nothing else has. Parsed at the
// border; unknown members are refused. Used by api/. Instants are epoch ms.
import { z } from 'zod';
import { ITEM_KINDS, PARTIAL_CREDITS, VOIDED } from './answers.ts';
import { Id } from './id-shapes.ts';
import { NoticeTemplates } from './notices.ts';
import { SERVICE_ACTIONS } from './permissions.ts';
import { AccountBody, Instant, Label, PlanBody, ServiceBody } from './requests.ts';
import { RetentionDays } from './retention.ts';

const Next = z.string().nullable().describe('the cursor of the next page; null on the last one');

/** Why something is changed or removed; it lies beside the audit chain, and goes with whom it is about or names. */
const Reason = z.string().trim().max(200).default('').describe('why; the audit chain has a salted hash of it');
export const ReasonQuery = z.strictObject({ reason: Reason });

/** A step that needs nothing but, if somebody has one, a reason. */
export const ReasonBody = z.strictObject({ reason: Reason }).default({ reason: '' });

const policies = PlanBody.shape;

/**
 * What is to be changed, and why: any of these members, and one of them at least. In JSON Schema it is said member by member,
 * since a programme that makes such bodies has to guess until a `not` is kept.
 */
function editOf<Members extends z.ZodRawShape>(members: Members) {
  const anyOf = Object.keys(members).map((name) => ({ required: [name] }));
  return z
    .strictObject({ reason: Reason, ...members })
    .refine(saysMore, { message: 'something that is to be changed' })
    .meta({ anyOf });
}

function saysMore({ reason: _, ...members }: object & { reason?: unknown }): boolean {
  return Object.values(members).some((member) => member !== undefined);
}

/** A plan as it is to be: what is left out stays, null takes an instant away. */
export const PlanEditBody = editOf({
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
});
export type PlanEdit = z.output<typeof PlanEditBody>;

/** How long the plan's people are kept, whatever state it is in, until their erasing begins. */
export const RetentionBody = z.strictObject({ reason: Reason, retentionDays: RetentionDays });

export const RoomEditBody = z.strictObject({ reason: Reason, label: Label });

const { login, password } = AccountBody.shape;
const account = { login: login.optional(), password: password.optional() };

/** A new password ends the sessions. */
export const AdminEditBody = editOf(account);
export const ProctorEditBody = editOf({ ...account, label: Label.optional() });
export const ServiceEditBody = editOf({
  label: Label.optional(),
  scopes: z.union([z.array(z.enum(SERVICE_ACTIONS)).min(1), z.literal('all')]).optional(),
  lifeMs: ServiceBody.shape.lifeMs.unwrap().optional().describe('from now on'),
});

/** A version of a key: how each item is scored, and never what is right. */
export const KeyVersion = z.strictObject({
  paperId: z.string(),
  version: z.int(),
  entryCount: z.int(),
  createdAt: z.number(),
});
export const KeyVersions = z.strictObject({ keys: z.array(KeyVersion), next: Next });
export const KeyRules = z.strictObject({
  ...KeyVersion.shape,
  items: z.array(
    z.strictObject({
      item: z.int(),
      kind: z.enum(ITEM_KINDS),
      points: z.int(),
      penalty: z.int().nullable(),
      partial: z.enum(PARTIAL_CREDITS).nullable(),
      voided: z.enum(VOIDED).nullable(),
    }),
  ),
});
export const KeyParams = z.strictObject({ paperId: Id, version: z.coerce.number().int().min(1) });

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
