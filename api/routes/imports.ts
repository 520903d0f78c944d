// Imports of sealed exports: what a device held that could reach nobody, brought by a proctor as a file. Each file is taken
// once, and its answers go the way of those that a device itself brings after another one has followed it: they are stored
// apart, and the room decides what becomes of them.
import { hash, timingSafeEqual } from 'node:crypto';
import { answerId } from '../../exam/answer-id.ts';
import { contentHash } from '../../exam/content-hash.ts';
import { fenceOf } from '../../exam/revision.ts';
import type { HeldAnswerDocument, ImportDocument } from '../../schema/documents/held.ts';
import type { ExamineeDocument, RoomDocument } from '../../schema/documents/room.ts';
import type { ExportContent, ExportedAnswer, ExportFile } from '../../schema/export-file.ts';
import { LIMITS } from '../../schema/limits.ts';
import { safelyParsed } from '../../schema/parsed.ts';
import { isRefusal, type Refusal, refuse } from '../../schema/refusals.ts';
import { ImportReply } from '../../schema/replies.ts';
import { ExportContentBody, ExportFileBody, NoQuery, RoomParams } from '../../schema/requests.ts';
import { roomOf } from '../lookups.ts';
import type { ApiParts } from '../parts.ts';
import { type Route, route } from '../route.ts';
import type { Subject } from '../who-is-it.ts';

const FULL_RETRY_MS = 60_000;

export function importRoutes(parts: ApiParts): Route[] {
  return [
    route({
      method: 'post',
      path: '/rooms/:roomId/imports',
      tag: 'sheets',
      summary: 'Takes a sealed export of somebody who sits in this room; the same file again returns the first result.',
      access: 'export.import',
      params: RoomParams,
      query: NoQuery,
      body: ExportFileBody,
      size: 'export',
      reply: { status: 200, type: 'application/json', schema: ImportReply },
      repeat: 'again',
      refusals: ['ROOM_UNKNOWN', 'EXPORT_ELSEWHERE', 'EXPORT_KEY_UNKNOWN', 'EXPORT_ALTERED', 'BUSY'],
      async target({ params }) {
        const room = await roomOf(parts, params.roomId);
        return isRefusal(room) ? room : { of: 'room', planId: room.planId, roomId: room._id };
      },
      async handle({ subject, params, body, now }) {
        const room = await roomOf(parts, params.roomId);
        if (isRefusal(room)) return room;
        const examinee = await examineeIn(parts, room, body);
        if (isRefusal(examinee)) return examinee;
        const importId = hash('sha256', body.sealed, 'base64url');
        const before = await parts.store.imports.get(importId);
        if (before?.examineeId === examinee._id) return replyOf(parts, before, examinee);
        const content = await contentOf(parts, body);
        if (isRefusal(content)) return content;
        return importContent(parts, { subject, importId, file: body, examinee, content }, now);
      },
    }),
  ];
}

/** Of whom the file is, where that is somebody of this room now: who was moved since is where the file belongs. */
async function examineeIn(
  { store }: ApiParts,
  room: RoomDocument,
  file: ExportFile,
): Promise<ExamineeDocument | Refusal> {
  if (file.planId !== room.planId) return refuse('EXPORT_ELSEWHERE', 'It is of another exam.');
  const examinee = await store.examinees.get(file.examineeId);
  const isHere = examinee !== null && examinee.planId === room.planId && examinee.roomId === room._id;
  return isHere ? examinee : refuse('EXPORT_ELSEWHERE');
}

/** Opened, and whole: made by the session that it names, of answers that this session can have written. */
async function contentOf({ store, tokens }: ApiParts, file: ExportFile): Promise<ExportContent | Refusal> {
  const opened = await store.exportKeys.open(file);
  if (opened === 'other-key') return refuse('EXPORT_KEY_UNKNOWN');
  if (opened === 'altered') return refuse('EXPORT_ALTERED');
  if (!isSame(tokens.exportProof(file), file.proof))
    return refuse('EXPORT_ALTERED', 'It is not of the session that it names.');
  const parsed = safelyParsed(ExportContentBody, jsonOf(opened));
  if (!parsed.success) return refuse('EXPORT_ALTERED', 'Its content is none of an export.');
  const isForeign = parsed.data.answers.some(({ revision }) => !isOfSession(revision, file.fence));
  return isForeign ? refuse('EXPORT_ALTERED', 'It has answers that its session cannot have written.') : parsed.data;
}

