// The demo's live exam: sixty simulated examinees in four rooms sit a paper of all kinds of items, change their minds,
// lose their connections and come back, and submit; what happens is told in plain sentences, and the results at the end.
// It starts no process and stops none. Called by bin/demo with a running system and an admin's token.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Administrator, createAdministrator } from './administrator.ts';
import { createCast, roomsOf } from './demo/cast.ts';
import { type Life, live, type Stage } from './demo/life.ts';
import { DEMO_ITEMS } from './demo/paper.ts';
import { createMeasurements, type Measurements } from './measurements.ts';
import { inParallel } from './pool.ts';
import { createRehearsal, openRooms, planReaches, type Rehearsal, startRooms } from './rehearsal.ts';
import { duration, figure, percentileLine, percentiles, table } from './report.ts';

export type DemoRequest = {
  /** http://host:port of the api. */
  url: string;
  adminToken: string;
  /** Whether the system stops after the results; only the last sentence depends on it. */
  once: boolean;
  /** The exam's length, above 0. */
  minutes: number;
  print: (line: string) => void;
};

const NEWS_MS = 10_000;
const ARRIVALS_MS = 8_000;
const SCORED_MS = 120_000;

/** Runs the exam and prints it. Throws AdministratorError, Stalled, or DemoFailed where an answer is not in the store. */
export async function runDemo({ url, adminToken, once, minutes, print }: DemoRequest): Promise<void> {
  const admin = createAdministrator({ url, token: adminToken });
  const cast = createCast(DEMO_ITEMS);
  const durationMs = Math.round(minutes * 60_000);
  const rehearsal = await createRehearsal(admin, {
    name: 'Demo exam',
    items: DEMO_ITEMS.map(({ item }) => item),
    key: DEMO_ITEMS.flatMap(({ key }) => key ?? []),
    rooms: roomsOf(cast),
    durationMs,
  });
  await printAddresses(admin, rehearsal, { url, print, cast: cast.length });
  await openRooms(admin, rehearsal);
  print('The rooms are open; the first examinees come in.');
  const lives = cast.map((person, index): Life => {
    const { examineeId = '', code = '' } = rehearsal.roster[index] ?? {};
    return { person, examineeId, code, shownAsSaved: new Map(), outcome: 'absent' };
  });
  const measurements = createMeasurements();
  await sitExam(admin, rehearsal, lives, { url, measurements, durationMs, print });
  print('The time is over, all rooms have ended. Sheets are settled and scored now.');
  await planReaches(admin, rehearsal.planId, 'scored', SCORED_MS);
  await printResults(admin, rehearsal, lives, measurements, print);
  if (!once) print('The addresses above go on working.');
}

async function printAddresses(
  admin: Administrator,
  { planId, rooms }: Rehearsal,
  { url, print, cast }: { url: string; print: DemoRequest['print']; cast: number },
): Promise<void> {
  const page = new URL(await admin.viewLink(planId), url).href;
  print(`An exam of ${DEMO_ITEMS.length} items is ready for ${cast} examinees in ${rooms.length} rooms.`);
  print(`  progress, and later results:  ${page}`);
  print(`  the API, to be browsed:       ${url}/docs`);
}

type Run = { url: string; measurements: Measurements; durationMs: number; print: DemoRequest['print'] };

