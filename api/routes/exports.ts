// exports: what an exam came to, as files to take away. Streamed with one page in memory; each is in the audit chain before
// its first byte. A sheet's file leaves only where it is what the store knows of it.
import { createHash, hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { csvLine, csvRow, type ExportRow, ndjsonLine } from '../../exam/export-text.ts';
import { tarEnd, tarHeader, tarPadding } from '../../exam/tar.ts';
import type { FileDocument } from '../../schema/documents/sheet.ts';
import { EXPORT_COLUMNS, type ExportName, ExportParams, ExportQuery } from '../../schema/exports.ts';
import { newId } from '../../schema/ids.ts';
import { isRefusal, type Refusal, type RefusalCode, refuse } from '../../schema/refusals.ts';
import { ExamineeParams, NoBody, NoQuery, RoomParams } from '../../schema/requests.ts';
import { pathOfFile } from '../../store/stored-file.ts';
import { type AnswerFile, answerFilesOf, extensionOf } from '../answer-files.ts';
import { noteDecision } from '../decisions.ts';
import { type ExportGiven, exportRows, itemColumn } from '../export-rows.ts';
import { aboutPlan, aboutRoomOf, examineeOf, planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route, type Sender } from '../route.ts';
import { readableScores } from '../scores.ts';
import { bytesOf } from '../uploading.ts';
import type { Subject } from '../who-is-it.ts';

/** So much text goes out at once. */
const CHUNK_CHARACTERS = 64 * 1_024;

type Format = 'csv' | 'ndjson';

export function exportRoutes(parts: ApiParts): Route[] {
  return [table(parts, 'csv'), table(parts, 'ndjson'), archive(parts), single(parts)];
}

function table(parts: ApiParts, format: Format): Route {
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
      const columns = [...EXPORT_COLUMNS[what], ...given.items.map(itemColumn)];
      const rows = exportRows(parts, what, given);
      const text = format === 'csv' ? csvText(columns, rows) : ndjsonText(rows);
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
      return sending(archiveOf(parts, ended, now), 'application/x-tar', `sheets-${roomId}.tar`);
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
      const file = await sheetFile(parts, examineeId);
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

async function* csvText(columns: readonly string[], rows: AsyncGenerator<ExportRow>): AsyncGenerator<string> {
  yield csvLine(columns);
  yield* chunks(rows, (row) => csvRow(columns, row));
}

function ndjsonText(rows: AsyncGenerator<ExportRow>): AsyncGenerator<string> {
  return chunks(rows, ndjsonLine);
}

async function* chunks(rows: AsyncGenerator<ExportRow>, line: (row: ExportRow) => string): AsyncGenerator<string> {
  let text = '';
  for await (const row of rows) {
    text += line(row);
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

async function* archiveOf(parts: ApiParts, examineeIds: readonly string[], at: number): AsyncGenerator<Buffer> {
  let manifest = '';
  for (const examineeId of examineeIds) {
    const path = `sheets/${examineeId}.json`;
    const found = await sheetFile(parts, examineeId);
    if (isRefusal(found)) {
      manifest += ndjsonLine({ examineeId, path: null, sha256: null, bytes: 0, flaw: found.refused });
      continue;
    }
    yield* entry(path, found.bytes, at);
    const { sha256, bytes } = found.file;
    manifest += ndjsonLine({ examineeId, path, sha256, bytes, flaw: null });
    for (const file of await answerFilesOf(parts, examineeId))
      manifest += ndjsonLine(yield* answerFile(parts, file, at));
  }
  yield* entry('manifest.ndjson', Buffer.from(manifest), at);
  yield tarEnd();
}

/** The bytes go out as they are read; whether they are those that were brought is known at their end. */
async function* answerFile(parts: ApiParts, file: AnswerFile, at: number): AsyncGenerator<Buffer, object> {
  const { examineeId, item, sha256, upload } = file;
  const about = { examineeId, item, sha256, name: upload?.name ?? null };
  const [first] = upload?.pieces ?? [];
  if (upload === undefined || first === undefined || !(await parts.blobs.has(upload._id, first.name)))
    return { ...about, path: null, bytes: 0, flaw: 'FILE_UNKNOWN' satisfies RefusalCode };
  const path = `files/${examineeId}/${String(item).padStart(4, '0')}${extensionOf(upload.type)}`;
  yield tarHeader(path, upload.bytes, at);
  const hashed = createHash('sha256');
  const read = await bytesOf(parts, upload);
  for await (const chunk of read({ start: 0, end: upload.bytes - 1 })) {
    hashed.update(chunk);
    yield Buffer.from(chunk);
  }
  yield tarPadding(upload.bytes);
  const flaw = hashed.digest('hex') === sha256 ? null : ('FILE_ALTERED' satisfies RefusalCode);
  return { ...about, path, bytes: upload.bytes, flaw };
}

function* entry(name: string, bytes: Buffer, at: number): Generator<Buffer> {
  yield tarHeader(name, bytes.length, at);
  if (bytes.length > 0) yield bytes;
  yield tarPadding(bytes.length);
}

/** Its bytes, which are what the store knows of them; a sheet's file is small. */
async function sheetFile(
  { store, config }: ApiParts,
  examineeId: string,
): Promise<{ readonly file: FileDocument; readonly bytes: Buffer } | Refusal> {
  const file = await store.files.get(`sheet.${examineeId}`);
  if (file === null) return refuse('FILE_UNKNOWN');
  const path = pathOfFile(config, file);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return refuse('FILE_UNKNOWN');
    throw error;
  }
  return hash('sha256', bytes, 'hex') === file.sha256 ? { file, bytes } : refuse('FILE_ALTERED');
}

async function* oneOf(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
