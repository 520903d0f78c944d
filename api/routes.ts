// All routes of the api, in the order of the documents. A new resource is a file in routes/ and a line here.
import type { ApiParts } from './parts.ts';
import type { PublicRoute, Route } from './route.ts';
import { answerRoutes } from './routes/answers.ts';
import { auditRoutes } from './routes/audit.ts';
import { callRoutes } from './routes/calls.ts';
import { controlRoutes } from './routes/controls.ts';
import { enterRoutes } from './routes/enter.ts';
import { erasureRoutes } from './routes/erasures.ts';
import { examineeRoutes } from './routes/examinees.ts';
import { exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { heldAnswerRoutes } from './routes/held-answers.ts';
import { identityRoutes } from './routes/identity.ts';
import { importRoutes } from './routes/imports.ts';
import { incidentRoutes } from './routes/incidents.ts';
import { keptExportRoutes } from './routes/kept-exports.ts';
import { keyVersionRoutes } from './routes/key-versions.ts';
import { logRoutes } from './routes/logs.ts';
import { lostMinutesRoutes } from './routes/lost-minutes.ts';
import { markRoutes } from './routes/marks.ts';
import { meRoutes } from './routes/me.ts';
import { monitorRoutes } from './routes/monitor.ts';
import { monitoringRoutes } from './routes/monitoring.ts';
import { overviewRoutes } from './routes/overview.ts';
import { ownRoutes } from './routes/own.ts';
import { ownPasswordRoutes } from './routes/own-password.ts';
import { paperRoutes } from './routes/papers.ts';
import { photoRoutes } from './routes/photos.ts';
import { planCopyRoutes } from './routes/plan-copies.ts';
import { planEditRoutes } from './routes/plan-edits.ts';
import { planRetentionRoutes } from './routes/plan-retention.ts';
import { planRoutes } from './routes/plans.ts';
import { progressRoutes } from './routes/progress.ts';
import { receiptRoutes } from './routes/receipts.ts';
import { registeredAnswerRoutes } from './routes/registered-answers.ts';
import { resultRoutes } from './routes/results.ts';
import { roomReportRoutes } from './routes/room-report.ts';
import { roomRoutes } from './routes/rooms.ts';
import { rosterRoutes } from './routes/roster.ts';
import { rosterImportRoutes } from './routes/roster-imports.ts';
import { sealedPaperRoutes } from './routes/sealed-papers.ts';
import { serviceRoutes } from './routes/services.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { sheetRoutes } from './routes/sheets.ts';
import { singlePersonRoutes } from './routes/single-people.ts';
import { singleRoomRoutes } from './routes/single-rooms.ts';
import { staffRoutes } from './routes/staff.ts';
import { staffEditRoutes } from './routes/staff-edits.ts';
import { timelineRoutes } from './routes/timeline.ts';
import { uploadContentRoutes } from './routes/upload-content.ts';
import { uploadRoutes } from './routes/uploads.ts';

/** Those under /v1. */
export function apiRoutes(parts: ApiParts): Route[] {
  return [
    ...enterRoutes(parts),
    ...sessionRoutes(parts),
    ...meRoutes(parts),
    ...ownPasswordRoutes(parts),
    ...ownRoutes(parts),
    ...paperRoutes(parts),
    ...keyVersionRoutes(parts),
    ...sealedPaperRoutes(parts),
    ...planRoutes(parts),
    ...planEditRoutes(parts),
    ...planRetentionRoutes(parts),
    ...planCopyRoutes(parts),
    ...roomRoutes(parts),
    ...singleRoomRoutes(parts),
    ...roomReportRoutes(parts),
    ...examineeRoutes(parts),
    ...rosterRoutes(parts),
    ...rosterImportRoutes(parts),
    ...identityRoutes(parts),
    ...timelineRoutes(parts),
    ...photoRoutes(parts),
    ...uploadRoutes(parts),
    ...uploadContentRoutes(parts),
    ...staffRoutes(parts),
    ...singlePersonRoutes(parts),
    ...staffEditRoutes(parts),
    ...serviceRoutes(parts),
    ...controlRoutes(parts),
    ...incidentRoutes(parts),
    ...callRoutes(parts),
    ...lostMinutesRoutes(parts),
    ...progressRoutes(parts),
    ...overviewRoutes(parts),
    ...answerRoutes(parts),
    ...registeredAnswerRoutes(parts),
    ...sheetRoutes(parts),
    ...receiptRoutes(parts),
    ...heldAnswerRoutes(parts),
    ...importRoutes(parts),
    ...resultRoutes(parts),
    ...markRoutes(parts),
    ...exportRoutes(parts),
    ...keptExportRoutes(parts),
    ...erasureRoutes(parts),
    ...monitorRoutes(parts),
    ...monitoringRoutes(parts),
    ...logRoutes(parts),
    ...auditRoutes(parts),
  ];
}

/** Those beside it. */
export function plainRoutes(parts: ApiParts): PublicRoute[] {
  return healthRoutes(parts);
}
