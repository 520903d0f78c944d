// A sheet as a person reads it: who, where, what was asked and what was answered, with names beside numbers and instants
// in ISO 8601. Pure. Called by the writer of sheet files.

import { receiptHash } from '../exam/receipt.ts';
import { namedFile } from '../schema/answer-files.ts';
import type { ItemKind } from '../schema/answers.ts';
import type { PaperDocument, PlanDocument } from '../schema/documents/plan.ts';
import type { ExamineeDocument, RoomDocument } from '../schema/documents/room.ts';
import type { SheetDocument } from '../schema/documents/sheet.ts';
import { ID_LENGTH } from '../schema/ids.ts';
import type { ExamineeState, SheetState } from '../schema/states.ts';
import type { CurrentAnswer } from '../store/answers.ts';

export type SheetFacts = {
  readonly sheet: SheetDocument;
  readonly plan: Pick<PlanDocument, '_id' | 'name'>;
  readonly paper: Pick<PaperDocument, '_id' | 'name' | 'items'>;
  readonly room: Pick<RoomDocument, '_id' | 'label'>;
  readonly examinee: Pick<ExamineeDocument, '_id' | 'label' | 'status'>;
  /** Those that the sheet's vector names. */
  readonly answers: readonly CurrentAnswer[];
};

/** The file's text: JSON, indented, with a line end at its end. Choices are named by their options' ids. */
export function sheetRecord({ sheet, plan, paper, room, examinee, answers }: SheetFacts): string {
  const byItem = new Map(answers.map((answer) => [answer.item, answer]));
  const record = {
    plan: { planId: plan._id, name: plan.name },
    paper: { paperId: paper._id, name: paper.name },
    room: { roomId: room._id, label: room.label },
    examinee: { examineeId: examinee._id, label: examinee.label },
    sheet: { ended: howEnded(sheet.state, examinee.status), endedAt: isoOf(sheet.endedAt) },
    receipt: {
      count: answers.length,
      hash: receiptHash(answers.map(({ item, revision, hash }) => [item, revision, hash])),
    },
    answered: answers.length,
    items: paper.items.map(({ number, name, kind }) => ({ number, name, kind, ...answerOf(kind, byItem.get(number)) })),
  };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** A settled sheet no longer says how it ended; its examinee does. */
function howEnded(state: SheetState, status: ExamineeState): string {
  return state === 'submitted' || state === 'timed-out' ? state : status;
}

function answerOf(kind: ItemKind, answer: CurrentAnswer | undefined) {
  if (answer === undefined) return { response: null, revision: null, savedAt: null };
  const { response, revision, at, pruned, late } = answer;
  const file = kind === 'file' ? namedFile(response) : undefined;
  const named = file && { file: { uploadId: file.uploadId, sha256: file.sha256 } };
  return { response, ...named, revision, savedAt: isoOf(at), ...(pruned ? { pruned } : {}), ...(late ? { late } : {}) };
}

function isoOf(at: number): string {
  return new Date(at).toISOString();
}

const ID = new RegExp(`^[0-9A-Za-z]{${ID_LENGTH}}$`);

/** Where the file lies below the data directory. Throws RangeError for ids that are none: they never become a path. */
export function sheetPath({ planId, roomId, _id }: Pick<SheetDocument, 'planId' | 'roomId' | '_id'>): string {
  if (![planId, roomId, _id].every((id) => ID.test(id))) throw new RangeError('a sheet file needs ids');
  return `${planId}/${roomId}/${_id}.json`;
}
