// What people do in a room again and again: proctors give an order and wait for what becomes of it, examinees answer. Called
// by tests of rooms/.
import { revisionOf } from '../../exam/revision.ts';
import type { ControlAction } from '../../schema/controls.ts';
import { newId } from '../../schema/ids.ts';
import type { Exam, Hall, Sitting } from './hall.ts';

/** An exam that runs. */
export async function running(hall: Hall, options: Parameters<Hall['exam']>[0] = {}): Promise<Exam> {
  const exam = await hall.exam(options);
  await hall.begin(exam);
  return exam;
}

/** Gives this order; what became of it, which is final. */
export async function issue(sitting: Sitting, action: ControlAction, given: Record<string, unknown> = {}) {
  const controlId = newId();
  sitting.send('control.issue', { controlId, action, ...given });
  return sitting.next('control.applied', (one) => one.controlId === controlId && one.state !== 'pending');
}

let counter = 0;

/** Answers the first item; the revision that was sent. */
export function answer(sitting: Sitting, response = 'A'): number {
  const revision = revisionOf(sitting.fence, ++counter);
  sitting.send('answer.save', { answers: [{ item: 1, revision, response }] });
  return revision;
}

/** Answers the first item, and waits until that is saved. */
export async function saved(sitting: Sitting, response = 'A'): Promise<number> {
  const revision = answer(sitting, response);
  await sitting.next('answer.saved', ({ saved: names }) => names.some(([, one]) => one === revision));
  return revision;
}
