// A run of chaos: a system of its own, exams on it, and a schedule for each seed. It goes on where a report of before ended,
// and for what fails it keeps the history and looks for the smallest schedule that fails as well. Must never judge by what
// the system says of itself, nor leave a process behind. Called by the command, by tests, and by whoever aims a fault.
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createAdministrator } from '../loadtest/administrator.ts';
import { beginExam, type Exam } from './exam.ts';
import { type Hall, openHall } from './hall.ts';
import { type Played, play } from './play.ts';
import { emptyReport, type Failure, type Report, withOutcome } from './report.ts';
import { drawSchedule, type Fault, type FaultKind, type Scene, type Schedule } from './schedule.ts';
import { smallest } from './shrink.ts';
import { markTap, type Seen } from './taint.ts';
import { findTools, sentencesOf } from './tools.ts';

export type ChaosOptions = {
  /** How many seeds, from which on, and how long a schedule lasts. */
  readonly seeds: number;
  readonly seed: number;
  readonly seconds: number;
  readonly examinees?: number;
  /** How long proctors wait between two acts, in ms. */
  readonly proctorPace?: readonly [least: number, most: number];
  /** Only these kinds are drawn; all unless given. */
  readonly faults?: readonly FaultKind[];
  /** How many faults a schedule has. */
  readonly faultCount?: readonly [least: number, most: number];
  /** Draws the schedule of a seed in place of what `faults` and `faultCount` say. */
  readonly draw?: (seed: number, seconds: number, scene: Scene) => Schedule;
  /** How many submit in each schedule. */
  readonly submitters?: number;
  /** Played in place of drawn ones; `seeds` and `seed` then count for nothing. */
  readonly schedules?: readonly Schedule[];
  /** The tree whose processes run; this one unless given. */
  readonly root?: string;
  /** Whether network and mounts are this process's own, so that they may be spoiled. */
  readonly isApart?: boolean;
  /** Where failures leave their histories; a folder of its own under /tmp unless given. */
  readonly keepIn?: string;
  /** What there is of the run already. */
  readonly before?: Report;
  /** Whether the smallest failing schedule is looked for; yes unless said otherwise. */
  readonly shrink?: boolean;
  /** Whether what monitors are shown is judged as well, which comes some seconds late. */
  readonly live?: boolean;
  /** Ends after the first schedule that fails. */
  readonly untilFirst?: boolean;
  readonly tell?: (sentence: string) => void;
  /** Is given the report after each schedule. */
  readonly note?: (report: Report) => Promise<void>;
};

export const EXAMINEES = 100;
/** So many schedules pass over one exam; then come new people. */
const SCHEDULES_AN_EXAM = 8;
const TRIES_OF_EACH = 3;
const MOST_CANDIDATES = 12;

/** Runs it. Throws where the system does not come up. */
export async function runChaos(options: ChaosOptions): Promise<Report> {
  const { seed, seconds, examinees = EXAMINEES, tell = () => {}, note = async () => {} } = options;
  const theatre = createTheatre(options);
  let report =
    options.before ??
    emptyReport({ firstSeed: seed, seconds, examinees, missing: sentencesOf(findTools(options.isApart ?? false)) });
  const count = options.schedules?.length ?? options.seeds;
  try {
    while (report.played < count) {
      const stage = await theatre.stage();
      const nth = report.played;
      const schedule =
        options.schedules?.[nth] ?? (options.draw ?? drawn(options))(report.firstSeed + nth, seconds, stage.hall.scene);
      const played = await theatre.play(schedule);
      report = withOutcome(report, played);
      tell(sentenceOf(nth + 1, count, played));
      if (played.verdict.violations.length > 0) {
        report = { ...report, failures: [...report.failures, await failureOf(options, theatre, played, tell)] };
        await theatre.newExam();
      }
      await note(report);
      if (options.untilFirst === true && report.failures.length > 0) break;
    }
    return report;
  } finally {
    await theatre.close();
  }
}

function drawn({ faults, faultCount }: ChaosOptions): NonNullable<ChaosOptions['draw']> {
  return (seed, seconds, scene) => drawSchedule(seed, seconds, scene, faults, faultCount);
}

type Stage = { readonly hall: Hall; readonly exam: Exam; readonly down: Map<string, number> };
type Theatre = {
  stage(): Promise<Stage>;
  play(schedule: Schedule): Promise<Played>;
  newExam(): Promise<void>;
  /** What the processes have said so far. */
  keepLogs(folder: string): Promise<void>;
  close(): Promise<void>;
};

