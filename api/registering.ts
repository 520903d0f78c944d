// An admin writes answers in for a person, of whom no session is live: the session is taken first, so that whatever a device
// still holds goes the way of held answers; then they go an answer's own way, by the rules of the room. Into a sheet that
// has ended they come by a decision that is stored with another vector, until the room settles. Called by routes/.

import { foreignFile } from '../exam/answering.ts';
import { amendedFacts, type Registering } from '../exam/audit-writes.ts';
import { contentHash } from '../exam/content-hash.ts';
import { receiptHash } from '../exam/receipt.ts';
import { checkResponse } from '../exam/response.ts';
import { revisionOf } from '../exam/revision.ts';
import { namedRequest } from '../request-id.ts';
import type { Item, Response } from '../schema/answers.ts';
import type { ExamineeDocument, RoomDocument } from '../schema/documents/room.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import type { SentAnswer } from '../schema/messages.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { RegisterBody, RegisterReply } from '../schema/registering.ts';
import type { AnswersReply } from '../schema/replies.ts';
import { noteDecision } from './decisions.ts';
import { examineeOf, paperOf, planOf, roomOf } from './lookups.ts';
import type { ApiParts } from './parts.ts';
import { actorOf, type Subject } from './who-is-it.ts';

/** How soon what is not durable yet is asked for again. */
const AGAIN_MS = 2_000;
/** So often a vector is read and written again that another decision has changed meanwhile. */
const TRIES = 5;

type Found = { readonly examinee: ExamineeDocument; readonly room: RoomDocument; readonly sheet: SheetDocument };
type Asked = RegisterBody & {
  readonly subject: Subject;
  /** New for each request, the same for its repeat. */
  readonly entryId: string;
  readonly at: number;
};

/** Refuses where a session is live, and where nobody knows. A repeat goes on where the first request stopped. */
export async function registerAnswers(
  parts: ApiParts,
  examineeId: string,
  asked: Asked,
): Promise<RegisterReply | Refusal> {
  const found = await whatThereIs(parts, examineeId);
  if (isRefusal(found)) return found;
  const { room, sheet, examinee } = found;
  const closed = (await misfit(parts, examinee, asked)) ?? closedFor(examinee, room, sheet);
  if (closed) return closed;
  const fence = await sessionFor(parts, found, asked);
  if (isRefusal(fence)) return fence;
  const answers = asked.answers.map(
    ({ item, response }, index): SentAnswer => ({ item, response, revision: revisionOf(fence, index + 1) }),
  );
  const reply = hasEnded(sheet)
    ? await amend(parts, found, fence, answers, asked)
    : await send(parts, found, fence, answers);
  if (isRefusal(reply)) return reply;
  const data = { fence, items: itemsOf(reply.saved), refused: itemsOf(reply.refusals.map(({ item }) => [item])) };
  const source = `answers.registered.${examineeId}.${fence}`;
  const decision = { planId: examinee.planId, source, kind: 'answers.registered', at: asked.at, data };
  await noteDecision(parts, { ...decision, data: { ...data, reason: asked.reason } }, asked.subject, examineeId);
  return { fence, ...reply };
}

function itemsOf(names: readonly (readonly number[])[]): string {
  return names.map(([item]) => item).join(' ');
}

async function whatThereIs(parts: ApiParts, examineeId: string): Promise<Found | Refusal> {
  const examinee = await examineeOf(parts, examineeId);
  if (isRefusal(examinee)) return examinee;
  const [room, sheet] = await Promise.all([roomOf(parts, examinee.roomId), parts.store.sheets.get(examineeId)]);
  if (isRefusal(room)) return room;
  return sheet === null ? refuse('EXAMINEE_UNKNOWN') : { examinee, room, sheet };
}

/** Before anybody is fenced for it. */
async function misfit(
  parts: ApiParts,
  { _id: examineeId, planId }: ExamineeDocument,
  { answers }: Asked,
): Promise<Refusal | undefined> {
  const plan = await planOf(parts, planId);
  if (isRefusal(plan)) return plan;
  const paper = await paperOf(parts, plan.paperId);
  if (isRefusal(paper)) return paper;
  const { answerFiles } = parts.store;
  const isOwnFile = (item: number, given: Response) => answerFiles.isProven({ planId, examineeId, item }, given);
  const items = new Map(paper.items.map((item): [number, Item] => [item.number, item]));
  for (const { item: number, response } of answers) {
    const item = items.get(number);
    const wrong =
      item === undefined
        ? refuse('ITEM_UNKNOWN', `Item ${number}.`)
        : (checkResponse(item, response) ?? foreignFile(item, { response }, isOwnFile));
    if (wrong) return wrong;
  }
  return undefined;
}

function hasEnded({ state }: SheetDocument): boolean {
  return state === 'submitted' || state === 'timed-out';
}

function closedFor({ status }: ExamineeDocument, room: RoomDocument, { state }: SheetDocument): Refusal | undefined {
  if (status === 'removed') return refuse('EXAMINEE_REMOVED');
  if (state === 'settled' || state === 'scored' || room.settledAt !== 0) return refuse('SHEET_SETTLED');
  if (state === 'submitted' || state === 'timed-out') return undefined;
  if (room.status === 'ended') return refuse('BUSY', 'The sheet is about to end.', AGAIN_MS);
  return room.status === 'running' ? undefined : refuse('ROOM_NOT_RUNNING', `It is ${room.status}.`, AGAIN_MS);
}

