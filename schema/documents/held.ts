// heldAnswers and imports: what fenced devices held, and the sealed exports that were brought. Append-only but for what is decided about each, once, by compare-and-set. Never
// current by itself: an applied one is an answer of its own.
import { Schema } from 'mongoose';
import type { Response } from '../answers.ts';
import type { ExportPart } from '../export-file.ts';
import { HELD_STATES, type HeldState } from '../held-answers.ts';
import { type Role, SHEET_STATES, type SheetState } from '../states.ts';
import { carriesAudit } from './audit.ts';

/** `_id` is the answer's own: plan.examinee.item.revision, with the device's revision. `by` '' for the rule; `as` 0: no revision of ours. */
export type HeldAnswerDocument = {
  _id: string;
  planId: string;
  roomId: string;
  examineeId: string;
  item: number;
  revision: number;
  response: Response;
  hash: string;
  heldAt: number;
  state: HeldState;
  decidedAt: number;
  by: string;
  as: number;
  /** The sealed export that brought it; missing where the device itself did. */
  importId?: string;
};

export const HeldAnswerSchema = new Schema<HeldAnswerDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String, required: true },
    examineeId: { type: String, required: true },
    item: { type: Number, required: true },
    revision: { type: Number, required: true },
    response: { type: Schema.Types.Mixed } as never,
    hash: { type: String, required: true },
    heldAt: { type: Number, required: true },
    state: { type: String, enum: HELD_STATES, required: true },
    decidedAt: { type: Number, required: true },
    by: { type: String },
    as: { type: Number, required: true },
    importId: { type: String },
  },
  { collection: 'heldAnswers', versionKey: false },
);
/** What a sealed export came to. `_id` is the SHA-256 of what is sealed in it, so that a file is taken once. */
export type ImportDocument = {
  _id: string;
  planId: string;
  roomId: string;
  examineeId: string;
  fence: number;
  at: number;
  by: string;
  byRole: Role;
  kept: [number, number][];
  conflicts: [number, number][];
  missing: [number, number][];
  sheet: SheetState;
  /** Which of several files it was; missing where it was the only one. */
  part?: ExportPart;
};

export const ImportSchema = new Schema<ImportDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String, required: true },
    examineeId: { type: String, required: true },
    fence: { type: Number, required: true },
    at: { type: Number, required: true },
    by: { type: String, required: true },
    byRole: { type: String, required: true },
    kept: { type: Schema.Types.Mixed, required: true } as never,
    conflicts: { type: Schema.Types.Mixed, required: true } as never,
    missing: { type: Schema.Types.Mixed, required: true } as never,
    sheet: { type: String, enum: SHEET_STATES, required: true },
    part: { type: Schema.Types.Mixed } as never,
  },
  { collection: 'imports', versionKey: false },
);
ImportSchema.index({ planId: 1, _id: 1 });
ImportSchema.index({ planId: 1, examineeId: 1 });
carriesAudit(ImportSchema);

HeldAnswerSchema.index({ planId: 1, _id: 1 });
HeldAnswerSchema.index({ examineeId: 1, state: 1 });
HeldAnswerSchema.index({ roomId: 1, state: 1, examineeId: 1 });
