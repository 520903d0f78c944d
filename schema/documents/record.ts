// logs, incidents, idempotency: what happened, and which request was answered how.
import { Schema } from 'mongoose';
import { carriesAudit } from './audit.ts';

export type LogDocument = {
  _id: string;
  planId: string;
  roomId: string;
  subject: string;
  kind: string;
  at: number;
  data: Record<string, string | number | boolean>;
};

export const LogSchema = new Schema<LogDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String },
    subject: { type: String, required: true },
    kind: { type: String, required: true },
    at: { type: Number, required: true },
    data: { type: Schema.Types.Mixed } as never,
  },
  { collection: 'logs', versionKey: false, minimize: false },
);
LogSchema.index({ planId: 1, at: 1, _id: 1 });
carriesAudit(LogSchema);

export type IncidentDocument = {
  _id: string;
  planId: string;
  roomId: string;
  examineeId: string;
  kind: string;
  severity: number;
  evidence: Record<string, string | number | boolean>;
  status: 'raised' | 'acknowledged' | 'unfounded' | 'confirmed';
  at: number;
};

export const IncidentSchema = new Schema<IncidentDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String, required: true },
    examineeId: { type: String },
    kind: { type: String, required: true },
    severity: { type: Number, required: true },
    evidence: { type: Schema.Types.Mixed } as never,
    status: { type: String, required: true },
    at: { type: Number, required: true },
  },
  { collection: 'incidents', versionKey: false, minimize: false },
);
IncidentSchema.index({ planId: 1, at: 1, _id: 1 });

/** `_id` is `subject.key`. `ttlMs` is how long a done one is kept. `body` is the stored answer; a response with a secret is never stored. */
export type IdempotencyDocument = {
  _id: string;
  requestHash: string;
  state: 'running' | 'done';
  status: number;
  body: unknown;
  ttlMs: number;
  expiresAt: number;
};

export const IdempotencySchema = new Schema<IdempotencyDocument>(
  {
    _id: { type: String, required: true },
    requestHash: { type: String, required: true },
    state: { type: String, required: true },
    status: { type: Number, required: true },
    body: { type: Schema.Types.Mixed } as never,
    ttlMs: { type: Number, required: true },
    expiresAt: { type: Number, required: true },
  },
  { collection: 'idempotency', versionKey: false, minimize: false },
);
IdempotencySchema.index({ expiresAt: 1 });
