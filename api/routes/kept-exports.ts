// kept exports: ordered here, made by the workers, and given out like every file (upload-content.ts): whole, in ranges, by a
// signed link. Each order is in the audit chain before it is one.
import type { UploadDocument } from '../../schema/documents/upload.ts';
import {
  type ExportOrderBody,
  ExportOrderBody as ExportOrderSchema,
  KeptExportList,
  KeptExportParams,
  KeptExportView,
} from '../../schema/kept-exports.ts';
import { ReasonQuery } from '../../schema/office.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { NoBody, NoQuery, PlanParams } from '../../schema/requests.ts';
import { noteDecision } from '../decisions.ts';
import { derivedId } from '../derived-id.ts';
import { planList } from '../list-route.ts';
import { aboutPlan, INSTALLATION, planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { readableScores } from '../scores.ts';
import type { Subject } from '../who-is-it.ts';

const TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson', tar: 'application/x-tar' } as const;

export function keptExportRoutes(parts: ApiParts): Route[] {
  const { store, config } = parts;
  return [
    route({
      method: 'post',
      path: '/plans/:planId/exports',
      tag: 'exports',
      summary: 'Orders an export that the workers make, as a file that is kept for some days.',
      access: 'export.take',
      params: PlanParams,
      query: NoQuery,
      body: ExportOrderSchema,
      reply: { status: 201, type: 'application/json', schema: KeptExportView },
      repeat: 'once',
      refusals: ['PLAN_UNKNOWN', 'ROOM_UNKNOWN', 'RESULT_UNKNOWN', 'FILE_QUOTA'],
      target: aboutPlan,
      async handle({ subject, params: { planId }, body, seed, now }) {
        const version = await versionOf(parts, subject, planId, body);
        if (isRefusal(version)) return version;
        const { what, format, roomId, keepMs } = body;
        const exportId = derivedId(seed);
        await note(parts, 'export.ordered', { _id: exportId, planId }, subject, now, {
          ...{ what, format },
          ...(roomId === undefined ? {} : { roomId }),
          ...version,
        });
        const order = { what, format, ...version, roomId, quotaBytes: config.fileQuota.planBytes };
        const file = { name: `${what}-${roomId ?? planId}.${format}`, type: TYPES[format] };
        const times = { at: now, expiresAt: now + keepMs };
        const row = { _id: exportId, planId, by: subject.subjectId, order, ...file, ...times };
        return exportView(await store.keptExports.order(row));
      },
    }),
    planList(parts, 'keptExports', {
      path: '/plans/:planId/exports',
      tag: 'exports',
      summary: 'The kept exports of a plan, also those that are being made.',
      access: 'export.take',
      schema: KeptExportList,
      read: (plan, { query }) => store.keptExports.byPlan(plan._id, query),
      view: exportView,
    }),
    route({
      method: 'get',
      path: '/exports/:exportId',
      tag: 'exports',
      summary:
        'A kept export, and how far it is; where it is ready, its bytes are those of the upload with its id: /v1/uploads/{exportId}/content, or a link to it.',
      access: 'export.take',
      params: KeptExportParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: KeptExportView },
      repeat: 'keyless',
      refusals: ['EXPORT_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ params: { exportId } }) {
        const found = await store.keptExports.get(exportId);
        return found === null ? refuse('EXPORT_UNKNOWN') : exportView(found);
      },
    }),
    route({
      method: 'delete',
      path: '/exports/:exportId',
      tag: 'exports',
      summary: 'Removes a kept export, also one in the making: nobody can read it from here on.',
      access: 'export.take',
      params: KeptExportParams,
      query: ReasonQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'keyless',
      refusals: ['EXPORT_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ subject, params: { exportId }, query: { reason }, now }) {
        const found = await store.keptExports.get(exportId);
        if (found === null) return refuse('EXPORT_UNKNOWN');
        await note(parts, 'export.removed', found, subject, now, { sha256: found.sha256, reason });
        await store.uploads.remove(exportId);
        return undefined;
      },
    }),
  ];
}

/** Of results the version that it will have, whatever is scored until it is made. */
async function versionOf(
  parts: ApiParts,
  subject: Subject,
  planId: string,
  body: ExportOrderBody,
): Promise<{ readonly version?: number } | Refusal> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const room = body.roomId === undefined ? undefined : await roomOf(parts, body.roomId);
  if (room !== undefined && (isRefusal(room) || room.planId !== planId)) return refuse('ROOM_UNKNOWN');
  if (body.what !== 'results') return {};
  const scores = readableScores(subject, plan, body.version);
  return isRefusal(scores) ? scores : { version: scores.version };
}

async function note(
  parts: ApiParts,
  kind: string,
  { _id, planId }: Pick<UploadDocument, '_id' | 'planId'>,
  subject: Subject,
  at: number,
  data: Record<string, string | number>,
): Promise<void> {
  await noteDecision(parts, { planId, source: `${kind}.${_id}`, kind, at, data }, subject, _id);
}

function exportView(row: UploadDocument): KeptExportView {
  const { _id: exportId, planId, order, state, bytes, sha256, by, at } = row;
  const { rows = 0, madeAt = 0, expiresAt = 0, flaw = '' } = row;
  if (order === undefined) throw new Error('an upload is no export');
  const { what, format, version, roomId } = order;
  return {
    ...{ exportId, planId, what, format },
    ...(version === undefined ? {} : { version }),
    ...(roomId === undefined ? {} : { roomId }),
    state: state === 'ready' || state === 'failed' ? state : 'making',
    ...{ rows, bytes, sha256, flaw, by, at, madeAt, expiresAt },
  };
}
