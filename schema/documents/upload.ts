// The row of a file that somebody brings, or that the workers make. Its bytes lie in the blob store under `_id`, enciphered with the row's own key:
// a row that was removed leaves nothing that can be read.
import { Schema } from 'mongoose';
import { KEPT_EXPORTS, KEPT_FORMATS, type KeptExportName, type KeptFormat } from '../kept-exports.ts';
import { FILE_USES, type FileUse, UPLOAD_STATES, type UploadState } from '../uploads.ts';

/** Bytes of a file that lie together, in the order of the row. */
export type Piece = { readonly name: string; readonly bytes: number };

/** What was ordered; results are of this `version`. The exports of its plan may have `quotaBytes` together. */
export type ExportOrder = {
  readonly what: KeptExportName;
  readonly format: KeptFormat;
  readonly version?: number | undefined;
  readonly roomId?: string | undefined;
  readonly quotaBytes: number;
};

/**
 * `by` is who brings it. `sealedKey` is shut with the key of the environment. `offset` is how many bytes the pieces have;
 * they begin anew with a higher `attempt`. `touchedAt`: when bytes last came. `checkAt`: when it is next to be looked at.
 * `item` and the `types` that it takes are an answer's. `order` and what follows it are an export's, whose `attempt` is which
 * making of it the pieces are of, and whose `checkAt` is when another worker takes it for dead. `excused` of the makings ended
 * for no fault of theirs.
 */
export type UploadDocument = {
  _id: string;
  planId: string;
  use: FileUse;
  roomId?: string | undefined;
  incidentId?: string | undefined;
  item?: number | undefined;
  types?: string[] | undefined;
  by: string;
  name: string;
  bytes: number;
  sha256: string;
  type: string;
  state: UploadState;
  sealedKey: Buffer;
  attempt: number;
  offset: number;
  pieces: Piece[];
  at: number;
  touchedAt: number;
  checkAt?: number | undefined;
  order?: ExportOrder | undefined;
  rows?: number | undefined;
  madeAt?: number | undefined;
  expiresAt?: number | undefined;
  flaw?: string | undefined;
  excused?: number | undefined;
};

const PieceSchema = new Schema<Piece>(
  { name: { type: String, required: true }, bytes: { type: Number, required: true } },
  { _id: false },
);

const OrderSchema = new Schema<ExportOrder>(
  {
    what: { type: String, enum: KEPT_EXPORTS, required: true },
    format: { type: String, enum: KEPT_FORMATS, required: true },
    version: { type: Number },
    roomId: { type: String },
    quotaBytes: { type: Number, required: true },
  },
  { _id: false },
);

export const UploadSchema = new Schema<UploadDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String },
    use: { type: String, enum: FILE_USES },
    roomId: { type: String },
    incidentId: { type: String },
    item: { type: Number },
    types: { type: [String], default: undefined },
    by: { type: String },
    name: { type: String },
    bytes: { type: Number },
    sha256: { type: String },
    type: { type: String },
    state: { type: String, enum: UPLOAD_STATES, required: true },
    sealedKey: { type: Buffer },
    attempt: { type: Number },
    offset: { type: Number },
    pieces: { type: [PieceSchema], default: undefined },
    at: { type: Number },
    touchedAt: { type: Number },
    checkAt: { type: Number },
    order: { type: OrderSchema },
    rows: { type: Number },
    madeAt: { type: Number },
    expiresAt: { type: Number },
    flaw: { type: String },
    excused: { type: Number },
  },
  { collection: 'uploads', versionKey: false },
);
UploadSchema.index({ planId: 1, _id: 1 });
UploadSchema.index({ by: 1, planId: 1 });
UploadSchema.index({ state: 1, touchedAt: 1 });
UploadSchema.index({ state: 1, checkAt: 1 });
UploadSchema.index({ planId: 1, use: 1, _id: 1 });
UploadSchema.index({ expiresAt: 1 }, { sparse: true });
