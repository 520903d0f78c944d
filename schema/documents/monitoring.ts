// monitoring: how a plan stood in each minute, written once and never changed.
import { Schema } from 'mongoose';
import type { ExamineeState, LinkState } from '../states.ts';

/** `_id` is `planId.minute`; `minute` is the instant of its start, `at` the one of the counting. Every state is named. */
export type MonitoringDocument = {
  _id: string;
  planId: string;
  minute: number;
  at: number;
  examineeCount: number;
  examinees: Record<ExamineeState, number>;
  links: Record<LinkState, number>;
  answersSaved: number;
  /** Raised or acknowledged, and not decided yet. */
  incidentsOpen: number;
};

export const MonitoringSchema = new Schema<MonitoringDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    minute: { type: Number, required: true },
    at: { type: Number, required: true },
    examineeCount: { type: Number, required: true },
    examinees: { type: Schema.Types.Mixed, required: true } as never,
    links: { type: Schema.Types.Mixed, required: true } as never,
    answersSaved: { type: Number, required: true },
    incidentsOpen: { type: Number, required: true },
  },
  { collection: 'monitoring', versionKey: false },
);
MonitoringSchema.index({ planId: 1, minute: 1 }, { unique: true });
