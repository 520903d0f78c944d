// exports: what an exam came to, as files to take away. Streamed with one page in memory; each is in the audit chain before
// its first byte. A sheet's file leaves only where it is what the store knows of it.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ExportParts } from '../../exports/parts.ts';
import type { ExportGiven } from '../../exports/rows.ts';
import { sheetArchive } from '../../exports/sheet-archive.ts';
import { sheetFile } from '../../exports/sheet-file.ts';
import { tableText } from '../../exports/table.ts';
import { type ExportName, ExportParams, ExportQuery, type TableFormat } from '../../schema/exports.ts';
import { newId } from '../../schema/ids.ts';
import { isRefusal, type Refusal } from '../../schema/refusals.ts';
import { ExamineeParams, NoBody, NoQuery, RoomParams } from '../../schema/requests.ts';
import { noteDecision } from '../decisions.ts';
import { aboutPlan, aboutRoomOf, examineeOf, planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route, type Sender } from '../route.ts';
import { readableScores } from '../scores.ts';
import type { Subject } from '../who-is-it.ts';

export function exportRoutes(parts: ApiParts): Route[] {
  return [table(parts, 'csv'), table(parts, 'ndjson'), archive(parts), single(parts)];
}

function table(parts: ApiParts, format: TableFormat): Route {
  return route({
    method: 'get',
    path: `/plans/:planId/exports/:what.${format}`,
    tag: 'exports',
    summary: `Results, answers with their history, incidents, logs or the audit chain of a plan, as ${format.toUpperCase()}.`,
    access: 'export.take',
    params: ExportParams,
    query: ExportQuery,
    body: NoBody,
    reply: { status: 200, type: format === 'csv' ? 'text/csv' : 'application/x-ndjson', schema: null },
    repeat: 'keyless',
    refusals: ['PLAN_UNKNOWN', 'RESULT_UNKNOWN'],
    target: aboutPlan,
    async handle({ subject, params: { planId, what }, query, now }) {
      const given = await givenOf(parts, subject, planId, what, query.version);
      if (isRefusal(given)) return given;
      await note(parts, subject, planId, planId, now, { what, format });
      const text = tableText(parts, what, format, given);
      return sending(text, format === 'csv' ? 'text/csv' : 'application/x-ndjson', `${what}-${planId}.${format}`);
    },
  });
}

async function givenOf(
  parts: ApiParts,
  subject: Subject,
  planId: string,
  what: ExportName,
  version: number | undefined,
): Promise<ExportGiven | Refusal> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  if (what !== 'results') return { plan, scores: undefined, items: [] };
  const scores = readableScores(subject, plan, version);
  if (isRefusal(scores)) return scores;
  const paper = await parts.store.papers.get(plan.paperId);
  return { plan, scores, items: (paper?.items ?? []).map(({ number }) => number) };
}

function archive(parts: ApiParts): Route {
  const { store } = parts;
  return route({
    method: 'get',
    path: '/rooms/:roomId/sheets.tar',
    tag: 'exports',
    summary:
      'The readable sheets of a room as a tar; manifest.ndjson in it says which are there, and which are not as the store knows them.',
    access: 'export.take',
    params: RoomParams,
    query: NoQuery,
    body: NoBody,
    reply: { status: 200, type: 'application/x-tar', schema: null },
    repeat: 'keyless',
    refusals: ['ROOM_UNKNOWN'],
    target: async ({ params }) => {
      const room = await roomOf(parts, params.roomId);
      return isRefusal(room) ? room : { of: 'room', planId: room.planId, roomId: room._id };
    },
    async handle({ subject, params: { roomId }, now }) {
      const room = await roomOf(parts, roomId);
      if (isRefusal(room)) return room;
      await note(parts, subject, room.planId, roomId, now, { what: 'sheets', format: 'tar' });
      const sheets = await store.sheets.byRoom(roomId);
      const ended = sheets.filter(({ endedAt }) => endedAt > 0).map(({ _id }) => _id);
      return sending(sheetArchive(placed(parts), ended, now), 'application/x-tar', `sheets-${roomId}.tar`);
    },
  });
}

function single(parts: ApiParts): Route {
  return route({
    method: 'get',
    path: '/examinees/:examineeId/sheet-file',
    tag: 'exports',
    summary: "The readable file of one examinee's sheet, as the store knows it.",
    access: 'export.take',
    params: ExamineeParams,
    query: NoQuery,
    body: NoBody,
    reply: { status: 200, type: 'application/octet-stream', schema: null },
    repeat: 'keyless',
    refusals: ['EXAMINEE_UNKNOWN', 'FILE_UNKNOWN', 'FILE_ALTERED'],
    target: ({ params }) => aboutRoomOf(parts, params.examineeId),
    async handle({ subject, params: { examineeId }, now }) {
      const examinee = await examineeOf(parts, examineeId);
      if (isRefusal(examinee)) return examinee;
      const file = await sheetFile(placed(parts), examineeId);
      if (isRefusal(file)) return file;
      await note(parts, subject, examinee.planId, examineeId, now, { what: 'sheet', format: 'json' });
      return sending(oneOf(file.bytes), 'application/octet-stream', `sheet-${examineeId}.json`);
    },
  });
}

async function note(
  parts: ApiParts,
  subject: Subject,
  planId: string,
  about: string,
  at: number,
  data: Record<string, string>,
): Promise<void> {
  await noteDecision(
    parts,
    { planId, source: `export.taken.${newId()}`, kind: 'export.taken', at, data },
    subject,
    about,
  );
}

function sending(parts: AsyncGenerator<string | Buffer>, type: string, name: string): Sender {
  return async (response) => {
    response.set({ 'Content-Disposition': `attachment; filename="${name}"`, 'Cache-Control': 'no-store' });
    response.type(type);
    await pipeline(Readable.from(parts, { objectMode: true, highWaterMark: 1 }), response);
  };
}

function placed({ store, blobs, config: { dataDir } }: ApiParts): ExportParts {
  return { store, blobs, dataDir };
}

async function* oneOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