async function sitExam(admin: Administrator, rehearsal: Rehearsal, lives: readonly Life[], run: Run): Promise<void> {
  const { url, measurements, durationMs, print } = run;
  const started = Promise.withResolvers<number>();
  let startsAt = 0;
  const tell = (sentence: string): void => print(`${clockOf(startsAt)}  ${sentence}`);
  const release = (examineeId: string) =>
    admin.control(rehearsal.planId, { action: 'release', examineeIds: [examineeId], reason: 'the screen is broken' });
  const stage: Stage = { url, measurements, startsAt: started.promise, durationMs, release, tell };
  const arrivalsMs = Math.min(ARRIVALS_MS, durationMs / 4);
  const all = Promise.all(
    lives.map((life, index) => sleep((index / lives.length) * arrivalsMs).then(() => live(stage, life))),
  );
  all.catch(started.reject); // Somebody who cannot enter must not leave the others waiting.
  started.promise.catch(() => {}); // It is awaited by each life; before the first does, nobody may be there to hear it.
  await Promise.race([sleep(arrivalsMs + 2_000), all]);
  await startRooms(admin, rehearsal);
  startsAt = (await admin.plan(rehearsal.planId)).startsAt;
  print(
    `Every room starts at the same moment, ${new Date(startsAt).toLocaleTimeString('en-GB')}; the exam takes ${duration(durationMs / 1000)}.`,
  );
  started.resolve(startsAt);
  const news = setInterval(() => tell(newsOf(lives, measurements)), Math.min(NEWS_MS, durationMs / 6));
  try {
    await all;
  } finally {
    clearInterval(news);
  }
}

function newsOf(lives: readonly Life[], { saved, ackMs }: Measurements): string {
  const count = (outcome: Life['outcome']) => lives.filter((life) => life.outcome === outcome).length;
  const { p50 } = percentiles(ackMs);
  const speed = p50 === null ? '' : `, each after about ${Math.max(1, Math.round(p50))} ms`;
  return `${saved} answers saved${speed}; ${count('answering')} are writing, ${count('submitted')} have submitted.`;
}

/** Minutes and seconds since the start, as people read them off a wall. */
function clockOf(startsAt: number): string {
  if (startsAt === 0) return '-:--';
  const seconds = Math.max(0, Math.round((Date.now() - startsAt) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** An answer that was shown as saved is not in the store; the message counts them. */
export class DemoFailed extends Error {
  readonly code = 'DEMO_FAILED';
  override name = 'DemoFailed';
}

async function printResults(
  admin: Administrator,
  { planId }: Rehearsal,
  lives: readonly Life[],
  measurements: Measurements,
  print: DemoRequest['print'],
): Promise<void> {
  const { figures } = await admin.statistics(planId);
  const rows = DEMO_ITEMS.map(({ item }) => {
    const found = figures.items.find((candidate) => candidate.item === item.number);
    const { p = null, pointBiserialRest = null, omitted = { count: 0 } } = found ?? {};
    return [item.number, item.name, item.kind, figure(p, 3), figure(pointBiserialRest, 3), omitted.count];
  });
  print(`\n${table(['item', 'name', 'kind', 'p', 'r rest', 'omitted'], rows)}\n`);
  const { mean, sd, alpha, examineeCount, itemCount } = figures;
  print(
    `${examineeCount} sheets, ${itemCount} items scored by machine: mean ${figure(mean, 2)}, SD ${figure(sd, 2)}, alpha ${figure(alpha, 3)}.`,
  );
  const { submitted = 0, 'timed-out': timedOut = 0, absent = 0 } = (await admin.progress(planId)).examinees;
  print(`${submitted} submitted, ${timedOut} were still writing when the time was over, ${absent} never came.`);
  print(
    `${measurements.saved} answers were saved; ${percentileLine(percentiles(measurements.ackMs))} (the slowest waited without a connection).`,
  );
  print(await comparison(admin, lives));
}

/** Compares what examinees were shown as saved with the store. Throws DemoFailed. */
async function comparison(admin: Administrator, lives: readonly Life[]): Promise<string> {
  const counts = await inParallel(lives, 8, async ({ examineeId, shownAsSaved }) => {
    const { answers } = await admin.sheet(examineeId);
    const stored = new Map(answers.map(({ item, response }) => [item, JSON.stringify(response)]));
    const missing = [...shownAsSaved].filter(
      ([item, response]) => stored.get(item) !== JSON.stringify(response),
    ).length;
    return { shown: shownAsSaved.size, missing };
  });
  const shown = counts.reduce((sum, count) => sum + count.shown, 0);
  const missing = counts.reduce((sum, count) => sum + count.missing, 0);
  if (missing > 0)
    throw new DemoFailed(`of ${shown} answers that were shown as saved, ${missing} are not in the store.`);
  return `All ${shown} final answers that were shown as saved are in the store, word for word.`;
}
