// Everything that the api answers with. Strict, so that a member too many (a hash, a key, a code) fails the tests; no
// document of the store is ever sent as it lies. Instants are epoch ms. Used by api/, client/ and the load tests.
import { z } from 'zod';
import { ADMISSION_RULES, ADMISSIONS, GROUNDS } from './admission.ts';
import { Item, Response } from './answers.ts';
import { CONTROL_ACTIONS, TIME_KINDS } from './controls.ts';
import { DeviceChange } from './device-change.ts';
import { HELD_STATES } from './held-answers.ts';
import { EvidenceData, INCIDENT_KINDS, INCIDENT_SOURCES, IncidentRules, SIGNAL_KINDS } from './incidents.ts';
import { LOG_STREAMS } from './jobs.ts';
import { LateEntry } from './late-entry.ts';
import { LOSS_EVIDENCE } from './losses.ts';
import { NAVIGATIONS } from './navigation.ts';
import { NoticeRules } from './notices.ts';
import { Picture, Section } from './paper.ts';
import { PHOTO_TYPES } from './photos.ts';
import { REFUSALS, type RefusalCode } from './refusals.ts';
import { RetentionDays } from './retention.ts';
import {
  CALL_STATES,
  CONTROL_STATES,
  EXAMINEE_STATES,
  INCIDENT_STATES,
  LINK_STATES,
  PLAN_STATES,
  PROCTOR_STATES,
  ROLES,
  ROOM_STATES,
  SHEET_STATES,
} from './states.ts';

const Count = z.int().min(0);
const RoleSchema = z.enum(ROLES);
const Next = z.string().nullable().describe('the cursor of the next page; null on the last one');
const Counts = <S extends string>(states: readonly S[]) => z.record(z.enum(states), Count);

const RefusalCodes = z.enum(Object.keys(REFUSALS) as [RefusalCode, ...RefusalCode[]]);
const RetrySchema = z.enum(['later', 'never', 'stop']);

/** RFC 9457: what every refusal and fault looks like. `instance` names the request as X-Request-Id does; `id` is the same of a fault, which is in our log. */
export const Problem = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().optional(),
  code: RefusalCodes,
  retry: RetrySchema,
  retryAfterMs: Count.optional(),
  id: z.string().optional(),
  state: z.string().optional(),
  at: z.number().optional().describe('the instant that it is about: a planned start, a last chance, an end'),
  room: z
    .strictObject({ roomId: z.string(), label: z.string(), seat: z.string().optional() })
    .optional()
    .describe('where the examinee sits'),
  allowed: z.array(z.string()).optional().describe('what would have been taken'),
  errors: z
    .array(
      z.strictObject({
        path: z.string(),
        message: z.string(),
        allowed: z.looseObject({}).optional().describe('what would have been taken there, as JSON Schema'),
      }),
    )
    .optional(),
  missing: z.array(z.int()).optional().describe('items of a submit whose named revision never arrived'),
  current: z.unknown().optional().describe('what is there instead of the version that was named'),
});
export type Problem = z.infer<typeof Problem>;

const Reservation = z.strictObject({
  name: z.string(),
  sessionId: z.string(),
  roomId: z.string(),
  processId: z.string(),
  publicAddress: z.string().optional(),
});

const Answer = z.strictObject({ item: z.int(), revision: z.int(), response: Response });
const EnteredRoom = z.strictObject({
  roomId: z.string(),
  label: z.string(),
  status: z.enum(ROOM_STATES),
  startsAt: z.number(),
});

/** To what a device seals what it holds as the last resort (docs/export-file.md); `proof` says whose session made the file. */
export const ExportKey = z.strictObject({
  keyId: z.string(),
  publicKey: z.string().describe('P-256, the uncompressed point, base64url'),
  proof: z.string(),
});
export type ExportKey = z.infer<typeof ExportKey>;

/**
 * `signals` is what is recorded of the page, `rules` what the examinee accepts before the start, `plannedAt` the planned
 * start, where the plan names one.
 * `deadlineAt` is 0 until the room has its start, `heldSince` while the own clock runs. `now` is the server's clock.
 * `paperKey` opens the room's sealed paper, as base64url; it is there once the room runs.
 */
