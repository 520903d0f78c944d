// answers: what an examinee sends and asks over HTTP because the socket is dead. The rules are the room's, and so is the
// fence; a repeat needs no Idempotency-Key, as a revision is one: stored once, and the same answer for ever after.

import { isPaperReleased } from '../../exam/paper-release.ts';
import { namedRequest } from '../../request-id.ts';
import type { Response } from '../../schema/answers.ts';
import type { RoomDocument } from '../../schema/documents/room.ts';
import { LIMITS } from '../../schema/limits.ts';
import { INCOMING, type SentAnswer } from '../../schema/messages.ts';
import type { Asker } from '../../schema/over-http.ts';
import { allowing, isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { AnswersReply, StandingReply, SubmitReply } from '../../schema/replies.ts';
import { ExamineeParams, NoBody, NoQuery } from '../../schema/requests.ts';
import { aboutSelf, examineeOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import { enteredRoom } from '../views.ts';
import type { Subject } from '../who-is-it.ts';

export function answerRoutes(parts: ApiParts): Route[] {
  const { road, onTheRoad } = parts;
  return [
    route({
      method: 'post',
      path: '/examinees/:examineeId/answers',
      tag: 'sheets',
      summary: 'Saves answers for who has no socket, under the same rules. The same revision again changes nothing.',
      access: 'answer.save',
      params: ExamineeParams,
      query: NoQuery,
      body: INCOMING['answer.save'],
      size: 'answers',
      reply: { status: 200, type: 'application/json', schema: AnswersReply },
      repeat: 'keyless',
      uncounted: true,
      refusals: ['EXAMINEE_UNKNOWN', 'SESSION_FENCED', 'ROOM_ELSEWHERE', 'EXAM_ENDED', 'BUSY'],
      target: aboutSelf,
      async handle({ subject, params, body: { answers } }) {
        const own = await ownRoom(parts, subject, params.examineeId);
        if (isRefusal(own)) return own;
        const tooLarge = tooLargeTogether(answers);
        if (tooLarge) return tooLarge;
        return onTheRoad.run(() => road.answers(own.place, own.asker, answers));
      },
    }),
    route({
      method: 'post',
      path: '/examinees/:examineeId/submit',
      tag: 'sheets',
      summary:
        'Ends the sheet of who has no socket; names the revision of each item that the examinee sees as answered.',
      access: 'sheet.submit',
      params: ExamineeParams,
      query: NoQuery,
      body: INCOMING['sheet.submit'],
      size: 'import',
      reply: { status: 200, type: 'application/json', schema: SubmitReply },
      repeat: 'keyless',
      uncounted: true,
      refusals: [
        'EXAMINEE_UNKNOWN',
        'SESSION_FENCED',
        'ROOM_ELSEWHERE',
        'EXAM_ENDED',
        'BUSY',
        'SUBMIT_INCOMPLETE',
        'SHEET_SUBMITTING',
        'SHEET_SUBMITTED',
        'SHEET_LOCKED',
        'ANSWER_LATE',
        'ROOM_NOT_RUNNING',
        'ADMISSION_PENDING',
        'EXAMINEE_REMOVED',
      ],
      target: aboutSelf,
      async handle({ subject, params, body: { revisions } }) {
        const own = await ownRoom(parts, subject, params.examineeId);
        if (isRefusal(own)) return own;
        return onTheRoad.run(() => road.submit(own.place, own.asker, revisions));
      },
    }),
    route({
      method: 'get',
      path: '/examinees/:examineeId/standing',
      tag: 'sheets',
      summary: 'How the examinee stands: status, the own clock, and what has still to be told.',
      access: 'standing.read',
      params: ExamineeParams,
      query: NoQuery,
      body: NoBody,
      reply: { status: 200, type: 'application/json', schema: StandingReply },
      repeat: 'keyless',
      uncounted: true,
      refusals: ['EXAMINEE_UNKNOWN', 'SESSION_FENCED', 'ROOM_ELSEWHERE', 'EXAM_ENDED', 'BUSY'],
      target: aboutSelf,
      async handle({ subject, params }) {
        const own = await ownRoom(parts, subject, params.examineeId);
        return isRefusal(own) ? own : onTheRoad.run(() => standing(parts, own));
      },
    }),
  ];
}

type Own = {
  readonly asker: Asker;
  readonly room: RoomDocument;
  readonly place: { readonly roomId: string; readonly isSettled: boolean };
};

/** Where the session of this token has its sheet; SESSION_FENCED where another one has followed. */
async function ownRoom(parts: ApiParts, subject: Subject, examineeId: string): Promise<Own | Refusal> {
  if (subject.role !== 'examinee') return refuse('PERMISSION_DENIED');
  const examinee = await examineeOf(parts, examineeId);
  if (isRefusal(examinee)) return examinee;
  if (examinee.fence > subject.fence) return refuse('SESSION_FENCED');
  const room = await parts.roomSoon.get(examinee.roomId);
  if (room === null) return refuse('EXAMINEE_UNKNOWN');
  const { fence } = subject;
  const asker = { examineeId, fence, deviceKey: examinee.deviceKey, ...namedRequest() };
  return { asker, room, place: { roomId: room._id, isSettled: room.settledAt !== 0 } };
}

/** One answer may be larger, as over the socket: it goes alone. */
export function tooLargeTogether(answers: readonly Pick<SentAnswer, 'response'>[]): Refusal | undefined {
  const bytes = answers.reduce((sum, { response }) => sum + bytesOf(response), 0);
  if (answers.length === 1 || bytes <= LIMITS.batchBytes) return undefined;
  const most = `at most ${LIMITS.batchBytes / 1_024} KiB together, or one answer alone`;
  return allowing([most], refuse('REQUEST_TOO_LARGE', 'Several answers together have at most 48 KiB.'));
}

function bytesOf(response: Response): number {
  return Buffer.byteLength(typeof response === 'string' ? response : JSON.stringify(response));
}

async function standing(parts: ApiParts, { place, asker, room }: Own): Promise<StandingReply | Refusal> {
  const told = await parts.road.standing(place, asker);
  if (isRefusal(told)) return told;
  const { status, admission, room: now, controls } = told;
  const { deadlineAt, heldSince, locked } = now;
  const mayRead = admission === 'admitted' && status !== 'removed' && isPaperReleased(room);
  const paperKey = mayRead ? await parts.paperKeySoon.get(room._id) : null;
  return {
    ...{ status, admission, deadlineAt, heldSince, locked },
    room: { ...enteredRoom(room), status: now.status, startsAt: now.startsAt },
    ...(paperKey === null ? {} : { paperKey }),
    controls: [...controls],
    now: parts.now(),
  };
}
