// Every body and query that the api takes. Parsed once at the border, unknown members refused; what comes back is in
// schema/replies.ts. Instants are epoch ms, lengths ms. Used by api/, client/ and the load tests; decides nothing.
import { z } from 'zod';
import { ADMISSION_RULES } from './admission.ts';
import { Item, KeyEntry, Response } from './answers.ts';
import { CONTROL_SHAPE, checkFields, fieldsTogether } from './controls.ts';
import { DEVICE_CHANGE, DeviceChange } from './device-change.ts';
import { EXPORT_FORMAT, EXPORT_VERSION } from './export-file.ts';
import { Code, Id } from './id-shapes.ts';
import { EvidenceData, IncidentRules, Note, REPORT_KINDS, Severity } from './incidents.ts';
import { LateEntry } from './late-entry.ts';
import {
  GRACE_MS,
  LEAST_OFFLINE_MS,
  LIMITS,
  MOST_GRACE_MS,
  MOST_OFFLINE_MS,
  OFFLINE_MS,
  WARNINGS_MS,
} from './limits.ts';
import { NAVIGATIONS } from './navigation.ts';
import { NoticeTemplates } from './notices.ts';
import { Picture, paperFlaws, Section } from './paper.ts';
import { SERVICE_ACTIONS } from './permissions.ts';
import { RetentionDays } from './retention.ts';
import { SeatName } from './seats.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A name that people read: trimmed, without control characters. */
export const Label = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'a label has no control characters');

/** A login name: what people type, so only plain characters, and case does not matter. */
export const Login = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[a-z0-9][a-z0-9._@+-]{2,63}$/, 'a login has 3 to 64 of a-z 0-9 . _ @ + -');

/** A new password. An existing one is only compared, so LoginBody asks for less. */
export const NewPassword = z.string().min(10).max(200);

/** Another password of who asks, who has to know the present one. */
export const OwnPasswordBody = z.strictObject({ current: z.string().min(1).max(200), password: NewPassword });

/** An instant in this century, in epoch ms. */
export const Instant = z.int().min(1_600_000_000_000).max(4_102_444_800_000);

/** A name that a client made up: of a device, of an entry, of a request. */
const ClientName = z.string().regex(/^[0-9A-Za-z_-]{8,64}$/, '8 to 64 letters, digits, - or _');

/** The header Idempotency-Key. */
export const IdempotencyKey = ClientName;

/** `entryId` is new at each page load or process start; the same one gets the same fence again. */
/**
 * `fence` is what a session that comes back had: where a later one has taken over, it is refused and not let in again.
 * `roomId` is the room in which the device stands, where it knows that: who sits elsewhere is told where.
 */
export const EnterBody = z.strictObject({
  code: Code,
  deviceKey: ClientName,
  entryId: ClientName,
  fence: z.int().min(1).optional(),
  roomId: Id.optional(),
});
export type EnterBody = z.input<typeof EnterBody>;

/** What a device holds that another one has followed, under its own revisions. */
export const HeldBody = z.strictObject({
  answers: z
    .array(
      z.strictObject({
        item: z.int().min(1).max(LIMITS.items),
        revision: z.int().min(1).max(Number.MAX_SAFE_INTEGER),
        response: Response,
      }),
    )
    .min(1)
    .max(LIMITS.batchAnswers),
});
export type HeldBody = z.input<typeof HeldBody>;

const Base64Url = z.string().regex(/^[0-9A-Za-z_-]*$/, 'base64url');
const Revision = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

/** A sealed export as a device made it (schema/export-file.ts). */
export const ExportFileBody = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(EXPORT_VERSION),
  keyId: Id,
  planId: Id,
  roomId: Id,
  examineeId: Id,
  fence: z.int().min(1),
  proof: Base64Url.max(64),
  madeAt: z.int().min(0),
  ephemeralKey: Base64Url.max(128),
  sealed: Base64Url,
  part: z
    .strictObject({ set: Id, number: z.int().min(1), of: z.int().min(2).max(LIMITS.items) })
    .refine(({ number, of }) => number <= of, 'there are not so many parts')
    .optional()
    .describe('which of several files it is, where all together would be too large for one'),
});

/** What is sealed in it. */
export const ExportContentBody = z.strictObject({
  answers: z
    .array(
      z.strictObject({
        item: z.int().min(1).max(LIMITS.items),
        revision: Revision,
        response: Response,
        at: z.number(),
      }),
    )
    .max(LIMITS.exportPartAnswers),
  acknowledged: z.array(z.tuple([z.int().min(1).max(LIMITS.items), Revision])).max(LIMITS.items),
});

export const ProctorEnterBody = z.strictObject({ roomId: Id });
export type ProctorEnterBody = z.input<typeof ProctorEnterBody>;

export const LoginBody = z.strictObject({
  login: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[^\p{Cc}\p{Cs}]{1,64}$/u, 'a login is one line of text'),
  password: z.string().min(1).max(200),
});
export type LoginBody = z.input<typeof LoginBody>;

