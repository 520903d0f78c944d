// Files of examinees as answers: what has to be true before the first byte of one. Whether one becomes an answer the room
// decides, like of every answer. Called by routes/uploads.ts.
import { hasStarted, isPaperReleased } from '../exam/paper-release.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import { examineeOf, paperOf, planOf, roomOf } from './lookups.ts';
import type { ApiParts } from './parts.ts';
import type { Subject } from './who-is-it.ts';

type Announced = { readonly item?: number | undefined; readonly bytes: number };
type Place = { readonly roomId: string; readonly types: string[] };

/**
 * Where it belongs, and what its item takes. Refuses who is no examinee of the plan, ROOM_NOT_RUNNING and EXAM_ENDED,
 * ITEM_UNKNOWN for an item that takes no file, ANSWER_TOO_LARGE.
 */
export async function answerPlace(
  parts: ApiParts,
  subject: Subject,
  planId: string,
  { item: number, bytes }: Announced,
  now: number,
): Promise<Place | Refusal> {
  if (subject.role !== 'examinee' || subject.planId !== planId) return refuse('PERMISSION_DENIED');
  const [examinee, plan] = await Promise.all([examineeOf(parts, subject.subjectId), planOf(parts, planId)]);
  if (isRefusal(examinee)) return examinee;
  if (isRefusal(plan)) return plan;
  const [room, paper] = await Promise.all([roomOf(parts, examinee.roomId), paperOf(parts, plan.paperId)]);
  if (isRefusal(room)) return room;
  if (isRefusal(paper)) return refuse('PLAN_UNKNOWN');
  if (room.status === 'ended') return refuse('EXAM_ENDED');
  if (!isPaperReleased(room) || !hasStarted(room, now)) return refuse('ROOM_NOT_RUNNING', undefined, 1_000);
  const asked = paper.items.find((one) => one.number === number)?.file;
  if (asked === undefined) return refuse('ITEM_UNKNOWN', `Item ${number} takes no file.`);
  if (bytes > asked.maxBytes)
    return refuse('ANSWER_TOO_LARGE', `Item ${number} takes a file of at most ${asked.maxBytes} bytes.`);
  return { roomId: room._id, types: [...asked.types] };
}
