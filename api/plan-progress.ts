// How far a plan is: rooms, examinees and links by state, and answers saved. Read from the store's display fields, so it
// may be a second or two late; nothing is decided by it. Called by the progress route and the progress page.
import type { PlanDocument } from '../schema/documents/plan.ts';
import type { ProgressReply } from '../schema/replies.ts';
import { EXAMINEE_STATES, LINK_STATES, ROOM_STATES } from '../schema/states.ts';
import type { Store } from '../store/open-store.ts';
import { planView } from './views.ts';

const PAGE = 1_000;

/** One pass over the plan's rooms and examinees. `now` is epoch ms. */
export async function progressOf(
  store: Pick<Store, 'rooms' | 'examinees'>,
  plan: PlanDocument,
  now: number,
): Promise<ProgressReply> {
  const rooms = await store.rooms.byPlan(plan._id);
  const people = await countPeople(store, plan._id);
  return {
    plan: planView(plan),
    roomCount: rooms.length,
    rooms: tally(
      ROOM_STATES,
      rooms.map((room) => room.status),
    ),
    ...people,
    now,
  };
}

async function countPeople({ examinees }: Pick<Store, 'examinees'>, planId: string) {
  const counts = {
    examineeCount: 0,
    answersSaved: 0,
    examinees: tally(EXAMINEE_STATES, []),
    links: tally(LINK_STATES, []),
  };
  let after: string | undefined = '';
  while (after !== undefined) {
    const page = await examinees.byPlan(planId, { after, limit: PAGE });
    for (const { status, display } of page) {
      counts.examineeCount++;
      counts.answersSaved += display.savedCount;
      counts.examinees[status]++;
      counts.links[display.link]++;
    }
    after = page.length < PAGE ? undefined : page.at(-1)?._id;
  }
  return counts;
}

function tally<S extends string>(states: readonly S[], found: readonly S[]): Record<S, number> {
  const counts = Object.fromEntries(states.map((state) => [state, 0])) as Record<S, number>;
  for (const state of found) counts[state]++;
  return counts;
}