export const EnterReply = z.strictObject({
  token: z.string(),
  reservation: Reservation,
  examinee: z.strictObject({
    examineeId: z.string(),
    label: z.string(),
    seat: z.string().optional(),
    status: z.enum(EXAMINEE_STATES),
    fence: z.int(),
    admission: z.enum(ADMISSIONS).optional(),
    hasPhoto: z.boolean(),
  }),
  room: EnteredRoom,
  plan: z.strictObject({
    planId: z.string(),
    name: z.string(),
    durationMs: z.int(),
    warningsMs: z.array(z.number()).optional(),
    navigation: z.enum(NAVIGATIONS),
    rules: z.string(),
    signals: z.array(z.enum(SIGNAL_KINDS)),
    plannedAt: z.number().optional(),
  }),
  exportKey: ExportKey,
  deadlineAt: z.number(),
  heldSince: z.number().optional(),
  locked: z.boolean().optional(),
  now: z.number(),
  paperKey: z.string().optional(),
  sheet: z.strictObject({ state: z.enum(SHEET_STATES), answers: z.array(Answer) }),
});
export type EnterReply = z.infer<typeof EnterReply>;

/** `notices`: what the proctor may say; `reasons`: what he chooses from as the reason of a control. Both are missing from an older api. */
export const ProctorEnterReply = z.strictObject({
  notices: NoticeRules.optional(),
  reasons: z.array(z.string()).optional(),
  reservation: Reservation,
  room: EnteredRoom,
  now: z.number(),
});
export type ProctorEnterReply = z.infer<typeof ProctorEnterReply>;

const NamedRevision = z.tuple([z.int(), z.int()]);
/** [item, revision] of what is kept, and of what is there with another content. */
export const HeldReply = z.strictObject({ kept: z.array(NamedRevision), conflicts: z.array(NamedRevision) });
export type HeldReply = z.infer<typeof HeldReply>;

/**
 * What a sealed export came to; the same for the same file, however often it is brought, but for the files that are missing. `kept`: stored as held answers, of
 * which the room decides. `conflicts`: stored before with another content. `missing`: the device was told that they are
 * saved, and the store has neither them nor newer ones: keep the file, and ask. `sheet`: how the sheet stood; where it has
 * ended, what is kept counts only when a control lets the examinee answer again.
 */
export const ImportReply = z.strictObject({
  importId: z.string(),
  examineeId: z.string(),
  label: z.string(),
  fence: z.int(),
  at: z.number(),
  by: z.string(),
  kept: z.array(NamedRevision),
  conflicts: z.array(NamedRevision),
  missing: z.array(NamedRevision),
  sheet: z.enum(SHEET_STATES),
  part: z
    .strictObject({ number: z.int(), of: z.int(), missing: z.array(z.int()) })
    .nullable()
    .describe('of a copy in several files: which one this is, and which of them nobody has brought yet'),
});
export type ImportReply = z.infer<typeof ImportReply>;

/** `revision` is the device's; `as` the one under which it counts now; `by` who chose, null for the rule. */
export const HeldList = z.strictObject({
  answers: z.array(
    z.strictObject({
      heldId: z.string(),
      roomId: z.string(),
      examineeId: z.string(),
      ...Answer.shape,
      heldAt: z.number(),
      state: z.enum(HELD_STATES),
      decidedAt: z.number(),
      by: z.string().nullable(),
      as: z.int().nullable(),
    }),
  ),
  next: Next,
});
export type HeldList = z.infer<typeof HeldList>;

/**
 * Of whom a device brought answers after another one had followed it: how many, from when to when, and which items, in the
 * order in which they were written. Never what was answered.
 */
export const HeldInRoom = z.strictObject({
  examinees: z.array(
    z.strictObject({
      examineeId: z.string(),
      label: z.string(),
      count: Count,
      undecidedCount: Count.describe('held, or offered to the person, who has not chosen yet'),
      firstAt: z.number(),
      lastAt: z.number(),
      items: z.array(z.strictObject({ item: z.int(), heldAt: z.number(), state: z.enum(HELD_STATES) })),
    }),
  ),
});
export type HeldInRoom = z.infer<typeof HeldInRoom>;

const Paper = z.strictObject({
  paperId: z.string(),
  name: z.string(),
  items: z.array(Item),
  sections: z.array(Section),
  pictures: z.array(Picture),
});

/** The paper as examinees get it: without its key. */
export const PaperReply = Paper;
export type PaperReply = z.infer<typeof PaperReply>;