/** A device keeps what it wrote in its sessions before, too. */
function isOfSession(revision: number, fence: number): boolean {
  return fenceOf(revision) >= 1 && fenceOf(revision) <= fence;
}

function isSame(right: string, given: string): boolean {
  const [one, other] = [Buffer.from(right), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Undefined where it is none, which no export is. */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

type Importing = {
  readonly subject: Subject;
  readonly importId: string;
  readonly file: ExportFile;
  readonly examinee: ExamineeDocument;
  readonly content: ExportContent;
};

/** Keeping is repeated harmlessly, so a crash before the note only means that the file is brought again. */
async function importContent(parts: ApiParts, importing: Importing, now: number): Promise<ImportReply | Refusal> {
  const { store, directory, recorder } = parts;
  const { subject, importId, file, examinee, content } = importing;
  const { _id: examineeId, planId, roomId } = examinee;
  if ((await store.heldAnswers.count(examineeId)) + content.answers.length > LIMITS.importedAnswers)
    return refuse('BUSY', `At most ${LIMITS.importedAnswers} are kept for an examinee.`, FULL_RETRY_MS);
  const documents = content.answers.map((answer) => heldOf(examinee, importId, answer, now));
  const [{ conflicts }, missing, sheet] = await Promise.all([
    store.heldAnswers.keep(documents),
    missingOf(parts, examinee, content),
    store.sheets.get(examineeId),
  ]);
  const names = content.answers.map(({ item, revision }): [number, number] => [item, revision]);
  const wrong = new Set(conflicts);
  const noted = await store.imports.note({
    _id: importId,
    ...{ planId, roomId, examineeId, fence: file.fence, at: now, by: subject.subjectId, byRole: subject.role },
    kept: names.filter((_, index) => !wrong.has(index)),
    conflicts: names.filter((_, index) => wrong.has(index)),
    missing,
    sheet: sheet?.state ?? 'empty',
    ...(file.part === undefined ? {} : { part: file.part }),
  });
  if (noted.at === now)
    recorder.log({
      ...{ planId, roomId, stream: 'examinee', subject: examineeId, kind: 'answers.held', at: now },
      data: { fence: file.fence, answers: noted.kept.length, importId },
    });
  directory.hintHeld(roomId, examineeId);
  return replyOf(parts, noted, examinee);
}

function heldOf(
  { _id: examineeId, planId, roomId }: ExamineeDocument,
  importId: string,
  { item, revision, response }: ExportedAnswer,
  heldAt: number,
): HeldAnswerDocument {
  return {
    _id: answerId(planId, examineeId, item, revision),
    ...{ planId, roomId, examineeId, item, revision, response, hash: contentHash(response), heldAt, importId },
    ...{ state: 'held', decidedAt: 0, by: '', as: 0 },
  };
}

/** What the device was told to be saved, and of which the store has neither that nor anything newer. */
async function missingOf(
  { store }: ApiParts,
  { _id: examineeId, planId }: ExamineeDocument,
  { acknowledged }: ExportContent,
): Promise<[number, number][]> {
  if (acknowledged.length === 0) return [];
  const stored = new Map(
    (await store.answers.revisions(planId, examineeId)).map(({ item, revision }) => [item, revision]),
  );
  return acknowledged
    .filter(([item, revision]) => (stored.get(item) ?? 0) < revision)
    .map(([item, revision]): [number, number] => [item, revision]);
}

/** Which files of its set are missing is asked anew: somebody may have brought them meanwhile. */
async function replyOf(
  { store }: ApiParts,
  { _id: importId, planId, examineeId, fence, at, by, kept, conflicts, missing, sheet, part: noted }: ImportDocument,
  { label }: ExamineeDocument,
): Promise<ImportReply> {
  const reply = { importId, examineeId, label, fence, at, by, kept, conflicts, missing, sheet };
  if (noted === undefined) return { ...reply, part: null };
  const { set, number, of } = noted;
  const brought = new Set(await store.imports.brought({ planId, examineeId }, set));
  const all = Array.from({ length: of }, (_, index) => index + 1);
  return { ...reply, part: { number, of, missing: all.filter((one) => !brought.has(one)) } };
}
