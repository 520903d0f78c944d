// Replays a recorded exam on a running system: plan, paper, rooms and roster through the API, every examinee through
// `enter` and a real WebSocket, every answer with some changes of mind, and in the end every final answer of the store
// against the file. It reads no store itself and starts nothing. Called by bin/launcher/commands/replay.ts and tests.
import { type Administrator, createAdministrator, type RosterEntry } from './administrator.ts';
import { createMeasurements, type Measurements, refusalLine } from './measurements.ts';
import { createPace } from './pace.ts';
import { inParallel } from './pool.ts';
import { seededRandom } from './random.ts';
import { endRooms, openRooms, planReaches, type Rehearsal, startRooms, withStayingRehearsal } from './rehearsal.ts';
import { answerScript, bursts, type Step } from './replay/answer-script.ts';
import { type Comparison, compareScore, compareSheet, emptyComparison } from './replay/comparison.ts';
import { createProgressLine, type ProgressLine, type ProgressOutput } from './replay/progress-line.ts';
import { keyOf, optionsOf, paperOf, roomsOf } from './replay/recorded-paper.ts';
import { type ReplayReport, replayReport } from './replay/report.ts';
import type { RecordedExam, RecordedExaminee } from './replay/response-file.ts';
import { within } from './signal.ts';
import { type Sitting, sit } from './sitting.ts';

export type ReplayOptions = {
  /** http://host:port of the api. */
  url: string;
  adminToken: string;
  exam: RecordedExam;
  /** The plan's and the paper's name; a label, that may be there already. */
  name: string;
  /** Answers a second over all examinees. */
  rate?: number;
  /** The same seed gives the same changes of mind. */
  seed?: string;
  /** Sentences for a person, one a line. */
  print: (line: string) => void;
  progress: ProgressOutput;
  /** Rejects where somebody interrupts the replay; it then rejects with the same. */
  interrupted?: Promise<never>;
};

/** Answers a second unless somebody names another rate. */
export const DEFAULT_RATE = 4_000;

const NEVER = new Promise<never>(() => {});
const ENTERS_AT_ONCE = 48;
const SUBMITS_AT_ONCE = 300;
const SHEETS_AT_ONCE = 24;
/** Answers that an examinee gives at one go, and how many of his may wait for their acknowledgement before the next. */
const BURST = 5;
const UNSAVED_MOST = 25;
const STEP_LIMIT_MS = 120_000;

type Seated = { person: RecordedExaminee; entry: RosterEntry; sitting: Sitting; steps: Step[] };
type Run = Required<Omit<ReplayOptions, 'progress' | 'adminToken' | 'interrupted'>> & {
  admin: Administrator;
  measurements: Measurements;
  line: ProgressLine;
};

/**
 * Replays it and resolves with what came of it, also when answers were lost or differ: the report says so.
 * The plan stays then, so that it can be looked at; where the replay does not come to its end, the plan is ended, or removed
 * where nobody could enter yet. Throws AdministratorError or Stalled, and what `interrupted` rejects with.
 */
export async function replayExam(options: ReplayOptions): Promise<ReplayReport> {
  const { url, adminToken, exam, name, print, progress, rate = DEFAULT_RATE, seed = 'replay' } = options;
  const { interrupted = NEVER } = options;
  const admin = createAdministrator({ url, token: adminToken });
  const line = createProgressLine(progress);
  const run: Run = { url, exam, name, print, rate, seed, admin, line, measurements: createMeasurements() };
  const request = { name, items: paperOf(exam), key: keyOf(exam), rooms: roomsOf(exam) };
  const plan = { ...request, durationMs: durationFor(exam, rate) };
  return withStayingRehearsal(admin, plan, interrupted, (rehearsal) => replayOn(run, rehearsal));
}

async function replayOn(run: Run, rehearsal: Rehearsal): Promise<ReplayReport> {
  const { admin, exam, print, line, measurements } = run;
  print(
    `Plan ${rehearsal.planId}: ${rehearsal.rooms.length} rooms, ${rehearsal.roster.length} examinees, ${exam.items.length} items.`,
  );
  await openRooms(admin, rehearsal);
  const sittings: Sitting[] = [];
  let seated: Seated[];
  let seconds: number;
  try {
    seated = await enterAll(run, rehearsal, sittings);
    seconds = await sitExam(run, rehearsal, seated);
  } finally {
    await Promise.all(sittings.map((sitting) => sitting.leave()));
    line.end();
  }
  await endRooms(admin, rehearsal);
  print('Every room has ended; the statistics are being computed.');
  await planReaches(admin, rehearsal.planId, 'scored', STEP_LIMIT_MS);
  const comparison = await compareAll(run, rehearsal, seated);
  const { figures } = await admin.statistics(rehearsal.planId);
  return replayReport({ exam, measurements, comparison, seconds, figures });
}

