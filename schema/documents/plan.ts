// plans, papers and keys: what an exam is before anybody sits it. The key lies in a collection of its own, which only
// the api's write and the statistics worker touch.
import { Schema } from 'mongoose';
import type { AdmissionRule } from '../admission.ts';
import type { Item, KeyEntry } from '../answers.ts';
import type { DeviceChange } from '../device-change.ts';
import { DEFAULT_INCIDENT_RULES, IncidentRules, SIGNAL_KINDS, type SignalKind } from '../incidents.ts';
import type { LateEntry } from '../late-entry.ts';
import { WARNINGS_MS } from '../limits.ts';
import type { Navigation } from '../navigation.ts';
import type { NoticeRules, NoticeTemplate } from '../notices.ts';
import type { Picture, Section } from '../paper.ts';
import { PLAN_STATES, type PlanState } from '../states.ts';
import { carriesAudit } from './audit.ts';

/** Instants are epoch ms, lengths ms. `windowEndsAt` 0 means no window. */
export type PlanDocument = {
  _id: string;
  name: string;
  paperId: string;
  status: PlanState;
  durationMs: number;
  windowEndsAt: number;
  /** A rehearsal is made by the load test, and may be removed as a whole, with a paper that it alone uses. */
  rehearsal: boolean;
  /** Missing means always. */
  lateEntry?: LateEntry;
  /** Missing means DEVICE_CHANGE. */
  deviceChange?: DeviceChange;
  /** Missing means open. */
  admission?: AdmissionRule;
  startsAt: number;
  endedAt: number;
  /** The planned start, which people are told; missing means none. */
  plannedAt?: number;
  createdAt: Date;
  version: number;
  /** Read through `rulesOf`: a plan may say nothing. */
  incidentRules?: IncidentRules;
  /** Missing means free. */
  navigation?: Navigation;
  /** What an examinee accepts before the start. Missing means nothing. */
  rules?: string;
  /** When it was archived; missing before. */
  archivedAt?: number;
  /** For how many days after that its people are kept; missing means until somebody erases them. */
  retentionDays?: number;
  /** When they are to be erased: of an archived plan with `retentionDays` alone. */
  eraseAt?: number;
  /** When that was begun, from where on nothing takes it back, and when nobody was left. */
  erasingAt?: number;
  erasedAt?: number;
  /** To what devices seal what they hold as the last resort; the private half lies sealed (store/export-keys.ts). */
  exportKey?: { keyId: string; publicKey: string; sealedKey: Buffer };
  /** Whether the clock of a locked examinee stands. */
  lockStopsClock: boolean;
  /** How long before the own end an examinee is warned. */
  warningsMs: readonly number[];
  /** How long after the own end answers are still taken that waited then. Missing means the default. */
  graceMs?: number;
  /** An examinee's link that was not heard for so long is offline. Missing means the default. */
  offlineMs?: number;
  /** Read through `noticesOf`: a plan may say nothing. */
  noticeTemplates?: readonly NoticeTemplate[];
  /** Whether proctors may write notices freely. */
  freeNotices?: boolean;
  /** What proctors choose from as the reason of a control; missing means nothing. */
  reasons?: readonly string[];
  /** The import that writes into the draft at this moment: it stays a draft until then. */
  importing?: string;
  /** The sequence of the last control that moved the plan; an older one moves it no more. */
  movedBy: number;
  /** The scores that count. Missing before the first scoring. */
  scoring?: CurrentScoring;
  /** Who scores at this moment: its results count for nobody until they are current, and another takes over when `at` is old. */
  scoringBy?: { scoringId: string; at: number };
  /** What others than admins may read of the results. Missing means nothing. */
  released?: { version: number; scoringId: string; keyVersion: number; at: number; by: string };
};

/** One version of the scores; `scoringId` is what its results and statistics carry. */
export type Scoring = { version: number; scoringId: string; keyVersion: number; at: number };
/** With those before it, which are kept. */
export type CurrentScoring = Scoring & { earlier: Scoring[] };

/** The plan's rules for incidents, or the defaults. Of one document they are read once: each who enters asks. */
export function rulesOf({ incidentRules }: Pick<PlanDocument, 'incidentRules'>): IncidentRules {
  if (incidentRules === undefined) return DEFAULT_INCIDENT_RULES;
  const known = readRules.get(incidentRules) ?? IncidentRules.parse(incidentRules);
  readRules.set(incidentRules, known);
  return known;
}