/** The fence under which they are written: of the session that is taken now, or was by an earlier try of this request. */
async function sessionFor(
  parts: ApiParts,
  { examinee, room, sheet }: Found,
  { entryId, answers, reason, subject, at }: Asked,
): Promise<number | Refusal> {
  if (examinee.registered?.entryId === entryId) return examinee.registered.fence;
  const place = { roomId: room._id, isSettled: false };
  const sign = await parts.onTheRoad.run(() => parts.road.session(place, examinee._id));
  if (isRefusal(sign)) return sign;
  if (sign.liveForMs > 0) return refuse('SESSION_ONGOING', undefined, sign.liveForMs);
  const registering: Registering = { items: answers.map(({ item }) => item), reason, actor: actorOf(subject), at };
  const fence = await parts.store.examinees.takeSession(examinee, entryId, !hasEnded(sheet), registering);
  return fence ?? refuse('SESSION_ONGOING', 'Somebody has entered at this moment.', AGAIN_MS);
}

type Outcome = Omit<RegisterReply, 'fence'>;

/** As an examinee's answers over HTTP go: the room's owner takes them, and says what is durable. */
async function send(
  { road, onTheRoad }: ApiParts,
  { examinee, room }: Found,
  fence: number,
  answers: readonly SentAnswer[],
): Promise<Outcome | Refusal> {
  const asker = {
    examineeId: examinee._id,
    fence,
    deviceKey: examinee.deviceKey ?? '',
    byOffice: true,
    ...namedRequest(),
  } as const;
  const place = { roomId: room._id, isSettled: false };
  const heard: AnswersReply | Refusal = await onTheRoad.run(() => road.answers(place, asker, answers));
  if (isRefusal(heard)) return heard;
  const { saved, superseded, refusals, pending } = heard;
  // What is not known to be durable is not told to have happened: the same request again goes on from here.
  return pending.length > 0
    ? refuse('BUSY', 'Not all of it is durable yet; send the same request again.', AGAIN_MS)
    : { saved, superseded, refusals };
}

/** Stored like every answer, and then named by the vector that counts from now on. */
async function amend(
  parts: ApiParts,
  { examinee }: Found,
  fence: number,
  answers: readonly SentAnswer[],
  { reason, subject, at }: Asked,
): Promise<Outcome | Refusal> {
  const { store } = parts;
  const { _id: examineeId, planId } = examinee;
  const hashed = answers.map((answer) => ({ ...answer, hash: contentHash(answer.response) }));
  await store.answers.insert(
    planId,
    hashed.map(({ item, revision, response, hash }) => [examineeId, item, revision, response, hash, at, true]),
  );
  const registering = { items: answers.map(({ item }) => item), reason, actor: actorOf(subject), at };
  const saved = hashed.map(({ item, revision }): [number, number] => [item, revision]);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const sheet = await store.sheets.get(examineeId);
    if (sheet === null || sheet.state === 'settled' || sheet.state === 'scored') return refuse('SHEET_SETTLED');
    // Reopened meanwhile: the highest revision of each item counts, and that is these.
    if (sheet.vector === null) return written(parts, examinee, saved);
    const vector = vectorWith(sheet.vector, saved);
    const isThere = isSame(vector, sheet.vector);
    if (isThere || (await isAmended(parts, sheet, vector, fence, registering)))
      return written(parts, examinee, saved, vector);
  }
  return refuse('BUSY', undefined, AGAIN_MS);
}

/** False where the sheet has changed since it was read. */
async function isAmended(
  { store }: ApiParts,
  sheet: SheetDocument,
  vector: [number, number][],
  fence: number,
  registering: Registering,
): Promise<boolean> {
  const { _id: examineeId, planId } = sheet;
  const counting = await store.answers.byVector(planId, examineeId, vector);
  const receipt = receiptHash(counting.map(({ item, revision, hash }) => [item, revision, hash]));
  const before = { vector: sheet.vector ?? [], receipt: sheet.receipt };
  const facts = amendedFacts(examineeId, fence, before, { vector, receipt }, registering);
  return (await store.sheets.amend(sheet, { vector, receipt }, facts)) !== null;
}

/** Tells who shows them; without a vector the sheet is in progress again, and the highest revisions count. */
function written(
  { road }: ApiParts,
  { _id, planId }: ExamineeDocument,
  stored: [number, number][],
  vector: readonly (readonly [number, number])[] = stored,
): Outcome {
  road.written(planId, _id);
  const counting = new Set(vector.map(([, revision]) => revision));
  const { saved = [], superseded = [] } = Object.groupBy(stored, ([, revision]) =>
    counting.has(revision) ? 'saved' : 'superseded',
  );
  return { saved, superseded, refusals: [] };
}

/** Of each item the higher revision, in the order of items. */
function vectorWith(
  before: readonly (readonly [number, number])[],
  added: readonly (readonly [number, number])[],
): [number, number][] {
  const vector = new Map(before);
  for (const [item, revision] of added) vector.set(item, Math.max(revision, vector.get(item) ?? 0));
  return [...vector].sort(([one], [other]) => one - other);
}

function isSame(one: readonly (readonly [number, number])[], other: readonly (readonly [number, number])[]): boolean {
  return one.length === other.length && one.every(([, revision], index) => revision === other[index]?.[1]);
}