/** Four times what the answers take at this rate, and a quarter of an hour: only its own end shall end the exam. */
export function durationFor(exam: RecordedExam, rate: number): number {
  const examinees = exam.rooms.reduce((sum, room) => sum + room.examinees.length, 0);
  return Math.ceil((4_000 * examinees * exam.items.length) / rate) + 15 * 60_000;
}

/** Whoever has entered is in `sittings`, also where somebody else cannot. */
async function enterAll(run: Run, { roster }: Rehearsal, sittings: Sitting[]): Promise<Seated[]> {
  const { url, exam, seed, line, measurements } = run;
  const people = exam.rooms.flatMap(({ examinees }) => examinees);
  const options = optionsOf(exam);
  line.begin('entering', people.length);
  const seated = await inParallel(people, ENTERS_AT_ONCE, async (person, index): Promise<Seated> => {
    const entry = roster[index];
    if (!entry) throw new RangeError(`no place for ${person.label}`);
    const sitting = await sit({ url, code: entry.code, deviceKey: `replay-${entry.examineeId}`, measurements });
    line.at(sittings.push(sitting));
    return { person, entry, sitting, steps: answerScript(person, options, seededRandom(`${seed}/${person.label}`)) };
  });
  line.end();
  return seated;
}

/** Starts, answers and submits everything; resolves with the seconds from the first answer to the last acknowledgement. */
async function sitExam(run: Run, rehearsal: Rehearsal, seated: readonly Seated[]): Promise<number> {
  const { admin, line, measurements, rate, print } = run;
  await startRooms(admin, rehearsal);
  await Promise.all(seated.map(({ sitting }) => sitting.running(STEP_LIMIT_MS)));
  await fetchPapers(run, seated);
  const total = seated.reduce((sum, { steps }) => sum + steps.length, 0);
  const pace = createPace(rate);
  line.begin('answers saved', total);
  const showProgress = () => line.at(measurements.saved + measurements.overtaken);
  const ticker = setInterval(showProgress, 200);
  const startedAt = performance.now();
  try {
    await Promise.all(seated.map(({ sitting, steps }) => answerAll(sitting, steps, pace.take)));
    await Promise.all(seated.map(({ sitting }) => sitting.unsavedAtMost(0, STEP_LIMIT_MS)));
  } finally {
    clearInterval(ticker);
    showProgress();
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const refusals = refusalLine(measurements);
  if (refusals !== '') print(`Refused: ${refusals}.`);
  line.begin('submitting', seated.length);
  let submitted = 0;
  await inParallel(seated, SUBMITS_AT_ONCE, async ({ sitting }) => {
    await sitting.submit(STEP_LIMIT_MS);
    line.at(++submitted);
  });
  return seconds;
}

/** Everybody reads the paper, as people do; it must have the file's items, in its order. */
async function fetchPapers({ exam, line }: Run, seated: readonly Seated[]): Promise<void> {
  const names = exam.items.map(({ name }) => name).join('\n');
  let fetched = 0;
  line.begin('papers fetched', seated.length);
  await inParallel(seated, ENTERS_AT_ONCE, async ({ sitting }) => {
    const { items } = await within(sitting.session.paper(), STEP_LIMIT_MS, 'the paper is not there');
    if (items.map(({ name }) => name).join('\n') !== names)
      throw new RangeError('the paper has other items than the file');
    line.at(++fetched);
  });
}

async function answerAll(
  sitting: Sitting,
  steps: readonly Step[],
  take: (count: number) => Promise<void>,
): Promise<void> {
  for (const burst of bursts(steps, BURST)) {
    await sitting.unsavedAtMost(UNSAVED_MOST, STEP_LIMIT_MS);
    await take(burst.length);
    for (const { item, response } of burst) sitting.answer(item + 1, response);
  }
}

/** Reads every sheet from the store, one request for each examinee, and the results in pages. */
async function compareAll(
  { admin, exam, line, print }: Run,
  { planId }: Rehearsal,
  seated: readonly Seated[],
): Promise<Comparison> {
  const comparison = emptyComparison();
  const key = exam.items.map(({ name }) => exam.key.get(name) ?? '');
  const points = await admin.results(planId);
  line.begin('sheets compared', seated.length);
  let compared = 0;
  await inParallel(seated, SHEETS_AT_ONCE, async ({ person, entry }) => {
    const { answers } = await admin.sheet(entry.examineeId);
    compareSheet(comparison, person.label, person.responses, answers);
    compareScore(comparison, person.label, person.responses, key, points.get(entry.examineeId));
    line.at(++compared);
  });
  line.end();
  for (const example of comparison.examples) print(`Not as in the file: ${example}.`);
  return comparison;
}
