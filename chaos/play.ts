// One schedule on one exam: people work, faults come and are healed, everybody comes back, and what they were told is judged
// by what lies in the store. Called by run.ts.
import { setTimeout as sleep } from 'node:timers/promises';
import { pick, seededRandom } from '../loadtest/random.ts';
import type { Back } from './exam.ts';
import { INJECT } from './faults/all.ts';
import type { Stage } from './faults/fault.ts';
import { bringUp } from './faults/processes.ts';
import type { Exit, History, LiveView, Stored } from './history.ts';
import { itemCounts, judge, judgeLive, unheard } from './invariants.ts';
import { readLiveView } from './live-view.ts';
import type { Outcome } from './report.ts';
import type { Fault, Schedule } from './schedule.ts';
import { readStored } from './stored.ts';

/** I8: everybody is back within this after the healing. */
export const BACK_LIMIT_MS = 10_000;
const QUIET_LIMIT_MS = 20_000;
const LOOK_EVERY_MS = 25;
const BOARD_LIMIT_MS = 4_000;
const LIVE_LIMIT_MS = 20_000;
const LIVE_LOOK_EVERY_MS = 250;
/** So many submit in each schedule, unless another number is given. */
const SUBMITTERS = 2;
/** So many of them name what is still on its way. */
const HASTY = 0.5;

/** How many submit, and whether what monitors are shown is judged. */
type How = { readonly submitters?: number | undefined; readonly live?: boolean | undefined };

export type Played = Outcome & { readonly history: History; readonly stored: Stored };

/** Plays it. Throws where chaos itself failed: a process that does not come up again, a store that cannot be read. */
export async function play(stage: Stage, schedule: Schedule, how: How = {}): Promise<Played> {
  const { submitters = SUBMITTERS, live: looksLive = false } = how;
  const { exam, hall } = stage;
  const random = seededRandom(`people ${schedule.seed}`);
  const exits: Exit[] = [];
  const watching = watchExits(stage, exits);
  const ackedBefore = ackedCount(stage);
  const endsAt = performance.now() + schedule.seconds * 1_000;
  const working = exam.work(random, () => performance.now() < endsAt);
  const submitting = someSubmit(stage, schedule, submitters);
  const bites = await Promise.all(schedule.faults.map((fault) => suffer(stage, fault)));
  await Promise.all([submitting, sleep(Math.max(0, endsAt - performance.now()))]);
  for (const name of hall.system.names()) if (hall.system.pid(name) === undefined) await bringUp(stage, name);
  const back = await untilBack(stage);
  await working;
  await untilQuiet(stage);
  clearInterval(watching);
  const durable = await readStored(hall.database, exam.planId);
  await untilBoardsShow(stage, itemCounts(durable));
  const stored = { ...durable, live: looksLive ? await untilLiveShows(stage, durable) : [] };
  const history = exam.history(back, exits);
  const recoveriesMs = [...back.values()].flatMap(({ backAfterMs, wasAway }) =>
    wasAway && backAfterMs !== undefined ? [backAfterMs] : [],
  );
  const acked = ackedCount(stage) - ackedBefore;
  return { schedule, history, stored, bites, acked, recoveriesMs, verdict: judge(history, stored) };
}

/** The fault comes at its time, lasts and is healed. Resolves with how often it has bitten. */
async function suffer(stage: Stage, fault: Fault): Promise<number> {
  await sleep(fault.at);
  const heal = await INJECT[fault.kind](stage, fault);
  await sleep(fault.ms);
  return heal();
}

/** Whoever ends without anybody's doing. It is brought back when all is healed. */
function watchExits({ hall: { system }, down }: Stage, exits: Exit[]): NodeJS.Timeout {
  const seen = new Set<string>();
  return setInterval(() => {
    for (const name of system.names()) {
      if (system.pid(name) !== undefined) seen.delete(name);
      else if (!down.has(name) && !seen.has(name)) {
        seen.add(name);
        exits.push({ name, at: Date.now() });
      }
    }
  }, 20);
}

