// uploads: files that people bring, in pieces that a broken link does not lose. What is in them is given out by
// upload-content.ts.
import { Readable } from 'node:stream';
import { z } from 'zod';
import { ReasonQuery } from '../../schema/office.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { NoBody, NoQuery, PlanParams } from '../../schema/requests.ts';
import { OffsetQuery, UploadBody, UploadList, UploadParams, UploadView } from '../../schema/uploads.ts';
import { answerPlace } from '../answer-files.ts';
import { derivedId } from '../derived-id.ts';
import { planList } from '../list-route.ts';
import { aboutPlanOrRoom, INSTALLATION, listedRooms, planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { aboutUpload, broughtOf, noteUpload, uploadView } from '../upload-lookups.ts';
import { takeBytes } from '../uploading.ts';

const BUSY_MS = 1_000;
const JSON_REPLY = { status: 200, type: 'application/json' } as const;

export function uploadRoutes(parts: ApiParts): Route[] {
  const { store, config } = parts;
  /** Uploads to which bytes come at this moment: a second sender would lose, and is told before it has sent anything. */
  const coming = new Set<string>();
  const target = ({ params }: { readonly params: { readonly uploadId: string } }) =>
    aboutUpload(parts, params.uploadId);
  return [
    route({
      method: 'post',
      path: '/plans/:planId/uploads',
      tag: 'uploads',
      summary: 'Announces a file: evidence of a room, media of the paper, or the answer of an examinee.',
      access: 'upload.write',
      params: PlanParams,
      query: NoQuery,
      body: UploadBody,
      reply: { status: 201, type: 'application/json', schema: UploadView },
      repeat: 'again', // not stored: a name that somebody gave to a file would lie there, also when its person was erased
      refusals: [
        ...(['PLAN_UNKNOWN', 'ROOM_UNKNOWN', 'INCIDENT_UNKNOWN', 'FILE_QUOTA'] as const),
        ...(['EXAMINEE_UNKNOWN', 'ROOM_NOT_RUNNING', 'EXAM_ENDED', 'ITEM_UNKNOWN', 'ANSWER_TOO_LARGE'] as const),
      ],
      target: ({ subject, params: { planId }, body }) => {
        if (subject.role === 'examinee' && body.use === 'answer')
          return { of: 'examinee', examineeId: subject.subjectId };
        return body.use === 'evidence' ? aboutPlanOrRoom(parts, planId, body.roomId) : INSTALLATION;
      },
      async handle({ subject, params: { planId }, body, seed, now }) {
        const flaw = await misplaced(parts, planId, body.use === 'evidence' ? body : {});
        if (flaw !== undefined) return flaw;
        const place = body.use === 'answer' ? await answerPlace(parts, subject, planId, body, now) : {};
        if (isRefusal(place)) return place;
        const row = { ...body, ...place, _id: derivedId(seed), planId, by: subject.subjectId, at: now };
        return uploadView(parts, await store.uploads.create(row, config.fileQuota));
      },
    }),
    route({
      method: 'put',
      path: '/uploads/:uploadId/bytes',
      tag: 'uploads',
      summary: 'Adds bytes from an offset on; the upload is whole when they were the last.',
      access: 'upload.write',
      params: UploadParams,
      query: OffsetQuery,
      body: z.instanceof(Readable),
      takes: 'stream',
      reply: { ...JSON_REPLY, schema: UploadView },
      repeat: 'keyless',
      refusals: [
        'UPLOAD_UNKNOWN',
        'UPLOAD_OFFSET',
        'UPLOAD_TOO_LONG',
        'UPLOAD_PACKED',
        'UPLOAD_HASH',
        'UPLOAD_TYPE',
        'BUSY',
      ],
      target,
      async handle({ subject, params: { uploadId }, query: { offset }, body, now }) {
        const flaw = notPlainBytes(body);
        if (flaw !== undefined) return flaw;
        const upload = await broughtOf(parts, uploadId);
        if (isRefusal(upload)) return upload;
        if (coming.has(uploadId)) return refuse('BUSY', 'Bytes of it are coming at this moment.', BUSY_MS);
        coming.add(uploadId);
        try {
          const taken = await takeBytes(parts, upload, offset, body);
          if (isRefusal(taken)) return taken;
          if (taken.state !== 'uploading') await noteUpload(parts, 'upload.stored', taken, subject, now);
          return uploadView(parts, taken);
        } finally {
          coming.delete(uploadId);
          body.resume(); // an answer reaches only who has said everything
        }
      },
    }),
    route({
      method: 'get',
      path: '/uploads/:uploadId',
      tag: 'uploads',
      summary: 'What an upload is, and how many of its bytes are kept.',
      access: 'upload.write',
      params: UploadParams,
      query: NoQuery,
      body: NoBody,
      reply: { ...JSON_REPLY, schema: UploadView },
      repeat: 'keyless',
      refusals: ['UPLOAD_UNKNOWN'],
      target,
      async handle({ params: { uploadId } }) {
        const upload = await broughtOf(parts, uploadId);
        return isRefusal(upload) ? upload : uploadView(parts, upload);
      },
    }),
    route({
      method: 'delete',
      path: '/uploads/:uploadId',
      tag: 'uploads',
      summary: 'Removes an upload, half or whole: nobody can read it from here on.',
      access: 'upload.remove',
      params: UploadParams,
      query: ReasonQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'keyless',
      refusals: ['UPLOAD_UNKNOWN', 'UPLOAD_IN_USE'],
      target: () => INSTALLATION,
      async handle({ subject, params: { uploadId }, query: { reason }, now }) {
        const upload = await broughtOf(parts, uploadId);
        if (isRefusal(upload)) return upload;
        if (upload.use === 'answer' && upload.state === 'ready') return refuse('UPLOAD_IN_USE');
        await noteUpload(parts, 'upload.removed', upload, subject, now, { reason });
        await store.uploads.remove(uploadId);
        return undefined;
      },
    }),
    planList(parts, 'uploads', {
      path: '/plans/:planId/uploads',
      tag: 'uploads',
      summary: 'Uploads of a plan, or of one of its rooms; a proctor sees those of the own rooms.',
      access: 'upload.write',
      schema: UploadList,
      refusals: ['ROOM_UNKNOWN'],
      target: ({ params: { planId }, query: { roomId } }) => aboutPlanOrRoom(parts, planId, roomId),
      read: (plan, { subject, query }) =>
        store.uploads.byPlan(plan._id, listedRooms(subject, query.roomId).roomIds, query),
      view: (one) => uploadView(parts, one),
    }),
  ];
}

/** The room is one of the plan, and the incident one of the room. */
async function misplaced(
  parts: ApiParts,
  planId: string,
  { roomId, incidentId }: { readonly roomId?: string; readonly incidentId?: string | undefined },
): Promise<Refusal | undefined> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const room = roomId === undefined ? undefined : await roomOf(parts, roomId);
  if (isRefusal(room)) return room;
  if (room !== undefined && room.planId !== planId) return refuse('ROOM_UNKNOWN');
  if (incidentId === undefined) return undefined;
  const incident = await parts.store.incidents.get(incidentId);
  return incident?.roomId === roomId ? undefined : refuse('INCIDENT_UNKNOWN');
}

/** What is not sent as bytes may have been sent by mistake, and what is packed has another offset than it says. */
function notPlainBytes(body: Readable): Refusal | undefined {
  const { headers } = body as Readable & { headers: Record<string, string | undefined> };
  const isPlain =
    headers['content-type'] === 'application/octet-stream' &&
    (headers['content-encoding'] ?? 'identity') === 'identity';
  return isPlain ? undefined : refuse('UPLOAD_PACKED');
}
