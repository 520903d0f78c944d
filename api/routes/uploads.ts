// uploads: files that people bring, in pieces that a broken link does not lose, and take away again, whole or in ranges.
// What is given out is an attachment, whatever it is: nothing of it runs in a page of ours.
import { Readable } from 'node:stream';
import { z } from 'zod';
import { hasStarted, isPaperReleased } from '../../exam/paper-release.ts';
import type { UploadDocument } from '../../schema/documents/upload.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { NoBody, NoQuery, PlanParams, RosterQuery } from '../../schema/requests.ts';
import {
  FileLinkBody,
  FileLinkParams,
  FileLinkReply,
  OffsetQuery,
  UploadBody,
  UploadList,
  UploadParams,
  UploadView,
} from '../../schema/uploads.ts';
import type { Target } from '../access.ts';
import { noteDecision } from '../decisions.ts';
import { derivedId } from '../derived-id.ts';
import { aboutPlanOrRoom, INSTALLATION, listedRooms, planOf, roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { rangedFile } from '../ranged.ts';
import { publicRoute, type Route, route, type Sender } from '../route.ts';
import { blobOf, takeBytes } from '../uploading.ts';
import { nextOf } from '../views.ts';
import type { Subject } from '../who-is-it.ts';

const BUSY_MS = 1_000;
const JSON_REPLY = { status: 200, type: 'application/json' } as const;
const BYTES_REPLY = { status: 200, type: '*/*', schema: null } as const;

export function uploadRoutes(parts: ApiParts): Route[] {
  return [...bringingRoutes(parts), ...takingRoutes(parts)];
}

function bringingRoutes(parts: ApiParts): Route[] {
  const { store, config } = parts;
  /** Uploads to which bytes come at this moment: two senders of one would write over each other. */
  const coming = new Set<string>();
  const target = ({ params }: { readonly params: { readonly uploadId: string } }) =>
    aboutUpload(parts, params.uploadId);
  return [
    route({
      method: 'post',
      path: '/plans/:planId/uploads',
      tag: 'uploads',
      summary: 'Announces a file: evidence of a room, or media of the paper.',
      access: 'upload.write',
      params: PlanParams,
      query: NoQuery,
      body: UploadBody,
      reply: { status: 201, type: 'application/json', schema: UploadView },
      repeat: 'once',
      refusals: ['PLAN_UNKNOWN', 'ROOM_UNKNOWN', 'INCIDENT_UNKNOWN', 'FILE_QUOTA'],
      target: ({ params: { planId }, body }) =>
        body.roomId === undefined ? INSTALLATION : aboutPlanOrRoom(parts, planId, body.roomId),
      async handle({ subject, params: { planId }, body, seed, now }) {
        const flaw = await misplaced(parts, planId, body);
        if (flaw !== undefined) return flaw;
        const row = { ...body, _id: derivedId(seed), planId, by: subject.subjectId, at: now };
        return viewOf(parts, await store.uploads.create(row, config.fileQuota));
      },
    }),
    route({
      method: 'put',
      path: '/uploads/:uploadId/bytes',
      tag: 'uploads',
      summary: 'Adds bytes from an offset on; the upload is ready when they were the last.',
      access: 'upload.write',
      params: UploadParams,
      query: OffsetQuery,
      body: z.instanceof(Readable),
      takes: 'stream',
      reply: { ...JSON_REPLY, schema: UploadView },
      repeat: 'keyless',
      refusals: ['UPLOAD_UNKNOWN', 'UPLOAD_OFFSET', 'UPLOAD_TOO_LONG', 'UPLOAD_PACKED', 'UPLOAD_HASH', 'BUSY'],
      target,
      async handle({ subject, params: { uploadId }, query: { offset }, body, now }) {
        const flaw = notPlainBytes(body);
        if (flaw !== undefined) return flaw;
        const upload = await uploadOf(parts, uploadId);
        if (isRefusal(upload)) return upload;
        if (coming.has(uploadId)) return refuse('BUSY', 'Bytes of it are coming at this moment.', BUSY_MS);
        coming.add(uploadId);
        try {
          const taken = await takeBytes(parts, upload, offset, body);
          if (isRefusal(taken)) return taken;
          if (taken.state === 'ready') await noteUpload(parts, 'upload.stored', taken, subject, now);
          return viewOf(parts, taken);
        } finally {
          coming.delete(uploadId);
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
        const upload = await uploadOf(parts, uploadId);
        return isRefusal(upload) ? upload : viewOf(parts, upload);
      },
    }),
    route({
      method: 'delete',
      path: '/uploads/:uploadId',
      tag: 'uploads',
      summary: 'Removes an upload, half or whole: nobody can read it from here on.',
      access: 'upload.remove',
      params: UploadParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'keyless',
      refusals: ['UPLOAD_UNKNOWN'],
      target: () => INSTALLATION,
      async handle({ subject, params: { uploadId }, now }) {
        const upload = await uploadOf(parts, uploadId);
        if (isRefusal(upload)) return upload;
        await noteUpload(parts, 'upload.removed', upload, subject, now);
        await store.uploads.remove(uploadId);
        return undefined;
      },
    }),
  ];
}

function takingRoutes(parts: ApiParts): Route[] {
  const { store, tokens, config } = parts;
  return [
    route({
      method: 'get',
      path: '/plans/:planId/uploads',
      tag: 'uploads',
      summary: 'Uploads of a plan, or of one of its rooms; a proctor sees those of the own rooms.',
      access: 'upload.write',
      params: PlanParams,
      query: RosterQuery,
      body: NoBody,
      reply: { ...JSON_REPLY, schema: UploadList },
      repeat: 'keyless',
      refusals: ['PLAN_UNKNOWN', 'ROOM_UNKNOWN'],
      target: ({ params: { planId }, query: { roomId } }) => aboutPlanOrRoom(parts, planId, roomId),
      async handle({ subject, params: { planId }, query: { after, limit, roomId } }) {
        const plan = await planOf(parts, planId);
        if (isRefusal(plan)) return plan;
        const { roomIds } = listedRooms(subject, roomId);
        const found = await store.uploads.byPlan(planId, roomIds, { after, limit });
        return { uploads: await Promise.all(found.map((one) => viewOf(parts, one))), next: nextOf(found, limit) };
      },
    }),
    route({
      method: 'get',
      path: '/uploads/:uploadId/content',
      tag: 'uploads',
      summary: 'Downloads a file, whole or in ranges; media from the start of the own room on.',
      access: 'upload.read',
      params: UploadParams,
      query: NoQuery,
      body: NoBody,
      reply: BYTES_REPLY,
      ranged: true,
      repeat: 'keyless',
      refusals: ['UPLOAD_UNKNOWN', 'UPLOAD_UNFINISHED', 'RANGE_INVALID'],
      target: ({ subject, params, now }) => aboutContent(parts, params.uploadId, subject, now),
      handle: ({ params }) => contentOf(parts, params.uploadId),
    }),
    route({
      method: 'post',
      path: '/uploads/:uploadId/link',
      tag: 'uploads',
      summary: 'Makes a signed link by which anybody may download this file, until it expires.',
      access: 'upload.remove',
      params: UploadParams,
      query: NoQuery,
      body: FileLinkBody,
      reply: { ...JSON_REPLY, status: 201, schema: FileLinkReply },
      repeat: 'again',
      refusals: ['UPLOAD_UNKNOWN', 'UPLOAD_UNFINISHED'],
      target: () => INSTALLATION,
      async handle({ subject, params: { uploadId }, body: { lifeMs }, origin, now }) {
        const upload = await readyOf(parts, uploadId);
        if (isRefusal(upload)) return upload;
        await noteUpload(parts, 'upload.linked', upload, subject, now);
        const expiresAt = now + lifeMs;
        const base = config.publicUrl === '' ? origin : config.publicUrl;
        return { url: `${base}/v1/file-links/${tokens.forFile(uploadId, expiresAt)}`, expiresAt };
      },
    }),
    publicRoute({
      method: 'get',
      path: '/file-links/:token',
      tag: 'uploads',
      summary: 'Downloads the file of a signed link, whole or in ranges.',
      params: FileLinkParams,
      query: NoQuery,
      body: NoBody,
      reply: BYTES_REPLY,
      ranged: true,
      repeat: 'keyless',
      refusals: ['LINK_SPENT', 'UPLOAD_UNKNOWN', 'UPLOAD_UNFINISHED', 'RANGE_INVALID'],
      async handle({ params: { token }, now }) {
        const uploadId = tokens.fileOf(token, now);
        return uploadId === undefined ? refuse('LINK_SPENT') : contentOf(parts, uploadId);
      },
    }),
  ];
}

/** The room is one of the plan, and the incident one of the room. */
async function misplaced(
  parts: ApiParts,
  planId: string,
  { roomId, incidentId }: z.output<typeof UploadBody>,
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

async function uploadOf({ store }: Pick<ApiParts, 'store'>, uploadId: string): Promise<UploadDocument | Refusal> {
  return (await store.uploads.get(uploadId)) ?? refuse('UPLOAD_UNKNOWN');
}

async function readyOf(parts: Pick<ApiParts, 'store'>, uploadId: string): Promise<UploadDocument | Refusal> {
  const upload = await uploadOf(parts, uploadId);
  return isRefusal(upload) || upload.state === 'ready' ? upload : refuse('UPLOAD_UNFINISHED');
}

async function aboutUpload(parts: Pick<ApiParts, 'store'>, uploadId: string): Promise<Target | Refusal> {
  const upload = await uploadOf(parts, uploadId);
  if (isRefusal(upload)) return upload;
  const { planId, roomId } = upload;
  return roomId === undefined ? INSTALLATION : { of: 'room', planId, roomId };
}

/** Media are an examinee's own from the start of the own room on, as the paper is. */
async function aboutContent(
  parts: ApiParts,
  uploadId: string,
  subject: Subject,
  now: number,
): Promise<Target | Refusal> {
  if (subject.role !== 'examinee') return aboutUpload(parts, uploadId);
  const upload = await uploadOf(parts, uploadId);
  if (isRefusal(upload)) return upload;
  const room = await parts.roomSoon.get(subject.roomId);
  const mayRead =
    upload.use === 'media' &&
    upload.planId === subject.planId &&
    room !== null &&
    isPaperReleased(room) &&
    hasStarted(room, now);
  return mayRead ? { of: 'examinee', examineeId: subject.subjectId } : INSTALLATION;
}

async function contentOf(parts: ApiParts, uploadId: string): Promise<Sender | Refusal> {
  const upload = await readyOf(parts, uploadId);
  if (isRefusal(upload)) return upload;
  const blob = await blobOf(parts, upload);
  // The row may be seen by a machine that does not have the bytes yet.
  if ((await blob.size()) !== upload.bytes) return refuse('UPLOAD_UNFINISHED');
  const send = rangedFile({ size: upload.bytes, tag: upload.sha256, read: (span) => blob.read(span) });
  return (response) => {
    response.attachment(upload.name.replaceAll(/[/\\]/g, '_')).type(upload.type);
    return send(response);
  };
}

async function noteUpload(
  parts: ApiParts,
  kind: string,
  { _id, planId, sha256 }: UploadDocument,
  subject: Subject,
  at: number,
): Promise<void> {
  const source = kind === 'upload.linked' ? `${kind}.${_id}.${at}` : `${kind}.${_id}`;
  await noteDecision(parts, { planId, source, kind, at, data: { sha256 } }, subject, _id);
}

async function viewOf(parts: ApiParts, upload: UploadDocument): Promise<UploadView> {
  const { _id: uploadId, planId, use, roomId, incidentId, name, bytes, sha256, type, by, at } = upload;
  const isReady = upload.state === 'ready';
  const offset = isReady ? bytes : Math.min(bytes, await parts.blobs.size(uploadId));
  return {
    ...{ uploadId, planId, use, name, bytes, sha256, offset, type, by, at },
    ...(roomId === undefined ? {} : { roomId }),
    ...(incidentId === undefined ? {} : { incidentId }),
    state: isReady ? 'ready' : 'uploading',
  };
}
