// The road of an examinee whose socket is dead: the room's owner is asked, and decides as it does over the socket. Where
// nobody can be asked in time, answers are judged by what is stored. Given to the api, which knows no rooms.
import type { ItemRevision, SentAnswer } from '../schema/messages.ts';
import type { Asker, RoomStanding, SessionSign } from '../schema/over-http.ts';
import { type Refusal, refuse } from '../schema/refusals.ts';
import type { AnswersReply, SubmitReply } from '../schema/replies.ts';
import type { RoomDirectory } from './directory.ts';
import type { DurableAnswers } from './durable-answers.ts';

export type HttpRoad = {
  /** Of a room that has settled nobody is asked: there is nothing to lead any more. */
  answers(place: Place, asker: Asker, answers: readonly SentAnswer[]): Promise<AnswersReply | Refusal>;
  /** The end of a sheet is its room's alone: where nobody can be asked, later. */
  submit(place: Place, asker: Asker, revisions: readonly ItemRevision[]): Promise<SubmitReply | Refusal>;
  standing(place: Place, asker: Asker): Promise<RoomStanding | Refusal>;
  /** Whether a session of this person is live; where nobody can be asked, nobody knows: later. */
  session(place: Place, examineeId: string): Promise<SessionSign | Refusal>;
  /** Answers of this person became durable past the room, or another vector counts: who shows them reads them again. */
  written(planId: string, examineeId: string): void;
};

type Place = { readonly roomId: string; readonly isSettled: boolean };

const AGAIN_MS = 2_000;

export function createHttpRoad(directory: Pick<RoomDirectory, 'ask'>, durable: DurableAnswers): HttpRoad {
  return {
    async answers({ roomId, isSettled }, asker, answers) {
      const heard = isSettled ? undefined : await directory.ask(roomId, 'takeAnswers', [asker, answers]);
      return heard ?? durable.save(asker, answers);
    },
    async submit({ roomId }, asker, revisions) {
      const heard = await directory.ask(roomId, 'takeSubmit', [asker, revisions]);
      return heard ?? refuse('ROOM_ELSEWHERE', undefined, AGAIN_MS);
    },
    async standing({ roomId, isSettled }, asker) {
      const heard = isSettled ? undefined : await directory.ask(roomId, 'standingOf', [asker]);
      return heard ?? durable.standing(asker);
    },
    async session({ roomId }, examineeId) {
      const heard = await directory.ask(roomId, 'sessionOf', [examineeId]);
      return heard ?? refuse('ROOM_ELSEWHERE', undefined, AGAIN_MS);
    },
    written: (planId, examineeId) => durable.written(planId, examineeId),
  };
}