const readRules = new WeakMap<object, IncidentRules>();

/** What is recorded of the pages of the plan's examinees. */
export function signalsOf(plan: Pick<PlanDocument, 'incidentRules'>): SignalKind[] {
  const { kinds } = rulesOf(plan);
  return SIGNAL_KINDS.filter((kind) => kinds[kind] !== 'off');
}

/** What the plan's proctors may say. */
export function noticesOf({
  noticeTemplates = [],
  freeNotices = true,
}: Pick<PlanDocument, 'noticeTemplates' | 'freeNotices'>): NoticeRules {
  return { templates: noticeTemplates.map(({ name, text }) => ({ name, text })), free: freeNotices };
}

export const PlanSchema = new Schema<PlanDocument>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    paperId: { type: String, required: true },
    status: { type: String, enum: PLAN_STATES, required: true },
    durationMs: { type: Number, required: true },
    windowEndsAt: { type: Number, required: true },
    rehearsal: { type: Boolean, required: true },
    lateEntry: { type: Schema.Types.Mixed } as never,
    deviceChange: { type: Schema.Types.Mixed } as never,
    admission: { type: String },
    startsAt: { type: Number, required: true },
    endedAt: { type: Number, required: true },
    plannedAt: { type: Number },
    createdAt: { type: Date, required: true },
    version: { type: Number, required: true },
    incidentRules: { type: Schema.Types.Mixed } as never,
    navigation: { type: String },
    rules: { type: String },
    exportKey: { type: Schema.Types.Mixed } as never,
    lockStopsClock: { type: Boolean, default: false },
    warningsMs: { type: [Number], default: [...WARNINGS_MS] } as never,
    graceMs: { type: Number },
    offlineMs: { type: Number },
    noticeTemplates: { type: [Schema.Types.Mixed], default: undefined } as never,
    freeNotices: { type: Boolean },
    reasons: { type: [String], default: undefined } as never,
    archivedAt: { type: Number },
    retentionDays: { type: Number },
    eraseAt: { type: Number },
    erasingAt: { type: Number },
    erasedAt: { type: Number },
    importing: { type: String },
    movedBy: { type: Number, default: 0 },
    scoring: { type: Schema.Types.Mixed } as never,
    scoringBy: { type: Schema.Types.Mixed } as never,
    released: { type: Schema.Types.Mixed } as never,
  },
  { collection: 'plans', versionKey: false },
);
PlanSchema.index({ status: 1, _id: 1 });
PlanSchema.index({ plannedAt: 1, _id: 1 });
PlanSchema.index({ status: 1, plannedAt: 1, _id: 1 });
PlanSchema.index({ paperId: 1, _id: 1 });
PlanSchema.index({ eraseAt: 1, _id: 1 }, { partialFilterExpression: { eraseAt: { $gt: 0 } } });
carriesAudit(PlanSchema);

/** A paper as everybody but the store knows it. */
export type PaperDocument = {
  _id: string;
  name: string;
  items: Item[];
  /** Missing means none. */
  sections?: Section[];
  pictures?: Picture[];
  /** Made for a rehearsal, which takes it along where it is removed. */
  rehearsal?: boolean;
  createdAt: Date;
};

/** As it lies there, sections and pictures sealed with the items. `items` are those of papers from before they were sealed. */
export type StoredPaperDocument = Omit<PaperDocument, 'items' | 'sections' | 'pictures'> & {
  sealedItems?: Buffer;
  items?: Item[];
};

export const PaperSchema = new Schema<StoredPaperDocument>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true },
    sealedItems: { type: Buffer },
    items: { type: [Schema.Types.Mixed], default: undefined } as never,
    rehearsal: { type: Boolean },
    createdAt: { type: Date, required: true },
  },
  { collection: 'papers', versionKey: false },
);
carriesAudit(PaperSchema);

/** `_id` is `paperId.version`; a change of the key is a new version, never an edit. */
export type KeyDocument = { _id: string; paperId: string; version: number; entries: KeyEntry[]; createdAt: Date };

export const KeySchema = new Schema<KeyDocument>(
  {
    _id: { type: String, required: true },
    paperId: { type: String, required: true },
    version: { type: Number, required: true },
    entries: { type: [Schema.Types.Mixed], required: true } as never,
    createdAt: { type: Date, required: true },
  },
  { collection: 'keys', versionKey: false },
);
KeySchema.index({ paperId: 1, version: -1 }, { unique: true });
carriesAudit(KeySchema);
