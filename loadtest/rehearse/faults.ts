// What goes wrong in a rehearsal, and how its people come back from it: links that are lost, and a process that is killed.
// Who is back has an answer saved after it; nothing less counts. Called by loadtest/rehearse.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { answerNext, type Crowd, type Person, whoManages } from './crowd.ts';
import type { Recovery } from './judgement.ts';

/** One in so many loses the link. */
const ONE_OF = 3;
/** For so long somebody who is cut off goes on writing. */
const AWAY_MS = 5_000;
/** A process that is killed closes its sockets in that time. */
const NOTICED_MS = 2_000;

/** Every third one is cut off in the same moment, goes on writing, and gets the network back. Counted from then. */
export async function loseLinks(crowd: Crowd): Promise<Recovery> {
  const cut = crowd.people.filter((_, index) => index % ONE_OF === 0);
  for (const { link } of cut) link.cut();
  await sleep(AWAY_MS);
  for (const { link } of cut) link.mend();
  return recovery(crowd, cut);
}

/** How whoever loses the link by this comes back. Counted from its beginning. */
export async function survive(crowd: Crowd, fault: () => Promise<void>): Promise<Recovery> {
  const from = performance.now();
  await fault();
  const backs: Promise<Recovery>[] = [];
  const concerned = new Set<Person>();
  while (performance.now() - from < NOTICED_MS) {
    for (const person of crowd.people) {
      if (person.lostAt < from || concerned.has(person)) continue;
      concerned.add(person);
      backs.push(recovery(crowd, [person], from));
    }
    await sleep(50);
  }
  const all = await Promise.all(backs);
  return {
    people: all.length,
    back: all.filter(({ back }) => back === 1).length,
    lastMs: Math.max(0, ...all.map(({ lastMs }) => lastMs)),
  };
}

async function recovery(crowd: Crowd, people: readonly Person[], from = performance.now()): Promise<Recovery> {
  const beforeMs = performance.now() - from;
  const { count, lastMs } = await whoManages(people, async (person) => {
    await person.sitting.online(crowd.limitMs);
    answerNext(crowd, person);
    await person.sitting.unsavedAtMost(0, crowd.limitMs);
  });
  return { people: people.length, back: count, lastMs: count === 0 ? 0 : beforeMs + lastMs };
}
