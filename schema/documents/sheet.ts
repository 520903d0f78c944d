// sheets, answers, files and results: what was answered and what came of it. Answers are append-only and have no
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
};

/** Written through the native driver on the hot path; the schema exists for its name and for reads. */
export const AnswerSchema = new Schema<AnswerDocument>(
  {
    _id: { type: String, required: true },
    response: { type: Schema.Types.Mixed } as never,
    hash: { type: String, required: true },
    at: { type: Date, required: true },
    pruned: { type: Boolean },
    late: { type: Boolean },
  },
  { collection: 'answers', versionKey: false },
);

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

/** `_id` is `examineeId.keyVersion`; points in thousandths, by item in the paper's order, null where no machine scores it. */
export type ResultDocument = {
  _id: string;
  planId: string;
  examineeId: string;
  keyVersion: number;
  points: number;
  itemPoints: (number | null)[];
  at: Date;
};

export const ResultSchema = new Schema<ResultDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    examineeId: { type: String, required: true },
    keyVersion: { type: Number, required: true },
    points: { type: Number, required: true },
    itemPoints: { type: [Number], required: true },
    at: { type: Date, required: true },
  },
  { collection: 'results', versionKey: false },
);
ResultSchema.index({ planId: 1, _id: 1 });
ResultSchema.index({ planId: 1, keyVersion: 1, _id: 1 });

/** `_id` is `planId.keyVersion`; `figures` is what exam/item-analysis.ts summarises, `itemNames` in the order of its items. */
export type StatisticsDocument = {
  _id: string;
  planId: string;
  keyVersion: number;
  examineeCount: number;
  figures: unknown;
  itemNames?: string[];
  at: Date;
};

export const StatisticsSchema = new Schema<StatisticsDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    keyVersion: { type: Number, required: true },
    examineeCount: { type: Number, required: true },
    figures: { type: Schema.Types.Mixed } as never,
    itemNames: { type: [String], default: undefined },
    at: { type: Date, required: true },
  },
  { collection: 'statistics', versionKey: false, minimize: false },
);
StatisticsSchema.index({ planId: 1, keyVersion: -1 });
