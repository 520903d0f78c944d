// calls: raised hands and their answers. Stored before anybody is told; over once, by compare-and-set.
import { Schema } from 'mongoose';
import type { Call } from '../calls.ts';
import { CALL_STATES } from '../states.ts';

export type CallDocument = Call;

export const CallSchema = new Schema<CallDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String, required: true },
    examineeId: { type: String, required: true },
    question: { type: String },
    at: { type: Number, required: true },
    status: { type: String, enum: CALL_STATES, required: true },
    answer: { type: String },
    by: { type: String },
    byRole: { type: String },
    endedAt: { type: Number, required: true },
    receivedAt: { type: Number, required: true },
    open: { type: String, required: true },
    waiting: { type: Boolean, required: true },
  },
  { collection: 'calls', versionKey: false },
);
CallSchema.index({ open: 1 }, { unique: true });
CallSchema.index({ roomId: 1, waiting: 1 });
CallSchema.index({ planId: 1, status: 1, at: 1, _id: 1 });
CallSchema.index({ planId: 1, examineeId: 1, at: 1, _id: 1 });
CallSchema.index({ planId: 1, roomId: 1, status: 1, at: 1, _id: 1 });
