// erasures: the certificate that everything of a person was erased. `_id` is the examinee's; it never holds a name, and
// carries into the audit chain what the erased documents had not handed over yet.
import { Schema } from 'mongoose';
import type { Role } from '../states.ts';
import { carriesAudit } from './audit.ts';

/** `doneAt` is 0 until nothing is left; `removed` counts documents, keys and files by where they were. */
export type ErasureDocument = {
  _id: string;
  planId: string;
  roomId: string;
  reason: string;
  by: string;
  byRole: Role | 'system';
  at: number;
  doneAt: number;
  removed: Record<string, number>;
};

export const ErasureSchema = new Schema<ErasureDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String, required: true },
    reason: { type: String, required: true },
    by: { type: String },
    byRole: { type: String, required: true },
    at: { type: Number, required: true },
    doneAt: { type: Number, required: true },
    removed: { type: Schema.Types.Mixed } as never,
  },
  { collection: 'erasures', versionKey: false, minimize: false },
);
ErasureSchema.index({ planId: 1, _id: 1 });
ErasureSchema.index({ planId: 1, doneAt: 1, _id: 1 });
carriesAudit(ErasureSchema);
