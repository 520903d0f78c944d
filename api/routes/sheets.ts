// sheets and files: what an examinee has answered, as the store has it, as it stands in Redis, or as the readable file.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { receiptOf } from '../../exam/receipt.ts';
import { Response as ResponseSchema } from '../../schema/answers.ts';
import type { ExamineeDocument } from '../../schema/documents/room.ts';
import { redisKeys } from '../../schema/redis-keys.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { FileList, SheetReply } from '../../schema/replies.ts';
import { ExamineeParams, FileParams, NoBody, NoParams, NoQuery, SheetQuery } from '../../schema/requests.ts';
import { pathOfFile } from '../../store/stored-file.ts';
import { listRoute } from '../list-route.ts';
import { examineeOf, INSTALLATION, planOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route, type Sender } from '../route.ts';
import { fileView } from '../views.ts';

type ShownAnswer = SheetReply['answers'][number];

export function sheetRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  return [
    route({
      method: 'get',
      path: '/examinees/:examineeId/sheet',
      tag: 'sheets',
      summary: 'A sheet: the answers that count, from the store; or those in Redis, for display.',
      access: 'sheet.read',
      params: ExamineeParams,
      query: SheetQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: SheetReply },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN'],
      target: ({ params }) => ({ of: 'examinee', examineeId: params.examineeId }),
      async handle({ params, query }) {
        const examinee = await examineeOf(parts, params.examineeId);
        return isRefusal(examinee) ? examinee : sheetOf(parts, examinee, query.source);
      },
    }),
    listRoute('files', {
      path: '/files',
      tag: 'files',
      summary: 'Readable files of a plan: one for each sheet that has ended.',
      access: 'file.read',
      params: NoParams,
      schema: FileList,
      refusals: ['PLAN_UNKNOWN'],
      target: () => INSTALLATION,
      async read({ query }) {
        const plan = await planOf(parts, query.planId);
        return isRefusal(plan) ? plan : store.files.byPlan(plan._id, query);
      },
      view: fileView,
    }),
    route({
      method: 'get',
      path: '/files/:fileId',
      tag: 'files',
      summary: 'Downloads a file.',
      access: 'file.read',
      params: FileParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/octet-stream', schema: null },
      repeat: 'keyless',
      refusals: ['FILE_UNKNOWN'],
      target: () => INSTALLATION,
      handle: ({ params }) => download(parts, params.fileId),
    }),
  ];
}

async function sheetOf(
  { store, redis }: ApiParts,
  examinee: ExamineeDocument,
  wanted: 'store' | 'live',
): Promise<SheetReply> {
  const { _id: examineeId, planId } = examinee;
  const sheet = await store.sheets.get(examineeId);
  const live = wanted === 'live' ? await liveAnswers(redis, planId, examineeId) : undefined;
  const { vector = null, endedAt = 0 } = sheet ?? {};
  const counting = vector === null ? null : await store.answers.byVector(planId, examineeId, vector);
  const answers = live ?? counting ?? (await store.answers.current(planId, examineeId));
  const receipt =
    counting &&
    receiptOf(
      counting.map(({ item, revision, hash }) => [item, revision, hash]),
      endedAt,
    );
  const shown = answers.map(({ item, revision, response }) => ({ item, revision, response }));
  const source = live === undefined ? 'store' : 'live';
  return { examineeId, planId, state: sheet?.state ?? 'empty', endedAt, source, answers: shown, receipt };
}

/** The sheet in Redis; undefined where there is none, since Redis may forget everything at any time. */
async function liveAnswers(
  redis: ApiParts['redis'],
  planId: string,
  examineeId: string,
): Promise<ShownAnswer[] | undefined> {
  const fields = Object.entries(await redis.hgetall(redisKeys.sheet(planId, examineeId)));
  if (fields.length === 0) return undefined;
  return fields.map(([item, stored]) => liveAnswer(Number(item), stored)).toSorted((a, b) => a.item - b.item);
}

function liveAnswer(item: number, stored: string): ShownAnswer {
  const colon = stored.indexOf(':');
  return {
    item,
    revision: Number(stored.slice(0, colon)),
    response: ResponseSchema.parse(JSON.parse(stored.slice(colon + 1))),
  };
}

async function download({ store, config }: ApiParts, fileId: string): Promise<Sender | Refusal> {
  const file = await store.files.get(fileId);
  if (file === null) return refuse('FILE_UNKNOWN');
  const path = pathOfFile(config, file);
  const found = await stat(path).catch(() => undefined);
  // The row may be seen by a machine that does not have the file yet.
  if (found === undefined) return refuse('FILE_UNKNOWN');
  return async (response) => {
    response.set({
      'Content-Disposition': `attachment; filename="${fileId}.json"`,
      'Content-Length': String(found.size),
      ETag: `"${file.sha256}"`,
    });
    response.type('application/octet-stream');
    await pipeline(createReadStream(path), response);
  };
}
