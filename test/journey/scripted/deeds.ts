// What several steps do with the client's words. Called by the parts of the script.

import type { RefusalCode } from '../../../schema/refusals.ts';
import { until } from '../../workers/worker-parts.ts';
import type { Seat } from './cast.ts';
import { personOf } from './expected.ts';
import type { Stage } from './stage.ts';

/** The code of what was asked for and refused. */
export function refusalOfAsked(asked: { readonly state: string; readonly code?: RefusalCode }): RefusalCode[] {
  return asked.code === undefined ? [] : [asked.code];
}

/** These press the button, and the room has stored it. */
export async function confirmed(stage: Stage, name: string, seats: readonly Seat[]): Promise<undefined> {
  await Promise.all(seats.map((seat) => confirmOne(stage, name, seat)));
  return undefined;
}

async function confirmOne({ session, names, expected, record }: Stage, name: string, seat: Seat): Promise<void> {
  const heard = Promise.withResolvers<void>();
  const off = session(seat).on('confirmed', ({ controlId }) => {
    if (controlId === names.idOf(name)) heard.resolve();
  });
  record.expect([`audit control.confirmed by ${seat} about ${seat}: ${name}`]);
  session(seat).confirm(names.idOf(name));
  await heard.promise;
  off();
  expected.ledgers.get(name)?.get(personOf(expected, seat).room)?.confirmed.add(seat);
}

/** Answers, and resolves with the code where it is refused for good, or undefined once it is saved. */
export async function answer(stage: Stage, seat: Seat, item: number, response: string): Promise<RefusalCode[]> {
  const session = stage.session(seat);
  session.answer(item, response);
  const view = () => session.answers().get(item);
  const isDone = () => view()?.state === 'saved' || view()?.state === 'refused';
  await until(`item ${item} of ${seat} is saved or refused`, isDone, 8_000);
  const code = view()?.code;
  return code === undefined ? [] : [code];
}

/** All of them answer this item, and all of it is saved. */
export async function answerAll(stage: Stage, seats: readonly Seat[], item: number): Promise<undefined> {
  await Promise.all(seats.map((seat) => answer(stage, seat, item, 'A')));
  return undefined;
}
