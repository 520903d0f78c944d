// The mongoose models of one connection, one for each collection of schema/documents. Must never be made on mongoose's
// shared default connection: a process may have several stores. Called by open-store.ts; used by the aggregates.
import type { Connection } from 'mongoose';
import {
  type AuditDocument,
  AuditSchema,
  type AuditTextDocument,
  AuditTextSchema,
  type HeadDocument,
  HeadSchema,
} from '../schema/documents/audit.ts';
import { type CallDocument, CallSchema } from '../schema/documents/call.ts';
import {
  type ControlDocument,
  ControlSchema,
  type ReceiptDocument,
  ReceiptSchema,
} from '../schema/documents/control.ts';
import { type ErasureDocument, ErasureSchema } from '../schema/documents/erasure.ts';
import {
  type HeldAnswerDocument,
  HeldAnswerSchema,
  type ImportDocument,
  ImportSchema,
} from '../schema/documents/held.ts';
import { type MarkDocument, MarkSchema } from '../schema/documents/mark.ts';
import { type MonitoringDocument, MonitoringSchema } from '../schema/documents/monitoring.ts';
import {
  type AdminDocument,
  AdminSchema,
  type ProctorDocument,
  ProctorSchema,
  type SessionDocument,
  SessionSchema,
} from '../schema/documents/people.ts';
import {
  type KeyDocument,
  KeySchema,
  PaperSchema,
  type PlanDocument,
  PlanSchema,
  type StoredPaperDocument,
} from '../schema/documents/plan.ts';
import {
  type CountedReportDocument,
  CountedReportSchema,
  type IdempotencyDocument,
  IdempotencySchema,
  type IncidentDocument,
  IncidentSchema,
  type LogCountsDocument,
  LogCountsSchema,
  type LogDocument,
  LogSchema,
} from '../schema/documents/record.ts';
import {
  type ExamineeDocument,
  ExamineeSchema,
  type PhotoDocument,
  PhotoSchema,
  type RoomDocument,
  RoomSchema,
} from '../schema/documents/room.ts';
import { type RosterImportDocument, RosterImportSchema } from '../schema/documents/roster-import.ts';
import {
  type AnswerDocument,
  AnswerSchema,
  type FileDocument,
  FileSchema,
  type ReceiptKeyDocument,
  ReceiptKeySchema,
  type ResultDocument,
  ResultSchema,
  type SheetDocument,
  SheetSchema,
  type StatisticsDocument,
  StatisticsSchema,
} from '../schema/documents/sheet.ts';
import { type UploadDocument, UploadSchema } from '../schema/documents/upload.ts';

/** All models of this connection. */
export function makeModels(connection: Connection) {
  return {
    plans: connection.model<PlanDocument>('plan', PlanSchema),
    papers: connection.model<StoredPaperDocument>('paper', PaperSchema),
    keys: connection.model<KeyDocument>('key', KeySchema),
    rooms: connection.model<RoomDocument>('room', RoomSchema),
    photos: connection.model<PhotoDocument>('photo', PhotoSchema),
    examinees: connection.model<ExamineeDocument>('examinee', ExamineeSchema),
    rosterImports: connection.model<RosterImportDocument>('rosterImport', RosterImportSchema),
    sheets: connection.model<SheetDocument>('sheet', SheetSchema),
    answers: connection.model<AnswerDocument>('answer', AnswerSchema as never),
    receiptKeys: connection.model<ReceiptKeyDocument>('receiptKey', ReceiptKeySchema),
    heldAnswers: connection.model<HeldAnswerDocument>('heldAnswer', HeldAnswerSchema),
    imports: connection.model<ImportDocument>('import', ImportSchema),
    controls: connection.model<ControlDocument>('control', ControlSchema),
    receipts: connection.model<ReceiptDocument>('receipt', ReceiptSchema),
    calls: connection.model<CallDocument>('call', CallSchema),
    admins: connection.model<AdminDocument>('admin', AdminSchema),
    proctors: connection.model<ProctorDocument>('proctor', ProctorSchema),
    sessions: connection.model<SessionDocument>('session', SessionSchema),
    erasures: connection.model<ErasureDocument>('erasure', ErasureSchema),
    marks: connection.model<MarkDocument>('mark', MarkSchema),
    results: connection.model<ResultDocument>('result', ResultSchema),
    statistics: connection.model<StatisticsDocument>('statistics', StatisticsSchema),
    files: connection.model<FileDocument>('file', FileSchema),
    uploads: connection.model<UploadDocument>('upload', UploadSchema),
    logs: connection.model<LogDocument>('log', LogSchema),
    logCounts: connection.model<LogCountsDocument>('logCounts', LogCountsSchema),
    incidents: connection.model<IncidentDocument>('incident', IncidentSchema),
    countedReports: connection.model<CountedReportDocument>('countedReport', CountedReportSchema),
    monitoring: connection.model<MonitoringDocument>('monitoring', MonitoringSchema),
    audit: connection.model<AuditDocument>('audit', AuditSchema),
    auditTexts: connection.model<AuditTextDocument>('auditText', AuditTextSchema),
    heads: connection.model<HeadDocument>('head', HeadSchema),
    idempotency: connection.model<IdempotencyDocument>('idempotency', IdempotencySchema),
  };
}

export type Models = ReturnType<typeof makeModels>;