/** `keyVersion` 0 means that there is no key yet. */
export const PaperView = z.strictObject({ ...Paper.shape, keyVersion: Count });
export type PaperView = z.infer<typeof PaperView>;
export const KeyReply = z.strictObject({ paperId: z.string(), version: z.int(), entryCount: Count });

export const LoginReply = z.strictObject({ token: z.string(), role: RoleSchema, expiresAt: z.number() });
export type LoginReply = z.infer<typeof LoginReply>;
/**
 * Who asks. `label` is an admin's login; `chief` proctors have all rooms of their plan. `rooms` are those that a proctor is
 * assigned to now, by plan and label; an admin is assigned to none.
 */
export const MeReply = z.strictObject({
  subjectId: z.string(),
  role: z.enum(['admin', 'proctor']),
  label: z.string(),
  chief: z.boolean(),
  rooms: z.array(
    z.strictObject({
      planId: z.string(),
      planName: z.string(),
      planStatus: z.enum(PLAN_STATES),
      roomId: z.string(),
      label: z.string(),
      status: z.enum(ROOM_STATES),
      startsAt: z.number(),
    }),
  ),
  now: z.number(),
});
export type MeReply = z.infer<typeof MeReply>;
export const AdminView = z.strictObject({ adminId: z.string(), login: z.string() });

export const PlanView = z.strictObject({
  planId: z.string(),
  name: z.string(),
  paperId: z.string(),
  status: z.enum(PLAN_STATES),
  durationMs: z.int(),
  windowEndsAt: z.number(),
  rehearsal: z.boolean(),
  lateEntry: LateEntry,
  deviceChange: DeviceChange,
  admission: z.enum(ADMISSION_RULES),
  startsAt: z.number(),
  endedAt: z.number(),
  plannedAt: z.number().nullable().describe('the planned start: people are told, and nothing follows from it'),
  incidentRules: IncidentRules,
  navigation: z.enum(NAVIGATIONS),
  rules: z.string(),
  lockStopsClock: z.boolean(),
  warningsMs: z.array(z.number()),
  notices: NoticeRules,
  reasons: z.array(z.string()),
  graceMs: z.number(),
  offlineMs: z.number(),
  retentionDays: RetentionDays,
  archivedAt: z.number().nullable(),
  eraseAt: z
    .number()
    .nullable()
    .describe('when the erasing of its people begins; null where nothing is planned, or done'),
  erasingAt: z.number().nullable().describe('when it began: from then on it is not taken back'),
  erasedAt: z.number().nullable().describe('when nobody was left'),
});
export type PlanView = z.infer<typeof PlanView>;
export const PlanList = z.strictObject({ plans: z.array(PlanView), next: Next });

const RoomName = z.strictObject({ roomId: z.string(), label: z.string() });
export const RoomsReply = z.strictObject({ rooms: z.array(RoomName) });
/** `inCharge` is the proctor who answers for the room. */
export const RoomView = z.strictObject({
  ...RoomName.shape,
  inCharge: z.string().nullable(),
  status: z.enum(ROOM_STATES),
  startsAt: z.number(),
  endsAt: z.number(),
});
export type RoomView = z.infer<typeof RoomView>;
export const RoomList = z.strictObject({ rooms: z.array(RoomView), next: Next });

const RosterRow = z.strictObject({
  examineeId: z.string(),
  label: z.string(),
  roomId: z.string(),
  seat: z.string().nullable(),
  code: z.string(),
});
export const ExamineesReply = z.strictObject({ examinees: z.array(RosterRow) });
export type ExamineesReply = z.infer<typeof ExamineesReply>;
/** `at` is when the photo was stored. */
export const PhotoReply = z.strictObject({
  examineeId: z.string(),
  type: z.enum(PHOTO_TYPES),
  bytes: Count,
  at: z.number(),
});

