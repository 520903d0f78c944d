// The row of a file that somebody brings. Its bytes lie in the blob store under `_id`, enciphered with the row's own key:
// a row that was removed leaves nothing that can be read.
import { Schema } from 'mongoose';
import { UPLOAD_STATES, UPLOAD_USES, type UploadState, type UploadUse } from '../uploads.ts';

/** `by` is who brings it. `sealedKey` is shut with the key of the environment. `touchedAt`: when bytes last came. */
export type UploadDocument = {
  _id: string;
  planId: string;
  use: UploadUse;
  roomId?: string | undefined;
  incidentId?: string | undefined;
  by: string;
  name: string;
  bytes: number;
  sha256: string;
  type: string;
  state: UploadState;
  sealedKey: Buffer;
  at: number;
  touchedAt: number;
};

export const UploadSchema = new Schema<UploadDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String },
    use: { type: String, enum: UPLOAD_USES },
    roomId: { type: String },
    incidentId: { type: String },
    by: { type: String },
    name: { type: String },
    bytes: { type: Number },
    sha256: { type: String },
    type: { type: String },
    state: { type: String, enum: UPLOAD_STATES, required: true },
    sealedKey: { type: Buffer },
    at: { type: Number },
    touchedAt: { type: Number },
  },
  { collection: 'uploads', versionKey: false },
);
UploadSchema.index({ planId: 1, _id: 1 });
UploadSchema.index({ by: 1, planId: 1 });
UploadSchema.index({ state: 1, touchedAt: 1 });
