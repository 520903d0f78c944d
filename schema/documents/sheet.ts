// sheets, answers, receipt keys, files and results: what was answered and what came of it. Answers are append-only and have no
// second index; a sheet's vector, stored when it ends, says which revisions count.
import { Schema } from 'mongoose';
import type { Response } from '../answers.ts';
import { SHEET_STATES, type SheetState } from '../states.ts';
import { carriesAudit } from './audit.ts';

/**
 * `_id` is `plan.examinee.item.revision` (exam/answer-id.ts). A pruned one has lost its content, not its hash. A late one
 * came after the end of its examinee's time, from a link that was down then.
 */
export type AnswerDocument = {
  _id: string;
  response: Response;
  hash: string;
  at: Date;
  pruned?: boolean;
  late?: boolean;
  /** The signed root that covers it, by its number in the plan. Missing from answers of before there were any. */
  root?: number;
};

/**
 * The signed root of one saved batch, in the same collection and the same insert, before its answers: so no answer is ever
 * there without it. `_id` is `.plan.root`, which no range of answers holds. One leaf of 32 bytes for each answer of the batch.
 */
export type RootDocument = {
  _id: string;
  keyId: string;
  at: Date;
  leaves: Uint8Array;
  /** From it follow the salts of the leaves. */
  secret: Uint8Array;
  signature: Uint8Array;
};

/** Written through the native driver on the hot path; the schema exists for its name and for reads. */
export const AnswerSchema = new Schema<Omit<AnswerDocument, '_id'> & RootDocument>(
  {
    _id: { type: String, required: true },
    response: { type: Schema.Types.Mixed } as never,
    hash: { type: String },
    at: { type: Date, required: true },
    pruned: { type: Boolean },
    late: { type: Boolean },
    root: { type: Number },
    keyId: { type: String },
    leaves: { type: Buffer },
    secret: { type: Buffer },
    signature: { type: Buffer },
  } as never,
  { collection: 'answers', versionKey: false },
);

/** A key that roots and receipts are signed with (Ed25519). `_id` is its own hash (exam/signed-root.ts); the highest number signs. */
export type ReceiptKeyDocument = {
  _id: string;
  number: number;
  /** 32 bytes, base64url. Kept for good. */
  publicKey: string;
  /** The private half, sealed under the key from the environment. */
  sealedKey: Buffer;
  madeAt: number;
};

export const ReceiptKeySchema = new Schema<ReceiptKeyDocument>(
  {
    _id: { type: String, required: true },
    number: { type: Number, required: true },
    publicKey: { type: String, required: true },
    sealedKey: { type: Buffer, required: true },
    madeAt: { type: Number, required: true },
  },
  { collection: 'receiptKeys', versionKey: false },
);
ReceiptKeySchema.index({ number: -1 }, { unique: true });

/** `_id` is the examinee's. `vector` has [item, revision] in the order of items; null while in progress. */
export type SheetDocument = {
  _id: string;
  planId: string;
  roomId: string;
  state: SheetState;
  vector: [number, number][] | null;
  endedAt: number;
  filedAt: number;
  /** The hash of the receipt (exam/receipt.ts), as long as the sheet has ended. Missing from sheets of before there were any. */
  receipt?: string;
  /** Controls that reopened or submitted this sheet, whatever they found. */
  turnedBy?: string[];
  /** The control that submits it as soon as the store holds what is on its way. */
  submittedFor?: string;
  /** How often answers were written into it past its room while it was live: who ends it must have read them. */
  writtenPast?: number;
  /** Of the room's owner since it was made anew: who owned the room before ends this sheet no more. Missing before that. */
  epoch?: number;
};

export const SheetSchema = new Schema<SheetDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String, required: true },
    state: { type: String, enum: SHEET_STATES, required: true },
    vector: { type: Schema.Types.Mixed } as never,
    endedAt: { type: Number, required: true },
    filedAt: { type: Number, required: true },
    receipt: { type: String },
    turnedBy: { type: [String], default: undefined },
    submittedFor: { type: String },
    writtenPast: { type: Number },
    epoch: { type: Number },
  },
  { collection: 'sheets', versionKey: false },
);
SheetSchema.index({ planId: 1, _id: 1 });
SheetSchema.index({ planId: 1, state: 1 });
SheetSchema.index({ roomId: 1, state: 1 });
SheetSchema.index({ filedAt: 1, endedAt: 1 });
carriesAudit(SheetSchema);

/** Where a readable file lies, relative to the data directory. `_id` is `kind.id`. */
export type FileDocument = {
  _id: string;
  planId: string;
  kind: 'sheet';
  subjectId: string;
  path: string;
  sha256: string;
  bytes: number;
  at: Date;
};

export const FileSchema = new Schema<FileDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    kind: { type: String, required: true },
    subjectId: { type: String, required: true },
    path: { type: String, required: true },
    sha256: { type: String, required: true },
    bytes: { type: Number, required: true },
    at: { type: Date, required: true },
  },
  { collection: 'files', versionKey: false },
);
FileSchema.index({ planId: 1, _id: 1 });

/**
 * `_id` is `examineeId.scoringId`; points in thousandths, by item in the paper's order, null where the item counts for
 * nobody. `change` is what this version of the scores changed for the person, missing where nothing did.
 */
export type ResultDocument = {
  _id: string;
  planId: string;
  roomId: string;
  examineeId: string;
  scoringId: string;
  keyVersion: number;
  points: number;
  itemPoints: (number | null)[];
  change?: ScoreChange;
  at: Date;
};
type ScoreChange = { before: number; items: { item: number; before: number | null; after: number | null }[] };

export const ResultSchema = new Schema<ResultDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String, required: true },
    examineeId: { type: String, required: true },
    scoringId: { type: String, required: true },
    keyVersion: { type: Number, required: true },
    points: { type: Number, required: true },
    itemPoints: { type: [Number], required: true },
    change: { type: Schema.Types.Mixed } as never,
    at: { type: Date, required: true },
  },
  { collection: 'results', versionKey: false },
);
ResultSchema.index({ planId: 1, scoringId: 1, _id: 1 });
ResultSchema.index({ planId: 1, scoringId: 1, roomId: 1, _id: 1 });
ResultSchema.index({ planId: 1, scoringId: 1, points: 1, _id: 1 });
ResultSchema.index({ planId: 1, scoringId: 1, 'change.before': 1, _id: 1 });

/**
 * Of the whole plan (`roomId` is ''), or of one room. `_id` is `planId.scoringId.roomId`; `figures` is what
 * exam/item-analysis.ts summarises, `more` what exam/form-figures.ts does, `itemNames` in the order of their items.
 */
export type StatisticsDocument = {
  _id: string;
  planId: string;
  roomId: string;
  scoringId: string;
  keyVersion: number;
  examineeCount: number;
  figures: unknown;
  more: unknown;
  itemNames?: string[];
  at: Date;
};

export const StatisticsSchema = new Schema<StatisticsDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String },
    scoringId: { type: String, required: true },
    keyVersion: { type: Number, required: true },
    examineeCount: { type: Number, required: true },
    figures: { type: Schema.Types.Mixed } as never,
    more: { type: Schema.Types.Mixed } as never,
    itemNames: { type: [String], default: undefined },
    at: { type: Date, required: true },
  },
  { collection: 'statistics', versionKey: false, minimize: false },
);
StatisticsSchema.index({ planId: 1, scoringId: 1, roomId: 1 });
