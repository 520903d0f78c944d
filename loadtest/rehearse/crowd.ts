// The simulated people of a rehearsal: they enter all at once, open the paper, and answer at an even pace whether the system
// keeps up or not. Here nothing is broken (faults.ts), and what was not acknowledged never counts as saved. Called by
// loadtest/rehearse.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { colyseusSocket } from '../../client/socket.ts';
import type { Item, Response } from '../../schema/answers.ts';
import type { Administrator, RosterEntry } from '../administrator.ts';
import { type BreakableLink, createBreakableLink } from '../demo/breakable-link.ts';
import { createMeasurements, type Measurements, refusalLine } from '../measurements.ts';
import { inParallel } from '../pool.ts';
import { type Random, seededRandom } from '../random.ts';
import { anyResponse } from '../rehearsal-paper.ts';
import { percentiles } from '../report.ts';
import { type Sitting, sit } from '../sitting.ts';
import type { Outcome } from './judgement.ts';

export type CrowdRequest = {
  readonly url: string;
  readonly roster: readonly RosterEntry[];
  readonly items: readonly Item[];
  /** Everybody gives an answer as often. */
  readonly everyMs: number;
  /** After how long what has not come counts as not coming. */
  readonly limitMs: number;
};

export type Person = {
  readonly entry: RosterEntry;
  readonly sitting: Sitting;
  readonly link: BreakableLink;
  /** When the link was last up no longer, performance.now(); 0 where it always was. */
  lostAt: number;
  nextItem: number;
};

export type Crowd = CrowdRequest & {
  readonly people: Person[];
  readonly measurements: Measurements;
  readonly random: Random;
  /** Ends the present pace, and resolves when nobody is told to answer any more. */
  rest(): Promise<void>;
};

const TICK_MS = 5;
const READS_AT_ONCE = 16;
const SAVED_MS = 60_000;

/** Nobody has entered yet. */
export function createCrowd(request: CrowdRequest): Crowd {
  const items = request.items.filter(({ kind }) => kind !== 'file'); // nobody brings one
  return {
    ...request,
    items,
    people: [],
    measurements: createMeasurements(),
    random: seededRandom('rehearsal'),
    rest: async () => {},
  };
}

/** Everybody begins in the same turn of the event loop; whoever cannot enter is counted, and the others go on. */
export async function enterAtOnce(crowd: Crowd): Promise<Pick<Outcome, 'entered' | 'enterErrors' | 'enterMs'>> {
  const from = performance.now();
  const settled = await Promise.allSettled(crowd.roster.map((entry) => enter(crowd, entry)));
  const errors = settled.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  return { entered: crowd.people.length, enterErrors: [...new Set(errors)], enterMs: performance.now() - from };
}

async function enter({ url, measurements, people }: Crowd, entry: RosterEntry): Promise<void> {
  const link = createBreakableLink(colyseusSocket(url));
  const deviceKey = `rehearse-${entry.examineeId}`;
  const sitting = await sit({ url, code: entry.code, deviceKey, measurements, open: link.open, fetch: link.fetch });
  const person: Person = { entry, sitting, link, lostAt: 0, nextItem: people.length };
  sitting.session.on('link', ({ state }) => {
    if (state === 'reconnecting') person.lostAt = performance.now();
  });
  people.push(person);
}

/** Waits until everybody may begin. */
export async function untilStarted({ people, limitMs }: Crowd): Promise<Pick<Outcome, 'started' | 'startMs'>> {
  const { count, firstMs, lastMs } = await whoManages(people, ({ sitting }) => sitting.running(limitMs));
  return { started: count, startMs: count === 0 ? 0 : lastMs - firstMs };
}

/** Waits until everybody has the paper open. */
export async function untilOpened({ people }: Crowd): Promise<Pick<Outcome, 'opened' | 'openMs'>> {
  const { count, lastMs } = await whoManages(people, ({ sitting }) => sitting.session.paper());
  return { opened: count, openMs: lastMs };
}

