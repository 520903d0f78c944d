// photos of examinees: an admin stores one, the proctors of the room compare it with who sits there, and who is on it sees the
// own one. Nobody else sees it; no cache may keep it.

import { hash } from 'node:crypto';
import { photoTypeOf } from '../../exam/photo.ts';
import { ReasonQuery } from '../../schema/office.ts';
import { isRefusal, refuse } from '../../schema/refusals.ts';
import { PhotoReply } from '../../schema/replies.ts';
import { ExamineeParams, NoBody, NoQuery, PhotoBody } from '../../schema/requests.ts';
import { noteDecision } from '../decisions.ts';
import { aboutRoomOf, examineeOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route, type Sender } from '../route.ts';

const PATH = '/examinees/:examineeId/photo';

export function photoRoutes(parts: ApiParts): Route[] {
  const { store } = parts;
  const target = ({ params }: { readonly params: { readonly examineeId: string } }) =>
    aboutRoomOf(parts, params.examineeId);
  return [
    route({
      method: 'put',
      path: PATH,
      tag: 'examinees',
      summary:
        'Stores the photo of an examinee, in the place of the one before: a JPEG, PNG or WebP of at most 200 KiB.',
      access: 'photo.write',
      params: ExamineeParams,
      query: NoQuery,
      body: PhotoBody,
      takes: 'photo',
      reply: { status: 200, type: 'application/json', schema: PhotoReply },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN', 'PHOTO_INVALID'],
      target,
      async handle({ subject, params: { examineeId }, body, now }) {
        const type = photoTypeOf(body);
        if (type === undefined) return refuse('PHOTO_INVALID', 'This begins like none of them.');
        const examinee = await examineeOf(parts, examineeId);
        if (isRefusal(examinee)) return examinee;
        const { planId } = examinee;
        const digest = hash('sha256', body, 'base64url');
        const stored = {
          planId,
          source: `photo.${examineeId}.${now}`,
          kind: 'photo.stored',
          at: now,
          data: { digest },
        };
        await noteDecision(parts, stored, subject, examineeId);
        await store.photos.put({ _id: examineeId, planId, type, bytes: Buffer.from(body), at: now });
        return { examineeId, type, bytes: body.length, at: now };
      },
    }),
    route({
      method: 'get',
      path: PATH,
      tag: 'examinees',
      summary: 'The photo of an examinee, for the proctors of the room, admins, and whom it shows.',
      access: 'photo.read',
      params: ExamineeParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'image/*', schema: null },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN', 'PHOTO_UNKNOWN'],
      target: ({ subject, params: { examineeId } }) =>
        subject.role === 'examinee' ? { of: 'examinee', examineeId } : aboutRoomOf(parts, examineeId),
      async handle({ params }) {
        const photo = await store.photos.get(params.examineeId);
        if (photo === null) return refuse('PHOTO_UNKNOWN');
        const send: Sender = (response) => void response.type(photo.type).send(photo.bytes);
        return send;
      },
    }),
    route({
      method: 'delete',
      path: PATH,
      tag: 'examinees',
      summary: 'Removes the photo of an examinee, where there is one.',
      access: 'photo.write',
      params: ExamineeParams,
      query: ReasonQuery,
      body: NoBody,
      reply: { status: 204, type: 'nothing', schema: null },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN'],
      target,
      async handle({ subject, params: { examineeId }, query: { reason }, now }) {
        const examinee = await examineeOf(parts, examineeId);
        if (isRefusal(examinee)) return examinee;
        const source = `photo.${examineeId}.removed.${now}`;
        await noteDecision(
          parts,
          { planId: examinee.planId, source, kind: 'photo.removed', at: now, data: { reason } },
          subject,
          examineeId,
        );
        await store.photos.remove(examineeId);
        return undefined;
      },
    }),
  ];
}
