// The paper, the responses and the answers that the benches use, the same ones for what is measured and for its peer.
// Pure and without chance: the n-th answer is always the same.
import { FENCE_STEP } from '../exam/revision.ts';
import type { RehearsalRoom } from '../loadtest/rehearsal.ts';
import type { Item, KeyEntry, Response } from '../schema/answers.ts';

export const ITEM_COUNT = 60;

const OPTIONS = ['A', 'B', 'C', 'D', 'E'] as const;

/** 60 items: three of four with one right option, each fourth one a short text. */
export function benchPaper(): { items: Item[]; key: KeyEntry[] } {
  const items = Array.from({ length: ITEM_COUNT }, (_, index) => benchItem(index + 1));
  const key = items
    .filter((item) => !isText(item.number))
    .map((item): KeyEntry => ({ item: item.number, kind: 'singleChoice', correct: 'A', points: 1_000 }));
  return { items, key };
}

/** So many examinees, dealt evenly to so many rooms. */
export function benchRooms(examinees: number, rooms: number): RehearsalRoom[] {
  return Array.from({ length: rooms }, (_, room) => ({
    label: `room ${room + 1}`,
    examinees: Array.from({ length: Math.ceil((examinees - room) / rooms) }, (_, seat) => ({
      label: `examinee ${room + 1}-${seat + 1}`,
    })),
  }));
}

function benchItem(number: number): Item {
  const name = `item ${number}`;
  if (isText(number)) return { number, name, kind: 'shortText', text: '', options: [] };
  return { number, name, kind: 'singleChoice', text: '', options: OPTIONS.map((id) => ({ id, text: '' })) };
}

function isText(item: number): boolean {
  return item % 4 === 0;
}

/** The response to this item at somebody's n-th answer: an option, or a text of 50 characters. */
export function responseTo(item: number, n: number): Response {
  if (isText(item)) return `answer ${String(n).padStart(8, '0')}, a sentence of usual length`;
  return OPTIONS[n % OPTIONS.length] ?? 'A';
}

export type BenchAnswer = {
  readonly examineeId: string;
  readonly item: number;
  readonly revision: number;
  readonly response: Response;
};

/** The n-th answer (from 0) of these examinees, who answer in turn and begin again after the last item. */
export function benchAnswer(examineeIds: readonly string[], n: number): BenchAnswer {
  const turn = Math.floor(n / examineeIds.length);
  const item = 1 + (turn % ITEM_COUNT);
  const examineeId = examineeIds[n % examineeIds.length] ?? '';
  return { examineeId, item, revision: FENCE_STEP + turn + 1, response: responseTo(item, turn) };
}
