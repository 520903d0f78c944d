// Files of examinees as answers: what has to be true before the first byte of one, and which of them count. Whether one becomes
// an answer the room decides, like of every answer. Called by routes/uploads.ts and routes/exports.ts.
import { hasStarted, isPaperReleased } from '../exam/paper-release.ts';
import { FILE_TYPES, namedFile } from '../schema/answer-files.ts';
import type { UploadDocument } from '../schema/documents/upload.ts';
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

/** A file that counts as an answer; no upload where it is not there any more. */
export type AnswerFile = {
  readonly examineeId: string;
  readonly item: number;
  readonly sha256: string;
  readonly upload: UploadDocument | undefined;
};

/** The files that a sheet's vector names, in the order of items. */
export async function answerFilesOf({ store }: Pick<ApiParts, 'store'>, examineeId: string): Promise<AnswerFile[]> {
  const sheet = await store.sheets.get(examineeId);
  const plan = sheet === null ? null : await store.plans.get(sheet.planId);
  const paper = plan === null ? null : await store.papers.get(plan.paperId);
  const items = new Set(paper?.items.filter(({ kind }) => kind === 'file').map(({ number }) => number));
  if (sheet === null || items.size === 0) return [];
  const counting = (sheet.vector ?? []).filter(([item]) => items.has(item));
  const files: AnswerFile[] = [];
  for (const { item, response } of await store.answers.byVector(sheet.planId, examineeId, counting)) {
    const named = namedFile(response);
    if (named === undefined) continue;
    const upload = await store.uploads.get(named.uploadId);
    const isTheirs = upload?.by === examineeId && upload.state === 'ready';
    files.push({ examineeId, item, sha256: named.sha256, upload: isTheirs ? upload : undefined });
  }
  return files.sort((one, other) => one.item - other.item);
}

/** The first of those by which such a file is called. */
export function extensionOf(type: string): string {
  return Object.entries(FILE_TYPES).find(([known]) => known === type)?.[1][0] ?? '';
}