/** What was decided about who somebody is, by whom and when; `version` counts the decisions. */
export const Identity = z.strictObject({
  confirmed: z.boolean(),
  note: z.string(),
  by: z.string(),
  byRole: RoleSchema,
  at: z.number(),
  version: z.int(),
});
export const RosterEditReply = z.strictObject({
  examineeId: z.string(),
  label: z.string(),
  extraMs: z.int(),
  seat: z.string().nullable(),
});
export type RosterEditReply = z.infer<typeof RosterEditReply>;
export const IdentityReply = z.strictObject({ examineeId: z.string(), identity: Identity });
export type IdentityReply = z.infer<typeof IdentityReply>;
export const ExamineeView = z.strictObject({
  ...RosterRow.shape,
  status: z.enum(EXAMINEE_STATES),
  extraMs: z.int(),
  link: z.enum(LINK_STATES),
  savedCount: Count,
  lastSeenAt: z.number(),
  identity: Identity.nullable(),
  hasPhoto: z.boolean().describe('whether a photo is stored, so that nobody has to ask for one that is not'),
});
export type ExamineeView = z.infer<typeof ExamineeView>;
export const ExamineeList = z.strictObject({ examinees: z.array(ExamineeView), next: Next });
export type ExamineeList = z.infer<typeof ExamineeList>;

/** `rooms`: where the proctor is with each that is assigned or was entered, since `at`; `status` of all together. */
export const ProctorView = z.strictObject({
  proctorId: z.string(),
  label: z.string(),
  login: z.string(),
  roomIds: z.array(z.string()),
  chief: z.boolean(),
  version: Count,
  status: z.enum(PROCTOR_STATES),
  rooms: z.array(z.strictObject({ roomId: z.string(), state: z.enum(PROCTOR_STATES), at: z.number() })),
});
export type ProctorView = z.infer<typeof ProctorView>;
export const ProctorList = z.strictObject({ proctors: z.array(ProctorView), next: Next });

/** Its token is in no other answer. */
export const ServiceReply = z.strictObject({ serviceId: z.string(), token: z.string(), expiresAt: z.number() });

const EvidenceView = z.strictObject({
  at: z.number(),
  count: Count,
  source: z.enum(INCIDENT_SOURCES),
  actorId: z.string().nullable(),
  note: z.string(),
  data: EvidenceData,
});
const HandlingView = z.strictObject({
  to: z.enum(INCIDENT_STATES),
  at: z.number(),
  actorId: z.string(),
  actorRole: RoleSchema,
  note: z.string(),
  controlId: z.string().nullable(),
});

/** `count`: how often it was reported, of which `evidence` has the first and the last. `version` is what handling it names. */
export const IncidentView = z.strictObject({
  incidentId: z.string(),
  planId: z.string(),
  roomId: z.string(),
  examineeId: z.string().nullable(),
  kind: z.enum(INCIDENT_KINDS),
  source: z.enum(INCIDENT_SOURCES),
  severity: z.number(),
  state: z.enum(INCIDENT_STATES),
  at: z.number(),
  lastAt: z.number(),
  count: Count,
  evidence: z.array(EvidenceView),
  handling: z.array(HandlingView),
  raisedAt: z.number(),
  acknowledgedAt: z.number(),
  decidedAt: z.number(),
  version: Count,
  joins: Count,
});
export type IncidentView = z.infer<typeof IncidentView>;

/** `joined`: there was an open incident of this cause, and this is it. */
export const RaisedReply = z.strictObject({ incident: IncidentView, outcome: z.enum(['raised', 'joined']) });
export type RaisedReply = z.infer<typeof RaisedReply>;
export const IncidentList = z.strictObject({ incidents: z.array(IncidentView), next: Next });
export type IncidentList = z.infer<typeof IncidentList>;

/** A raised hand; `by` who answered, closed or withdrew it. `receivedAt`: when the examinee's client had the answer. */
export const CallView = z.strictObject({
  callId: z.string(),
  roomId: z.string(),
  examineeId: z.string(),
  question: z.string(),
  at: z.number(),
  state: z.enum(CALL_STATES),
  answer: z.string(),
  by: z.string().nullable(),
  byRole: RoleSchema.nullable(),
  endedAt: z.number(),
  receivedAt: z.number(),
});
export type CallView = z.infer<typeof CallView>;
export const CallList = z.strictObject({ calls: z.array(CallView), next: Next });
export type CallList = z.infer<typeof CallList>;

const HandlingTime = z.strictObject({ incidentCount: Count, totalMs: Count, meanMs: z.number().nullable() });
/** Counted by kind, fifth of the severity, room, minute of raising and state; and how long people took. */
export const IncidentFigures = z.strictObject({
  incidentCount: Count,
  reportCount: Count,
  kinds: z.array(z.strictObject({ kind: z.string(), incidentCount: Count, reportCount: Count })),
  severities: z.array(z.strictObject({ from: z.number(), incidentCount: Count })),
  rooms: z.array(z.strictObject({ roomId: z.string(), incidentCount: Count })),
  minutes: z.array(z.strictObject({ at: z.number(), incidentCount: Count })),
  states: z.array(z.strictObject({ state: z.string(), incidentCount: Count })),
  acknowledged: HandlingTime,
  decided: HandlingTime,
});
export type IncidentFigures = z.infer<typeof IncidentFigures>;
export const IncidentCountsReply = z.strictObject({
  planId: z.string(),
  source: z.enum(['store', 'live']),
  figures: IncidentFigures,
});

