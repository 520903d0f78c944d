// rosterImports: one document for each roster that came as a file. Rooms and examinees that carry its id count once it says
// `committed`, and never before: that one compare-and-set is the import. It names nobody.
import { Schema } from 'mongoose';
import { IMPORT_STATES, type ImportState } from '../roster-imports.ts';
import type { Role } from '../states.ts';
import { type AuditFacts, carriesAudit } from './audit.ts';
import type { PlanDocument } from './plan.ts';

/** `touchedAt` grows while somebody works on it. `endedAt`: nothing is left to do, 0 until then. */
export type RosterImportDocument = {
  _id: string;
  planId: string;
  state: ImportState;
  people: number;
  written: number;
  newRooms: number;
  by: string;
  byRole: Role;
  at: number;
  touchedAt: number;
  endedAt: number;
  /** The plan that it makes, with the entry of it: of a copy, until the plan is there. */
  copy?: { readonly plan: PlanDocument; readonly facts: AuditFacts };
  /** It was given up by others than who wrote it; missing otherwise. */
  abandoned?: boolean;
};

export const RosterImportSchema = new Schema<RosterImportDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    state: { type: String, enum: IMPORT_STATES, required: true },
    people: { type: Number, required: true },
    written: { type: Number, required: true },
    newRooms: { type: Number, required: true },
    by: { type: String, required: true },
    byRole: { type: String, required: true },
    at: { type: Number, required: true },
    touchedAt: { type: Number, required: true },
    endedAt: { type: Number, required: true },
    copy: { type: Schema.Types.Mixed } as never,
    abandoned: { type: Boolean },
  },
  { collection: 'rosterImports', versionKey: false },
);
RosterImportSchema.index({ planId: 1, _id: 1 });
RosterImportSchema.index({ endedAt: 1, touchedAt: 1 });
RosterImportSchema.index({ abandoned: 1, endedAt: 1 }, { partialFilterExpression: { abandoned: true } });
carriesAudit(RosterImportSchema);
