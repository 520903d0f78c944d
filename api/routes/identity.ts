// identity: a proctor, or an admin, looks at somebody and says whether that is the examinee. Stored on the examinee with who
// and when; of two who decide at once one is told so. Must never change what the examinee may do: that is a control's.
import type { ExamineeDocument, IdentityDecision } from '../../schema/documents/room.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { IdentityReply } from '../../schema/replies.ts';
import { ExamineeParams, IdentityBody, NoQuery } from '../../schema/requests.ts';
import { aboutRoomOf, examineeOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import type { Subject } from '../who-is-it.ts';

type Decided = { readonly confirmed: boolean; readonly note: string; readonly version?: number | undefined };

export function identityRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'put',
      path: '/examinees/:examineeId/identity',
      tag: 'examinees',
      summary: 'Whether this is the examinee, as somebody who saw the person says; the same again changes nothing.',
      access: 'identity.write',
      params: ExamineeParams,
      query: NoQuery,
      body: IdentityBody,
      reply: { status: 200, type: 'application/json', schema: IdentityReply },
      repeat: 'keyless',
      refusals: ['EXAMINEE_UNKNOWN', 'EXAMINEE_REMOVED', 'TRANSITION_REFUSED'],
      target: ({ params }) => aboutRoomOf(parts, params.examineeId),
      handle: ({ subject, params, body, now }) => decide(parts, subject, params.examineeId, body, now),
    }),
  ];
}

async function decide(
  parts: ApiParts,
  { subjectId: by, role: byRole }: Subject,
  examineeId: string,
  { confirmed, note, version: seen }: Decided,
  now: number,
) {
  const examinee = await examineeOf(parts, examineeId);
  if (isRefusal(examinee)) return examinee;
  if (examinee.status === 'removed') return refuse('EXAMINEE_REMOVED');
  const { identity: before } = examinee;
  // First, so that whoever has not heard the answer may say it again.
  if (before?.confirmed === confirmed && before.note === note && before.by === by) return replyOf(examineeId, before);
  if (seen !== undefined && seen !== (before?.version ?? 0)) return overtaken();
  const identity = { confirmed, note, by, byRole, at: now, version: (before?.version ?? 0) + 1 };
  const stored = await parts.store.examinees.decideIdentity(examineeId, identity, before);
  if (stored === null) return overtaken();
  tell(parts, stored, identity);
  return replyOf(examineeId, identity);
}

function overtaken(): Refusal {
  return refuse('TRANSITION_REFUSED', 'Somebody else has decided about this identity; look at it and decide again.');
}

function replyOf(examineeId: string, identity: IdentityDecision) {
  return { examineeId, identity };
}

function tell({ recorder }: ApiParts, { _id, planId, roomId }: ExamineeDocument, identity: IdentityDecision): void {
  const { by: subject, byRole, confirmed, at } = identity;
  const stream = byRole === 'proctor' ? 'proctor' : 'system';
  recorder.log({ planId, roomId, stream, subject, kind: 'identity.decided', at, data: { examineeId: _id, confirmed } });
}
