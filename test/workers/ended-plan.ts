// A plan of one room that has ended, as the store has it when files and statistics are due. Called by tests of workers/.
import type { Item, KeyEntry, Response } from '../../schema/answers.ts';
import type { PlanDocument } from '../../schema/documents/plan.ts';
import type { RoomDocument } from '../../schema/documents/room.ts';
import { newId } from '../../schema/ids.ts';
import type { Store } from '../../store/open-store.ts';
import { anExaminee, aPlan, aRoom } from '../support/stored.ts';
import { queuedAnswer } from './worker-parts.ts';

const REV = 1_000_000;
export const SAVED_AT = Date.UTC(2026, 10, 19, 1, 0, 0);
export const ENDED_AT = Date.UTC(2026, 10, 19, 2, 30, 0);

const choice = (number: number, kind: 'singleChoice' | 'multipleChoice'): Item => {
  return {
    number,
    name: `q${number}`,
    kind,
    text: '',
    options: ['A', 'B', 'C'].map((id) => ({ id, text: `text ${id}` })),
  };
};

/** One item of each kind, and the key of those that a machine scores; item 4 gives two points. */
export const ITEMS: Item[] = [
  choice(1, 'singleChoice'),
  choice(2, 'multipleChoice'),
  { number: 3, name: 'river', kind: 'shortText', text: '', options: [] },
  { number: 4, name: 'sum', kind: 'number', text: '', options: [] },
  { number: 5, name: 'essay', kind: 'essay', text: '', options: [] },
];
export const KEY: KeyEntry[] = [
  { item: 1, kind: 'singleChoice', correct: 'B', points: 1_000 },
  { item: 2, kind: 'multipleChoice', correct: ['A', 'C'], points: 1_000 },
  { item: 3, kind: 'shortText', correct: ['Han', 'Hangang'], points: 1_000 },
  { item: 4, kind: 'number', correct: 12.5, tolerance: 0, points: 2_000 },
];

export type EndedPlan = { plan: PlanDocument; room: RoomDocument };

/** A paper with its key, and a plan that has ended, with one room. */
export async function anEndedPlan(store: Store, given: Partial<PlanDocument> = {}): Promise<EndedPlan> {
  const paperId = newId();
  await store.papers.create({ _id: paperId, name: 'the paper', items: ITEMS, createdAt: new Date(0) });
  await store.keys.put(paperId, KEY);
  const plan = aPlan({ name: 'entrance exam', paperId, status: 'ended', ...given });
  const room = aRoom(plan._id, { status: 'ended', settledAt: ENDED_AT });
  await store.plans.create(plan);
  await store.rooms.create([room]);
  return { plan, room };
}

/** An examinee with these responses to items 1, 2, …, whose sheet has ended by submitting; undefined leaves one out. */
export async function aSubmitted(
  store: Store,
  { plan, room }: EndedPlan,
  responses: (Response | undefined)[],
): Promise<string> {
  const examinee = anExaminee(plan._id, room._id, { status: 'submitted', fence: 1 });
  await store.examinees.create([examinee]);
  await store.sheets.create([{ examineeId: examinee._id, planId: plan._id, roomId: room._id }]);
  const answered = responses.flatMap((response, index) =>
    response === undefined ? [] : [{ item: index + 1, response }],
  );
  await store.answers.insert(
    plan._id,
    answered.map(({ item, response }) => queuedAnswer(examinee._id, item, REV + item, response, SAVED_AT + item)),
  );
  const vector = answered.map(({ item }): [number, number] => [item, REV + item]);
  await store.sheets.end(examinee._id, 'submitted', vector, ENDED_AT);
  return examinee._id;
}
