// Whether an answer is taken, of everything that decides about it beside its sheet: who was sent out or waits at the door,
// the clock, the grace, going forward only. Pure. Called by the room, whatever road an answer came by, and where nobody
// leads the room by who decides by what is stored (rooms/durable-answers.ts).
import type { Admission } from '../schema/admission.ts';
import type { Answer, Item, Response } from '../schema/answers.ts';
import type { TallyEntry } from '../schema/messages.ts';
import type { Navigation } from '../schema/navigation.ts';
import { isRefusal, type Refusal, refuse } from '../schema/refusals.ts';
import type { ExamineeState } from '../schema/states.ts';
import { notAdmitted } from './admission.ts';
import { type AnswerSheet, type AnswerVerdict, decideAnswer, outside, type SheetWindow } from './answer-sheet.ts';
import { FINAL_STATES } from './exam-room.ts';
import type { GraceVerdict } from './grace.ts';
import { closedBy } from './navigation.ts';
import { fenceOf } from './revision.ts';

/** One person's facts. `inGrace` says which answers a grace takes, while there is one (exam/grace.ts). */
export type Answering = {
  readonly status: ExamineeState;
  readonly admission: Admission;
  readonly window: SheetWindow;
  readonly items: ReadonlyMap<number, Item>;
  readonly navigation: Navigation;
  /** Whether this names a file that the person brought to this item and that the store has in full (store/answer-files.ts). */
  readonly isOwnFile: (item: number, response: Response) => boolean;
  readonly inGrace?: ((answer: TallyEntry) => GraceVerdict | Refusal) | undefined;
};

type Sent = Answer & { readonly written?: number | undefined };

/** Why nothing of this person is taken at all; undefined where each answer is looked at. */
export function mayNotAnswer({ status, admission }: Pick<Answering, 'status' | 'admission'>): Refusal | undefined {
  return status === 'removed' ? refuse('BUSY', 'You were sent out.', 2_000) : notAdmitted(admission);
}

/** Decides about one answer. The same again at the same instant is the same verdict; nothing is noted. */
export function judgeAnswer(
  sheet: AnswerSheet,
  answering: Answering,
  answer: Sent,
  now: number,
): AnswerVerdict | Refusal {
  const { items, window, navigation, inGrace } = answering;
  const foreign = foreignFile(items.get(answer.item), answer, answering.isOwnFile);
  if (foreign) return foreign;
  const verdict = decideAnswer(sheet, items.get(answer.item), answer, window, now, inGrace);
  if (isRefusal(verdict)) return lateOrLater(answering, sheet, verdict);
  const isForward = navigation === 'forward' && verdict.verdict === 'take';
  return (isForward ? closedBy(sheet, answer) : undefined) ?? verdict;
}

/** Between the deadline and the room's next look nobody knows yet whether time was added, nor what the grace takes. */
export function lateOrLater<R extends Refusal>(
  { status }: Pick<Answering, 'status'>,
  { phase }: AnswerSheet,
  refusal: R,
): R | Refusal {
  const isOpen = refusal.refused === 'ANSWER_LATE' && phase === 'in-progress' && !FINAL_STATES.includes(status);
  return isOpen ? refuse('BUSY', 'It is looked whether time was added.', 500) : refusal;
}

/** An older revision that the live session sends is told superseded at once, and kept in the history all the same. */
export function isForHistory(
  sheet: AnswerSheet,
  { window }: Pick<Answering, 'window'>,
  { item, revision }: Answer,
  now: number,
): boolean {
  if (revision >= (sheet.known.get(item)?.durable ?? 0) || sheet.pending.has(revision)) return false;
  return sheet.phase === 'in-progress' && fenceOf(revision) === sheet.fence && outside(window, now) === undefined;
}

/** ANSWER_INVALID for an answer to an item that takes a file where it names none of the person's. */
export function foreignFile(
  item: Item | undefined,
  { response }: Pick<Answer, 'response'>,
  isOwnFile: Answering['isOwnFile'],
): Refusal | undefined {
  if (item?.kind !== 'file' || response === null || isOwnFile(item.number, response)) return undefined;
  return refuse('ANSWER_INVALID', `Item ${item.number} takes a file that you brought to it.`);
}
