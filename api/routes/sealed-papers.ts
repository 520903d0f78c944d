// The sealed paper of a room: what its examinees fetch before the start, so that a start needs no download. Only the room's
// key opens it, which no route of this file ever sees; the key comes by the room's start.
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { NoBody, NoQuery, RoomParams } from '../../schema/requests.ts';
import { splitSealed } from '../../schema/sealed-paper.ts';
import type { Target } from '../access.ts';
import { examineeOf, paperOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { rangedBytes } from '../ranged.ts';
import { type Route, route, type Sender } from '../route.ts';
import { createShortCache } from '../short-cache.ts';
import { paperView } from '../views.ts';
import type { Subject } from '../who-is-it.ts';

/** A paper never changes; so long its text stays for those who fetch at about the same time. */
const TEXT_LIFE_MS = 60_000;

export function sealedPaperRoutes(parts: ApiParts): Route[] {
  const texts = createShortCache(async (paperId) => {
    const paper = await paperOf(parts, paperId);
    return isRefusal(paper) ? paper : Buffer.from(JSON.stringify(paperView(paper)));
  }, TEXT_LIFE_MS);

  async function sealedFor(examineeId: string, roomId: string): Promise<Sender | Refusal> {
    const examinee = await examineeOf(parts, examineeId);
    if (isRefusal(examinee)) return examinee;
    if (examinee.status === 'removed') return refuse('EXAMINEE_REMOVED');
    if (examinee.fence === 0) return refuse('EXAMINEE_NOT_ENTERED');
    const plan = await parts.planSoon.get(examinee.planId);
    if (plan === null) return refuse('EXAMINEE_UNKNOWN');
    const text = await texts.get(plan.paperId);
    if (isRefusal(text)) return text;
    const sealed = await parts.store.paperKeys.seal(roomId, text);
    return sealed === null ? refuse('ROOM_UNKNOWN') : rangedBytes(sealed, tagOf(sealed));
  }

  return [
    route({
      method: 'get',
      path: '/rooms/:roomId/paper',
      tag: 'enter',
      summary: "The sealed paper of the examinee's own room: to be fetched before the start, whole or in ranges.",
      access: 'sealed-paper.read',
      params: RoomParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/octet-stream', schema: null },
      ranged: true,
      repeat: 'keyless',
      uncounted: true,
      refusals: [
        'EXAMINEE_UNKNOWN',
        'EXAMINEE_REMOVED',
        'EXAMINEE_NOT_ENTERED',
        'ROOM_UNKNOWN',
        'PAPER_UNKNOWN',
        'RANGE_INVALID',
      ],
      target: ({ subject, params }) => whoseRoom(parts, subject, params.roomId),
      handle: ({ subject, params }) => sealedFor(subject.subjectId, params.roomId),
    }),
  ];
}

/** The asker, where he sits in this room by the roster: his token may be older than his seat. */
async function whoseRoom(parts: ApiParts, { subjectId }: Subject, roomId: string): Promise<Target | Refusal> {
  const examinee = await examineeOf(parts, subjectId);
  if (isRefusal(examinee)) return examinee;
  if (examinee.roomId === roomId) return { of: 'examinee', examineeId: subjectId };
  return { of: 'room', planId: examinee.planId, roomId };
}

/** The nonce follows from the text, the key and the room, so it names these bytes. */
function tagOf(sealed: Uint8Array): string {
  return Buffer.from(splitSealed(sealed)?.nonce ?? []).toString('base64url');
}