/** The system with its present exam; both are made when they are needed. */
function createTheatre(options: ChaosOptions): Theatre {
  const { seed, examinees = EXAMINEES, isApart = false, root, proctorPace, submitters, live } = options;
  let open: { hall: Hall; folder: string; token: string } | undefined;
  let exam: Exam | undefined;
  let exams = 0;
  let playedOnIt = 0;
  let seen: Seen = () => {};
  const down = new Map<string, number>();

  async function hallNow(): Promise<{ hall: Hall; token: string }> {
    if (open !== undefined) return open;
    const folder = await mkdtemp('/tmp/examhall-chaos-');
    const tap = markTap((ticket, mark) => seen(ticket, mark));
    const hall = await openHall({
      folder,
      seed,
      people: examinees,
      isApart,
      tap,
      ...(root === undefined ? {} : { root }),
    });
    open = { hall, folder, token: await hall.system.admin() };
    return open;
  }
  async function stage(): Promise<Stage> {
    const { hall, token } = await hallNow();
    if (exam === undefined) {
      const admin = createAdministrator({ url: hall.system.url, token });
      exams += 1;
      const listen = (next: Seen) => {
        seen = next;
      };
      exam = await beginExam(hall, admin, {
        ...{ name: `chaos ${exams}`, count: examinees, listen },
        ...(proctorPace === undefined ? {} : { proctorPace }),
      });
      playedOnIt = 0;
    }
    return { hall, exam, down };
  }
  async function newExam(): Promise<void> {
    const before = exam;
    exam = undefined;
    try {
      await before?.end();
    } catch {
      await close(); // a system that cannot even end an exam is replaced; what it did is judged already
    }
  }
  async function close(): Promise<void> {
    if (open === undefined) return;
    const { hall, folder } = open;
    open = undefined;
    await exam?.leave();
    exam = undefined;
    await hall.stop();
    await rm(folder, { recursive: true, force: true });
  }
  return {
    stage,
    newExam,
    async play(schedule) {
      if (playedOnIt >= SCHEDULES_AN_EXAM) await newExam();
      const now = await stage();
      playedOnIt += 1;
      return play(now, schedule, { submitters, live });
    },
    async keepLogs(folder) {
      if (open === undefined) return;
      const isLog = (name: string) => name.endsWith('.log');
      await mkdir(folder, { recursive: true });
      for (const name of (await readdir(open.folder)).filter(isLog))
        await copyFile(join(open.folder, name), join(folder, name));
    },
    close,
  };
}

async function failureOf(
  { keepIn, shrink = true }: ChaosOptions,
  theatre: Theatre,
  played: Played,
  tell: (sentence: string) => void,
): Promise<Failure> {
  const { schedule, verdict, history, stored } = played;
  const folder = keepIn ?? (await mkdtemp('/tmp/examhall-chaos-failure-'));
  await mkdir(folder, { recursive: true });
  const file = join(folder, `seed-${schedule.seed}.json`);
  await theatre.keepLogs(join(folder, `seed-${schedule.seed}-logs`));
  await writeFile(file, JSON.stringify({ schedule, violations: verdict.violations, history, stored }));
  const failure: Failure = { schedule: copyOf(schedule), violations: verdict.violations.slice(0, 50), history: file };
  if (!shrink || schedule.faults.length < 2) return failure;
  tell(`seed ${schedule.seed} failed; looking for the smallest schedule that fails as well.`);
  const fails = async (faults: readonly Fault[]): Promise<number> => {
    let failed = 0;
    for (let n = 0; n < TRIES_OF_EACH && failed === 0; n++) {
      await theatre.newExam();
      const again = await theatre.play({ ...schedule, faults });
      if (again.verdict.violations.length > 0) failed += 1;
    }
    return failed;
  };
  const { left } = await smallest(schedule.faults, async (faults) => (await fails(faults)) > 0, MOST_CANDIDATES);
  return { ...failure, smallest: copyOf({ ...schedule, faults: left }) };
}

function copyOf({ seed, seconds, faults }: Schedule): Failure['schedule'] {
  return { seed, seconds, faults: faults.map((fault) => ({ ...fault })) };
}

function sentenceOf(nth: number, count: number, { schedule, acked, bites, verdict, recoveriesMs }: Played): string {
  const faults = schedule.faults.map(({ kind }, index) => `${kind}${(bites[index] ?? 0) === 0 ? ' (met nobody)' : ''}`);
  const slowest = Math.max(0, ...recoveriesMs);
  const bad = verdict.violations.length === 0 ? 'all holds' : `${verdict.violations.length} VIOLATIONS`;
  return `${nth}/${count} seed ${schedule.seed}: ${faults.join(', ')}; ${acked} saved, back after ${Math.round(slowest)} ms, ${bad}`;
}
