// marks: what people gave for answers that no key decides. `_id` is `examineeId.item`, the item with four digits; what counts
// of them is said by exam/marking.ts.
import { Schema } from 'mongoose';
import type { Role } from '../states.ts';
import { carriesAudit } from './audit.ts';

/** Points in thousandths. */
type StoredMark = { points: number; reason: string; by: string; byRole: Role | 'system'; at: number };

/** Of one revision of the answer; `version` grows with each change, `at` is the instant of the last one. */
export type MarkDocument = {
  _id: string;
  planId: string;
  examineeId: string;
  item: number;
  revision: number;
  marks: StoredMark[];
  decision: StoredMark | null;
  version: number;
  at: number;
};

export const MarkSchema = new Schema<MarkDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    examineeId: { type: String, required: true },
    item: { type: Number, required: true },
    revision: { type: Number, required: true },
    marks: { type: [Schema.Types.Mixed], required: true } as never,
    decision: { type: Schema.Types.Mixed } as never,
    version: { type: Number, required: true },
    at: { type: Number, required: true },
  },
  { collection: 'marks', versionKey: false },
);
MarkSchema.index({ planId: 1, _id: 1 });
MarkSchema.index({ planId: 1, at: -1 });
carriesAudit(MarkSchema);
