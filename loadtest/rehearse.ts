// Tomorrow's exam today: people who are nobody sit a paper that asks nothing, in as many rooms as a real plan has, on the
// machines that are to run it: all enter at once, answer, lose their links, and a process is killed beneath them. It must
// never change the real plan, which it only reads, and leaves nothing behind. Called by `examhall rehearse`.
import { setTimeout as sleep } from 'node:timers/promises';
import { LauncherError } from '../bin/launcher/launcher-error.ts';
import { createAdministrator } from './administrator.ts';
import { AdministratorError } from './api-call.ts';
import { endRooms, openRooms, planReaches, type Rehearsal, startRooms, withRehearsal } from './rehearsal.ts';
import {
  answerCalmly,
  beginAnswering,
  type Crowd,
  compared,
  createCrowd,
  enterAtOnce,
  leaveAll,
  restUntilSaved,
  untilOpened,
  untilStarted,
} from './rehearse/crowd.ts';
import { loseLinks, survive } from './rehearse/faults.ts';
import { judge, type Killing, type Outcome, type Verdict } from './rehearse/judgement.ts';
import { createReader, type Reader } from './rehearse/reader.ts';
import { type Shape, sameShape } from './rehearse/shape.ts';
import { hereSource, type Source, startWatch, systemSource, type Watch } from './rehearse/watch.ts';
import { Stalled } from './signal.ts';
import type { Target } from './target.ts';

/**
 * Why nothing is killed, or who chooses what is, by how many people it has by then, and returns what kills it and says what it
 * was. Asked once before anything is made as well, so that it throws then where there is nothing that may be killed.
 */
export type Kill = { readonly not: string } | { choose(reader: Reader): Promise<() => string> };

export type RehearseOptions = {
  readonly target: Target;
  readonly planId: string;
  /** How long people answer while nothing is broken, and how often each of them does. */
  readonly calmMs: number;
  readonly everyMs: number;
  readonly kill: Kill;
  /** What is looked at beside what the api shows: the stores, where somebody may. */
  readonly sources: readonly Source[];
  /** One plain sentence for whoever waits. */
  tell(sentence: string): void;
  readonly interrupted: Promise<never>;
};

export type RehearseReport = Verdict & { readonly outcome: Outcome };

/** Longer than anything takes that is well. */
const LIMIT_MS = 60_000;
const REPORT_MS = 2_500;
const SCORED_MS = 180_000;
const DURATION_MS = 4 * 3_600_000;

/** Rehearses it and judges. Throws LauncherError where there is nothing to rehearse, or something real is under way, and what `interrupted` rejects with. */
export async function rehearsePlan(options: RehearseOptions): Promise<RehearseReport> {
  const { target, planId, tell } = options;
  const reader = createReader(target);
  const shape = await shapeOf(reader, planId);
  await mustBeAlone(reader);
  if ('choose' in options.kill) await options.kill.choose(reader);
  const apis = (await reader.servers()).filter(({ roles }) => roles.includes('api')).length;
  const people = shape.rooms.reduce((sum, { examinees }) => sum + examinees.length, 0);
  tell(`${people} simulated people, ${shape.rooms.length} rooms, ${shape.items.length} generated items.`);
  const admin = createAdministrator(target);
  const request = { name: 'rehearsal', ...shape, durationMs: DURATION_MS, graceMs: 0 };
  const watch = startWatch([systemSource(reader), hereSource(), ...options.sources]);
  try {
    const size = { people, rooms: shape.rooms.length, items: shape.items.length, apis };
    let crowd: Crowd | undefined;
    // Nobody answers any more when the plan is ended: a room would raise an incident of it that outlives the plan.
    const interrupted = options.interrupted.catch(async (reason: unknown): Promise<never> => {
      if (crowd !== undefined) await leaveAll(crowd);
      throw reason;
    });
    const outcome = await withRehearsal(admin, request, interrupted, async (rehearsal) => {
      crowd = createCrowd({ ...options, url: target.url, ...rehearsal, items: shape.items, limitMs: LIMIT_MS });
      try {
        return { ...size, ...(await drill({ ...options, admin, reader, watch, crowd, rehearsal, shape })) };
      } finally {
        await leaveAll(crowd);
      }
    });
    await watch.stop();
    return { ...judge(outcome, watch.samples, watch.unseen()), outcome };
  } finally {
    await watch.stop();
  }
}

