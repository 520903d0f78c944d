// Takes answers for a seat: decided by exam/answering.ts, noted on the sheet, handed to the journal, before anything is
// awaited. The same for what comes over the socket and what comes over HTTP: only how its sender is told differs.

import { noteTaken } from '../exam/answer-sheet.ts';
import { type Answering, isForHistory, judgeAnswer, mayNotAnswer } from '../exam/answering.ts';
import { writtenAs } from '../exam/navigation.ts';
import { namedRequest } from '../request-id.ts';
import { LIMITS } from '../schema/limits.ts';
import type { ItemRevision, RefusedAnswer, SentAnswer } from '../schema/messages.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { takenInGrace } from './last-seconds.ts';
import type { LiveRoom, Seat } from './live-room.ts';
import { receiverOf } from './receiver.ts';
import type { RoomContext } from './room-context.ts';
import { noticeAnswers } from './watched-seat.ts';

/** What became of a batch at once. Of `taken`, and of `pending`, which were taken before, nothing is known to be durable. */
export type Taken = {
  readonly saved: ItemRevision[];
  readonly superseded: ItemRevision[];
  readonly pending: ItemRevision[];
  readonly taken: ItemRevision[];
  readonly refused: RefusedAnswer[];
  /** Taken, and marked as late. */
  lateCount: number;
};

/** Takes what may be taken of this batch of the live session; `byOffice`: of what an admin wrote in. Does not await. */
export function takeAnswers(context: RoomContext, seat: Seat, answers: readonly SentAnswer[], byOffice?: true): Taken {
  const told: Taken = { saved: [], superseded: [], pending: [], taken: [], refused: [], lateCount: 0 };
  const refusal = mayNotAnswer(seat);
  if (refusal !== undefined) {
    told.refused.push(...answers.map((answer) => refusedAnswer(answer, refusal)));
    return told;
  }
  const now = context.services.now();
  for (const answer of answers) takeAnswer(context, seat, answer, now, told);
  const refusedCount = told.refused.filter(({ code }) => code === 'ANSWER_LATE').length;
  const items = answers.map(({ item }) => item);
  // How fast an admin writes something in says nothing of the person.
  if (byOffice === undefined) noticeAnswers(context, seat, items, { refusedCount, lateCount: told.lateCount });
  return told;
}

function takeAnswer({ room, services }: RoomContext, seat: Seat, answer: SentAnswer, now: number, told: Taken): void {
  const { sheet } = seat;
  if (sheet === undefined) return void told.refused.push(refusedAnswer(answer, refuse('BUSY', undefined, 500)));
  const answering = answeringOf(room, seat, services, now);
  const verdict = judgeAnswer(sheet, answering, answer, now);
  if (isRefusal(verdict)) return void told.refused.push(refusedAnswer(answer, verdict));
  const name: ItemRevision = [answer.item, answer.revision];
  if (verdict.verdict !== 'take') told[verdict.verdict].push(name);
  if (verdict.verdict !== 'take' && !isForHistory(sheet, answering, answer, now)) return;
  const entry = {
    ...answer,
    planId: room.planId,
    examineeId: seat.examineeId,
    hash: verdict.hash,
    at: now,
    late: verdict.late === true,
    ...namedRequest(),
    receiver: receiverOf(room, seat, services),
  };
  const isTaken = sheet.pending.size < LIMITS.pendingAnswers && services.journal.accept(entry);
  if (isTaken) {
    noteTaken(sheet, answer.item, answer.revision, verdict.hash, now, writtenAs(answer));
    if (verdict.verdict === 'take') told.taken.push(name);
    if (entry.late) told.lateCount++;
    seat.answeredAt = now;
    seat.boardBehind = true;
  } else if (verdict.verdict === 'take') told.refused.push(refusedAnswer(answer, refuse('BUSY', undefined, 2_000)));
}

function answeringOf(
  { planId, items, navigation }: LiveRoom,
  seat: Seat,
  { store }: RoomContext['services'],
  now: number,
): Answering {
  const { status, admission, window, ending } = seat;
  const inGrace = ending.step === 'grace' ? takenInGrace(seat, ending.grace, now) : undefined;
  const { examineeId } = seat;
  const isOwnFile: Answering['isOwnFile'] = (item, response) =>
    store.answerFiles.isProven({ planId, examineeId, item }, response);
  return { status, admission, window, items, navigation, isOwnFile, inGrace };
}

/** An answer that is refused, as its sender is told. */
export function refusedAnswer(
  { item, revision }: { readonly item: number; readonly revision: number },
  { refused: code, retry, message, retryAfterMs }: Refusal,
): RefusedAnswer {
  const later = retryAfterMs === undefined ? {} : { retryAfterMs };
  return { item, revision, code, retry, message, ...later };
}
