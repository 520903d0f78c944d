// heldAnswers: what fenced devices held. Append-only but for what is decided about each, once, by compare-and-set. Never
// current by itself: an applied one is an answer of its own.
import { Schema } from 'mongoose';
import type { Response } from '../answers.ts';
import { HELD_STATES, type HeldState } from '../held-answers.ts';

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
  },
  { collection: 'heldAnswers', versionKey: false },
);
HeldAnswerSchema.index({ planId: 1, _id: 1 });
HeldAnswerSchema.index({ examineeId: 1, state: 1 });
HeldAnswerSchema.index({ roomId: 1, state: 1, examineeId: 1 });
