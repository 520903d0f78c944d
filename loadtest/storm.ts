// What the published load test command cannot do: everybody enters at the same moment, and then answers come at a fixed
// rate whether the system keeps up or not (open loop: a latency counts from the moment at which the answer was due).
// `npm run storm -- --numClients 1000 --rate 2000 --seconds 30`; the last answer of each item is compared with the
// store. Exit code 1 if anything was lost, refused, or could not enter.
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { LauncherError } from '../bin/launcher/launcher-error.ts';
import type { Item, Response } from '../schema/answers.ts';
import { type Administrator, createAdministrator, type RosterEntry } from './administrator.ts';
import { createMeasurements, type Measurements, refusalLine } from './measurements.ts';
import { inParallel } from './pool.ts';
import { type Random, seededRandom } from './random.ts';
import { endRooms, openRooms, planReaches, type Rehearsal, startRooms, withRehearsal } from './rehearsal.ts';
import { anyResponse, rehearsalPaper } from './rehearsal-paper.ts';
import { type Percentiles, percentileLine, percentiles } from './report.ts';
import { type Sitting, sit } from './sitting.ts';
import { namedTarget, onTarget, type Target } from './target.ts';

export type StormOptions = { numClients: number; rooms: number; rate: number; seconds: number; items: number };

export type StormReport = StormOptions & {
  entered: number;
  enterErrors: string[];
  enterSeconds: number;
  enterMs: Percentiles;
  answersSent: number;
  answersSaved: number;
  /** Overtaken by a newer answer of the same item before they were acknowledged. */
  answersOvertaken: number;
  /** Items whose last given answer is not the one in the store. */
  lost: number;
  answerSeconds: number;
  answersPerSecond: number;
  ackMs: Percentiles;
  refused: string;
};

type Person = { entry: RosterEntry; sitting: Sitting; given: Map<number, Response>; nextItem: number };

const LIMIT_MS = 180_000;
const TICK_MS = 5;

const NEVER = new Promise<never>(() => {});

/** Runs one storm on a rehearsal of its own, which it removes. Rejects where the rehearsal could not be brought to its end. */
export function runStorm({ url, token }: Target, options: StormOptions, interrupted = NEVER): Promise<StormReport> {
  const admin = createAdministrator({ url, token });
  const paper = rehearsalPaper(options.items);
  const durationMs = options.seconds * 4_000 + 3_600_000;
  const request = { name: 'storm', ...paper, rooms: roomsFor(options), durationMs, graceMs: 0 };
  return withRehearsal(admin, request, interrupted, (rehearsal) => storm(admin, rehearsal, paper.items, options));
}

async function storm(
  admin: Administrator,
  rehearsal: Rehearsal,
  items: readonly Item[],
  options: StormOptions,
): Promise<StormReport> {
  const measurements = createMeasurements();
  const people: Person[] = [];
  try {
    await openRooms(admin, rehearsal);
    const entering = await enterAtOnce(admin.url, rehearsal, measurements, people);
    await startRooms(admin, rehearsal);
    await Promise.all(people.map(({ sitting }) => sitting.running(LIMIT_MS)));
    const answerSeconds = await answerOpenLoop(options, items, people);
    await endRooms(admin, rehearsal);
    await planReaches(admin, rehearsal.planId, 'scored', LIMIT_MS);
    const lost = await countLost(admin, people);
    return { ...options, ...entering, ...answered(measurements, answerSeconds), lost };
  } finally {
    await Promise.all(people.map(({ sitting }) => sitting.leave()));
  }
}

function answered(measurements: Measurements, answerSeconds: number) {
  const { sent, saved, overtaken, ackMs, enterMs } = measurements;
  return {
    enterMs: percentiles(enterMs),
    answersSent: sent,
    answersSaved: saved,
    answersOvertaken: overtaken,
    answerSeconds,
    answersPerSecond: saved / answerSeconds,
    ackMs: percentiles(ackMs),
    refused: refusalLine(measurements),
  };
}

function roomsFor({ numClients, rooms }: StormOptions): { label: string; examinees: { label: string }[] }[] {
  const made = Array.from({ length: rooms }, (_, room) => ({
    label: `room ${room + 1}`,
    examinees: [] as { label: string }[],
  }));
  for (let person = 0; person < numClients; person++)
    made[person % rooms]?.examinees.push({ label: `examinee ${person + 1}` });
  return made;
}

