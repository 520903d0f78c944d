// logs and their counts, incidents and the reports they count, idempotency: what happened, and which request was answered how.
import { Schema } from 'mongoose';
import { INCIDENT_KINDS, INCIDENT_SOURCES, type Incident } from '../incidents.ts';
import { LOG_STREAMS, type LogStream } from '../jobs.ts';
import { INCIDENT_STATES } from '../states.ts';
import { carriesAudit } from './audit.ts';

export type LogDocument = {
  _id: string;
  planId: string;
  roomId: string;
  stream: LogStream;
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
    stream: { type: String, enum: LOG_STREAMS, required: true },
    subject: { type: String, required: true },
    kind: { type: String, required: true },
    at: { type: Number, required: true },
    data: { type: Schema.Types.Mixed } as never,
  },
  { collection: 'logs', versionKey: false, minimize: false },
);
// The last two are for counting a minute from the index alone.
LogSchema.index({ planId: 1, at: 1, _id: 1, stream: 1, kind: 1 });
LogSchema.index({ planId: 1, subject: 1, at: 1, _id: 1 });
LogSchema.index({ planId: 1, roomId: 1, at: 1, _id: 1 });
LogSchema.index({ planId: 1, kind: 1, at: 1, _id: 1 });
LogSchema.index({ planId: 1, stream: 1, at: 1, _id: 1 });
// Few entries name somebody beside their subject.
LogSchema.index(
  { planId: 1, 'data.examineeId': 1, at: 1, _id: 1 },
  { partialFilterExpression: { 'data.examineeId': { $gt: '' } } },
);
carriesAudit(LogSchema);

/**
 * Log entries of one minute, counted from the entries themselves. `_id` is `planId.minute`; `minute` is the instant of its
 * start. `marks` are of those who insert entries at this moment: while there is one, the counts may be behind.
 */
export type LogCountsDocument = {
  _id: string;
  planId: string;
  minute: number;
  total: number;
  counts: { stream: LogStream; kind: string; count: number }[];
  marks: { id: string; at: number }[];
};

export const LogCountsSchema = new Schema<LogCountsDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    minute: { type: Number, required: true },
    total: { type: Number, required: true },
    counts: { type: [Schema.Types.Mixed], required: true } as never,
    marks: { type: [Schema.Types.Mixed], required: true } as never,
  },
  { collection: 'logcounts', versionKey: false },
);
LogCountsSchema.index({ planId: 1, minute: 1 });
LogCountsSchema.index({ 'marks.at': 1 });

/** Kept whole by compare-and-set on `version` and `joins`; `open` is unique, so that a cause has one open incident. */
export type IncidentDocument = Incident;

export const IncidentSchema = new Schema<IncidentDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    roomId: { type: String, required: true },
    examineeId: { type: String },
    kind: { type: String, enum: INCIDENT_KINDS, required: true },
    source: { type: String, enum: INCIDENT_SOURCES, required: true },
    severity: { type: Number, required: true },
    status: { type: String, enum: INCIDENT_STATES, required: true },
    at: { type: Number, required: true },
    lastAt: { type: Number, required: true },
    count: { type: Number, required: true },
    evidence: { type: [Schema.Types.Mixed], required: true } as never,
    handling: { type: [Schema.Types.Mixed], required: true } as never,
    raisedAt: { type: Number, required: true },
    acknowledgedAt: { type: Number, required: true },
    decidedAt: { type: Number, required: true },
    updatedAt: { type: Number, required: true },
    version: { type: Number, required: true },
    joins: { type: Number, required: true },
    open: { type: String, required: true },
    reports: { type: [Schema.Types.Mixed], required: true } as never,
  },
  { collection: 'incidents', versionKey: false, minimize: false },
);
IncidentSchema.index({ open: 1 }, { unique: true });
IncidentSchema.index({ planId: 1, status: 1, at: 1, _id: 1 });
IncidentSchema.index({ planId: 1, roomId: 1, status: 1, at: 1, _id: 1 });
IncidentSchema.index({ planId: 1, kind: 1, status: 1, at: 1, _id: 1 });
IncidentSchema.index({ planId: 1, examineeId: 1, status: 1, at: 1, _id: 1 });
IncidentSchema.index({ planId: 1, updatedAt: 1 });
IncidentSchema.index({ planId: 1, status: 1, severity: 1, _id: 1 });
carriesAudit(IncidentSchema);

/** A report that counts in an incident which no longer holds its id; `_id` is the report's. Written once, before the incident lets go of it. */
export type CountedReportDocument = { _id: string; planId: string; incidentId: string };

export const CountedReportSchema = new Schema<CountedReportDocument>(
  {
    _id: { type: String, required: true },
    planId: { type: String, required: true },
    incidentId: { type: String, required: true },
  },
  { collection: 'countedReports', versionKey: false },
);
CountedReportSchema.index({ planId: 1 });

/** `_id` is `subject.key`. `ttlMs` is how long a done one is kept. `body` is the stored answer; a response with a secret is never stored. */
export type IdempotencyDocument = {
  _id: string;
  requestHash: string;
  state: 'running' | 'done';
  status: number;
  body: unknown;
  ttlMs: number;
  expiresAt: number;
  /** The plan or person that the request was about; missing where it was about neither. */
  about?: string;
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
    about: { type: String },
  },
  { collection: 'idempotency', versionKey: false, minimize: false },
);
IdempotencySchema.index({ expiresAt: 1 });
IdempotencySchema.index({ about: 1 }, { partialFilterExpression: { about: { $gt: '' } } });