const ControlView = z.strictObject({
  controlId: z.string(),
  planId: z.string(),
  roomId: z.string().nullable(),
  action: z.enum(CONTROL_ACTIONS),
  at: z.number(),
  actorRole: RoleSchema,
  reason: z.string(),
  storedAt: z.number(),
  expiresAt: z.number(),
  examineeIds: z.array(z.string()),
  extraMs: z.number(),
  time: z.enum(TIME_KINDS),
  text: z.string(),
  template: z.string().nullable(),
  mustConfirm: z.boolean(),
  undoes: z.string().nullable(),
  /** Of a move, whose `roomId` is the room that they leave. */
  toRoomId: z.string().nullable(),
  /** Of a move of one person. */
  seat: z.string().nullable(),
});

const ControlOutcome = z.strictObject({
  roomId: z.string(),
  state: z.enum(CONTROL_STATES),
  code: z.string(),
  message: z.string(),
  at: z.number(),
});

/**
 * `over` counts rooms that had ended before a control of the whole plan: it could not concern them. It is applied where
 * every other room has applied it. `failed` is final; `pending` becomes one of the other two by `expiresAt`. `outcomes` are of the rooms that have said
 * something. The ledger counts examinees; `missing` are those whose client has not received the control.
 */
export const ControlReply = z.strictObject({
  control: ControlView,
  state: z.enum(CONTROL_STATES),
  rooms: z.strictObject({ applied: Count, failed: Count, over: Count, total: Count }),
  outcomes: z.array(ControlOutcome),
  ledger: z.strictObject({ concerned: Count, delivered: Count, confirmed: Count, missing: z.array(z.string()) }),
});
export type ControlReply = z.infer<typeof ControlReply>;

export const ProgressReply = z.strictObject({
  plan: PlanView,
  roomCount: Count,
  rooms: Counts(ROOM_STATES),
  examineeCount: Count,
  examinees: Counts(EXAMINEE_STATES),
  links: Counts(LINK_STATES),
  answersSaved: Count,
  now: z.number(),
});
export type ProgressReply = z.infer<typeof ProgressReply>;
const NeedsView = z.strictObject({
  unsaved: Count,
  openIncidents: Count,
  worstSeverity: z.number(),
  notReached: Count,
  needing: Count,
  untaken: Count,
  attention: Count,
});
const OverviewCounts = {
  examineeCount: Count,
  examinees: Counts(EXAMINEE_STATES),
  links: Counts(LINK_STATES),
  answersSaved: Count,
};
/**
 * `needs` are examinees: with unsaved answers, not reached by a control, in need of a proctor, and of these taken by nobody;
 * `attention` is the highest score of one. Null where the room has not said it. `source`: where the counts were read.
 */
export const OverviewReply = z.strictObject({
  planId: z.string(),
  status: z.enum(PLAN_STATES),
  source: z.enum(['live', 'store']),
  roomCount: Count,
  roomStates: Counts(ROOM_STATES),
  ...OverviewCounts,
  needs: NeedsView,
  rooms: z.array(
    z.strictObject({
      roomId: z.string(),
      label: z.string(),
      status: z.enum(ROOM_STATES),
      ...OverviewCounts,
      needs: NeedsView.nullable(),
    }),
  ),
  now: z.number(),
});
export type OverviewReply = z.infer<typeof OverviewReply>;
export const ViewLinkReply = z.strictObject({ url: z.string(), expiresAt: z.number() });

const ItemRevisions = z.array(z.tuple([z.int(), z.int()]));

/** What became of each answer of a batch, under the same words as over the socket; each revision is named once. */
export const AnswersReply = z.strictObject({
  saved: ItemRevisions.describe('durable'),
  superseded: ItemRevisions.describe('a newer revision of the item is known'),
  pending: ItemRevisions.describe('taken, or perhaps, and not known to be durable: ask again with the same revision'),
  refusals: z.array(
    z.strictObject({
      item: z.int(),
      revision: z.int(),
      code: RefusalCodes,
      retry: RetrySchema,
      message: z.string(),
      retryAfterMs: Count.optional(),
    }),
  ),
  retryAfterMs: Count.describe('how soon to ask again for what is pending'),
});
export type AnswersReply = z.infer<typeof AnswersReply>;