type Drill = Pick<RehearseOptions, 'calmMs' | 'kill' | 'tell'> & {
  readonly admin: ReturnType<typeof createAdministrator>;
  readonly reader: Reader;
  readonly watch: Watch;
  readonly crowd: Crowd;
  readonly rehearsal: Rehearsal;
  readonly shape: Shape;
};

async function drill(all: Drill): Promise<Omit<Outcome, 'people' | 'rooms' | 'items' | 'apis'>> {
  const { admin, crowd, rehearsal, tell, watch, calmMs, shape } = all;
  await openRooms(admin, rehearsal);
  tell('the rooms are open; everybody enters at once.');
  const entered = await enterAtOnce(crowd);
  watch.phase = 'starting';
  tell(`${entered.entered} are in; all rooms start.`);
  await startRooms(admin, rehearsal);
  const started = { ...(await untilStarted(crowd)), ...(await untilOpened(crowd)) };
  watch.phase = 'answering';
  tell(`everybody answers, for ${calmMs / 1_000} s.`);
  const calm = await answerCalmly(crowd, calmMs);
  beginAnswering(crowd);
  watch.phase = 'links lost';
  tell('every third one loses the link, goes on writing, and comes back.');
  const linksLost = await loseLinks(crowd);
  watch.phase = 'process killed';
  const killing = await killOne(all);
  watch.phase = 'ending';
  tell('everybody rests until all is saved; the rooms end.');
  await restUntilSaved(crowd);
  await endRooms(admin, rehearsal);
  const scoredMs = await scored(all, shape);
  return { ...entered, ...started, calm, linksLost, killing, ...(await compared(crowd, admin)), scoredMs };
}

async function killOne({ kill, crowd, reader, tell }: Drill): Promise<Killing> {
  if ('not' in kill) return kill;
  let what = '';
  await sleep(REPORT_MS); // processes say every two seconds how many people they have
  const killIt = await kill.choose(reader);
  const recovery = await survive(crowd, async () => {
    what = killIt();
    tell(`killed: ${what}.`);
  });
  return { what, ...recovery };
}

async function scored({ admin, rehearsal }: Drill, { key }: Shape): Promise<Outcome['scoredMs']> {
  if (key.every(({ kind }) => kind === 'essay' || kind === 'file')) return undefined;
  const from = performance.now();
  try {
    await planReaches(admin, rehearsal.planId, 'scored', SCORED_MS);
    return performance.now() - from;
  } catch (error) {
    if (error instanceof Stalled) return 'not in time';
    throw error;
  }
}

/** Throws where nobody could sit it. */
async function shapeOf(reader: Reader, planId: string): Promise<Shape> {
  const plan = await reader.plan(planId).catch((error: unknown) => {
    if (error instanceof AdministratorError && (error.status === 404 || error.code === 'REQUEST_INVALID'))
      throw impossible(`there is no plan ${planId}.`, error);
    throw error;
  });
  switch (plan.status) {
    case 'draft':
    case 'scheduled':
      break;
    case 'open':
    case 'running':
    case 'paused':
      throw impossible(
        `the plan ${planId} is ${plan.status}: its people are there, and a rehearsal would be in their way.`,
      );
    case 'ended':
    case 'scored':
    case 'archived':
      throw impossible(`the plan ${planId} is over (${plan.status}); a draft or a scheduled one can be rehearsed.`);
  }
  const [paper, rooms, examinees] = await Promise.all([
    reader.paper(plan.paperId),
    reader.rooms(planId),
    reader.examinees(planId),
  ]);
  const shape = sameShape({ paper, rooms, examinees });
  if (shape.rooms.length === 0)
    throw impossible(`the plan ${planId} has no roster: ${rooms.length} rooms, and nobody in them.`);
  if (shape.items.every(({ kind }) => kind === 'file'))
    throw impossible(`each item of the plan ${planId} takes a file, and simulated people bring none.`);
  return shape;
}

/** A storm beside a real exam would be felt in it, and a process would be killed beneath it. */
async function mustBeAlone(reader: Reader): Promise<void> {
  const [first, ...others] = await reader.underWay();
  if (first === undefined) return;
  const more = others.length === 0 ? '' : `, and ${others.length} more`;
  throw impossible(`the plan ${first.planId} is ${first.status}${more}: rehearse when no exam is under way.`);
}

function impossible(sentence: string, cause?: unknown): LauncherError {
  return new LauncherError('ARGUMENT_INVALID', sentence, { cause });
}
