// registered answers: what an admin writes in for a person, from paper or from what was said, with a reason.

import { RegisterBody, RegisterReply } from '../../schema/registering.ts';
import { ExamineeParams, NoQuery } from '../../schema/requests.ts';
import { derivedId } from '../derived-id.ts';
import { aboutRoomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { registerAnswers } from '../registering.ts';
import { type Route, route } from '../route.ts';
import { tooLargeTogether } from './answers.ts';

export function registeredAnswerRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'post',
      path: '/examinees/:examineeId/registered-answers',
      tag: 'sheets',
      summary: 'Writes answers in for a person, of whom no session is live; whoever had the session is fenced by it.',
      access: 'answer.register',
      params: ExamineeParams,
      query: NoQuery,
      body: RegisterBody,
      size: 'answers',
      reply: { status: 201, type: 'application/json', schema: RegisterReply },
      repeat: 'once',
      refusals: [
        'EXAMINEE_UNKNOWN',
        'PLAN_UNKNOWN',
        'ROOM_UNKNOWN',
        'PAPER_UNKNOWN',
        'ITEM_UNKNOWN',
        'ANSWER_INVALID',
        'ANSWER_TOO_LARGE',
        'SESSION_ONGOING',
        'SESSION_FENCED',
        'EXAMINEE_REMOVED',
        'ROOM_NOT_RUNNING',
        'ROOM_ELSEWHERE',
        'EXAM_ENDED',
        'SHEET_SETTLED',
        'BUSY',
      ],
      target: ({ params }) => aboutRoomOf(parts, params.examineeId),
      async handle({ subject, params, body, seed, now: at }) {
        const tooLarge = tooLargeTogether(body.answers);
        if (tooLarge) return tooLarge;
        return registerAnswers(parts, params.examineeId, { ...body, subject, entryId: derivedId(seed), at });
      },
    }),
  ];
}