/** The sheet has ended with these revisions; `hash` is the receipt's. */
export const SubmitReply = z.strictObject({
  submittedAt: z.number(),
  revisions: ItemRevisions,
  hash: z.string().optional(),
});
export type SubmitReply = z.infer<typeof SubmitReply>;

const ControlTold = z.strictObject({
  controlId: z.string(),
  action: z.enum(CONTROL_ACTIONS),
  at: z.number(),
  reason: z.string(),
  extraMs: z.int().optional(),
  time: z.enum(TIME_KINDS).optional(),
  text: z.string().optional(),
  mustConfirm: z.boolean().optional(),
  ground: z.enum(GROUNDS).optional(),
  toRoomId: z.string().optional(),
  seat: z.string().optional(),
});

/**
 * How an examinee stands: what the room tells over its socket, for who has none. The clock is the own one, as with `enter`.
 * `controls` have not been received, or wait for a confirmation; empty while nobody leads the room.
 */
export const StandingReply = z.strictObject({
  status: z.enum(EXAMINEE_STATES),
  admission: z.enum(ADMISSIONS),
  room: EnteredRoom,
  deadlineAt: z.number(),
  heldSince: z.number(),
  locked: z.boolean(),
  paperKey: z.string().optional(),
  controls: z.array(ControlTold),
  now: z.number(),
});
export type StandingReply = z.infer<typeof StandingReply>;

/** `source` says where the answers were read; live ones are for display, and where there are none the store is read. */
export const SheetReply = z.strictObject({
  examineeId: z.string(),
  planId: z.string(),
  state: z.enum(SHEET_STATES),
  endedAt: z.number(),
  source: z.enum(['store', 'live']),
  answers: z.array(Answer),
  receipt: z
    .strictObject({ count: Count, at: z.number(), hash: z.string() })
    .nullable()
    .describe('of a sheet that has ended: its hash is the one that the person was given, and of the readable file'),
});
export type SheetReply = z.infer<typeof SheetReply>;

export const FileView = z.strictObject({
  fileId: z.string(),
  planId: z.string(),
  kind: z.literal('sheet'),
  subjectId: z.string(),
  bytes: Count,
  sha256: z.string(),
  at: z.number(),
});
export const FileList = z.strictObject({ files: z.array(FileView), next: Next });

const ItemChange = z.strictObject({ item: z.int(), before: z.number().nullable(), after: z.number().nullable() });
/** Points in thousandths. `itemPoints` in the order of the paper's items, null where one counts for nobody; `change` is what this version changed, null for nothing. */
export const ResultView = z.strictObject({
  examineeId: z.string(),
  roomId: z.string(),
  version: z.int(),
  keyVersion: z.int(),
  points: z.number(),
  itemPoints: z.array(z.number().nullable()),
  change: z.strictObject({ before: z.number(), items: z.array(ItemChange) }).nullable(),
  at: z.number(),
});
export type ResultView = z.infer<typeof ResultView>;
export const ResultList = z.strictObject({ results: z.array(ResultView), next: Next });

const Figure = z.number().nullable();
const OptionFigures = z.strictObject({ count: Count, meanTotal: Figure });

/** What exam/item-analysis.ts summarises; points as points. Null: not defined. */
export const FormFigures = z.strictObject({
  examineeCount: Count,
  itemCount: Count,
  mean: Figure,
  variance: Figure,
  sd: Figure,
  alpha: Figure,
  sem: Figure,
  distribution: z.array(z.strictObject({ total: z.number(), count: Count })),
  items: z.array(
    z.strictObject({
      item: z.union([z.number(), z.string()]),
      max: Figure,
      mean: Figure,
      variance: Figure,
      p: Figure,
      pointBiserial: Figure,
      pointBiserialRest: Figure,
      alphaIfDeleted: Figure,
      omitted: OptionFigures,
      options: z.array(z.strictObject({ option: z.string(), ...OptionFigures.shape })),
    }),
  ),
});
export type FormFigures = z.infer<typeof FormFigures>;