/** Everybody begins in the same turn of the event loop; whoever cannot enter is counted, and the others go on. */
async function enterAtOnce(url: string, { roster }: Rehearsal, measurements: Measurements, people: Person[]) {
  const startedAt = performance.now();
  const enter = async (entry: RosterEntry): Promise<void> => {
    const sitting = await sit({ url, code: entry.code, deviceKey: `storm-${entry.examineeId}`, measurements });
    people.push({ entry, sitting, given: new Map(), nextItem: 0 });
  };
  const settled = await Promise.allSettled(roster.map(enter));
  const enterErrors = settled.flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  return { entered: people.length, enterErrors, enterSeconds: (performance.now() - startedAt) / 1000 };
}

/** Resolves when all are acknowledged, with the seconds from the first answer to the last acknowledgement. */
async function answerOpenLoop(
  { rate, seconds }: StormOptions,
  items: readonly Item[],
  people: readonly Person[],
): Promise<number> {
  const random = seededRandom('storm');
  const total = people.length === 0 ? 0 : Math.round(rate * seconds);
  const startedAt = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * rate));
    for (; sent < due; sent++) {
      const person = people[sent % people.length];
      if (person) answerNext(person, items, random, startedAt + (sent / rate) * 1000);
    }
    await sleep(TICK_MS);
  }
  await Promise.all(people.map(({ sitting }) => sitting.unsavedAtMost(0, LIMIT_MS)));
  return (performance.now() - startedAt) / 1000;
}

function answerNext(person: Person, items: readonly Item[], random: Random, dueAt: number): void {
  const item = items[person.nextItem++ % items.length];
  if (!item) return;
  const response = anyResponse(item, random);
  person.given.set(item.number, response);
  person.sitting.answer(item.number, response, dueAt);
}

async function countLost(admin: Administrator, people: readonly Person[]): Promise<number> {
  const lost = await inParallel(people, 16, async ({ entry, given }) => {
    const { answers } = await admin.sheet(entry.examineeId);
    const stored = new Map(answers.map(({ item, response }) => [item, JSON.stringify(response)]));
    return [...given].filter(([item, response]) => stored.get(item) !== JSON.stringify(response)).length;
  });
  return lost.reduce((sum, count) => sum + count, 0);
}

/** The report as lines for a terminal. */
export function stormText(report: StormReport): string {
  const { numClients, rooms, entered, enterSeconds, rate, refused } = report;
  return [
    `${entered} of ${numClients} entered ${rooms} rooms at once in ${enterSeconds.toFixed(1)} s; joined after ${percentileLine(report.enterMs)}`,
    `${report.answersSent} answers at ${rate} a second, ${report.answersSaved} acknowledged and ${report.answersOvertaken} overtaken by newer ones in ${report.answerSeconds.toFixed(1)} s; after ${percentileLine(report.ackMs)}`,
    `${report.lost} lost${refused === '' ? '' : `; refused: ${refused}`}`,
    ...[...new Set(report.enterErrors)].slice(0, 5).map((error) => `could not enter: ${error}`),
  ].join('\n');
}

const HELP = `usage: npm run storm -- [--numClients 200] [--rooms N] [--rate 500] [--seconds 20] [--items 40]
  [--endpoint URL --token TOKEN] [--json FILE]

Rooms of 30 unless --rooms says how many. The token may be in EXAMHALL_TOKEN.`;

async function main(args: string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const numbers = { numClients: text, rooms: text, rate: text, seconds: text, items: text };
  const { values } = parseArgs({
    args,
    options: { ...numbers, endpoint: text, token: text, json: text, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const number = (name: keyof typeof numbers, fallback: number): number => {
    const value = Number(values[name] ?? fallback);
    if (Number.isInteger(value) && value >= 1 && value <= 100_000) return value;
    throw new LauncherError('ARGUMENT_INVALID', `--${name} takes a whole number from 1 to 100,000.`);
  };
  const numClients = number('numClients', 200);
  const rooms = number('rooms', Math.ceil(numClients / 30));
  const options = {
    numClients,
    rooms,
    rate: number('rate', 500),
    seconds: number('seconds', 20),
    items: number('items', 40),
  };
  const report = await onTarget(namedTarget(values.endpoint, values.token), (target, interrupted) =>
    runStorm(target, options, interrupted),
  );
  console.log(stormText(report));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
  return report.lost === 0 && report.entered === numClients && report.refused === '' ? 0 : 1;
}

if (import.meta.main) {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(error instanceof LauncherError ? error.message : error);
      process.exit(1);
    },
  );
}