/** Some who have not yet submit, at any time of the schedule. */
async function someSubmit({ exam }: Stage, { seed, seconds }: Schedule, count: number): Promise<void> {
  const random = seededRandom(`submits ${seed}`);
  const waiting = exam.people.filter((person) => !person.isSubmitting());
  const chosen = Array.from({ length: count }, () => pick(random, waiting)).flatMap((person) => person ?? []);
  await Promise.all(
    chosen.map(async (person) => {
      await sleep(random() * seconds * 1_000);
      person.submit(random() < HASTY);
    }),
  );
}

async function untilBack({ exam }: Stage): Promise<Back> {
  const healedAt = performance.now();
  const back = new Map<string, { backAfterMs: number | undefined; wasAway: boolean }>();
  for (const { seat, isBack } of exam.people)
    back.set(seat.examineeId, { backAfterMs: isBack() ? 0 : undefined, wasAway: !isBack() });
  const isAway = () => [...back.values()].some(({ backAfterMs }) => backAfterMs === undefined);
  while (isAway() && performance.now() - healedAt < BACK_LIMIT_MS) {
    await sleep(LOOK_EVERY_MS);
    for (const { seat, isBack } of exam.people) {
      const one = back.get(seat.examineeId);
      if (one !== undefined && one.backAfterMs === undefined && isBack())
        one.backAfterMs = performance.now() - healedAt;
    }
  }
  return back;
}

/** Until every control has its end, every clock runs and nothing waits; or patience ends, and the verdict says why. */
async function untilQuiet({ exam: { people, proctors } }: Stage): Promise<void> {
  const until = performance.now() + QUIET_LIMIT_MS;
  const holds = async (condition: () => boolean) => {
    while (!condition() && performance.now() < until) await sleep(LOOK_EVERY_MS);
  };
  await holds(() => proctors.every((proctor) => proctor.isFine()));
  await Promise.all(proctors.map((proctor) => proctor.resumeAll()));
  await holds(() => proctors.every((proctor) => proctor.isFine()));
  await holds(() => people.every((person) => person.isQuiet()));
  const controls = proctors.flatMap((proctor) => proctor.controls());
  await holds(() =>
    people.every(
      ({ seat, heard, isSubmitting }) => isSubmitting() || unheard({ ...seat, heard }, controls).length === 0,
    ),
  );
}

/** Boards are patched some times a second, and a look at all rows comes each second. */
async function untilBoardsShow({ exam }: Stage, counts: ReadonlyMap<string, number>): Promise<void> {
  const until = performance.now() + BOARD_LIMIT_MS;
  const areRight = () => [...exam.boards()].every(([id, count]) => count === (counts.get(id) ?? 0));
  while (!areRight() && performance.now() < until) await sleep(LOOK_EVERY_MS);
}

/** What is displayed is stored each five seconds, and a Redis that was wiped is filled again; then it has to be right. */
async function untilLiveShows({ hall, exam }: Stage, { answers }: Pick<Stored, 'answers'>): Promise<LiveView[]> {
  const until = performance.now() + LIVE_LIMIT_MS;
  const own = Map.groupBy(answers, ({ examineeId }) => examineeId);
  for (;;) {
    const live = await readLiveView(hall, exam.planId, [...own.keys()]);
    const views = new Map(live.map((view) => [view.examineeId, view]));
    const isRight = exam.people.every((person) => {
      const { examineeId } = person.seat;
      const view = views.get(examineeId);
      const who = { examineeId, isOnline: person.isOnline() };
      return view === undefined || judgeLive(who, view, own.get(examineeId) ?? []).length === 0;
    });
    if (isRight || performance.now() > until) return live;
    await sleep(LIVE_LOOK_EVERY_MS);
  }
}

function ackedCount({ exam }: Stage): number {
  return exam.people.reduce((sum, person) => sum + person.savedCount(), 0);
}
