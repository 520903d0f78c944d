// What is in an upload: downloads, whole or in ranges, and signed links to them.
import { hasStarted, isPaperReleased } from '../../exam/paper-release.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { NoBody, NoQuery } from '../../schema/requests.ts';
import { FileLinkBody, FileLinkParams, FileLinkReply, UploadParams } from '../../schema/uploads.ts';
import type { Target } from '../access.ts';
import { INSTALLATION } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { publicRoute, type Route, route } from '../route.ts';
import { aboutUpload, noteLink, noteTaking, readyOf, uploadOf } from '../upload-lookups.ts';
import { BYTES_REPLY, SENDING_REFUSALS, uploadSender } from '../upload-sender.ts';
import type { Subject } from '../who-is-it.ts';

export function uploadContentRoutes(parts: ApiParts): Route[] {
  const { tokens, config } = parts;
  return [
    route({
      method: 'get',
      path: '/uploads/:uploadId/content',
      tag: 'uploads',
      summary:
        'Downloads a file, whole or in ranges; an examinee the own answers, and media from the start of the own room on.',
      access: 'upload.read',
      params: UploadParams,
      query: NoQuery,
      body: NoBody,
      reply: BYTES_REPLY,
      ranged: true,
      repeat: 'keyless',
      refusals: SENDING_REFUSALS,
      target: ({ subject, params, now }) => aboutContent(parts, params.uploadId, subject, now),
      async handle({ subject, params: { uploadId }, now }) {
        const send = await uploadSender(parts, uploadId);
        if (!isRefusal(send)) await noteTaking(parts, uploadId, subject, now);
        return send;
      },
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
      reply: { status: 201, type: 'application/json', schema: FileLinkReply },
      repeat: 'again',
      refusals: ['UPLOAD_UNKNOWN', 'UPLOAD_UNFINISHED', 'UPLOAD_UNCHECKED', 'UPLOAD_REFUSED'],
      target: () => INSTALLATION,
      async handle({ subject, params: { uploadId }, body: { lifeMs }, origin, now }) {
        const upload = await readyOf(parts, uploadId);
        if (isRefusal(upload)) return upload;
        const expiresAt = now + lifeMs;
        await noteLink(parts, upload, subject, { at: now, expiresAt });
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
      refusals: ['LINK_SPENT', ...SENDING_REFUSALS],
      async handle({ params: { token }, now }) {
        const uploadId = tokens.fileOf(token, now);
        return uploadId === undefined ? refuse('LINK_SPENT') : uploadSender(parts, uploadId);
      },
    }),
  ];
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
  if (upload.use === 'answer') return aboutUpload(parts, uploadId);
  const room = await parts.roomSoon.get(subject.roomId);
  const mayRead =
    upload.use === 'media' &&
    upload.planId === subject.planId &&
    room !== null &&
    isPaperReleased(room) &&
    hasStarted(room, now);
  return mayRead ? { of: 'examinee', examineeId: subject.subjectId } : INSTALLATION;
}