/** An admin's account; also what a one-time link takes. */
export const AccountBody = z.strictObject({ login: Login, password: NewPassword });
export type AccountBody = z.input<typeof AccountBody>;

export const PaperBody = z
  .strictObject({
    name: Label,
    items: z.array(Item).min(1).max(LIMITS.items),
    sections: z.array(Section).max(LIMITS.sections).default([]),
    pictures: z.array(Picture).max(LIMITS.pictures).default([]),
    /** It is removed with the rehearsal that it was made for. */
    rehearsal: z.boolean().default(false),
  })
  .refine(({ items }) => isUnique(items.map((item) => item.number)), {
    message: 'two items have one number',
    path: ['items'],
  })
  .superRefine((paper, context) => {
    for (const { path, message } of paperFlaws(paper)) context.addIssue({ code: 'custom', path, message });
  });
export type PaperBody = z.input<typeof PaperBody>;

export const KeyBody = z
  .strictObject({ entries: z.array(KeyEntry).min(1).max(LIMITS.items) })
  .refine(({ entries }) => isUnique(entries.map((entry) => entry.item)), {
    message: 'two entries are of one item',
    path: ['entries'],
  });
export type KeyBody = z.input<typeof KeyBody>;

const MOST_REASONS = 30;
const Reasons = z
  .array(Label)
  .min(1)
  .max(MOST_REASONS)
  .refine((all) => isUnique(all), { message: 'two reasons are the same' });

export const PlanBody = z.strictObject({
  name: Label,
  paperId: Id,
  durationMs: z.int().min(1_000).max(DAY_MS),
  windowEndsAt: Instant.optional(),
  plannedAt: Instant.optional().describe('the planned start: people are told, and nothing follows from it'),
  rehearsal: z.boolean().default(false),
  lateEntry: LateEntry.default('always').describe('until when somebody may enter for the first time'),
  deviceChange: DeviceChange.default(DEVICE_CHANGE).describe('how long a device is away before another one takes over'),
  admission: z.enum(ADMISSION_RULES).default('open').describe('who lets in whoever has entered'),
  incidentRules: IncidentRules.optional(),
  navigation: z.enum(NAVIGATIONS).default('free').describe('forward: no answer to an item before one that is answered'),
  rules: z
    .string()
    .trim()
    .max(LIMITS.rulesCharacters)
    .default('')
    .describe('what an examinee accepts before the start'),
  /** Whether the clock of a locked examinee stands. */
  lockStopsClock: z.boolean().default(false),
  /** Texts that proctors choose by name; and whether they may also write freely. */
  noticeTemplates: NoticeTemplates.optional(),
  freeNotices: z.boolean().default(true),
  reasons: Reasons.default([]).describe('what proctors choose from as the reason of a control'),
  /** How long before the own end an examinee is warned. */
  warningsMs: z
    .array(z.int().min(1_000).max(DAY_MS))
    .max(10)
    .default([...WARNINGS_MS]),
  /** How long after the own end answers are still taken that waited then; 0 takes none. */
  graceMs: z.int().min(0).max(MOST_GRACE_MS).default(GRACE_MS),
  offlineMs: z
    .int()
    .min(LEAST_OFFLINE_MS)
    .max(MOST_OFFLINE_MS)
    .default(OFFLINE_MS)
    .describe('how long an examinee’s link is silent before it is offline'),
  retentionDays: RetentionDays.default(null),
});
export type PlanBody = z.input<typeof PlanBody>;

/** The plan's templates as they are to be; none where they are left out. */
export const NoticesBody = z.strictObject({ noticeTemplates: NoticeTemplates.optional(), freeNotices: z.boolean() });

export const RoomsBody = z
  .strictObject({
    rooms: z
      .array(z.strictObject({ label: Label }))
      .min(1)
      .max(1_000),
  })
  .refine(({ rooms }) => isUnique(rooms.map((room) => room.label)), {
    message: 'two rooms have one label',
    path: ['rooms'],
  });
export type RoomsBody = z.input<typeof RoomsBody>;

const RosterEntry = z.strictObject({
  label: Label,
  roomId: Id,
  extraMs: z.int().min(0).max(DAY_MS).default(0),
  seat: SeatName.optional(),
});

export const ExamineesBody = z
  .strictObject({ examinees: z.array(RosterEntry).min(1).max(2_000) })
  .refine(({ examinees }) => isUnique(examinees.map((examinee) => examinee.label)), {
    message: 'two examinees have one label',
    path: ['examinees'],
  });
export type ExamineesBody = z.input<typeof ExamineesBody>;

/** `version` is the one that the sender saw: where somebody has decided since, it is refused. */
/** What is left out stays as it is; a seat that is null is taken away. */
export const RosterEditBody = z
  .strictObject({
    label: Label.optional(),
    extraMs: z.int().min(0).max(DAY_MS).optional(),
    seat: SeatName.nullable().optional(),
  })
  .refine(({ label, extraMs, seat }) => [label, extraMs, seat].some((field) => field !== undefined), {
    message: 'label, extraMs, seat or some of them',
  })
  .meta({ minProperties: 1 });
