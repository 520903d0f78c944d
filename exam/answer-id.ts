// The `_id` of a stored answer: plan.examinee.item.revision, each part of fixed length, so that the answers of one
// examinee are one range, in the order of items and then of revisions.
import { ID_LENGTH } from '../schema/ids.ts';

const ITEM_DIGITS = 4;
const REVISION_DIGITS = 16;
const SHAPE = /^([0-9A-Za-z]{16})\.([0-9A-Za-z]{16})\.(\d{4})\.(\d{16})$/;
const ITEM_AT = ID_LENGTH + 1 + ID_LENGTH + 1;

export type AnswerName = { planId: string; examineeId: string; item: number; revision: number };

/** The `_id` of this revision of this item on this examinee's sheet. */
export function answerId(planId: string, examineeId: string, item: number, revision: number): string {
  return `${planId}.${examineeId}.${pad(item, ITEM_DIGITS)}.${pad(revision, REVISION_DIGITS)}`;
}

/** The parts of an `_id`. Throws RangeError for anything that answerId does not make. */
export function parseAnswerId(id: string): AnswerName {
  const [, planId = '', examineeId = '', item = '', revision = ''] = SHAPE.exec(id) ?? [];
  const name = { planId, examineeId, item: Number(item), revision: Number(revision) };
  if (answerId(planId, examineeId, name.item, name.revision) !== id) throw new RangeError('not an answer id');
  return name;
}

/** Item and revision of an `_id` that is known to be one; the fast path of reads. */
export function itemAndRevision(id: string): [item: number, revision: number] {
  return [Number(id.slice(ITEM_AT, ITEM_AT + ITEM_DIGITS)), Number(id.slice(ITEM_AT + ITEM_DIGITS + 1))];
}

/** The range of `_id` that holds all answers of one examinee. `/` follows `.` in the order of bytes. */
export function answerRange(planId: string, examineeId: string): { $gte: string; $lt: string } {
  return { $gte: `${planId}.${examineeId}.`, $lt: `${planId}.${examineeId}/` };
}

/** The range of `_id` that holds all answers of one plan. */
export function planRange(planId: string): { $gte: string; $lt: string } {
  return { $gte: `${planId}.`, $lt: `${planId}/` };
}

/** The `_id` of a batch's signed root among the answers. `.` comes before every character of an id, so no range above holds it. */
export function rootDocumentId(planId: string, root: number): string {
  return `.${planId}.${pad(root, REVISION_DIGITS)}`;
}

/** The range of `_id` that holds all signed roots of one plan. */
export function rootRange(planId: string): { $gte: string; $lt: string } {
  return { $gte: `.${planId}.`, $lt: `.${planId}/` };
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