/** What exam/form-figures.ts says of one item: `upperLower` from -1 to 1, times in seconds. */
export const MoreFigures = z.strictObject({
  item: z.union([z.number(), z.string()]),
  upperLower: Figure,
  time: z.strictObject({ count: Count, mean: Figure, sd: Figure, least: Figure, most: Figure }),
});

/** Of a room where `roomId` is not null. */
export const StatisticsReply = z.strictObject({
  planId: z.string(),
  roomId: z.string().nullable(),
  version: z.int(),
  keyVersion: z.int(),
  examineeCount: Count,
  at: z.number(),
  figures: FormFigures,
  more: z.array(MoreFigures),
});
export type StatisticsReply = z.infer<typeof StatisticsReply>;
export const StatisticsDue = z.strictObject({ planId: z.string(), state: z.literal('pending') });

export const LogView = z.strictObject({
  logId: z.string(),
  roomId: z.string().nullable(),
  stream: z.enum(LOG_STREAMS),
  subject: z.string(),
  kind: z.string(),
  at: z.number(),
  data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export const LogList = z.strictObject({ logs: z.array(LogView), next: Next });

/**
 * `from` and `to` are of the loss, `ms` is how much of it fell into the own running time and nothing else gave back: of a
 * room, the most that it was for one of its people. `controlId` is the id under which an extension of `ms` grants it;
 * `examineeIds` is whom it names, null for everybody of the room.
 */
export const LostMinutesReply = z.strictObject({
  proposals: z.array(
    z.strictObject({
      controlId: z.string(),
      examineeId: z.string().nullable().describe('null where it is of the whole room'),
      examineeIds: z.array(z.string()).nullable(),
      label: z.string(),
      from: z.number(),
      to: z.number(),
      ms: z.number(),
      evidence: z.enum(LOSS_EVIDENCE).describe('the kind of log entry that it follows from'),
    }),
  ),
});
export type LostMinutesReply = z.infer<typeof LostMinutesReply>;

/** `minute` is the instant of its start. Minutes without an entry are left out. */
export const LogStatistics = z.strictObject({
  minutes: z.array(
    z.strictObject({
      minute: z.number(),
      total: Count,
      counts: z.array(z.strictObject({ stream: z.enum(LOG_STREAMS), kind: z.string(), count: Count })),
    }),
  ),
  next: Next,
});

/** An entry of the audit chain; `data` is any JSON, `source` names what it came from, `previous` is the hash of the entry before. */
export const AuditView = z.strictObject({
  sequence: z.int().min(1),
  source: z.string(),
  at: z.number(),
  actorId: z.string().nullable(),
  actorRole: z.enum([...ROLES, 'system']),
  kind: z.string(),
  subject: z.string(),
  roomId: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
  texts: z
    .record(z.string(), z.strictObject({ text: z.string(), salt: z.string() }).nullable())
    .describe('what people wrote, of which `data` has a salted hash; null: it was taken away with whom it is about'),
  previous: z.string(),
  hash: z.string(),
});
export type AuditView = z.infer<typeof AuditView>;
export const AuditList = z.strictObject({ entries: z.array(AuditView), next: Next });

/** `verified` entries fit together from the first; `flaw` names the first sequence that does not, null for none. */
export const AuditCheck = z.strictObject({
  planId: z.string(),
  isWhole: z.boolean(),
  verified: Count,
  flaw: z
    .strictObject({
      sequence: z.int().min(1),
      why: z.enum(['changed', 'missing', 'forked', 'unlinked', 'head-differs', 'truncated', 'head-forged']),
    })
    .nullable(),
  heads: z.strictObject({ stored: Count, filed: Count, unreadable: Count }),
});

/** How a plan stood when a minute began; from the display fields, so some seconds late. */
export const MonitoringList = z.strictObject({
  minutes: z.array(
    z.strictObject({
      minute: z.number(),
      at: z.number(),
      examineeCount: Count,
      examinees: Counts(EXAMINEE_STATES),
      links: Counts(LINK_STATES),
      answersSaved: Count,
      incidentsOpen: Count,
    }),
  ),
  next: Next,
});

export const Health = z.strictObject({ status: z.literal('ok') });
export const Ready = z.strictObject({
  status: z.enum(['ready', 'waiting', 'leaving']),
  store: z.enum(['ok', 'away']),
  redis: z.enum(['ok', 'away']),
});
export const Nothing = z.undefined();