export type RosterEditBody = z.input<typeof RosterEditBody>;

export const IdentityBody = z.strictObject({
  confirmed: z.boolean(),
  note: z.string().trim().max(500).default(''),
  version: z.int().min(0).optional(),
});
export type IdentityBody = z.input<typeof IdentityBody>;

const RoomIds = z.array(Id).max(100);

export const ProctorBody = z
  .strictObject({
    label: Label,
    login: Login,
    password: NewPassword,
    roomIds: RoomIds,
    chief: z.boolean().default(false),
  })
  .refine(({ roomIds, chief }) => chief || roomIds.length > 0, { message: 'a room, or chief', path: ['roomIds'] });
export type ProctorBody = z.input<typeof ProctorBody>;

/** The whole assignment as it is to be; without rooms, and no chief, there is nothing left of it. `version`: what was seen. */
export const AssignmentBody = z.strictObject({
  roomIds: RoomIds.min(1).optional(),
  chief: z.boolean(),
  version: z.int().min(1).optional(),
});
export type AssignmentBody = z.input<typeof AssignmentBody>;

/**
 * Without a start's instant it is a few seconds ahead. No `roomId` means every room of the plan, no `examineeIds` everybody
 * there; a proctor names either a room or people of the own rooms.
 */
export const ControlBody = z
  .strictObject({ ...CONTROL_SHAPE, roomId: Id.optional() })
  .superRefine(checkFields)
  .meta(fieldsTogether(['roomId']));
export type ControlBody = z.input<typeof ControlBody>;

/** What somebody saw, or an analysis found. No `examineeId`: it concerns the room. `at` is when it happened, now unless given. */
export const IncidentBody = z.strictObject({
  roomId: Id,
  examineeId: Id.optional(),
  kind: z.enum(REPORT_KINDS),
  severity: Severity,
  at: Instant.optional(),
  note: Note.default(''),
  evidence: EvidenceData.default({}),
});
export type IncidentBody = z.input<typeof IncidentBody>;

/** `version` is the one that was seen: where somebody else was faster, nothing changes. `controlId` names the action taken. */
export const HandlingBody = z.strictObject({
  to: z.enum(['acknowledged', 'unfounded', 'confirmed']),
  note: Note.default(''),
  controlId: Id.optional(),
  version: z.int().min(0),
});
export type HandlingBody = z.input<typeof HandlingBody>;

/** A machine's account; its token is shown once and holds so long. */
export const ServiceBody = z.strictObject({
  label: Label.optional(),
  scopes: z
    .array(z.enum(SERVICE_ACTIONS))
    .min(1)
    .optional()
    .describe('the actions that its token may; all of its role where it is left out'),
  lifeMs: z
    .int()
    .min(MINUTE_MS)
    .max(366 * DAY_MS)
    .default(30 * DAY_MS),
});
export type ServiceBody = z.input<typeof ServiceBody>;

export const ViewLinkBody = z.strictObject({
  lifeMs: z
    .int()
    .min(MINUTE_MS)
    .max(30 * DAY_MS)
    .default(DAY_MS),
});
export type ViewLinkBody = z.input<typeof ViewLinkBody>;

/** The body of a photo: its bytes, of any content type. What they are is looked at. */
export const PhotoBody = z.instanceof(Uint8Array);

/** The body of what needs none: nothing, or an empty object. */
export const NoBody = z.strictObject({}).default({});
export const NoQuery = z.strictObject({});
export const NoParams = z.strictObject({});

export const Limit = z.coerce.number().int().min(1).max(500).default(100);

export const IncidentCountsQuery = z.strictObject({ source: z.enum(['store', 'live']).default('store') });
export const SheetQuery = z.strictObject({ source: z.enum(['store', 'live']).default('store') });
export const ViewQuery = z.strictObject({ view: z.string().max(200).default('') });

export const ProctorParams = z.strictObject({ planId: Id, proctorId: Id });
export const PlanParams = z.strictObject({ planId: Id });
export const RoomParams = z.strictObject({ roomId: Id });
export const PaperParams = z.strictObject({ paperId: Id });
export const ExamineeParams = z.strictObject({ examineeId: Id });
export const IncidentParams = z.strictObject({ incidentId: Id });
export const ServiceParams = z.strictObject({ serviceId: Id });
export const ControlParams = z.strictObject({ controlId: Id });
export const FileParams = z.strictObject({
  fileId: z.string().regex(/^[a-z]{1,16}\.[0-9A-Za-z]{16}$/, 'not the id of a file'),
});
export const LinkParams = z.strictObject({
  token: z.string().regex(/^[0-9A-Za-z_-]{20,128}$/, 'not the token of a link'),
});

function isUnique(values: readonly (string | number)[]): boolean {
  return new Set(values).size === values.length;
}