/** How many of them manage it, and how long it took the first and the last of those. Never rejects. */
export async function whoManages(people: readonly Person[], deed: (person: Person) => Promise<unknown>) {
  const from = performance.now();
  const timed = async (person: Person): Promise<number> => {
    await deed(person);
    return performance.now() - from;
  };
  const settled = await Promise.allSettled(people.map(timed));
  const lengths = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return { count: lengths.length, firstMs: Math.min(...lengths), lastMs: Math.max(0, ...lengths) };
}

/** From here on everybody answers, until they rest. */
export function beginAnswering(crowd: Crowd): void {
  const over = new AbortController();
  const pacing = keepPace(crowd, over.signal);
  crowd.rest = async () => {
    over.abort();
    await pacing;
  };
}

/** Open loop: the latency of each answer counts from the moment at which it was due. */
async function keepPace(crowd: Crowd, signal: AbortSignal): Promise<void> {
  const { people, everyMs } = crowd;
  const startedAt = performance.now();
  const eachMs = everyMs / Math.max(1, people.length);
  for (let given = 0; !signal.aborted; ) {
    const due = people.length === 0 ? 0 : Math.floor((performance.now() - startedAt) / eachMs);
    for (; given < due; given++) {
      const person = people[given % people.length];
      if (person !== undefined) answerNext(crowd, person, startedAt + given * eachMs);
    }
    await sleep(TICK_MS);
  }
}

/** One answer to the person's next item. */
export function answerNext({ items, random }: Crowd, person: Person, dueAt?: number): void {
  const item = items[person.nextItem++ % items.length];
  if (item !== undefined) person.sitting.answer(item.number, fitting(item, random), dueAt);
}

/** A response that its item takes. */
function fitting(item: Item, random: Random): Response {
  const response = anyResponse(item, random);
  const isText = item.kind === 'shortText' || item.kind === 'essay';
  return isText && typeof response === 'string' ? response.slice(0, item.maxLength) : response;
}

/** Everybody answers for so long and rests, until all is saved or counts as not coming. */
export async function answerCalmly(crowd: Crowd, lengthMs: number): Promise<Outcome['calm']> {
  const { measurements } = crowd;
  const gone = (): number => measurements.saved + measurements.overtaken;
  const before = { given: measurements.sent, saved: gone(), at: measurements.ackMs.length };
  beginAnswering(crowd);
  await sleep(lengthMs);
  await restUntilSaved(crowd);
  return {
    given: measurements.sent - before.given,
    saved: gone() - before.saved,
    savedMs: percentiles(measurements.ackMs.slice(before.at)),
  };
}

/** Nobody answers any more; resolves when all that was given is saved, or counts as not coming. */
export async function restUntilSaved(crowd: Crowd): Promise<void> {
  await crowd.rest();
  await whoManages(crowd.people, ({ sitting }) => sitting.unsavedAtMost(0, SAVED_MS));
}

/** What was called saved, against the store, and what never was. Throws AdministratorError. */
export async function compared(
  { people, measurements }: Crowd,
  admin: Pick<Administrator, 'sheet'>,
): Promise<Pick<Outcome, 'given' | 'lost' | 'unsaved' | 'refused'>> {
  const counts = await inParallel(people, READS_AT_ONCE, async ({ entry, sitting }) => {
    const { answers } = await admin.sheet(entry.examineeId);
    const stored = new Map(answers.map(({ item, response }) => [item, JSON.stringify(response)]));
    const shown = [...sitting.session.answers().values()];
    const saved = shown.filter(({ state }) => state === 'saved');
    const lost = saved.filter(({ item, response }) => stored.get(item) !== JSON.stringify(response));
    return { lost: lost.length, unsaved: shown.length - saved.length };
  });
  return {
    given: measurements.sent,
    lost: counts.reduce((sum, { lost }) => sum + lost, 0),
    unsaved: counts.reduce((sum, { unsaved }) => sum + unsaved, 0),
    refused: refusalLine(measurements),
  };
}

/** Everybody leaves, whatever they were at. Never rejects. */
export async function leaveAll(crowd: Crowd): Promise<void> {
  await crowd.rest();
  await Promise.allSettled(crowd.people.map(({ sitting }) => sitting.leave()));
}
