// The demo's live exam: sixty simulated examinees in four rooms sit a paper of all kinds of items, change their minds,
// lose their connections and come back, and submit; a simulated proctor watches them and acts. What happens is told in
// plain sentences, and the results at the end. It starts no process and stops none. Called by bin/demo with a running
// system and an admin's token.
import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '../schema/ids.ts';
import { type Administrator, createAdministrator, login } from './administrator.ts';
import { createCast, roomsOf } from './demo/cast.ts';
import { curlLines } from './demo/commands.ts';
import { guestLines, withGuests } from './demo/guests.ts';
import { type Life, live, type Stage } from './demo/life.ts';
import { DEMO_ITEMS, DEMO_PICTURES, DEMO_RULES, DEMO_SECTIONS } from './demo/paper.ts';
import { type Duty, onDuty } from './demo/proctor.ts';
import { printDuty, printResults } from './demo/results.ts';
import { createMeasurements, type Measurements } from './measurements.ts';
import { createRehearsal, openRooms, planReaches, type Rehearsal, startRooms } from './rehearsal.ts';
import { duration, percentiles } from './report.ts';

export type DemoRequest = {
  /** http://host:port of the api. */
  url: string;
  adminToken: string;
  /** Whether the system stops after the results; only the last lines depend on it. */
  once: boolean;
  /** The exam's length, above 0. */
  minutes: number;
  print: (line: string) => void;
};

const NEWS_MS = 10_000;
const ARRIVALS_MS = 8_000;
const SCORED_MS = 120_000;

/** Runs the exam and prints it. Throws AdministratorError, Stalled, or DemoFailed. */
export async function runDemo({ url, adminToken, once, minutes, print }: DemoRequest): Promise<void> {
  const admin = createAdministrator({ url, token: adminToken });
  const cast = createCast(DEMO_ITEMS);
  const durationMs = Math.round(minutes * 60_000);
  const rehearsal = await createRehearsal(admin, {
    name: 'Demo exam',
    items: DEMO_ITEMS.map(({ item }) => item),
    key: DEMO_ITEMS.flatMap(({ key }) => key ?? []),
    sections: DEMO_SECTIONS,
    pictures: DEMO_PICTURES,
    rules: DEMO_RULES,
    rooms: withGuests(roomsOf(cast)),
    durationMs,
  });
  await printAddresses(admin, rehearsal, { url, print, cast: cast.length });
  await openRooms(admin, rehearsal);
  print('The rooms are open; the first examinees come in.');
  const entries = new Map(rehearsal.roster.map((entry) => [entry.label, entry]));
  const lives = cast.map((person): Life => {
    const { examineeId = '', code = '' } = entries.get(person.label) ?? {};
    return { person, examineeId, code, shownAsSaved: new Map(), outcome: 'absent' };
  });
  const measurements = createMeasurements();
  const token = await aProctor(admin, rehearsal);
  const duty = await sitExam(admin, rehearsal, lives, { url, token, measurements, durationMs, print });
  print('The time is over, all rooms have ended. Sheets are settled and scored now.');
  await planReaches(admin, rehearsal.planId, 'scored', SCORED_MS);
  await printResults(admin, rehearsal, lives, measurements, print);
  await printDuty(admin, rehearsal, duty, print);
  if (once) return;
  print('The addresses above go on working until Ctrl-C, and so do these commands, for an hour:');
  for (const line of await curlLines(admin, rehearsal.planId)) print(line);
}

async function printAddresses(
  admin: Administrator,
  rehearsal: Rehearsal,
  { url, print, cast }: { url: string; print: DemoRequest['print']; cast: number },
): Promise<void> {
  const { planId, rooms } = rehearsal;
  const page = new URL(await admin.viewLink(planId), url).href;
  print(`An exam of ${DEMO_ITEMS.length} items is ready for ${cast} examinees in ${rooms.length} rooms.`);
  print(`  progress, and later results:  ${page}`);
  print(`  the API, to be browsed:       ${url}/docs`);
  for (const line of await guestLines(admin, rehearsal)) print(`  ${line}`);
}

/** Makes a proctor of all rooms; resolves with a token. */
async function aProctor(admin: Administrator, { planId, rooms }: Rehearsal): Promise<string> {
  const account = { login: `proctor-${planId}`, password: newId() };
  await admin.addProctor(planId, { label: 'Proctor', roomIds: rooms.map(({ roomId }) => roomId), ...account });
  return login(admin.url, account.login, account.password);
}

type Run = { url: string; token: string; measurements: Measurements; durationMs: number; print: DemoRequest['print'] };

/** Resolves when everybody is through, with what the proctor did. */
async function sitExam(admin: Administrator, rehearsal: Rehearsal, lives: readonly Life[], run: Run): Promise<Duty> {
  const { url, token, measurements, durationMs, print } = run;
  const started = Promise.withResolvers<number>();
  let startsAt = 0;
  const tell = (sentence: string): void => print(`${clockOf(startsAt)}  ${sentence}`);
  const duty = onDuty({ url, token, rehearsal, durationMs, tell });
  const stage: Stage = { url, measurements, startsAt: started.promise, durationMs, release: duty.release, tell };
  const arrivalsMs = Math.min(ARRIVALS_MS, durationMs / 4);
  const all = Promise.all(
    lives.map((life, index) => sleep((index / lives.length) * arrivalsMs).then(() => live(stage, life))),
  );
  all.catch(started.reject); // Somebody who cannot enter must not leave the others waiting.
  started.promise.catch(() => {}); // It is awaited by each life; before the first does, nobody may be there to hear it.
  await Promise.race([sleep(arrivalsMs + 2_000), all]);
  await duty.ready();
  await startRooms(admin, rehearsal);
  startsAt = (await admin.plan(rehearsal.planId)).startsAt;
  print(
    `Every room starts at the same moment, ${new Date(startsAt).toLocaleTimeString('en-GB')}; the exam takes ${duration(durationMs / 1000)}.`,
  );
  started.resolve(startsAt);
  const news = setInterval(() => tell(newsOf(lives, measurements)), Math.min(NEWS_MS, durationMs / 6));
  try {
    await Promise.all([all, duty.work(startsAt)]);
  } finally {
    clearInterval(news);
    await duty.leave();
  }
  return duty;
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
